"""Wishes about when visits take place: the patient's days and times, driving, ideal distances, rhythm, trips."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time, timedelta
from functools import lru_cache
from itertools import chain

from scheduler.domain.clock import days_of, instant_at, local_day
from scheduler.domain.interval import Interval
from scheduler.domain.telling import told, told_joined, told_of_number
from scheduler.domain.treatment import Counting, Point, StepKind, Window
from scheduler.planner.holes import Holes
from scheduler.planner.narrowing import Wish
from scheduler.planner.network import Arc
from scheduler.planner.outline import Outline, at_most, distance
from scheduler.planner.question import Question
from scheduler.planner.timeline import Grid, slots_in
from scheduler.planner.weekday_names import WEEKDAYS_SHORT
from scheduler.rules.integration import ARRIVAL

WEEK = 7

_LONGEST_DAY = slots_in(timedelta(hours=25))


def patients_times(question: Question) -> tuple[tuple[Wish, ...], ...]:
    """Ask for each visit that it lies wholly on the days and within the times that suit, in two orders.

    The doses come first, then other visits for which to come, then calls; of each from the first on, and from the last.
    """
    if not question.wishes.prefers_times:
        return ()
    holes = [_unsuitable(question, length) for length in question.outline.lengths]
    groups = _by_weight(question.outline)
    orders = (chain.from_iterable(groups), chain.from_iterable(group[::-1] for group in groups))
    return tuple(
        tuple(Wish(holes={step: found}) for step in order if (found := holes[step]) is not None)
        for order in orders
    )


@lru_cache(maxsize=256)
def _by_weight(outline: Outline) -> tuple[tuple[int, ...], ...]:
    """Return the visits by how much it matters when they are: doses, other visits for which to come, and calls."""
    doses = outline.of_kind(StepKind.DOSING)
    others = [number for number in range(len(outline.steps)) if number not in doses]
    there = tuple(number for number in others if outline.steps[number].room_capability is not None)
    return doses, there, tuple(number for number in others if number not in there)


def tell_times(question: Question, _: str, starts: Sequence[int]) -> tuple[int, str] | None:
    """Count the visits that do not suit the patient: a dose weighs more than all other visits, these more than all calls."""
    if not question.wishes.prefers_times:
        return None
    against = [
        [n for n in group if not _suits(question, n, starts[n])] for group in _by_weight(question.outline)
    ]
    cost = 0
    for group in against:
        cost = cost * (len(starts) + 1) + len(group)
    missed, doses = list(chain.from_iterable(against)), question.outline.of_kind(StepKind.DOSING)
    words = told("suits %(number)s of %(all)s visits", number=len(starts) - len(missed), all=len(starts))
    keys = ", ".join(question.outline.steps[number].key for number in missed)
    if missed and doses:
        kept = len(doses) - len(against[0])
        among = told("%(kept)s of %(number)s doses", kept=kept, number=len(doses))
        among = told("every dose") if kept == len(doses) else among
        return cost, told(
            "%(words)s, among them %(among)s, but not %(keys)s", words=words, among=among, keys=keys
        )
    return cost, told("%(words)s but not %(keys)s", words=words, keys=keys) if missed else words


def _suits(question: Question, step: int, start: int) -> bool:
    holes = _unsuitable(question, question.outline.lengths[step])
    return holes is None or holes.end_over(start) is None


def _unsuitable(question: Question, length: int) -> Holes | None:
    wishes = question.wishes
    return _outside(
        question.grid, question.zone, wishes.weekdays, (wishes.from_time, wishes.until_time), length
    )


@lru_cache(maxsize=256)
def _outside(
    grid: Grid, zone: str, weekdays: frozenset[int], times: tuple[time | None, time | None], length: int
) -> Holes | None:
    allowed = []
    for day in days_of(grid.horizon, zone):
        if day.weekday() in weekdays:
            begin = instant_at(day, times[0] or time.min, zone)
            end = (
                instant_at(day, times[1], zone)
                if times[1]
                else instant_at(day + timedelta(1), time.min, zone)
            )
            if begin < end:
                first, last = grid.within(Interval(begin, end))
                allowed.append((first, last - length + 1))
    edges = [(0, 0), *allowed, (grid.slots, grid.slots)]
    return Holes.of((before[1], after[0]) for before, after in zip(edges, edges[1:], strict=False))


def no_driving(question: Question) -> tuple[Wish, ...]:
    """Ask that nobody is to come in person while not allowed to drive."""
    return tuple(Wish(arcs=(arc,)) for arc in _driving_arcs(question.outline))


@lru_cache(maxsize=256)
def _driving_arcs(outline: Outline) -> tuple[Arc, ...]:
    pairs = dict.fromkeys(
        (window.from_step, window.to_step)
        for window in outline.protocol.windows
        if window.from_point is Point.END and window.at_least >= timedelta(0)
    )
    numbers, step = outline.numbers, outline.protocol.step
    return tuple(
        Arc(numbers[source], numbers[target], slots_in(before.length + before.no_driving + ARRIVAL))
        for source, target in pairs
        if (before := step(source)).no_driving > timedelta(0) and step(target).room_capability is not None
    )


def tell_driving(question: Question, _: str, starts: Sequence[int]) -> tuple[int, str] | None:
    """Count the visits before which the patient may not drive."""
    return _arcs_told(question, _driving_arcs(question.outline), starts)


def ideal_distances(question: Question) -> tuple[Wish, ...]:
    """Ask for each window with an ideal that its visits stand no further apart."""
    return tuple(Wish(arcs=(arc,)) for arc in _ideal_arcs(question.outline))


@lru_cache(maxsize=256)
def _ideal_arcs(outline: Outline) -> tuple[Arc, ...]:
    return tuple(
        _ideal(outline, window) for window in outline.protocol.windows if window.ideally_at_most is not None
    )


def _ideal(outline: Outline, window: Window) -> Arc:
    assert window.ideally_at_most is not None
    return at_most(outline.protocol, outline.numbers, window, window.ideally_at_most)


def tell_ideal(question: Question, _: str, starts: Sequence[int]) -> tuple[int, str] | None:
    """Count the windows whose visits stand further apart than the protocol wishes."""
    return _arcs_told(question, _ideal_arcs(question.outline), starts)


def weekday_rhythm(question: Question) -> tuple[Wish, ...]:
    """Return every way in which doses may return to the same weekdays: so many a week, as the windows leave room for."""
    doses = question.outline.of_kind(StepKind.DOSING)
    numbers = range(min(len(doses) - 1, WEEK), 0, -1)
    return tuple(
        Wish(arcs=_weekly(doses, number)) for number in numbers if _may_return(question, doses, number)
    )


def _may_return(question: Question, doses: tuple[int, ...], number: int) -> bool:
    """Say whether the windows let the dose so many on stand on the same weekday a week later."""
    first, later, day = doses[0], doses[number], timedelta(days=1)
    least, back = distance(question.outline, first, later), distance(question.outline, later, first)
    too_far = least is not None and least >= slots_in((WEEK + 1) * day)
    too_near = back is not None and -back <= slots_in((WEEK - 1) * day)
    return not too_far and not too_near


def _weekly(doses: tuple[int, ...], number: int) -> tuple[Arc, ...]:
    """Return the arcs by which each dose but the last few has one on its weekday a week later, `number` doses on."""
    return tuple(
        arc
        for earlier, later in zip(doses, doses[number:], strict=False)
        for arc in (Arc(earlier, later, days=WEEK), Arc(later, earlier, days=-WEEK))
    )


def tell_rhythm(question: Question, _: str, starts: Sequence[int]) -> tuple[int, str] | None:
    """Count the doses that leave the rhythm of the weekdays, by the rhythm that fits best."""
    doses = question.outline.of_kind(StepKind.DOSING)
    if len(doses) < 2:
        return None
    dates = [_date(question, starts[dose]) for dose in doses]
    breaks, number = min(
        (sum((later - earlier).days != WEEK for earlier, later in zip(dates, dates[n:], strict=False)), n)
        for n in range(1, min(WEEK, len(dates) - 1) + 1)
        if len(dates) > n
    )
    names = [WEEKDAYS_SHORT[day.weekday()] for day in dates]
    if not breaks:
        return 0, told("every week on %(names)s", names=told_joined(names[:number], ", "))
    return breaks, told("on %(names)s, but not every week", names=names[0]) if len(set(names)) == 1 else told(
        "doses on %(names)s", names=told_joined(names, ", ")
    )


def fewest_trips(question: Question) -> tuple[Wish, ...]:
    """Ask for each integration that it takes place on the day of the visit after it, so that one trip serves both."""
    return tuple(
        Wish(arcs=(Arc(source, target, days=0), Arc(target, source, days=0)))
        for source, target in _pairs_of_one_trip(question.outline)
    )


@lru_cache(maxsize=256)
def _pairs_of_one_trip(outline: Outline) -> tuple[tuple[int, int], ...]:
    """Return the integrations and the visits for which the patient comes after them, where both may be on one day."""
    step, numbers = outline.protocol.step, outline.numbers
    pairs = dict.fromkeys(
        (numbers[window.from_step], numbers[window.to_step])
        for window in outline.protocol.windows
        if step(window.from_step).kind is StepKind.INTEGRATION
        and step(window.from_step).room_capability is not None
        and step(window.to_step).room_capability is not None
        and not (window.counted is Counting.CALENDAR and window.at_least > timedelta(0))
    )
    return tuple(pair for pair in pairs if (distance(outline, *pair) or 0) < _LONGEST_DAY)


def tell_trips(question: Question, _: str, starts: Sequence[int]) -> tuple[int, str]:
    """Count the days on which the patient has to come."""
    steps = question.outline.steps
    trips = len(
        {_date(question, start) for step, start in zip(steps, starts, strict=True) if step.room_capability}
    )
    return trips, told_of_number("%(num)s day on which to come", "%(num)s days on which to come", trips)


def _arcs_told(question: Question, arcs: tuple[Arc, ...], starts: Sequence[int]) -> tuple[int, str] | None:
    if not arcs:
        return None
    missed = dict.fromkeys(_visit(question, arc) for arc in arcs if not arc.is_kept(starts, question.days))
    return len(missed), "kept" if not missed else told("not kept") + _listed(" by ", list(missed))


def _visit(question: Question, arc: Arc) -> str:
    """Return the key of the visit that an arc is about: the later one, or the earlier of a maximum before a dose."""
    steps = question.outline.steps
    return steps[max(arc.source, arc.target) if arc.window is None else arc.target].key


def _listed(before: str, keys: Sequence[str]) -> str:
    return before + ", ".join(keys) if keys else ""


def _date(question: Question, slot: int) -> date:
    return local_day(question.grid.at(slot), question.zone)
