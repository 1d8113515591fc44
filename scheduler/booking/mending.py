"""The ways to mend a conflict: other people or another room at the same time, a substitute, or another time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta

from scheduler.booking.changed_series import SeriesAtHand
from scheduler.booking.inbox import key_of
from scheduler.booking.outcomes import PlannedChange
from scheduler.domain.appointment import NOT_BEGUN, Appointment
from scheduler.domain.interval import Interval
from scheduler.domain.telling import told, told_moment
from scheduler.planner.change import Change, Option, Rescheduling, Way
from scheduler.planner.proposal import Reason
from scheduler.planner.reschedule import reschedule
from scheduler.store.conflicts import VisitConflict

_NO_WAY = Reason(
    "no_way",
    told("No change of this series alone puts it right."),
    told("Change what stands against it, or cancel the visit."),
)


def ways_to_mend(
    conflict: VisitConflict, others: Iterable[VisitConflict], at_hand: SeriesAtHand
) -> tuple[tuple[PlannedChange, ...], tuple[Reason, ...]]:
    """Return the ways that differ, the one that moves the fewest visits first; without any, the reasons.

    `others` are the further open conflicts of the series: what a way puts right besides is welcome. Each way mends the
    conflict itself, and breaks nothing.
    """
    movable = [visit for visit in at_hand.series.standing if _is_to_come(visit, at_hand)]
    touched = [visit for visit in movable if visit.step in conflict.steps]
    if not touched:
        return (), tuple(_begun(conflict, at_hand))
    broken = {step for one in (conflict, *others) for step in one.steps} & {visit.step for visit in movable}
    ways: list[PlannedChange] = []
    reasons: dict[Reason, None] = {}
    for change in _changes(touched, frozenset(broken)):
        found = _by_one_substitute(at_hand, change, _rescheduled(at_hand, change))
        if found.series is None:
            reasons |= dict.fromkeys(found.reasons)
            continue
        way = Way.SUBSTITUTE if found.substitutes else Way.FEWEST_MOVED
        planned = at_hand.planned(Option(way, found))
        if mends(planned, conflict) and all(_arranged(planned) != _arranged(one) for one in ways):
            ways.append(planned)
        reasons |= dict.fromkeys(Reason(one.rule, one.why, one.mend) for one in planned.refusing)
    ways.sort(key=lambda one: (len(one.moves), len(one.reassigned)))
    return tuple(ways), () if ways else tuple(reasons) or (_NO_WAY,)


def _rescheduled(at_hand: SeriesAtHand, change: Change) -> Rescheduling:
    return reschedule(at_hand.diary, at_hand.protocol, at_hand.series, change)


def _by_one_substitute(at_hand: SeriesAtHand, change: Change, found: Rescheduling) -> Rescheduling:
    """Return a way in which one substitute takes what several would, if that moves no visit more; else the way itself."""
    people = sorted(set(found.substitutes.values()))
    if len(people) < 2:
        return found
    for person in people:
        asked = replace(change, guides=dict.fromkeys(found.substitutes, person))
        one = _rescheduled(at_hand, asked)
        if one.series is not None and len(one.moves) <= len(found.moves):
            return one
    return found


def mends(planned: PlannedChange, conflict: VisitConflict) -> bool:
    """Say whether a change is allowed and puts a conflict right."""
    return not planned.refusing and conflict.key not in {key_of(finding) for finding in planned.findings}


def _changes(touched: list[Appointment], broken: frozenset[str]) -> Iterator[Change]:
    """Yield what to ask the planner for; of two visits at odds the later is tried first, for less follows from it."""
    for visit in (touched[-1], *touched[:-1][:1]):
        put_right = Change(visit.step)
        elsewhere = (Interval(visit.start, visit.start + timedelta(minutes=1)),)
        yield put_right
        yield replace(put_right, others_may_guide=broken | {visit.step})
        yield replace(put_right, not_during=elsewhere)


def _arranged(planned: PlannedChange) -> list[tuple[object, ...]]:
    """Return what of a way somebody would notice."""
    return [
        (visit.id, visit.start, visit.room, sorted(visit.staff.items()))
        for visit in planned.after.appointments
    ]


def _is_to_come(visit: Appointment, at_hand: SeriesAtHand) -> bool:
    return visit.state in NOT_BEGUN and visit.start >= at_hand.diary.as_of


def _begun(conflict: VisitConflict, at_hand: SeriesAtHand) -> Iterator[Reason]:
    zone = at_hand.diary.site.zone
    for visit in at_hand.series.standing:
        if visit.step in conflict.steps:
            why = told(
                "%(step)s on %(time)s has begun or is over.",
                step=visit.step,
                time=told_moment(visit.start, zone),
            )
            yield Reason("has_begun", why, told("It is with those who are there."), visit.step)
