"""A wish to have a visit of a series elsewhere, and what becomes of the series."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from scheduler.domain.appointment import Appointment
from scheduler.domain.clock import whole_local_day
from scheduler.domain.interval import Interval, as_utc
from scheduler.domain.series import Series
from scheduler.planner.proposal import Reason


@dataclass(frozen=True, slots=True)
class Change:
    """What is asked for the visit of a step; with nothing asked, the series is only put right where it cannot stay.

    The visit shares no moment with `not_during`, starts `exactly` then, `no_earlier` and `no_later` (all instants, limits
    included, `None` for no limit). `fixed` are steps whose visits must stay. `others_may_guide` are steps whose visits
    another therapist than that of the series may take, `guides` by step who is to guide it, whoever does now. `anew` are
    steps whose visits were called off and are looked for again: they may move even from a time that is past, and must.
    """

    step: str
    not_during: tuple[Interval, ...] = ()
    exactly: datetime | None = None
    no_earlier: datetime | None = None
    no_later: datetime | None = None
    fixed: frozenset[str] = frozenset()
    others_may_guide: frozenset[str] = frozenset()
    anew: frozenset[str] = frozenset()
    guides: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("exactly", "no_earlier", "no_later"):
            instant = getattr(self, name)
            object.__setattr__(self, name, instant and as_utc(instant))

    @classmethod
    def off_day(cls, step: str, day: date, zone: str, fixed: frozenset[str] = frozenset()) -> Change:
        """Ask for any other than a clinic-local day."""
        return cls(step, not_during=(whole_local_day(day, zone),), fixed=fixed)

    def allows(self, interval: Interval) -> bool:
        """Say whether the visit may take place in an interval."""
        return (
            self.exactly in (None, interval.start)
            and (self.no_earlier is None or self.no_earlier <= interval.start)
            and (self.no_later is None or interval.start <= self.no_later)
            and not any(interval.overlaps(hole) for hole in self.not_during)
        )


@dataclass(frozen=True, slots=True)
class Move:
    """One visit that goes from one start to another, both UTC."""

    appointment: str
    step: str
    before: datetime
    after: datetime

    @property
    def by(self) -> timedelta:
        """How much later it starts; negative for earlier."""
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Rescheduling:
    """A series with some visits moved, or the reasons why there is none.

    `series` is the whole of it, to be saved as one change: visits keep their ids, and a changed one has a version more; it
    is to be confirmed again. `None` when nothing works. `moves` are in order of the new starts, and `stays` are
    the steps whose visits keep their time. Of these some are `reassigned`: another room or other people. `substitutes`
    are by step the therapists who are not that of the series. `exact` says that no other way moves fewer visits, or as
    many by less; where it is not so, this is the best that was found, and reasons are no proof that nothing works.
    """

    series: Series | None
    moves: tuple[Move, ...] = ()
    stays: tuple[str, ...] = ()
    reassigned: tuple[str, ...] = ()
    substitutes: Mapping[str, str] = field(default_factory=dict)
    exact: bool = True
    reasons: tuple[Reason, ...] = ()

    @property
    def shift(self) -> timedelta:
        """By how much the visits move, all together, whichever way."""
        return sum((abs(move.by) for move in self.moves), timedelta(0))

    def visit(self, step: str) -> Appointment | None:
        """Return the visit of a step as it would be, or `None`."""
        return self.series.visit(step) if self.series else None


class Way(StrEnum):
    """What a way to reschedule is best at."""

    FEWEST_MOVED = "fewest_moved"
    SUBSTITUTE = "substitute"
    SOONEST = "soonest"
    WAIVED = "waived"


@dataclass(frozen=True, slots=True)
class Option:
    """One way to reschedule, beside others."""

    way: Way
    rescheduling: Rescheduling
