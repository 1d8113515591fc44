"""From a series part-way through and a wish for one visit to the series with the fewest visits moved, or to reasons."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from math import inf

from scheduler.domain.appointment import Appointment, AppointmentState, appointment_at
from scheduler.domain.claims import Placement
from scheduler.domain.diary import Diary
from scheduler.domain.people import Role
from scheduler.domain.series import Series
from scheduler.domain.treatment import Protocol
from scheduler.planner.assign import place
from scheduler.planner.case import Case
from scheduler.planner.change import Change, Move, Option, Rescheduling, Way
from scheduler.planner.moving import Shifted, rescheduled_starts
from scheduler.planner.network import Stuck
from scheduler.planner.outline import outline_of
from scheduler.planner.standing import Asked
from scheduler.planner.unmoved import reasons_against_change
from scheduler.rules.discretion import with_doses_further_apart


def reschedule(diary: Diary, protocol: Protocol, series: Series, change: Change) -> Rescheduling:
    """Return the series with a change made, and the fewest visits moved; then the least time together; then the earliest.

    The diary holds the claims of all visits but the series' own (`Diary.leaving_out`), over a horizon that holds every visit
    still to come. Only the steps of visits that stand are looked at. A visit that has begun never moves, nor does one
    that is fixed. A visit that stays keeps its room and people; where these are no longer free it gets others at its
    time, if any are fit. Between two visits that both stay no window is asked: it was kept before, or accepted.
    Raises `NotFound` when no visit stands for the step, and `InvalidValue` when a visit lies outside of the horizon.
    """
    case = Case.of(diary, protocol, series, change)
    if case.obstacles:
        return Rescheduling(None, reasons=case.obstacles)
    found = rescheduled_starts(case.network, case.choices, case.standing)
    if not isinstance(found, Shifted):
        return Rescheduling(None, reasons=reasons_against_change(case, found), exact=found.exact)
    return _told(case, found)


def ways_to_reschedule(
    diary: Diary, protocol: Protocol, series: Series, change: Change
) -> tuple[Option, ...]:
    """Return the ways that differ: with the fewest visits moved, with a substitute for the one visit, and the soonest.

    A substitute is offered where the protocol asks for one therapist and it moves less, or where nothing works without.
    Where the doses may not lie further apart unless somebody decides so, and that stands in the way or makes more visits
    move, what works then is offered too. When nothing works at all, the first way alone is returned, with its reasons.
    """
    options = [Option(Way.FEWEST_MOVED, reschedule(diary, protocol, series, change))]
    others = replace(change, others_may_guide=change.others_may_guide | {change.step})
    if others != change:
        options.append(Option(Way.SUBSTITUTE, reschedule(diary, protocol, series, others)))
    if (soonest := _soonest(Case.of(diary, protocol, series, change))) is not None:
        asked = replace(change, exactly=soonest)
        options.append(Option(Way.SOONEST, reschedule(diary, protocol, series, asked)))
    waived = reschedule(diary, with_doses_further_apart(protocol), series, change)
    if waived.series is not None and len(waived.moves) < min(map(_moved, options)):
        options.append(Option(Way.WAIVED, waived))
    return tuple(_different(options)) or tuple(options[:1])


def _moved(option: Option) -> float:
    """Return how many visits a way moves; more than any where it does not work."""
    return inf if option.rescheduling.series is None else len(option.rescheduling.moves)


def _different(options: Iterable[Option]) -> Iterator[Option]:
    known: list[Mapping[str, tuple[datetime, str | None]]] = []
    for option in options:
        if (series := option.rescheduling.series) is not None:
            times = {v.id: (v.start, v.staff.get(Role.THERAPIST)) for v in series.standing}
            if times not in known:
                known.append(times)
                yield option


def _soonest(case: Case) -> datetime | None:
    """Return the earliest start of the visit in any series, or `None` when there is none."""
    if case.obstacles:
        return None
    asked = Asked.of(case.network, case.choices, case.standing)
    number = case.question.outline.numbers[case.change.step]
    return None if isinstance(asked, Stuck) else case.question.grid.at(asked.least[number])


def _told(case: Case, found: Shifted) -> Rescheduling:
    grid, old = case.question.grid, case.standing.starts
    moved = [step for step, start in enumerate(found.starts) if start != old[step]]
    changed = {*moved, *case.reassigned}
    new = {
        placement.step.key: _changed(case, placement)
        for placement in _placed(case, sorted(changed), found.starts)
    }
    steps = [visit.step for visit in case.visits]
    at = {steps[step]: grid.at(found.starts[step]) for step in moved}
    moves = [Move(v.id, v.step, v.start, at[v.step]) for v in case.visits if v.step in at]
    return Rescheduling(
        series=_with(case, new),
        moves=tuple(sorted(moves, key=lambda move: move.after)),
        stays=tuple(step for step in steps if step not in at),
        reassigned=tuple(steps[step] for step in sorted(case.reassigned) if step not in moved),
        substitutes=_substitutes(case, new),
        exact=found.exact,
    )


def _with(case: Case, new: Mapping[str, Appointment]) -> Series:
    """Return the series with these visits, by step, in place of the old."""
    own = {visit.id for visit in case.visits}
    visits = [new.get(visit.step, visit) if visit.id in own else visit for visit in case.series.appointments]
    return replace(
        case.series, appointments=tuple(sorted(visits, key=lambda visit: (visit.start, visit.step)))
    )


def _placed(case: Case, changed: Sequence[int], starts: Sequence[int]) -> Iterator[Placement]:
    """Return visits with a room and people for each, those of one therapist together."""
    by_therapist: dict[str, list[int]] = {}
    for step in changed:
        by_therapist.setdefault(case.therapist_at(step, starts[step]), []).append(step)
    for therapist, steps in sorted(by_therapist.items()):
        outline = outline_of(case.question.outline.protocol.only(case.visits[step].step for step in steps))
        yield from place(replace(case.question, outline=outline), [starts[step] for step in steps], therapist)


def _changed(case: Case, placement: Placement) -> Appointment:
    visit = next(visit for visit in case.visits if visit.step == placement.step.key)
    diary = case.question.diary
    made = appointment_at(placement, diary.staff, visit.site, id=visit.id, series=visit.series)
    state = AppointmentState.BOOKED if visit.state is AppointmentState.CONFIRMED else visit.state
    return replace(made, state=state, version=visit.version + 1, title=visit.title)


def _substitutes(case: Case, new: Mapping[str, Appointment]) -> Mapping[str, str]:
    """Return by step who guides a changed visit although the protocol asks for the therapist of the series."""
    shapes, numbers = case.question.outline.shapes, case.question.outline.numbers
    guides = {
        step: visit.staff[Role.THERAPIST]
        for step, visit in new.items()
        if shapes[numbers[step]].keeps_one_therapist
    }
    return {step: guide for step, guide in guides.items() if guide != case.therapist}
