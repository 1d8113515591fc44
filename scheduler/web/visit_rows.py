"""Visits as pages list them: one row of ready words for each, with what the rules found beside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from scheduler.domain.appointment import Appointment
from scheduler.domain.clock import local
from scheduler.domain.interval import Interval
from scheduler.domain.people import Role
from scheduler.domain.series import Series
from scheduler.domain.treatment import Protocol, Step
from scheduler.planner.windows import allowed_windows
from scheduler.rules.finding import WEIGHT, Finding, Level
from scheduler.store.glances import room_names, staff_names
from scheduler.web.hand_overs import HandOver, hand_overs
from scheduler.web.speech import said
from scheduler.web.words import (
    KINDS,
    KindWords,
    clock_in,
    day_words,
    length_words,
    role_words,
    state_words,
    times_in,
    window_in,
)

#: The columns of people: who of which roles stands in each.
COLUMNS: Mapping[str, tuple[Role, ...]] = {
    "Therapist": (Role.THERAPIST, Role.CO_THERAPIST),
    "Nurse or coordinator": (Role.MEDICAL_MONITOR, Role.ADMINISTERING_CLINICIAN, Role.CARE_COORDINATOR),
    "Prescriber": (Role.PRESCRIBER,),
}


Windows: TypeAlias = Mapping[str, Interval | None]
"""When visits might start, by step key; `None` for a visit that the others hold to its very time."""


@dataclass(frozen=True, slots=True)
class Names:
    """What the rooms and people of one site are called."""

    rooms: Mapping[str, str]
    people: Mapping[str, str]

    @classmethod
    def of(cls, site: str) -> Names:
        """Read the names of a site."""
        return cls(room_names(site), staff_names(site))

    def room(self, id: str | None) -> str:
        """Return the name of a room; a visit without one is a call."""
        return said("by phone") if id is None else self.rooms.get(id, id)

    def place(self, visit: Appointment) -> str:
        """Return where a visit is: its room, with the group that has one, or by phone."""
        return said("with the group") if visit.group_visit else self.room(visit.room)

    def person(self, id: str) -> str:
        """Return the name of a member of staff."""
        return self.people.get(id, id)


@dataclass(frozen=True, slots=True)
class Manner:
    """How the pages of one site write: its names, and its zone."""

    names: Names
    zone: str


@dataclass(frozen=True, slots=True)
class VisitRow:
    """One visit in words. `people` are the lines of each column; `window` is empty when the visit is free to move.

    `findings` are those to be shown beside it, `missing` the titles of its open gates.
    """

    visit: Appointment
    words: KindWords
    day: str
    times: str
    length: str
    room: str
    people: tuple[tuple[str, ...], ...]
    window: str
    state: str
    findings: tuple[Finding, ...]
    missing: tuple[Finding, ...]


def rows_of(
    series: Series,
    protocol: Protocol,
    windows: Windows,
    manner: Manner,
    findings: Iterable[Finding] = (),
) -> tuple[VisitRow, ...]:
    """Return the visits of a series in order of start; `protocol` has all their steps, `windows` are of `windows_of`."""
    beside = _by_visit(findings)
    return tuple(
        _row(
            visit,
            _people(visit, protocol.step(visit.step), manner),
            _window_words(visit, windows, manner.zone),
            beside.get(visit.id, ()),
            manner,
        )
        for visit in series.appointments
    )


def windows_of(protocol: Protocol, series: Series, zone: str, now: datetime) -> Windows:
    """Return when each standing visit might start, by step key; the protocol is narrowed to the steps of the series.

    A visit that is free on one side is left out; `None` stands for one that the others hold to its very time. For a
    visit still to come nothing before now is left.
    """
    held = {step for w in protocol.windows if w.at_most is not None for step in (w.from_step, w.to_step)}
    allowed = allowed_windows(protocol, series, zone)
    windows: dict[str, Interval | None] = {}
    for visit in series.standing:
        window = allowed.get(visit.step)
        if window is not None and visit.start > now > window.start:
            window = Interval(now, window.end) if window.end > now else None
        if window is not None or visit.step in held:
            windows[visit.step] = window
    return windows


def worst_by_visit(findings: Iterable[Finding]) -> dict[str, str]:
    """Return the heaviest level found for each visit, by its id."""
    return {visit: found[0].level.value for visit, found in _by_visit(findings).items()}


def beside_no_visit(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings that touch no visit at all, as those about visits that are missing; no row shows them."""
    return tuple(finding for finding in findings if not finding.appointments)


def _by_visit(findings: Iterable[Finding]) -> Mapping[str, tuple[Finding, ...]]:
    """Return the findings by the ids of the visits they touch, the heaviest first."""
    beside: dict[str, list[Finding]] = {}
    for finding in sorted(findings, key=lambda one: WEIGHT[one.level]):
        for visit in finding.appointments:
            beside.setdefault(visit, []).append(finding)
    return {visit: tuple(found) for visit, found in beside.items()}


def _row(
    visit: Appointment,
    people: tuple[tuple[str, ...], ...],
    window: str,
    beside: tuple[Finding, ...],
    manner: Manner,
) -> VisitRow:
    zone, stands = manner.zone, visit.state.takes_time
    return VisitRow(
        visit=visit,
        words=KINDS[visit.kind],
        day=day_words(local(visit.start, zone)),
        times=times_in(visit.interval, zone),
        length=length_words(visit.interval.duration),
        room=manner.names.place(visit),
        people=people,
        window=window if stands else "",
        state="" if visit.state.value == "booked" else state_words(visit.state),
        findings=tuple(finding for finding in beside if finding.level is not Level.GATE) if stands else (),
        missing=tuple(finding for finding in beside if finding.level is Level.GATE) if stands else (),
    )


def _window_words(visit: Appointment, windows: Windows, zone: str) -> str:
    if visit.step not in windows:
        return ""
    window = windows[visit.step]
    return window_in(window, zone) if window else said("only at this time")


def _people(visit: Appointment, step: Step, manner: Manner) -> tuple[tuple[str, ...], ...]:
    changes = hand_overs(visit, step) if visit.relief else ()
    return tuple(_lines(visit, roles, changes, manner) for roles in COLUMNS.values())


def _lines(
    visit: Appointment, roles: tuple[Role, ...], changes: Iterable[HandOver], manner: Manner
) -> tuple[str, ...]:
    """Return who serves in these roles, and who takes over when.

    Roles are told apart only where two people share the column from the beginning.
    """
    by_person: dict[str, list[Role]] = {}
    for role in roles:
        if role in visit.staff:
            by_person.setdefault(visit.staff[role], []).append(role)
    name, shared = manner.names.person, len(by_person) > 1
    lines = [
        f"{name(person)}, {_served(served)}" if shared else name(person)
        for person, served in by_person.items()
    ]
    for change in changes:
        if taken := [role for role in change.roles if role in roles]:
            since = said("from %(time)s", time=clock_in(change.at, manner.zone))
            what = f"{_served(taken)} {since}" if shared else since
            lines.append(f"{name(change.person)}, {what}")
    return tuple(lines)


def _served(roles: Iterable[Role]) -> str:
    return said(" and ").join(role_words(role).lower() for role in roles)
