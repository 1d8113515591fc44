"""When vital signs are looked at during a dosing visit: one timetable for each route of a dose, counted from its real begin.

That it was done is all that is ever noted, never what was found.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from scheduler.domain.appointment import LET_GO, Appointment
from scheduler.domain.interval import Interval
from scheduler.domain.treatment import StepKind
from scheduler.domain.visit_day import earliest_release

OPENS = timedelta(minutes=10)
"""How long before its time a look may be noted, cautiously: less than the 15 min between two of them after an infusion."""

LATE_AFTER = timedelta(minutes=5)
"""So long after its time a look that nobody noted is told as overdue: nobody presses a button to the second."""

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Timetable:
    """When vital signs are looked at: before the dose, so many minutes after its begin, at its end, and after it.

    `then_every` is the minutes between two looks from the end of the dose on until the patient is let go, `None` for none.
    `source` says where the times come from. Those of an `obligatory` one are asked for by whoever licenses the treatment:
    who lets a patient go without one of them says why.
    """

    minutes: tuple[int, ...]
    before_dose: bool
    at_end_of_dose: bool
    before_release: bool
    then_every: int | None
    source: str
    obligatory: bool = False


_BY_MOUTH_OR_MUSCLE = Timetable(
    minutes=(15, 30, 60),
    before_dose=True,
    at_end_of_dose=False,
    before_release=True,
    then_every=None,
    source="before and after at the least in published practice; the times between are the product's cautious choice",
)

TIMETABLES: Mapping[str, Timetable] = {
    "iv": Timetable(
        minutes=(0, 15, 30),
        before_dose=False,
        at_end_of_dose=True,
        before_release=False,
        then_every=15,
        source="every 10 to 15 min in a clinic guide, every 5 to 15 in guidance on moderate sedation",
    ),
    "intranasal": Timetable(
        minutes=(40,),
        before_dose=True,
        at_end_of_dose=False,
        before_release=True,
        then_every=None,
        source="the fields of the REMS form and the label of esketamine, which ask for more as needed",
        obligatory=True,
    ),
    "im": _BY_MOUTH_OR_MUSCLE,
    "sl": _BY_MOUTH_OR_MUSCLE,
}
"""The timetable of each route. No protocol has one of its own so far: here is the one place that says when."""

USUAL = _BY_MOUTH_OR_MUSCLE
"""For a dose of which no route is known."""


@dataclass(frozen=True, slots=True)
class VitalTime:
    """One look that is due at an instant, UTC, and what it is: '15 min after the dose began'; whether it must be done."""

    due: datetime
    what: str
    is_obligatory: bool = False

    def opens_at(self) -> datetime:
        """Return from when on it may be noted, UTC."""
        return self.due - OPENS

    def is_overdue_at(self, now: datetime) -> bool:
        """Say whether it should have been noted by now."""
        return self.due + LATE_AFTER <= now


def vital_times(
    visit: Appointment, route: str, dosed_at: datetime | None, now: datetime
) -> tuple[VitalTime, ...]:
    """Return the looks of a visit in order of time, each instant once; empty where no dose was begun.

    `dosed_at` is when the dose was really begun; times count from its whole minute. While the patient is there past the
    earliest release, looks at intervals go on; once the patient has gone, what was due later is left out.
    """
    given = visit.phase("administration")
    if dosed_at is None or given is None or visit.kind is not StepKind.DOSING:
        return ()
    table = TIMETABLES.get(route, USUAL)
    begun = dosed_at.replace(second=0, microsecond=0)
    release = earliest_release(visit, dosed_at)
    dose = Interval(begun, begun + given.duration)
    last = _last(visit, release, now, table.then_every or 0)
    found: dict[datetime, str] = {}
    for due, what in _asked(table, dose, release, last):
        if due <= last:
            found.setdefault(due, what)
    return tuple(VitalTime(due, found[due], table.obligatory) for due in sorted(found))


def _last(visit: Appointment, release: datetime, now: datetime, every: int) -> datetime:
    """Return until when looks are due: with the patient there past the release, as far as the next one."""
    if visit.state in LET_GO:
        return visit.released_at or release
    return release if now < release else max(release, now + every * _MINUTE)


def _asked(
    table: Timetable, dose: Interval, release: datetime, last: datetime
) -> Iterator[tuple[datetime, str]]:
    if table.before_dose:
        yield dose.start, "before the dose"
    for minutes in table.minutes:
        what = f"{minutes} min after the dose began" if minutes else "when the dose begins"
        yield dose.start + minutes * _MINUTE, what
    if table.at_end_of_dose:
        yield dose.end, "at the end of the infusion"
    if table.before_release:
        yield release, "before the patient leaves"
    if table.then_every:
        due = dose.end + table.then_every * _MINUTE
        while due <= last:
            yield due, f"{(due - dose.end) // _MINUTE} min after the infusion"
            due += table.then_every * _MINUTE
