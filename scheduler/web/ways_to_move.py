"""Ways to change a series as pages show them: what moves from where to where, what stays, and what is asked for then."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from scheduler.booking.outcomes import PlannedChange
from scheduler.domain.appointment import Appointment
from scheduler.domain.people import Role
from scheduler.planner.change import Way
from scheduler.rules.finding import Finding, Level
from scheduler.web.drawing import Drawing, draw
from scheduler.web.proposal_panels import Onlooker
from scheduler.web.visit_rows import windows_of, worst_by_visit
from scheduler.web.words import count_words, length_words, visit_in

TITLES = {
    Way.FEWEST_MOVED: "Fewest visits moved",
    Way.SUBSTITUTE: "With another therapist for this visit",
    Way.SOONEST: "As soon as possible",
    Way.WAIVED: "If a limit may be overridden",
}


@dataclass(frozen=True, slots=True)
class ChangedRow:
    """One visit that changes: how it was and how it would be, in words; `by` is how much later or earlier it starts.

    `others` are the room and the people who come instead of others.
    """

    visit: Appointment
    before: str
    after: str
    by: str
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WayPanel:
    """One way, drawn and told. `stays` says how many visits stay; `new` are the findings that were not there before."""

    title: str
    summary: str
    rows: tuple[ChangedRow, ...]
    stays: str
    drawing: Drawing
    new: tuple[Finding, ...]
    exact: bool
    seal: str


def way_panel(way: PlannedChange, known: Iterable[Finding], seal: str, onlooker: Onlooker) -> WayPanel:
    """Return the panel of one way; `known` are the findings about the series as it stands."""
    before = {visit.id: visit for visit in way.before.appointments}
    changed = [visit for visit in way.after.standing if before.get(visit.id) != visit]
    rows = tuple(_row(before[visit.id], visit, onlooker) for visit in changed)
    heard = {(one.rule, one.appointments) for one in known}
    windows = windows_of(way.protocol, way.after, onlooker.site.zone, onlooker.now)
    staying = len(way.after.standing) - len(changed)
    return WayPanel(
        title=TITLES.get(way.way, "As chosen") if way.way else "As chosen",
        summary=f"{count_words(len(rows), 'visit')} {'changes' if len(rows) == 1 else 'change'}",
        rows=rows,
        stays=f"{count_words(staying, 'other visit')} {'stays' if staying == 1 else 'stay'} as they are"
        if staying != 1
        else "1 other visit stays as it is",
        drawing=draw(way.after, windows, onlooker.site, onlooker.now, worst_by_visit(way.findings)),
        new=tuple(
            one
            for one in way.findings
            if one.level is not Level.INFO and (one.rule, one.appointments) not in heard
        ),
        exact=way.exact,
        seal=seal,
    )


def _row(before: Appointment, after: Appointment, onlooker: Onlooker) -> ChangedRow:
    zone = onlooker.site.zone
    shift = after.start - before.start
    by = ""
    if shift:
        by = f"{length_words(abs(shift))} {'later' if after.start > before.start else 'earlier'}"
    return ChangedRow(
        visit=after,
        before=visit_in(before.interval, zone),
        after=visit_in(after.interval, zone) if shift else "the same time",
        by=by,
        # One person may stand in for another in two roles.
        others=tuple(dict.fromkeys(_others(before, after, onlooker))),
    )


def _others(before: Appointment, after: Appointment, onlooker: Onlooker) -> Iterator[str]:
    names = onlooker.names
    if before.room != after.room:
        yield f"{names.room(after.room)} instead of {names.room(before.room)}"
    for role in Role:
        now, then = before.staff.get(role), after.staff.get(role)
        if now and then and now != then:
            yield f"{names.person(then)} instead of {names.person(now)}"
