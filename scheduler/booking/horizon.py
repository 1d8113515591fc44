"""How much time is looked at for one request: whole fortnights, so that requests of one week share what is worked out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from scheduler.domain.interval import Interval

FORTNIGHT = timedelta(weeks=2)
_A_MONDAY = datetime(2024, 1, 1, tzinfo=UTC)


def in_whole_fortnights(wanted: Interval) -> Interval:
    """Return the shortest time of whole fortnights that holds the wanted time, and reaches past its end."""
    return Interval(_floor(wanted.start), _floor(wanted.end) + FORTNIGHT)


def _floor(instant: datetime) -> datetime:
    return instant - (instant - _A_MONDAY) % FORTNIGHT
