"""What visits already placed force the others to do: the least that a branch of the search can cost."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from typing import TypeAlias

from scheduler.planner.elimination import Branch
from scheduler.planner.network import NEVER
from scheduler.planner.standing import Asked

#: What moving costs, so that one sum tells what counts first: visits, then slots, then slots later.
VISIT, SLOTS = 1 << 48, 1 << 24
IMPOSSIBLE = 1 << 60

Key: TypeAlias = tuple[int, ...]
#: The place of an earlier step of a branch or above it, how far after that one a step starts, and how far before.
_Tie: TypeAlias = tuple[int, int, int]


def cost_of(old: int, start: int) -> int:
    """Return what it costs to have a visit start at a slot."""
    if start == old:
        return 0
    return VISIT + (start - old) * (SLOTS + 1) if start > old else VISIT + (old - start) * SLOTS


class Forcing:
    """The least costs of branches, by the starts of the steps above each.

    Every step is taken to be as cheap as it can be by itself, within the first and the last of its starts that the steps
    above and those before it in the branch leave it.
    """

    def __init__(self, asked: Asked, branches: Mapping[int, Branch]) -> None:
        self._asked = asked
        self._branches = branches
        self._ties: dict[int, list[tuple[int, list[_Tie]]]] = {}
        self._known: dict[int, dict[Key, int]] = {first: {} for first in branches}

    def least_cost(self, first: int, above: Key) -> int:
        """Return the least cost of the branch that begins with a step, given starts of the steps above it."""
        known = self._known[first]
        if above not in known:
            known[above] = self._least_cost(first, above)
        return known[above]

    def _tied(self, branch: Branch) -> list[tuple[int, list[_Tie]]]:
        apart, graph = self._asked.network.apart, self._asked.neighbours
        found = []
        for number, step in enumerate(branch.steps):
            beside = [(at, one) for at, one in enumerate(branch.above)]
            beside += [
                (len(branch.above) + at, one)
                for at, one in enumerate(branch.steps[:number])
                if one in graph[step]
            ]
            ties = [(at, apart[one][step], apart[step][one]) for at, one in beside]
            found.append((step, [tie for tie in ties if tie[1] > NEVER or tie[2] > NEVER]))
        return found

    def _least_cost(self, first: int, above: Key) -> int:
        if first not in self._ties:
            self._ties[first] = self._tied(self._branches[first])
        asked, old = self._asked, self._asked.standing.starts
        firsts, lasts, total = list(above), list(above), 0
        for step, ties in self._ties[first]:
            low, high = asked.least[step], asked.greatest[step]
            for at, after, before in ties:
                if firsts[at] + after > low:
                    low = firsts[at] + after
                if lasts[at] - before < high:
                    high = lasts[at] - before
            options, now = asked.options[step], old[step]
            place, end = bisect_left(options, low), bisect_right(options, high)
            if low <= now <= high and step in asked.stays:
                firsts.append(min(now, options[place]) if place < end else now)
                lasts.append(max(now, options[end - 1]) if place < end else now)
                continue
            if place >= end:
                return IMPOSSIBLE
            firsts.append(options[place])
            lasts.append(options[end - 1])
            middle = bisect_left(options, now, place, end)
            total += min(
                cost_of(now, start) for start in options[max(place, middle - 1) : min(end, middle + 1)]
            )
        return total
