"""A series as it stands, made ready for the search for new starts: what may move where, and what is asked of whom."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import chain

from scheduler.domain.lazily import lazily
from scheduler.planner.network import Arc, Choices, Network, Stuck
from scheduler.planner.timeline import LocalDays


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the visits of a series stand, by number, in slots.

    A visit not in `may_move` stays whatever happens. One not in `may_stay` has to move. Those `within` begin inside
    their slot and not with it, so that what follows them counts from the next. Windows between two visits that
    both stay are not asked: they are kept, or were broken before.
    """

    starts: tuple[int, ...]
    may_move: frozenset[int]
    may_stay: frozenset[int]
    within: frozenset[int] = frozenset()

    def over_from(self, step: int, start: int) -> int:
        """Return from which slot on that which follows a visit counts, when it starts at a slot."""
        return start + (step in self.within and start == self.starts[step])

    def broken(self, arcs: Iterable[Arc], days: LocalDays, starts: Sequence[int]) -> Iterator[Arc]:
        """Yield the arcs that starts have to keep, because one of the two visits moves, and do not."""
        # Asked for each way to move a visit, of every arc: what is said elsewhere in a call is written out here.
        moves = [start != old for start, old in zip(starts, self.starts, strict=True)]
        for arc in arcs:
            source, target = arc.source, arc.target
            if moves[source] or moves[target]:
                over = starts[source] + (not moves[source] and source in self.within)
                bound = over + arc.distance if arc.days is None else arc.bound(over, days)
                if starts[target] < bound:
                    yield arc


@dataclass(frozen=True)
class Asked:
    """A problem made ready.

    `options` are by step the starts to move to, without the old one, which is possible for those that `stays`. No solution
    has a start before `least` or after `greatest`. `excused` are the arcs that the old starts break.
    """

    standing: Standing
    network: Network
    excused: tuple[Arc, ...]
    options: tuple[Sequence[int], ...]
    stays: frozenset[int]
    least: Sequence[int]
    greatest: Sequence[int]

    @classmethod
    def of(cls, network: Network, choices: Choices, standing: Standing) -> Asked | Stuck:
        """Make a problem ready, or return where it gets stuck."""
        excused = tuple(arc for arc in network.arcs if _is_broken(arc, network, standing))
        if excused:
            hard = Network.of(network.size, network.days, (a for a in network.arcs if a not in excused))
        else:
            hard = network
        rows = _rows(network, choices, standing)
        whole = Choices(
            rows,
            (None,) * network.size,
            tuple(map(min, choices.lower, standing.starts)),
            tuple(map(max, choices.upper, standing.starts)),
        )
        least = hard.least(whole)
        if isinstance(least, Stuck):
            return least
        greatest = hard.greatest(whole)
        assert greatest is not None, "the least solution is one"
        options, stays = [], set()
        for step, (row, old) in enumerate(zip(rows, standing.starts, strict=True)):
            within = row[bisect_left(row, least[step]) : bisect_right(row, greatest[step])]
            place = bisect_left(within, old)
            if within[place : place + 1] == [old]:
                stays.add(step)
                del within[place]
            options.append(within)
        return cls(standing, hard, excused, tuple(options), frozenset(stays), least, greatest)

    @property
    def forced(self) -> frozenset[int]:
        """The steps that cannot stay."""
        return frozenset(range(self.network.size)) - self.stays

    @property
    def arcs(self) -> Iterable[Arc]:
        """All arcs, those excused as well."""
        return chain(self.network.arcs, self.excused)

    @lazily
    def neighbours(self) -> Mapping[int, Set[int]]:
        """For each step those that an arc ties to it which is not excused."""
        found: dict[int, set[int]] = {step: set() for step in range(self.network.size)}
        for arc in self.network.arcs:
            found[arc.source].add(arc.target)
            found[arc.target].add(arc.source)
        return found

    def keeps(self, starts: Sequence[int]) -> bool:
        """Say whether starts keep every arc that they have to."""
        return not any(self.standing.broken(self.arcs, self.network.days, starts))


def _is_broken(arc: Arc, network: Network, standing: Standing) -> bool:
    """Say whether two visits that may both stay break an arc as they stand."""
    ends = {arc.source, arc.target}
    if any(end in standing.may_move and end not in standing.may_stay for end in ends):
        return False
    source = standing.over_from(arc.source, standing.starts[arc.source])
    return standing.starts[arc.target] < arc.bound(source, network.days)


def _rows(network: Network, choices: Choices, standing: Standing) -> tuple[list[int], ...]:
    """Return the starts of each step that keep the windows to visits that do not move, and the old one if it may stay."""
    low, high = list(choices.lower), list(choices.upper)
    for arc in network.arcs:
        if arc.source not in standing.may_move:
            source = standing.over_from(arc.source, standing.starts[arc.source])
            low[arc.target] = max(low[arc.target], arc.bound(source, network.days))
        if arc.target not in standing.may_move:
            high[arc.source] = min(
                high[arc.source], arc.bound_back(standing.starts[arc.target], network.days)
            )
    rows = []
    for step, old in enumerate(standing.starts):
        row: list[int] = []
        if step in standing.may_move:
            row = list(choices.between(step, low[step], high[step]))
        place = bisect_left(row, old)
        row[place : place + (old in row[place : place + 1])] = (
            [old] if step in standing.may_stay or step not in standing.may_move else []
        )
        rows.append(row)
    return tuple(rows)
