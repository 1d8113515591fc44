"""New starts for visits that stand: the fewest of them moved, then by the least time, then each as early as can be.

Mostly `pulling.py` says at once what follows from the visit that must move. The rest is searched here.

Windows relate visits in pairs, mostly a dose and the few visits around it. So once a few visits are placed, the others
fall into branches that have nothing to do with each other, and each branch asks only for the starts of the few above
it: its best is found once for each of these, from the best of the branches beneath every start of its first visit. A
visit with nothing beneath takes the start nearest to its old one. Starts from which, with what they force others to do,
nothing better can come than what is known are left out. One visit moved is tried first, then two and so on.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from heapq import merge
from itertools import chain, islice
from typing import TypeAlias

from scheduler.domain.lazily import lazily
from scheduler.planner.elimination import Branch, branches_of
from scheduler.planner.forcing import VISIT, Forcing, Key, cost_of
from scheduler.planner.network import Choices, Network, Stuck
from scheduler.planner.pulling import pulled_along
from scheduler.planner.standing import Asked, Standing

MOST_STARTS = 50_000
"""After so many starts tried, the best series known is taken, and the answer says that there may be a better one."""

#: The least that a branch can cost with a start of its first step, what that costs itself, and the start.
_Start: TypeAlias = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Shifted:
    """New starts by number, how many of them are not the old ones, and by how many slots together.

    `exact` says that no other starts move fewer visits, or as many by less.
    """

    moved: int
    shift: int
    starts: tuple[int, ...]
    exact: bool = True

    @classmethod
    def to(cls, starts: tuple[int, ...], standing: Standing) -> Shifted:
        """Count what moves when these are the best starts."""
        ways = [abs(new - old) for new, old in zip(starts, standing.starts, strict=True) if new != old]
        return cls(len(ways), sum(ways), starts)


@dataclass(frozen=True, eq=False)
class NoWay:
    """No new starts were found; `exact` says that there are none."""

    network: Network
    choices: Choices
    standing: Standing
    exact: bool

    @lazily
    def stuck(self) -> Stuck | None:
        """Where all starts get stuck; `None` where that cannot be said."""
        asked = Asked.of(self.network, self.choices, self.standing)
        return asked if isinstance(asked, Stuck) else None


def rescheduled_starts(network: Network, choices: Choices, standing: Standing) -> Shifted | NoWay:
    """Return the starts with the fewest visits moved, then by the least time, then the earliest, or that there are none.

    `choices` hold the starts to which a visit may move.
    """
    if standing.may_move <= standing.may_stay:
        return Shifted(0, 0, standing.starts)
    pulled = pulled_along(network, choices, standing)
    if pulled.starts is not None:
        return Shifted.to(pulled.starts, standing)
    if pulled.is_proven:
        return NoWay(network, choices, standing, exact=True)
    return searched_starts(network, choices, standing)


def searched_starts(network: Network, choices: Choices, standing: Standing) -> Shifted | NoWay:
    """Return the same by trying starts, whatever windows are broken as the visits stand."""
    asked = Asked.of(network, choices, standing)
    if isinstance(asked, Stuck):
        return NoWay(network, choices, standing, exact=True)
    starts = list(standing.starts)
    exact, left = True, asked.forced
    while left:
        root = min(left, key=lambda step: (len(asked.options[step]), step))
        branches = branches_of(asked.network, asked.excused, standing.may_move, root)
        found = _Search(asked, branches).best(root)
        if found is None:
            return NoWay(network, choices, standing, exact=False)
        for step, start in found[0].items():
            starts[step] = start
        exact, left = exact and found[1], left - branches.keys()
    return replace(Shifted.to(tuple(starts), standing), exact=exact)


@dataclass(slots=True)
class _Known:
    """What is known of a branch for one key: its least cost and the start for it, or that it costs at least so much."""

    cost: int
    start: int | None = None


class _Search:
    """Finds the best starts of steps that hang together."""

    def __init__(self, asked: Asked, branches: Mapping[int, Branch]) -> None:
        self._asked = asked
        self._branches = branches
        self._old = asked.standing.starts
        self._days = asked.network.days
        self._apart = asked.network.apart
        self._forcing = Forcing(asked, branches)
        self._known: dict[int, dict[Key, _Known]] = {first: {} for first in branches}
        self._tried = 0

    @property
    def _is_spent(self) -> bool:
        return self._tried > MOST_STARTS

    def best(self, root: int) -> tuple[dict[int, int], bool] | None:
        """Return the starts by step and whether they are known to be the best; `None` when none were found."""
        visits = self._forcing.least_cost(root, ()) // VISIT
        while visits <= len(self._branches):
            visits += 1
            if self._cost(root, (), visits * VISIT - 1) < visits * VISIT:
                return self._told(root), not self._is_spent
            if self._is_spent:
                break
        return self._at_an_end()

    def _at_an_end(self) -> tuple[dict[int, int], bool] | None:
        """Return the earliest series or the latest: not the best, but known without a search."""
        for starts in (self._asked.least, self._asked.greatest):
            ours = {step: starts[step] for step in self._branches}
            if self._asked.keeps([ours.get(step, old) for step, old in enumerate(self._old)]):
                return ours, False
        return None

    def _told(self, root: int) -> dict[int, int]:
        told: dict[int, int] = {}
        waiting: list[tuple[int, Key]] = [(root, ())]
        while waiting:
            first, key = waiting.pop()
            start = self._known[first][key].start
            assert start is not None, "its cost was found with it"
            told[first] = start
            longer = (*key, start)
            for one, places in self._branches[first].beneath:
                waiting.append((one, tuple([longer[at] for at in places])))
        return told

    def _cost(self, first: int, key: Key, most: int) -> int:
        """Return the least cost of a branch for a key, or a lower bound on it that is more than `most`."""
        known = self._known[first].get(key)
        if known is None:
            known = self._known[first][key] = _Known(self._forcing.least_cost(first, key))
        if known.start is not None or known.cost > most:
            return known.cost
        least, chosen = most + 1, None
        for bound, price, start in self._starts(first, key):
            if bound >= least or self._is_spent:
                break
            self._tried += 1
            cost = self._beneath(first, (*key, start), price, least)
            if cost < least:
                least, chosen = cost, start
        known.cost, known.start = least, chosen
        return least

    def _beneath(self, first: int, longer: Key, price: int, limit: int) -> int:
        """Return the cost of a branch with the first start of this price, or something that is not below the limit."""
        keys = [(one, tuple([longer[at] for at in places])) for one, places in self._branches[first].beneath]
        forced = [self._forcing.least_cost(one, key) for one, key in keys]
        cost = price + sum(forced)
        for (one, key), least in zip(keys, forced, strict=True):
            if cost >= limit:
                break
            cost += self._cost(one, key, limit - 1 - cost + least) - least
        return cost

    def _starts(self, first: int, key: Key) -> Iterator[_Start]:
        """Yield the starts of a branch's first step, the cheapest first with what they force at the least."""
        branch = self._branches[first]
        low, high, stays = self._within(first, key)
        old, stay = self._old[first], [(0, 0, self._old[first])] if stays else []
        if stays and not branch.beneath:
            return iter(stay)
        options = self._asked.options[first]
        later = options[bisect_left(options, max(low, old)) : bisect_right(options, high)]
        earlier = options[bisect_left(options, low) : bisect_right(options, min(high, old))]
        moves = merge(self._later(branch, later), self._earlier(branch, reversed(earlier)))
        # With nothing beneath that minds, the nearest is the best.
        return chain(stay, moves) if branch.beneath else islice(moves, 1)

    def _within(self, step: int, key: Key) -> tuple[int, int, bool]:
        """Return the first and the last slot that a key leaves to a step that moves, and whether it may stay."""
        asked, old, branch = self._asked, self._old, self._branches[step]
        low, high, stays = asked.least[step], asked.greatest[step], step in asked.stays
        for at, arc in branch.after:
            bound = arc.bound(asked.standing.over_from(arc.source, key[at]), self._days)
            low = max(low, bound)
            if old[step] < bound and not (key[at] == old[arc.source] and arc in asked.excused):
                stays = False
        for at, arc in branch.before:
            bound = arc.bound_back(key[at], self._days)
            high = min(high, bound)
            over = asked.standing.over_from(step, old[step])
            if over > bound and not (key[at] == old[arc.target] and arc in asked.excused):
                stays = False
        return low, high, stays

    def _later(self, branch: Branch, options: Iterable[int]) -> Iterator[_Start]:
        """Yield later starts; the later, the more of the branch have to follow."""
        step, old = branch.steps[0], self._old
        behind = [(self._apart[step][one], old[one]) for one in branch.steps[1:]]
        for start in options:
            price = cost_of(old[step], start)
            pulled = sum([cost_of(now, start + far) for far, now in behind if start + far > now])
            yield price + pulled, price, start

    def _earlier(self, branch: Branch, options: Iterable[int]) -> Iterator[_Start]:
        """Yield earlier starts, the latest first; the earlier, the more of the branch have to come before."""
        step, old = branch.steps[0], self._old
        before = [(self._apart[one][step], old[one]) for one in branch.steps[1:]]
        for start in options:
            price = cost_of(old[step], start)
            pulled = sum([cost_of(now, start - far) for far, now in before if start - far < now])
            yield price + pulled, price, start
