"""A way to change a series, told in words: what stays, what moves where, and whom the patient would have."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from scheduler.booking.outcomes import PlannedChange
from scheduler.domain.appointment import Appointment
from scheduler.domain.people import Role
from scheduler.rules.finding import Finding, Level
from scheduler.web.speech import said
from scheduler.web.visit_rows import Manner, Names
from scheduler.web.words import and_words, count_words, role_words, visit_in

#: Decisions about the patient are the same in every way, and have their own list.
_DECISIONS = "GATE-"


@dataclass(frozen=True, slots=True)
class ChangedLine:
    """One visit that changes: when it is now and then, `after` empty when it keeps its time; and who or where instead."""

    visit: Appointment
    before: str
    after: str
    instead: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WayTold:
    """One way: a heading, the visits in question, others that change, what is asked for then, and the text to take it by."""

    heading: str
    lines: tuple[ChangedLine, ...]
    following: tuple[ChangedLine, ...]
    asked: tuple[Finding, ...]
    seal: str


FEW = 6
"""So many visits are told at once; of more, those that are not in question are told when asked for."""


def told(change: PlannedChange, manner: Manner, seal: str, about: Collection[str] = ()) -> WayTold:
    """Return a way in words; `about` are the steps of the visits in question, none for all that change."""
    before = {visit.id: visit for visit in change.before.appointments}
    changed = [visit for visit in change.after.appointments if before.get(visit.id, visit) != visit]
    ids = {visit.id for visit in changed}
    lines = tuple(_line(before[visit.id], visit, manner) for visit in changed)
    first = lines
    if len(lines) > FEW and about:
        first = tuple(line for line in lines if line.visit.step in about)
    return WayTold(
        heading=_heading(change),
        lines=first,
        following=tuple(line for line in lines if line not in first),
        asked=tuple(
            finding
            for finding in change.findings
            if finding.level in (Level.GATE, Level.WARN)
            and ids.intersection(finding.appointments)
            and not finding.rule.startswith(_DECISIONS)
        ),
        seal=seal,
    )


def _heading(change: PlannedChange) -> str:
    keeping = count_words(len(change.reassigned), "visit")
    if not change.moves:
        return said("Nothing moves: %(visits)s with others at the same time", visits=keeping)
    moving = count_words(len(change.moves), "visit")
    if not change.reassigned:
        return said("%(visits)s at another time", visits=moving)
    return said(
        "%(moved)s at another time, %(kept)s with others at the same time", moved=moving, kept=keeping
    )


def _line(before: Appointment, after: Appointment, manner: Manner) -> ChangedLine:
    names, zone = manner.names, manner.zone
    moves = before.interval != after.interval
    return ChangedLine(
        visit=after,
        before=visit_in(before.interval, zone),
        after=visit_in(after.interval, zone) if moves else "",
        instead=tuple(_instead(before, after, names)),
    )


def _instead(before: Appointment, after: Appointment, names: Names) -> Iterator[str]:
    if before.room != after.room:
        yield said("%(one)s instead of %(other)s", one=names.room(after.room), other=names.room(before.room))
    for role in Role:
        was, will_be = before.serving_as(role), after.serving_as(role)
        if was != will_be:
            who, whom = (and_words(names.person(person) for person in some) for some in (will_be, was))
            yield said("%(role)s: %(one)s instead of %(other)s", role=role_words(role), one=who, other=whom)
