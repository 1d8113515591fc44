"""Other times that are offered to a patient for one visit, to choose from on their own pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from scheduler.domain.people import Role

MOST_OFFERED = 3
"""More would be a timetable to study, and each is one more that may be gone by then."""

OPEN_FOR = timedelta(hours=48)
"""An offer ends by itself after this: the times are not held, and fewer of them are still free with every hour."""

LEAST_NOTICE = timedelta(hours=24)
"""An offer ends so long before the visit as it stands and before the first time offered: fasting and the way home must be
planned, and the desk must have time to call whoever did not answer."""


class OfferEnd(StrEnum):
    """How an offer ended: the patient chose, or the desk took it back."""

    CHOSEN = "chosen"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class OfferedTime:
    """One time that is offered: when the visit would start (UTC), where and with whom."""

    start: datetime
    room: str | None
    staff: Mapping[Role, str]
    relief: Mapping[tuple[Role, int], str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Offer:
    """Times offered for a visit as it stood in a `version`; nothing is held for it.

    `missed` are the numbers, from 0, of times that the patient chose when they were taken already. `ended` is `None` as
    long as nobody ended it; `settled_at` is when the desk saw to what came of it.
    """

    id: str
    site: str
    patient: str
    appointment: str
    version: int
    times: tuple[OfferedTime, ...]
    made_at: datetime
    made_by: str
    expires_at: datetime
    missed: frozenset[int] = frozenset()
    ended: OfferEnd | None = None
    settled_at: datetime | None = None

    def is_open(self, version: int, now: datetime) -> bool:
        """Say whether the patient may still choose, the visit being in this version: one changed since withdraws it."""
        return self.ended is None and self.version == version and now < self.expires_at

    @property
    def left(self) -> tuple[tuple[int, OfferedTime], ...]:
        """The times that were not found taken, by number."""
        return tuple((number, one) for number, one in enumerate(self.times) if number not in self.missed)


def ends_at(made_at: datetime, start: datetime, times: tuple[OfferedTime, ...]) -> datetime:
    """Return until when an offer for a visit with this start may be answered, which may be past already."""
    first = min([start, *(one.start for one in times)])
    return min(made_at + OPEN_FOR, first - LEAST_NOTICE)
