"""New starts for visits that stand as their windows ask: whoever must move pulls along those that have to follow.

A visit that starts later makes others start later, never earlier, and one that starts earlier makes others start earlier.
So of each visit that must leave its start one thing is to be chosen, later or earlier, and for each choice there is one
answer: the least that has to follow. Any other series of that choice moves the same visits the same way at least as far,
and perhaps more of them. Of windows that are broken as the visits stand only this much is asked; where they are not kept by
then, nothing is said here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import heappop, heappush

from scheduler.planner.forcing import IMPOSSIBLE, VISIT, cost_of
from scheduler.planner.network import Arc, Choices, Network
from scheduler.planner.standing import Standing

MOST_TRIED = 1_000
"""After so many choices tried, nothing is said."""


@dataclass(frozen=True, slots=True)
class Pulled:
    """The best starts by number, `None` where there is no way at all; unless it `is_proven`, neither is said."""

    starts: tuple[int, ...] | None
    is_proven: bool


def pulled_along(network: Network, choices: Choices, standing: Standing) -> Pulled:
    """Return the starts with the fewest visits moved, then by the least time, then the earliest.

    `choices` hold the starts to which a visit may move.
    """
    search = _Search(network, choices, standing)
    search.run()
    if search.tried > MOST_TRIED or search.doubtful < search.least:
        return Pulled(None, is_proven=False)
    return Pulled(search.best, is_proven=True)


class _Later:
    """Whoever goes later, and who has to follow. `old` is where each step stands."""

    sign = 1

    def __init__(self, network: Network, choices: Choices, standing: Standing) -> None:
        self._choices, self._days = choices, network.days
        self._now, self._may_move = standing.starts, standing.may_move
        self._plain, self._counted = network.onwards
        self.old = standing.starts

    def following(self, starts: Sequence[int], first: int, most: int) -> tuple[int, ...] | None:
        """Return the least starts by which one more step leaves its old one.

        `None` where a step has none, or where more than `most` have to leave their old ones.
        """
        old, left = self.old, most - self.moved(starts)
        found, bounds, sign = list(starts), list(starts), self.sign
        plain, counted, may_move = self._plain, self._counted, self._may_move
        bounds[first] += 1
        # The order of the steps is mostly that of the visits, so that few are pulled twice.
        waiting = [sign * first]
        while waiting:
            step = sign * heappop(waiting)
            if found[step] >= bounds[step]:
                continue
            start = self._nearest(step, bounds[step]) if step in may_move else None
            if found[step] == old[step]:
                left -= 1
            if start is None or left < 0:
                return None
            found[step] = start
            for other, distance in plain[step]:
                if (bound := start + distance) > bounds[other]:
                    bounds[other] = bound
                    heappush(waiting, sign * other)
            for arc in counted[step]:
                other, bound = self._by_days(arc, start)
                if bound > bounds[other]:
                    bounds[other] = bound
                    heappush(waiting, sign * other)
        return tuple(found)

    def moved(self, starts: Sequence[int]) -> int:
        """Return how many steps have left their old starts."""
        if starts is self.old:
            return 0
        return sum([start != old for start, old in zip(starts, self.old, strict=True)])

    def _nearest(self, step: int, bound: int) -> int | None:
        lower = self._choices.lower[step]
        return self._choices.at_or_after(step, bound if bound > lower else lower)

    def _by_days(self, arc: Arc, start: int) -> tuple[int, int]:
        return arc.target, arc.bound(start, self._days)


class _Earlier(_Later):
    """Whoever goes earlier, with all slots counted backwards, so that to follow is to go up here as well.

    A step that begins inside its slot stands at the next one to whoever comes before it.
    """

    sign = -1

    def __init__(self, network: Network, choices: Choices, standing: Standing) -> None:
        super().__init__(network, choices, standing)
        self._plain, self._counted = network.backwards
        self.old = tuple([-start for start in standing.starts])
        if standing.within:
            self.old = tuple([-standing.over_from(*place) for place in enumerate(standing.starts)])

    def _nearest(self, step: int, bound: int) -> int | None:
        latest = min(-bound, self._now[step] - 1, self._choices.upper[step])
        start = self._choices.at_or_before(step, latest)
        return None if start is None else -start

    def _by_days(self, arc: Arc, start: int) -> tuple[int, int]:
        return arc.source, -arc.bound_back(-start, self._days)


@dataclass(frozen=True, slots=True)
class _Chosen:
    """What follows from the choices so far: its least cost, where it leaves each step, who goes later and who earlier."""

    cost: int
    starts: tuple[int, ...]
    later: tuple[int, ...]
    earlier: tuple[int, ...]


class _Search:
    """Tries for each visit that must move what follows when it goes later, and when it goes earlier.

    `least` is what the `best` starts cost, `doubtful` what those cost at the least about which nothing can be said.
    """

    def __init__(self, network: Network, choices: Choices, standing: Standing) -> None:
        self._later = _Later(network, choices, standing)
        self._earlier = _Earlier(network, choices, standing)
        self._network, self._standing = network, standing
        self._forced = sorted(standing.may_move - standing.may_stay)
        self.best: tuple[int, ...] | None = None
        self.least = self.doubtful = IMPOSSIBLE
        self.tried = 0

    def run(self) -> None:
        """Try all choices, but those that cost more than the best known."""
        self._go_on(_Chosen(0, self._standing.starts, self._later.old, self._earlier.old))

    def _go_on(self, chosen: _Chosen) -> None:
        self.tried += 1
        old = self._standing.starts
        step = next((step for step in self._forced if chosen.starts[step] == old[step]), None)
        if step is None:
            self._take(chosen)
            return
        # What was found going later limits how far it is worth to go earlier.
        most = self.least // VISIT - self._earlier.moved(chosen.earlier)
        self._try(self._later.following(chosen.later, step, most), chosen.earlier)
        most = self.least // VISIT - self._later.moved(chosen.later)
        self._try(chosen.later, self._earlier.following(chosen.earlier, step, most))

    def _try(self, later: tuple[int, ...] | None, earlier: tuple[int, ...] | None) -> None:
        way = self._together(later, earlier)
        if way is not None and way.cost < self.least and self.tried <= MOST_TRIED:
            self._go_on(way)

    def _together(self, later: tuple[int, ...] | None, earlier: tuple[int, ...] | None) -> _Chosen | None:
        """Return what follows from both; `None` where there is no way."""
        if later is None or earlier is None:
            return None
        cost, starts, old = 0, list(later), self._standing.starts
        if later is not self._later.old:
            for before, ahead in zip(old, later, strict=True):
                if ahead != before:
                    cost += cost_of(before, ahead)
        if earlier is not self._earlier.old:
            for step, (back, still) in enumerate(zip(earlier, self._earlier.old, strict=True)):
                if back != still:
                    if starts[step] != old[step]:
                        return None
                    cost += cost_of(old[step], -back)
                    starts[step] = -back
        # Whoever must move and has not yet been told which way costs no less than a visit moved.
        open_ones = sum([starts[step] == old[step] for step in self._forced])
        return _Chosen(cost + open_ones * VISIT, tuple(starts), later, earlier)

    def _take(self, chosen: _Chosen) -> None:
        """Keep what is cheaper than all before, if every window that is asked is kept."""
        arcs, days = self._network.arcs, self._network.days
        broken = tuple(self._standing.broken(arcs, days, chosen.starts))
        old = self._standing.starts
        if not broken:
            self.best, self.least = chosen.starts, chosen.cost
        elif not any(
            chosen.starts[arc.source] > old[arc.source] and chosen.starts[arc.target] < old[arc.target]
            for arc in broken
        ):
            self.doubtful = min(self.doubtful, chosen.cost)
