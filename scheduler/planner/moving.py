"""New starts for visits that stand: the fewest of them moved, then by the least time, then each as early as can be.

Windows relate visits in pairs, mostly a dose and the few visits around it. So visits are placed one after the other, and of
those placed only the ones matter on which a visit still to be placed depends: for the same starts of these, only the
cheapest beginning is kept. A visit whose neighbours are all placed takes the start nearest to its old one. A beginning is
given up when it, with what it forces the others to move, costs more than a whole series that is known. A search that
keeps a few beginnings finds such a series; wider ones follow until none had to be left out, and then none is better.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from heapq import merge, nsmallest
from itertools import chain, islice
from operator import itemgetter
from typing import TypeAlias

from scheduler.planner.elimination import Layer, Plan, plan_of
from scheduler.planner.forcing import IMPOSSIBLE, Forcing, Key, cost_of
from scheduler.planner.network import Choices, Network, Stuck
from scheduler.planner.standing import Asked, Standing

#: How many beginnings are kept at once, search by search.
WIDTHS = (4, 64, 1024, 16384)

#: The starts chosen so far, the last one first.
Chain: TypeAlias = tuple[int, "Chain"] | None
#: Beginnings by the starts that matter ahead: what each costs, and its starts.
Beginnings: TypeAlias = dict[Key, tuple[int, Chain]]


@dataclass(frozen=True, slots=True)
class Shifted:
    """New starts by number, how many of them are not the old ones, and by how many slots together.

    `exact` says that no other starts move fewer visits, or as many by less.
    """

    moved: int
    shift: int
    starts: tuple[int, ...]
    exact: bool = True


def rescheduled_starts(network: Network, choices: Choices, standing: Standing) -> Shifted | Stuck | None:
    """Return the starts with the fewest visits moved, then by the least time, then the earliest; or where all get stuck.

    `choices` hold the starts to which a visit may move. `None` says that nothing was found, though it is not proven that
    there is nothing.
    """
    if standing.may_move <= standing.may_stay:
        return Shifted(0, 0, standing.starts)
    asked = Asked.of(network, choices, standing)
    if isinstance(asked, Stuck):
        return asked
    starts = list(standing.starts)
    exact, left = True, asked.forced
    while left:
        root = min(left, key=lambda step: (len(asked.options[step]), step))
        plan = plan_of(asked.network, asked.excused, standing.may_move, root)
        found = _Search(asked, plan).best()
        if found is None:
            return None
        for step, start in found[0].items():
            starts[step] = start
        exact, left = exact and found[1], left - plan.branches.keys()
    ways = [abs(new - old) for new, old in zip(starts, standing.starts, strict=True)]
    return Shifted(sum(map(bool, ways)), sum(ways), tuple(starts), exact)


class _Search:
    """Finds the best starts of steps that hang together."""

    def __init__(self, asked: Asked, plan: Plan) -> None:
        self._asked = asked
        self._plan = plan
        self._old = asked.standing.starts
        self._days = asked.network.days
        self._apart = asked.network.apart
        self._forcing = Forcing(asked, plan)
        self._best: tuple[int, dict[int, int]] | None = None
        for starts in (asked.least, asked.greatest):
            self._consider({step: starts[step] for step in plan.branches})

    def best(self) -> tuple[dict[int, int], bool] | None:
        """Return the starts by step and whether they are known to be the best; `None` when none were found."""
        whole = any(self._widened_to(width) for width in WIDTHS)
        return (self._best[1], whole) if self._best else None

    @property
    def _most(self) -> int:
        """What a series may cost that is worth finding."""
        return self._best[0] - 1 if self._best else IMPOSSIBLE - 1

    def _consider(self, starts: dict[int, int]) -> None:
        whole = list(self._old)
        for step, start in starts.items():
            whole[step] = start
        cost = sum(cost_of(self._old[step], start) for step, start in starts.items())
        if cost <= self._most and self._asked.keeps(whole):
            self._best = (cost, starts)

    def _widened_to(self, width: int) -> bool:
        """Look for a better series with so many beginnings at once; say whether none was left out."""
        whole = True
        beginnings: Beginnings = {(): (0, None)}
        for layer in self._plan.layers:
            found, every = self._longer(layer, beginnings, width)
            worth = {key: cost + self._forced(layer, key) for key, (cost, _) in found.items()}
            left = [key for key, least in worth.items() if least <= self._most]
            whole = whole and every and len(left) <= width
            if len(left) > width:
                left = nsmallest(width, left, key=worth.__getitem__)
            beginnings = {key: found[key] for key in left}
        for _, starts in beginnings.values():
            self._consider(self._told(starts))
        return whole

    def _longer(self, layer: Layer, beginnings: Beginnings, width: int) -> tuple[Beginnings, bool]:
        """Place one more step behind each beginning, in all ways or in the cheapest; say whether in all."""
        every, found = True, Beginnings()
        for key, (cost, starts) in beginnings.items():
            for tried, (start, price) in enumerate(self._starts(layer, key, cost)):
                if tried == 2 * width:
                    every = False
                    break
                longer = (*key, start)
                kept = tuple([longer[at] for at in layer.kept])
                known = found.get(kept)
                if known is None or cost + price < known[0]:
                    found[kept] = (cost + price, (start, starts))
        return found, every

    def _forced(self, layer: Layer, key: Key) -> int:
        """Return the least that the steps ahead of a layer must cost, given the starts that matter to them."""
        least_cost = self._forcing.least_cost
        return sum([least_cost(first, tuple([key[at] for at in places])) for first, places in layer.branches])

    def _told(self, starts: Chain) -> dict[int, int]:
        told: dict[int, int] = {}
        for layer in reversed(self._plan.layers):
            assert starts is not None, "every layer adds one"
            told[layer.step], starts = starts
        return told

    def _starts(self, layer: Layer, key: Key, cost: int) -> Iterable[tuple[int, int]]:
        """Return the starts of a step beside those of the key, with what each costs, the cheapest first."""
        asked, step, old = self._asked, layer.step, self._old
        low, high, stays = asked.least[step], asked.greatest[step], step in asked.stays
        for at, arc in layer.after:
            bound = arc.bound(asked.standing.over_from(arc.source, key[at]), self._days)
            low = max(low, bound)
            if old[step] < bound and not (key[at] == old[arc.source] and arc in asked.excused):
                stays = False
        for at, arc in layer.before:
            bound = arc.bound_back(key[at], self._days)
            high = min(high, bound)
            over = asked.standing.over_from(step, old[step])
            if over > bound and not (key[at] == old[arc.target] and arc in asked.excused):
                stays = False
        stay = [(old[step], 0)] if stays else []
        # With nothing ahead that minds, the nearest is the best.
        if not layer.matters:
            return stay or islice(self._moves(layer, (low, high), cost), 1)
        return chain(stay, self._moves(layer, (low, high), cost))

    def _moves(self, layer: Layer, within: tuple[int, int], cost: int) -> Iterator[tuple[int, int]]:
        options, old, (low, high) = self._asked.options[layer.step], self._old[layer.step], within
        later = options[bisect_left(options, max(low, old)) : bisect_right(options, high)]
        earlier = options[bisect_left(options, low) : bisect_right(options, min(high, old))]
        return merge(
            self._one_way(layer, later, self._pulled_later, cost),
            self._one_way(layer, reversed(earlier), self._pulled_earlier, cost),
            key=itemgetter(1),
        )

    def _one_way(
        self, layer: Layer, options: Iterable[int], pulled: Callable[[Layer, int], int], cost: int
    ) -> Iterator[tuple[int, int]]:
        old = self._old[layer.step]
        for start in options:
            price = cost_of(old, start)
            # The farther it goes, the more it forces others to follow.
            if cost + price + pulled(layer, start) > self._most:
                return
            yield start, price

    def _pulled_later(self, layer: Layer, start: int) -> int:
        """Return the least that it costs the steps ahead to come late enough for a start of this one."""
        apart, old = self._apart[layer.step], self._old
        return sum(
            [cost_of(old[one], start + apart[one]) for one in layer.ahead if start + apart[one] > old[one]]
        )

    def _pulled_earlier(self, layer: Layer, start: int) -> int:
        """Return the least that it costs the steps ahead to come early enough for a start of this one."""
        apart, old, step = self._apart, self._old, layer.step
        return sum(
            [
                cost_of(old[one], start - apart[one][step])
                for one in layer.ahead
                if start - apart[one][step] < old[one]
            ]
        )
