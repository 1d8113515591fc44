"""Instants as whole numbers for the solvers: slots of five minutes, counted from one origin."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from scheduler.domain.interval import Interval

SLOT = timedelta(minutes=5)


@dataclass(frozen=True)
class Scale:
    """Slots of five minutes, counted from the last whole hour before the horizon."""

    origin: datetime

    @classmethod
    def over(cls, horizon: Interval) -> Scale:
        """Return the scale of a horizon."""
        return cls(horizon.start.astimezone(UTC).replace(minute=0, second=0, microsecond=0))

    def before(self, instant: datetime) -> int:
        """Return the slot in which the instant lies."""
        return (instant - self.origin) // SLOT

    def after(self, instant: datetime) -> int:
        """Return the first slot that begins at the instant or later."""
        return -((self.origin - instant) // SLOT)

    def at(self, slot: int) -> datetime:
        """Return the instant at which a slot begins, UTC."""
        return self.origin + slot * SLOT


def slots(duration: timedelta) -> int:
    """Return a duration in slots, rounded up."""
    return -(-duration // SLOT)
