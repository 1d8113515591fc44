"""From the local times written in a clinic file to instants."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from scheduler.clinic_file.forms import Period
from scheduler.domain.clock import instant_at, local
from scheduler.domain.errors import InvalidValue
from scheduler.domain.interval import Interval, as_utc


def moment_at(text: str, zone: str) -> datetime:
    """Return the UTC instant of '2026-12-03 10:00' in the site's zone, or of a moment with its own offset.

    In the hour that occurs twice the first is meant. Raises `InvalidValue` for a local time that the clocks skip.
    """
    written = datetime.fromisoformat(text)
    if written.tzinfo is not None:
        return as_utc(written)
    instant = instant_at(written.date(), written.time(), zone)
    if local(instant, zone).replace(tzinfo=None) != written:
        raise InvalidValue(
            f"{text} does not exist in {zone}: the clocks go forward over it; choose another time"
        )
    return instant


def period_in(period: Period, zone: str) -> Interval:
    """Return a period as instants; whole days run from local midnight to the midnight after the last of them."""
    if period.through is not None:
        end = instant_at(period.through + timedelta(days=1), time.min, zone)
        return Interval(instant_at(date.fromisoformat(period.from_), time.min, zone), end)
    return Interval(moment_at(period.from_, zone), moment_at(str(period.until), zone))
