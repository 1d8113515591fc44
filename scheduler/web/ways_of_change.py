"""Ways to change a series as pages show them: what moves from where to where, what stays, and what is asked for then."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass

from scheduler.booking.changed_series import visits_of
from scheduler.booking.further_visits import is_place
from scheduler.booking.judging import findings_now
from scheduler.booking.outcomes import PlannedChange
from scheduler.booking.preview_move import WantedMove
from scheduler.booking.replan_series import REPLANNED
from scheduler.domain.appointment import Appointment
from scheduler.domain.clock import local
from scheduler.domain.people import Role
from scheduler.domain.places import Site
from scheduler.domain.series import Series
from scheduler.planner.change import Way
from scheduler.rules.finding import Finding, Level
from scheduler.web.drawing import Drawing, draw
from scheduler.web.guard import actor
from scheduler.web.identity import current_clock
from scheduler.web.proposal_panels import Onlooker
from scheduler.web.sealed_change import Seal, Wanted, sealed
from scheduler.web.speech import Spoken, mark, said, said_of_number
from scheduler.web.visit_rows import Names, windows_of, worst_by_visit
from scheduler.web.words import length_words, short_day_words, state_words, visit_in

TITLES = Spoken(
    {
        Way.FEWEST_MOVED: mark("Fewest visits moved"),
        Way.SUBSTITUTE: mark("With another therapist for this visit"),
        Way.SOONEST: mark("As soon as possible"),
        Way.WAIVED: mark("If a limit may be overridden"),
    }
)


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
    """One way, drawn and told. `new` are the findings that were not there before; `seal` is the text that does it.

    `visits` are those of the series as it would be.
    """

    title: str
    summary: str
    rows: tuple[ChangedRow, ...]
    drawing: Drawing
    new: tuple[Finding, ...]
    exact: bool
    seal: str
    visits: tuple[Appointment, ...] = ()


def onlooker_at(site: Site) -> Onlooker:
    """Return for whom and when a page about a site is made."""
    return Onlooker(site, Names.of(site.id), actor().id, current_clock().now())


def way_panels(
    ways: Iterable[PlannedChange], wanted: Wanted, series: Series, onlooker: Onlooker
) -> tuple[WayPanel, ...]:
    """Return the panels of the ways to do what is wanted of a series."""
    heard = {(one.rule, one.steps) for one in findings_now(series, onlooker.now)}
    about = Seal(_about(wanted), onlooker.actor, onlooker.now)
    return tuple(way_panel(way, heard, onlooker, sealed(visits_of(way), about, wanted)) for way in ways)


def standing_choices(visits: Iterable[Appointment], zone: str) -> list[tuple[str, str]]:
    """Return visits as choices of what must stay: (step, label)."""
    return [
        (one.step, f"{one.step} {one.title}, {short_day_words(local(one.start, zone))}") for one in visits
    ]


def missing_visits(series: Series) -> tuple[Appointment, ...]:
    """Return the visits that can be booked again; none of a series that has ended."""
    return series.missing if series.state in REPLANNED else ()


def way_panel(
    way: PlannedChange, heard: Set[tuple[str, tuple[str, ...]]], onlooker: Onlooker, seal: str
) -> WayPanel:
    """Return the panel of one way that `seal` takes; `heard` are the rules and steps of findings that were there before."""
    before = {visit.id: visit for visit in way.before.appointments}
    changed = [visit for visit in way.after.standing if before.get(visit.id) != visit]
    windows = windows_of(way.protocol, way.after, onlooker.site.zone, onlooker.now)
    staying = len(way.after.standing) - len(changed)
    changes = said_of_number("%(num)s visit changes", "%(num)s visits change", len(changed))
    stays = said_of_number(
        "%(num)s other visit stays as it is", "%(num)s other visits stay as they are", staying
    )
    return WayPanel(
        title=_title(way),
        summary=f"{changes}; {stays}",
        rows=tuple(
            _row(before.get(visit.id) or way.replaces[visit.id], visit, onlooker) for visit in changed
        ),
        drawing=draw(way.after, windows, onlooker.site, onlooker.now, worst_by_visit(way.findings)),
        new=tuple(
            one for one in way.findings if one.level is not Level.INFO and (one.rule, one.steps) not in heard
        ),
        exact=way.exact,
        seal=seal,
        visits=way.after.standing,
    )


def _about(wanted: Wanted) -> str:
    return wanted.appointment if isinstance(wanted, WantedMove) else wanted.series


def _title(way: PlannedChange) -> str:
    if way.way is None:
        return said("As chosen")
    if way.way is Way.FEWEST_MOVED and any(map(is_place, way.replaces.values())) and not way.moves:
        return said("Nothing else moves")
    return TITLES.get(way.way, said("As chosen"))


def _row(before: Appointment, after: Appointment, onlooker: Onlooker) -> ChangedRow:
    zone = onlooker.site.zone
    shift, off = after.start - before.start, not before.state.takes_time
    by = said("booked again") if off else ""
    if is_place(before):
        by = said("new")
    elif shift and not off:
        length = length_words(abs(shift))
        is_later = after.start > before.start
        by = (
            said("%(length)s later", length=length) if is_later else said("%(length)s earlier", length=length)
        )
    return ChangedRow(
        visit=after,
        before=_before(before, zone),
        after=visit_in(after.interval, zone) if shift or off else said("the same time"),
        by=by,
        # One person may stand in for another in two roles.
        others=tuple(dict.fromkeys(_others(before, after, onlooker))),
    )


def _before(visit: Appointment, zone: str) -> str:
    if is_place(visit):
        return ""
    off = "" if visit.state.takes_time else f"{state_words(visit.state)}: "
    return f"{off}{visit_in(visit.interval, zone)}"


def _others(before: Appointment, after: Appointment, onlooker: Onlooker) -> Iterator[str]:
    names = onlooker.names
    if is_place(before):
        yield names.room(after.room)
    elif before.room != after.room:
        yield said("%(one)s instead of %(other)s", one=names.room(after.room), other=names.room(before.room))
    for role in Role:
        now, then = before.staff.get(role), after.staff.get(role)
        if is_place(before) and then:
            yield names.person(then)
            continue
        if now and then and now != then:
            yield said("%(one)s instead of %(other)s", one=names.person(then), other=names.person(now))
