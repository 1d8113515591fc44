"""What the patient and the front desk ask for when a series is wanted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time

EVERY_WEEKDAY = frozenset(range(7))


@dataclass(frozen=True, slots=True)
class Wishes:
    """No visit starts before `earliest` or is over after `latest` (instants). `therapist` is an id, `None` for anybody fit.

    These are demands; the rest are wishes. `rather` is the therapist who is preferred. `weekdays` (0 is Monday) and the
    clinic-local times `from_time` and `until_time` are when the patient would rather be there, `None` for any time.
    `first` are keys of preferences that come before all others, in this order. `limit` is how many proposals are wanted
    at the most.
    """

    earliest: datetime
    latest: datetime
    therapist: str | None = None
    limit: int = 5
    rather: str | None = None
    weekdays: frozenset[int] = EVERY_WEEKDAY
    from_time: time | None = None
    until_time: time | None = None
    first: tuple[str, ...] = ()

    @property
    def prefers_times(self) -> bool:
        """Say whether some days or times suit the patient better than others."""
        return self.weekdays != EVERY_WEEKDAY or self.from_time is not None or self.until_time is not None
