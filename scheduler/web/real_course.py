"""How a visit really goes: its phases as they follow from when the dose was begun, when the patient left, and the time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from scheduler.domain.appointment import LET_GO, UNDER_WAY, Appointment, PhaseTime
from scheduler.domain.interval import Interval
from scheduler.domain.visit_day import earliest_release

OVERRUN = "overrun"
"""The name of the stretch for which a patient is there longer than anything says."""


@dataclass(frozen=True, eq=False)
class Course:
    """One visit as it goes. `release` is when the patient may leave by the facts, UTC; `phases` without gaps and in order.

    `left_at` is when the patient has left or is to leave. Each is equal to itself alone, so that what follows from it may be
    remembered by it.
    """

    visit: Appointment
    release: datetime
    left_at: datetime
    phases: tuple[PhaseTime, ...]

    @cached_property
    def whole(self) -> Interval:
        """From the planned arrival until the room is ready again."""
        return Interval(self.visit.start, max(phase.interval.end for phase in self.phases))

    @cached_property
    def is_overrunning(self) -> bool:
        """Say whether the patient is there past the planned end and past what a late dose asks for."""
        return any(phase.name == OVERRUN for phase in self.phases)

    @property
    def delay(self) -> timedelta:
        """By how much the release is later than planned because the dose began late."""
        return self.release - self.visit.discharge

    def goes_on_at(self, now: datetime) -> bool:
        """Say whether it is otherwise at another instant by the time alone: the patient is there past the release."""
        return self.visit.state in UNDER_WAY and self.left_at != max(self.release, now)

    def as_it_goes(self, planned: Interval) -> Interval | None:
        """Return a stretch of the plan as it really is: later with a late dose, as long as the patient is there.

        `None` when the patient was gone before it began.
        """
        if self.left_at == self.visit.discharge:
            return planned
        given = self.visit.phase("administration")
        start, end = planned.start, planned.end
        if given is not None and start >= given.start:
            start += self.delay
        if end >= self.visit.discharge:
            end = self.left_at + (end - self.visit.discharge)
        elif given is not None and end > given.start:
            end = min(end + self.delay, self.left_at)
        else:
            end = min(end, self.left_at)
        return Interval(start, end) if start < end else None


def course_of(visit: Appointment, dosed_at: datetime | None, now: datetime) -> Course:
    """Return how a visit goes; `dosed_at` is when its dose was noted as begun, `None` when that is not known."""
    release = earliest_release(visit, dosed_at)
    left_at = release
    if visit.state in LET_GO and visit.released_at is not None:
        left_at = max(visit.released_at, visit.start + timedelta(minutes=1))
    elif visit.state in UNDER_WAY:
        left_at = max(release, now)
    return Course(visit, release, left_at, tuple(_phases(visit, release, left_at)))


def _phases(visit: Appointment, release: datetime, left_at: datetime) -> Iterator[PhaseTime]:
    """Yield the phases as they are: what comes before a late dose waits for it, what comes after it keeps its length."""
    delay, given = release - visit.discharge, visit.phase("administration")
    planned = visit.phases or (PhaseTime("visit", visit.interval),)
    reached = visit.start
    for phase in planned:
        end = phase.interval.end
        if phase.interval.start >= visit.discharge:
            continue
        if given is not None and end >= given.start:
            end += delay
        end = min(end, left_at)
        if end > reached:
            yield PhaseTime(phase.name, Interval(reached, end))
            reached = end
    if left_at > reached:
        yield PhaseTime(OVERRUN, Interval(reached, left_at))
    for phase in planned:
        if phase.interval.start >= visit.discharge:
            yield PhaseTime(phase.name, phase.interval.shifted(left_at - visit.discharge))
