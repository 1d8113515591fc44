"""Checks that the visits of a protocol have one order, whichever of those that may be missing are left out."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence, Set
from datetime import timedelta
from itertools import combinations

from scheduler.domain.errors import Fault
from scheduler.domain.treatment import Counting, Point, Step, Window


def in_order(steps: Sequence[Step], windows: Sequence[Window]) -> tuple[Step, ...]:
    """Return the steps in the order in which their visits take place; steps whose order is open keep their places."""
    chains = _Chains(steps, windows)
    before = [chains.after(step.key) for step in steps]
    return tuple(sorted(steps, key=lambda step: sum(step.key in later for later in before)))


def faults_of_order(steps: Sequence[Step], windows: Sequence[Window]) -> list[Fault]:
    """Return one fault for each pair of steps that may overlap because no windows decide which comes first.

    The chain from one to the other may not lead over a visit that is optional, can be left out or declined: without
    that visit the order would be open. Such a visit is named.
    """
    chains = _Chains(steps, windows)
    later = {step.key: chains.after(step.key) for step in steps}
    return [
        Fault(
            "windows",
            f"{chains.only_by_way_of(one.key, other.key)}nothing decides whether {one.key} or {other.key} comes first",
            f"add a window from {one.key}.end to {other.key}.start, not by way of visits that may be left out",
        )
        for one, other in combinations(steps, 2)
        if other.key not in later[one.key] and one.key not in later[other.key]
    ]


class _Chains:
    """The windows after which one visit surely follows another, as chains from step to step."""

    def __init__(self, steps: Sequence[Step], windows: Sequence[Window]) -> None:
        self._all = frozenset(step.key for step in steps)
        self._always_there = frozenset(step.key for step in steps if not _may_be_missing(step))
        self._next: dict[str, list[str]] = {step.key: [] for step in steps}
        for window in windows:
            if _keeps_order(window):
                self._next[window.from_step].append(window.to_step)

    def after(self, step: str) -> Set[str]:
        """Return the steps that surely come after one has ended, whatever is missing between them."""
        return self._found(step, self._always_there).keys()

    def only_by_way_of(self, one: str, other: str) -> str:
        """Return the beginning of a sentence that names the visits without which two are not in order, if there are any."""
        for first, last in ((one, other), (other, one)):
            came_from = self._found(first, self._all)
            if last in came_from:
                between, step = [], came_from[last]
                while step != first:
                    between.append(step)
                    step = came_from[step]
                missing = [key for key in reversed(between) if key not in self._always_there]
                return f"without {' and '.join(missing)}, which may be left out, "
        return ""

    def _found(self, step: str, passable: Set[str]) -> Mapping[str, str]:
        """Return the steps that chains lead to, each with the one before it; a chain goes on from passable steps only."""
        came_from: dict[str, str] = {}
        open_ones = deque([step])
        while open_ones:
            here = open_ones.popleft()
            for key in self._next[here]:
                if key not in came_from:
                    came_from[key] = here
                    if key in passable:
                        open_ones.append(key)
        return came_from


def _may_be_missing(step: Step) -> bool:
    return step.optional or step.declinable or step.left_out_when_passed is not None


def _keeps_order(window: Window) -> bool:
    """Say whether a window puts its second visit after the end of its first; on one date they stand in any order."""
    if (window.from_point, window.to_point) != (Point.END, Point.START):
        return False
    return window.counted is Counting.ELAPSED or window.at_least >= timedelta(days=1)
