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

from scheduler.planner.forcing import IMPOSSIBLE, VISIT, cost_of
from scheduler.planner.network import Arc, Choices, Finding, Network
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


@dataclass(frozen=True, slots=True)
class _Gone:
    """Who has left the old start on one side, and where that leaves every step, counted as that side counts."""

    starts: tuple[int, ...]
    steps: tuple[int, ...] = ()


class _Later:
    """Whoever goes later, and who has to follow."""

    sign = 1

    def __init__(self, network: Network, choices: Choices, standing: Standing) -> None:
        self._days, self._may_move = network.days, standing.may_move
        self._plain, self._counted = network.onwards
        #: How the start of a step is found that does not come before a bound, both in slots as they are.
        self._nearest = choices.finding_later()
        self.nobody = _Gone(standing.starts)

    def following(self, gone: _Gone, first: int, most: int) -> _Gone | None:
        """Return the least starts by which one more step leaves its old one.

        `None` where a step has none, or where more than `most` have to leave their old ones.
        """
        old, steps = self.nobody.starts, list(gone.steps)
        found, bounds, sign = list(gone.starts), list(gone.starts), self.sign
        plain, counted, may_move, nearest = self._plain, self._counted, self._may_move, self._nearest
        bounds[first] += 1
        # The order of the steps is mostly that of the visits, so that few are pulled twice.
        step, over = first, len(found) if sign > 0 else -1
        while step != over:
            onwards = step + sign
            if found[step] < bounds[step]:
                at = nearest(step, sign * bounds[step]) if step in may_move else None
                if at is None:
                    return None
                if found[step] == old[step]:
                    steps.append(step)
                    if len(steps) > most:
                        return None
                found[step] = start = sign * at
                for other, distance in plain[step]:
                    if (bound := start + distance) > bounds[other]:
                        bounds[other] = bound
                        if sign * other < sign * onwards:
                            onwards = other
                for arc in counted[step]:
                    other, bound = self._by_days(arc, start)
                    if bound > bounds[other]:
                        bounds[other] = bound
                        if sign * other < sign * onwards:
                            onwards = other
            step = onwards
        return _Gone(tuple(found), tuple(steps))

    def _by_days(self, arc: Arc, start: int) -> tuple[int, int]:
        return arc.target, arc.bound(start, self._days)


class _Earlier(_Later):
    """Whoever goes earlier, with all slots counted backwards, so that to follow is to go up here as well.

    A step that begins inside its slot stands at the next one to whoever comes before it.
    """

    sign = -1

    def __init__(self, network: Network, choices: Choices, standing: Standing) -> None:
        self._days, self._may_move = network.days, standing.may_move
        self._plain, self._counted = network.backwards
        self._nearest = choices.finding_earlier()
        if standing.within:
            self._nearest = _before(standing.starts, self._nearest)
            self.nobody = _Gone(tuple([-standing.over_from(*place) for place in enumerate(standing.starts)]))
        else:
            self.nobody = _Gone(tuple([-start for start in standing.starts]))

    def _by_days(self, arc: Arc, start: int) -> tuple[int, int]:
        return arc.source, -arc.bound_back(-start, self._days)


def _before(now: Sequence[int], finding: Finding) -> Finding:
    """Return how a start is found before the one that a step has now, which is inside its slot."""

    def before(step: int, bound: int) -> int | None:
        return finding(step, bound if bound < now[step] else now[step] - 1)

    return before


@dataclass(frozen=True, slots=True)
class _Chosen:
    """What follows from the choices so far: who goes later and who earlier, and what that costs at the least."""

    cost: int
    later: _Gone
    earlier: _Gone


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
        self._go_on(_Chosen(0, self._later.nobody, self._earlier.nobody))

    def _go_on(self, chosen: _Chosen) -> None:
        self.tried += 1
        later, earlier = chosen.later, chosen.earlier
        for step in self._forced:
            if step not in later.steps and step not in earlier.steps:
                break
        else:
            self._take(chosen)
            return
        # What was found going later limits how far it is worth to go earlier.
        most = self.least // VISIT - len(earlier.steps)
        self._try(self._later.following(later, step, most), earlier)
        most = self.least // VISIT - len(later.steps)
        self._try(later, self._earlier.following(earlier, step, most))

    def _try(self, later: _Gone | None, earlier: _Gone | None) -> None:
        """Go on from both, where there is a way that costs less than the best known."""
        if later is None or earlier is None or self.tried > MOST_TRIED:
            return
        cost, old = 0, self._standing.starts
        for step in later.steps:
            cost += cost_of(old[step], later.starts[step])
        for step in earlier.steps:
            if step in later.steps:
                return
            cost += cost_of(old[step], -earlier.starts[step])
        for step in self._forced:
            # Whoever must move and has not yet been told which way costs no less than a visit moved.
            if step not in later.steps and step not in earlier.steps:
                cost += VISIT
        if cost < self.least:
            self._go_on(_Chosen(cost, later, earlier))

    def _take(self, chosen: _Chosen) -> None:
        """Keep what is cheaper than all before, if every window that is asked is kept."""
        later, earlier = chosen.later, chosen.earlier
        starts = list(later.starts)
        for step in earlier.steps:
            starts[step] = -earlier.starts[step]
        if not self._standing.within and self._network.is_kept_by(starts):
            broken: tuple[Arc, ...] = ()
        else:
            broken = tuple(self._standing.broken(self._network.arcs, self._network.days, starts))
        if not broken:
            self.best, self.least = tuple(starts), chosen.cost
        elif not any(arc.source in later.steps and arc.target in earlier.steps for arc in broken):
            self.doubtful = min(self.doubtful, chosen.cost)
