"""Checks that the windows of a protocol can be kept together, and names those that cannot.

Windows in elapsed time and windows in calendar days are told apart by asking twice: once of the instants, where a number
of dates means at least and at most so much time, and once of the dates, where a length means so many dates. What is
inferred from the one for the other is never more than what holds on any day in any zone, so that windows which could be
kept together are never refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from scheduler.domain.errors import Fault
from scheduler.domain.treatment import Counting, Point, Step, Window

_NONE = timedelta(0)
_DAY = timedelta(days=1)

CLOCK_CHANGE = timedelta(hours=2)
"""No zone in use moves its clocks by more (Antarctica/Troll by two hours, others by one or by half an hour)."""


@dataclass(frozen=True, slots=True)
class Limit:
    """`second` comes at the most so long after `first`; a negative length asks for the earliest, the other way round.

    `words` say it, and are empty for what goes without saying: how long a visit lasts. `counted` is how it was asked for.
    """

    first: str
    second: str
    most: timedelta
    words: str = ""
    counted: Counting = Counting.ELAPSED


def faults_of_contradiction(steps: Sequence[Step], windows: Sequence[Window]) -> list[Fault]:
    """Return a fault that names windows which cannot be kept together, or nothing when none is found.

    Windows in elapsed time alone are judged exactly; beside windows in calendar days only what is impossible on every
    day of the year is named.
    """
    if cycle := _impossible_cycle(list(limits_of_instants(steps, windows))):
        by_date = any(limit.counted is Counting.CALENDAR for limit in cycle)
        return [_fault(cycle, f"{'at least ' if by_date else ''}{in_units(_excess(cycle))}")]
    if cycle := _impossible_cycle(list(limits_of_dates(steps, windows))):
        return [_fault(cycle, f"at least {_in_dates(_excess(cycle))}")]
    return []


def limits_of_instants(steps: Sequence[Step], windows: Sequence[Window]) -> Iterator[Limit]:
    """Yield what windows say about the elapsed time between the moments of visits."""
    for step in steps:
        yield from _both(
            _moment(step.key, Point.START), _moment(step.key, Point.END), step.length, step.length
        )
    for window in windows:
        first, second = _moments(window)
        least, most = window.at_least, window.at_most
        if window.counted is Counting.CALENDAR:
            least, most = _shortest(least), None if most is None else _longest(most)
        yield Limit(second, first, -least, _words(window, "at_least"), window.counted)
        if most is not None:
            yield Limit(first, second, most, _words(window, "at_most"), window.counted)


def limits_of_dates(steps: Sequence[Step], windows: Sequence[Window]) -> Iterator[Limit]:
    """Yield what windows say about the dates of the moments of visits, in whole days."""
    for step in steps:
        start, end = _moment(step.key, Point.START), _moment(step.key, Point.END)
        yield from _both(start, end, _fewest(step.length), _most_dates(step.length))
    for window in windows:
        first, second = _moments(window)
        least, most = window.at_least, window.at_most
        if window.counted is Counting.ELAPSED:
            least, most = _fewest(least), None if most is None else _most_dates(most)
        yield Limit(second, first, -least, _words(window, "at_least"), window.counted)
        if most is not None:
            yield Limit(first, second, most, _words(window, "at_most"), window.counted)


def in_units(length: timedelta) -> str:
    """Return an elapsed length in the largest unit that says it exactly: 7 d, 48 h, 50 min."""
    minutes = int(length / timedelta(minutes=1))
    if minutes and minutes % 1440 == 0 and minutes >= 2880:
        return f"{minutes // 1440} d"
    return f"{minutes // 60} h" if minutes and minutes % 60 == 0 else f"{minutes} min"


def _shortest(dates: timedelta) -> timedelta:
    """Return the least time between two moments so many dates apart: between them lie all whole days but the last."""
    if dates == _DAY:
        return _NONE
    return dates - _DAY - CLOCK_CHANGE


def _longest(dates: timedelta) -> timedelta:
    """Return the most time between two moments so many dates apart: from the first minute to the last."""
    return dates + _DAY + CLOCK_CHANGE


def _fewest(length: timedelta) -> timedelta:
    """Return the fewest dates that so long a time goes on by; nobody comes to an earlier date by waiting."""
    return max(_NONE, (length - CLOCK_CHANGE) // _DAY * _DAY)


def _most_dates(length: timedelta) -> timedelta:
    """Return the most dates that so long a time goes on by."""
    return -(-(length + CLOCK_CHANGE) // _DAY) * _DAY


def _both(start: str, end: str, least: timedelta, most: timedelta) -> Iterator[Limit]:
    yield Limit(end, start, -least)
    yield Limit(start, end, most)


def _moments(window: Window) -> tuple[str, str]:
    return _moment(window.from_step, window.from_point), _moment(window.to_step, window.to_point)


def _moment(step: str, point: Point) -> str:
    return f"{step}.{point}"


def _words(window: Window, bound: str) -> str:
    length: timedelta = getattr(window, bound)
    first, second = _moments(window)
    said = in_units(length) if window.counted is Counting.ELAPSED else _in_dates(length)
    return f"{first} to {second} {bound.replace('_', ' ')} {said}"


def _in_dates(length: timedelta) -> str:
    return f"{length.days} calendar day{'' if length.days == 1 else 's'}"


def _excess(cycle: Sequence[Limit]) -> timedelta:
    return -sum((limit.most for limit in cycle), _NONE)


def _fault(cycle: Sequence[Limit], excess: str) -> Fault:
    words = "; ".join(limit.words for limit in cycle if limit.words)
    mend = f"together they ask for {excess} more than there is: lower a minimum or raise a limit"
    return Fault("windows", f"these cannot be kept together: {words}", mend)


def _impossible_cycle(limits: Sequence[Limit]) -> list[Limit]:
    """Return limits that lead round in a circle to less than nothing (Bellman and Ford), or an empty list."""
    reach = dict.fromkeys((moment for limit in limits for moment in (limit.first, limit.second)), _NONE)
    by_way_of: dict[str, Limit] = {}
    changed: str | None = None
    for _ in range(len(reach) + 1):
        changed = None
        for limit in limits:
            if reach[limit.first] + limit.most < reach[limit.second]:
                reach[limit.second] = reach[limit.first] + limit.most
                by_way_of[limit.second], changed = limit, limit.second
        if changed is None:
            return []
    for _ in reach:
        changed = by_way_of[changed].first if changed else None
    cycle: list[Limit] = []
    cursor = changed
    while cursor and (not cycle or cursor != changed):
        cycle.append(by_way_of[cursor])
        cursor = by_way_of[cursor].first
    return cycle[::-1]
