"""Preview a substitute: who could take one visit or all that follow, at the same times or with what must move."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from scheduler.access.permissions import Actor, Permission, may, may_at
from scheduler.booking.changed_series import SeriesAtHand
from scheduler.booking.outcomes import NotAllowed, PlannedChange, Refused
from scheduler.booking.preview_move import MOVABLE
from scheduler.booking.request import nonsense
from scheduler.domain.appointment import NOT_BEGUN, Appointment
from scheduler.domain.clock import Clock
from scheduler.domain.errors import NotFound
from scheduler.domain.people import Role
from scheduler.domain.series import Series
from scheduler.domain.telling import told
from scheduler.planner.change import Change, Option, Way
from scheduler.planner.proposal import Reason
from scheduler.planner.reschedule import reschedule
from scheduler.store import series as stored
from scheduler.store.work import reading


class HowMany(StrEnum):
    """For which visits somebody else is wanted: one, or that and all that follow it."""

    ONE = "one"
    REST = "rest"


@dataclass(frozen=True, slots=True)
class WantedSubstitute:
    """Another therapist is wanted from the visit of a step on; `therapist` is an id, `None` for whoever is free."""

    series: str
    from_step: str
    how_many: HowMany
    therapist: str | None = None


@dataclass(frozen=True, slots=True)
class Substitution:
    """One way: who takes the visits, whether the patient has met them in this series, and all that changes."""

    therapist: str
    is_known: bool
    change: PlannedChange


@dataclass(frozen=True, slots=True)
class SubstitutePreview:
    """The visits in question and the ways, the one that moves the fewest visits first; without any, the reasons."""

    series: Series
    visits: tuple[Appointment, ...]
    ways: tuple[Substitution, ...]
    reasons: tuple[Reason, ...]


def preview_substitute(
    wanted: WantedSubstitute, actor: Actor, clock: Clock
) -> SubstitutePreview | Refused | NotAllowed:
    """Look for a substitute, as substituting does, and write nothing."""
    if not may(actor, Permission.SUBSTITUTE_THERAPIST):
        return NotAllowed(Permission.SUBSTITUTE_THERAPIST)
    now = clock.now()
    with reading():
        return ways_to_substitute(wanted, actor, now)


def ways_to_substitute(
    wanted: WantedSubstitute, actor: Actor, now: datetime
) -> SubstitutePreview | Refused | NotAllowed:
    """Return who could take the visits, within the transaction of the request."""
    series = substitutable(wanted, actor)
    if not isinstance(series, Series):
        return series
    visits = tuple(_visits(wanted, series, now))
    if not visits:
        why = told(
            "No visit with a therapist is still to come from %(from_step)s on.", from_step=wanted.from_step
        )
        return Refused(reasons=(nonsense("nothing_to_come", why, told("Choose a visit that lies ahead.")),))
    at_hand = SeriesAtHand.of(series, now)
    candidates = _candidates(wanted, visits, at_hand)
    if isinstance(candidates, Reason):
        return Refused(reasons=(candidates,))
    ways: list[Substitution] = []
    reasons: dict[Reason, None] = {}
    for person in candidates:
        found = _with(person, visits, at_hand)
        if isinstance(found, PlannedChange):
            ways.append(Substitution(person, person in _met(series, visits[0]), found))
        else:
            reasons |= dict.fromkeys(found)
    ways.sort(key=_order)
    return SubstitutePreview(series, visits, tuple(ways), () if ways else tuple(reasons))


def _order(way: Substitution) -> tuple[object, ...]:
    """Fewest visits moved, then somebody the patient knows, then the least time moved."""
    moves = way.change.moves
    shift = sum((abs(move.by) for move in moves), timedelta(0))
    return len(moves), not way.is_known, shift, way.therapist


def substitutable(wanted: WantedSubstitute, actor: Actor) -> Series | Refused | NotAllowed:
    """Return the series, or why nobody can be substituted in it whatever is wanted."""
    try:
        series = stored.series(wanted.series)
    except NotFound:
        why = told("There is no series '%(series)s'.", series=wanted.series)
        return Refused(
            reasons=(nonsense("unknown_series", why, told("Choose one from the patient's page.")),)
        )
    if not may_at(actor, Permission.SUBSTITUTE_THERAPIST, series.site):
        return NotAllowed(Permission.SUBSTITUTE_THERAPIST)
    if series.state not in MOVABLE:
        why = told("The series is not booked any more.")
        return Refused(reasons=(nonsense("not_booked", why, told("Choose a booked series.")),))
    if series.visit(wanted.from_step) is None:
        why = told("No visit stands for %(from_step)s.", from_step=wanted.from_step)
        return Refused(
            reasons=(Reason("unknown_step", why, told("Name a visit that stands."), wanted.from_step),)
        )
    return series


def _visits(wanted: WantedSubstitute, series: Series, now: datetime) -> Iterator[Appointment]:
    """Yield the visits in question: still to come, and with a therapist."""
    first = series.visit(wanted.from_step)
    assert first is not None, "it was looked for before"
    for visit in series.standing:
        is_meant = visit.id == first.id or (wanted.how_many is HowMany.REST and visit.start > first.start)
        is_ahead = visit.state in NOT_BEGUN and visit.start >= now
        if is_meant and is_ahead and Role.THERAPIST in visit.staff:
            yield visit


def _candidates(
    wanted: WantedSubstitute, visits: tuple[Appointment, ...], at_hand: SeriesAtHand
) -> tuple[str, ...] | Reason:
    therapists = {person.id: person for person in at_hand.diary.having(Role.THERAPIST)}
    replaced = {visit.staff[Role.THERAPIST] for visit in visits}
    if wanted.therapist is None:
        others = tuple(person for person in therapists if replaced != {person})
        if others:
            return others
        return nonsense(
            "nobody_else", told("There is no other therapist at this site."), told("Move the visits instead.")
        )
    if wanted.therapist not in therapists:
        why = told("No therapist '%(therapist)s' works at this site.", therapist=wanted.therapist)
        return nonsense("unknown_therapist", why, told("Choose somebody else."))
    if replaced == {wanted.therapist}:
        why = told("%(name)s has these visits already.", name=therapists[wanted.therapist].name)
        return nonsense("same_therapist", why, told("Choose somebody else."))
    return (wanted.therapist,)


def _with(
    person: str, visits: tuple[Appointment, ...], at_hand: SeriesAtHand
) -> PlannedChange | tuple[Reason, ...]:
    """Return the series with the visits taken by somebody, or why that cannot be."""
    change = Change(visits[0].step, guides={visit.step: person for visit in visits})
    found = reschedule(at_hand.diary, at_hand.protocol, at_hand.series, change)
    if found.series is None:
        return found.reasons
    planned = at_hand.planned(Option(Way.SUBSTITUTE, found))
    if planned.refusing:
        return tuple(Reason(one.rule, one.why, one.mend, ", ".join(one.steps)) for one in planned.refusing)
    return planned


def _met(series: Series, first: Appointment) -> set[str]:
    """Return who has served in an earlier visit of the series."""
    return {person for visit in series.standing if visit.start < first.start for person in visit.people}
