"""Checks that the visits of a protocol have one order and that its windows can be kept together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import combinations

from scheduler.domain.errors import Fault
from scheduler.domain.treatment import Point, Step, Window

_NONE = timedelta(0)


def in_order(steps: Sequence[Step], windows: Sequence[Window]) -> tuple[Step, ...]:
    """Return the steps in the order in which their visits take place; steps whose order is open keep their places."""
    before = _before(steps, windows)
    return tuple(sorted(steps, key=lambda step: sum(step.key in later for later in before.values())))


def faults_of_order(steps: Sequence[Step], windows: Sequence[Window]) -> list[Fault]:
    """Return one fault for each pair of steps that may overlap because no windows decide which comes first.

    The chain from one to the other may not lead over a visit that can be left out or declined: without that
    visit the order would be open.
    """
    before = _before(steps, windows)
    return [
        Fault(
            "windows",
            f"nothing decides whether {one.key} or {other.key} comes first",
            f"add a window from {one.key}.end to {other.key}.start, not by way of visits that may be left out",
        )
        for one, other in combinations(steps, 2)
        if other.key not in before[one.key] and one.key not in before[other.key]
    ]


def faults_of_contradiction(steps: Sequence[Step], windows: Sequence[Window]) -> list[Fault]:
    """Return a fault that names windows which cannot be kept together, or nothing when all can."""
    lengths = {step.key: step.length for step in steps}
    limits = [limit for window in windows for limit in _limits(window, lengths)]
    cycle = _impossible_cycle(list(lengths), limits)
    if not cycle:
        return []
    words = "; ".join(words for *_, words in cycle)
    excess = sum((most for _, _, most, _ in cycle), _NONE)
    mend = f"together they ask for {in_units(-excess)} more than there is: lower a minimum or raise a limit"
    return [Fault("windows", f"these cannot be kept together: {words}", mend)]


def in_units(length: timedelta) -> str:
    """Return an elapsed length in the largest unit that says it exactly: 7 d, 48 h, 50 min."""
    minutes = int(length / timedelta(minutes=1))
    if minutes and minutes % 1440 == 0 and minutes >= 2880:
        return f"{minutes // 1440} d"
    return f"{minutes // 60} h" if minutes and minutes % 60 == 0 else f"{minutes} min"


def _before(steps: Sequence[Step], windows: Sequence[Window]) -> Mapping[str, frozenset[str]]:
    """Return, for each step, the steps that surely come after it ends."""
    always_there = {step.key for step in steps if not step.declinable and step.left_out_when_passed is None}
    next_ones: dict[str, set[str]] = {step.key: set() for step in steps}
    for window in windows:
        if (window.from_point, window.to_point) == (Point.END, Point.START) and window.at_least >= _NONE:
            next_ones[window.from_step].add(window.to_step)
    later: dict[str, frozenset[str]] = {}
    for step in steps:
        seen: set[str] = set()
        open_ones = list(next_ones[step.key])
        while open_ones:
            key = open_ones.pop()
            if key not in seen:
                seen.add(key)
                open_ones += next_ones[key] if key in always_there else ()
        later[step.key] = frozenset(seen)
    return later


_Limit = tuple[str, str, timedelta, str]
"""From a step, to a step, the latest that the second may start after the first (negative: the earliest), in words."""


def _limits(window: Window, lengths: Mapping[str, timedelta]) -> list[_Limit]:
    """Return what a window says about the starts of its two visits."""
    begin = lengths[window.from_step] if window.from_point is Point.END else _NONE
    end = lengths[window.to_step] if window.to_point is Point.END else _NONE
    shift = begin - end
    name = f"{window.from_step}.{window.from_point} to {window.to_step}.{window.to_point}"
    earliest = f"{name} at least {in_units(window.at_least)}"
    found = [(window.to_step, window.from_step, -(window.at_least + shift), earliest)]
    if window.at_most is not None:
        latest = f"{name} at most {in_units(window.at_most)}"
        found.append((window.from_step, window.to_step, window.at_most + shift, latest))
    return found


def _impossible_cycle(keys: Sequence[str], limits: Sequence[_Limit]) -> list[_Limit]:
    """Return limits that lead round in a circle to less than nothing (Bellman and Ford), or an empty list."""
    reach = dict.fromkeys(keys, _NONE)
    by_way_of: dict[str, _Limit] = {}
    changed: str | None = None
    for _ in range(len(keys) + 1):
        changed = None
        for limit in limits:
            start, end, most, _words = limit
            if reach[start] + most < reach[end]:
                reach[end], by_way_of[end], changed = reach[start] + most, limit, end
        if changed is None:
            return []
    for _ in keys:
        changed = by_way_of[changed][0] if changed else None
    cycle: list[_Limit] = []
    cursor = changed
    while cursor and (not cycle or cursor != changed):
        cycle.append(by_way_of[cursor])
        cursor = by_way_of[cursor][0]
    return cycle[::-1]
