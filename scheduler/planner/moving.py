"""New starts for visits that stand: the fewest of them moved, then by the least time, then each as early as can be.

Windows relate visits in pairs, mostly a dose and the few visits around it. So visits are placed one after the other, and of
those placed only the ones matter on which a visit still to be placed depends: for the same starts of these, only the
cheapest beginning is kept. A visit whose neighbours are all placed takes the start nearest to its old one. A beginning is
given up when it, with what it forces the others to move, costs more than a whole series that is known. A search that
keeps a few beginnings finds such a series; wider ones follow until none had to be left out, and then none is better.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from heapq import merge, nsmallest
from itertools import islice
from operator import itemgetter
from typing import TypeAlias

from scheduler.planner.elimination import component, in_order
from scheduler.planner.network import Arc, Choices, Network, Stuck
from scheduler.planner.standing import Asked, Standing

#: How many beginnings are kept at once, search by search.
WIDTHS = (4, 64, 1024, 16384)

#: What moving costs, so that one sum tells what counts first: visits, then slots, then slots later.
_VISIT, _SLOT = 1 << 48, 1 << 24
_IMPOSSIBLE = 1 << 60

Key: TypeAlias = tuple[int, ...]
#: Arcs to known steps: the place of the other end in a key, the arc, and whether two that stay are excused from it.
Bonds: TypeAlias = tuple[tuple[int, Arc, bool], ...]
#: The starts chosen so far, the last one first.
Chain: TypeAlias = tuple[int, "Chain"] | None


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
    asked = Asked.of(network, choices, standing)
    if isinstance(asked, Stuck):
        return asked
    starts = list(standing.starts)
    exact, left = True, asked.forced
    while left:
        part = component(asked.graph, min(left, key=lambda step: (len(asked.options[step]), step)))
        found = _Search(asked, part).best()
        if found is None:
            return None
        for step, start in found[0].items():
            starts[step] = start
        exact, left = exact and found[1], left - part.keys()
    ways = [abs(new - old) for new, old in zip(starts, standing.starts, strict=True)]
    return Shifted(sum(map(bool, ways)), sum(ways), tuple(starts), exact)


@dataclass(frozen=True, slots=True)
class _Layer:
    """The placing of one step, given the starts of those in `known`, which a key tells in this order.

    `kept` are the places in the key, with the start of the step behind it, that matter to the steps `ahead`. `after` are
    the arcs from known steps to this one, `before` those to known steps.
    """

    step: int
    known: tuple[int, ...]
    kept: tuple[int, ...]
    ahead: tuple[int, ...]
    after: Bonds
    before: Bonds


def _layers(asked: Asked, part: Mapping[int, frozenset[int]]) -> Iterator[_Layer]:
    """Return one layer for each step of a part whose first step is the root."""
    order = in_order(part, next(iter(part)))
    known: tuple[int, ...] = ()
    for number, step in enumerate(order):
        ahead = order[number + 1 :]
        placed = (*known, step)
        kept = tuple(at for at, one in enumerate(placed) if not part[one].isdisjoint(ahead))
        yield _Layer(step, known, kept, ahead, *_of_arcs(asked, step, known))
        known = tuple(placed[at] for at in kept)


def _of_arcs(asked: Asked, step: int, known: tuple[int, ...]) -> tuple[Bonds, Bonds]:
    """Return the arcs to a step from those known, and from it to those."""
    place = {one: at for at, one in enumerate(known)}
    after, before = [], []
    for arc in asked.arcs_of[step]:
        if arc.target == step and arc.source in place:
            after.append((place[arc.source], arc, arc in asked.excused))
        elif arc.source == step and arc.target in place:
            before.append((place[arc.target], arc, arc in asked.excused))
    return tuple(after), tuple(before)


class _Search:
    """Finds the best starts of steps that hang together."""

    def __init__(self, asked: Asked, part: Mapping[int, frozenset[int]]) -> None:
        self._asked = asked
        self._old = asked.standing.starts
        self._days = asked.network.days
        self._apart = asked.network.apart
        self._layers = tuple(_layers(asked, part))
        self._forced_by: list[dict[Key, int]] = [{} for _ in self._layers]
        self._best: tuple[int, dict[int, int]] | None = None
        for starts in (asked.least, asked.greatest):
            self._consider({step: starts[step] for step in part})

    def best(self) -> tuple[dict[int, int], bool] | None:
        """Return the starts by step and whether they are known to be the best; `None` when none were found."""
        whole = False
        for width in WIDTHS:
            whole = self._widened_to(width)
            if whole:
                break
        return (self._best[1], whole) if self._best else None

    @property
    def _most(self) -> int:
        """What a series may cost that is worth finding."""
        return self._best[0] - 1 if self._best else _IMPOSSIBLE - 1

    def _consider(self, starts: dict[int, int]) -> None:
        whole = list(self._old)
        for step, start in starts.items():
            whole[step] = start
        cost = sum(_cost(self._old[step], start) for step, start in starts.items())
        if cost <= self._most and self._asked.keeps(whole):
            self._best = (cost, starts)

    def _widened_to(self, width: int) -> bool:
        """Look for a better series with so many beginnings at once; say whether none was left out."""
        whole = True
        beginnings: dict[Key, tuple[int, Chain]] = {(): (0, None)}
        for number, layer in enumerate(self._layers):
            found: dict[Key, tuple[int, Chain]] = {}
            for key, (cost, starts) in beginnings.items():
                tried = 0
                for start, price in self._starts(layer, key, cost):
                    if (tried := tried + 1) > 2 * width:
                        whole = False
                        break
                    longer = (*key, start)
                    kept = tuple([longer[at] for at in layer.kept])
                    known = found.get(kept)
                    if known is None or cost + price < known[0]:
                        found[kept] = (cost + price, (start, starts))
            worth = {key: cost + self._forced(number, key) for key, (cost, _) in found.items()}
            left = [key for key, least in worth.items() if least <= self._most]
            if len(left) > width:
                left, whole = nsmallest(width, left, key=worth.__getitem__), False
            beginnings = {key: found[key] for key in left}
        for _, starts in beginnings.values():
            self._consider(self._told(starts))
        return whole

    def _told(self, starts: Chain) -> dict[int, int]:
        told: dict[int, int] = {}
        for layer in reversed(self._layers):
            assert starts is not None, "every layer adds one"
            told[layer.step], starts = starts
        return told

    def _starts(self, layer: _Layer, key: Key, cost: int) -> Iterator[tuple[int, int]]:
        """Yield the starts of a step beside those of the key, with what each costs, the old one first."""
        step, old = layer.step, self._old[layer.step]
        low, high = self._asked.least[step], self._asked.greatest[step]
        stays = step in self._asked.stays
        for at, arc, excused in layer.after:
            there = key[at]
            bound = arc.bound(self._asked.standing.over_from(arc.source, there), self._days)
            low = max(low, bound)
            stays = stays and (old >= bound or (excused and there == self._old[arc.source]))
        for at, arc, excused in layer.before:
            there = key[at]
            bound = arc.bound_back(there, self._days)
            high = min(high, bound)
            over = self._asked.standing.over_from(step, old)
            stays = stays and (over <= bound or (excused and there == self._old[arc.target]))
        if stays:
            yield old, 0
        if layer.ahead or not stays:
            yield from self._moves(layer, (low, high), cost)

    def _moves(self, layer: _Layer, within: tuple[int, int], cost: int) -> Iterator[tuple[int, int]]:
        options, old, (low, high) = self._asked.options[layer.step], self._old[layer.step], within
        later = options[bisect_left(options, max(low, old)) : bisect_right(options, high)]
        earlier = options[bisect_left(options, low) : bisect_right(options, min(high, old))]
        moves = merge(
            self._one_way(layer, later, self._pulled_later, cost),
            self._one_way(layer, reversed(earlier), self._pulled_earlier, cost),
            key=itemgetter(1),
        )
        # With nothing ahead that could mind, the nearest is the best.
        return moves if layer.ahead else islice(moves, 1)

    def _one_way(
        self, layer: _Layer, options: Iterable[int], pulled: Callable[[_Layer, int], int], cost: int
    ) -> Iterator[tuple[int, int]]:
        old = self._old[layer.step]
        for start in options:
            price = _cost(old, start)
            # The farther it goes, the more it forces others to follow.
            if cost + price + pulled(layer, start) > self._most:
                return
            yield start, price

    def _pulled_later(self, layer: _Layer, start: int) -> int:
        """Return the least that it costs the steps ahead to come late enough for a start of this one."""
        apart, old = self._apart[layer.step], self._old
        return sum(
            _cost(old[one], start + apart[one]) for one in layer.ahead if start + apart[one] > old[one]
        )

    def _pulled_earlier(self, layer: _Layer, start: int) -> int:
        """Return the least that it costs the steps ahead to come early enough for a start of this one."""
        apart, old, step = self._apart, self._old, layer.step
        return sum(
            _cost(old[one], start - apart[one][step])
            for one in layer.ahead
            if start - apart[one][step] < old[one]
        )

    def _forced(self, number: int, key: Key) -> int:
        """Return the least that the steps ahead of a layer must cost, given the starts that matter to them."""
        known = self._forced_by[number]
        if key not in known:
            known[key] = self._forced_beside(self._layers[number], key)
        return known[key]

    def _forced_beside(self, layer: _Layer, key: Key) -> int:
        apart, least, greatest = self._apart, self._asked.least, self._asked.greatest
        matter = [(*layer.known, layer.step)[at] for at in layer.kept]
        placed = tuple(zip(matter, key, strict=True))
        cost = 0
        for step in layer.ahead:
            low, high = least[step], greatest[step]
            for other, start in placed:
                low = max(low, start + apart[other][step])
                high = min(high, start - apart[step][other])
            cost += self._nearest(step, low, high)
            if cost >= _IMPOSSIBLE:
                break
        return cost

    def _nearest(self, step: int, low: int, high: int) -> int:
        """Return what it costs to bring a step between two slots, or too much to be worth it."""
        old = self._old[step]
        if low <= old <= high and step in self._asked.stays:
            return 0
        options, cost = self._asked.options[step], _IMPOSSIBLE
        after = bisect_left(options, max(low, old))
        if after < len(options) and options[after] <= high:
            cost = _cost(old, options[after])
        before = bisect_right(options, min(high, old)) - 1
        if before >= 0 and options[before] >= low:
            cost = min(cost, _cost(old, options[before]))
        return cost


def _cost(old: int, start: int) -> int:
    """Return what it costs to have a visit start at a slot."""
    if start == old:
        return 0
    return _VISIT + (start - old) * (_SLOT + 1) if start > old else _VISIT + (old - start) * _SLOT
