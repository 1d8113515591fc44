"""The windows between visits as a network of differences, and its least and greatest solutions.

Every window says `x_j >= f(x_i)` for two starts, where `f` never falls: `x_i + d`, or the midnight some days after `x_i`. (A
maximum is the same the other way round.) If two series keep all of these, so does the series made of the earlier of
each pair of starts, and so does the one made of the later. Hence there is one series in which every visit is as early as in
any series at all. Raising each start to its next feasible one finds it, or proves that there is none, without ever stepping
back; lowering finds the latest in the same way.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from scheduler.domain.lazily import lazily
from scheduler.domain.treatment import Window
from scheduler.planner.holes import Holes
from scheduler.planner.timeline import SLOTS_PER_DAY, LocalDays

#: Between two steps whose starts nothing relates: less than any distance of slots.
NEVER = -(1 << 40)
#: A local day differs by at most so many slots from 24 hours.
_CHANGE_OF_CLOCKS = 24


@dataclass(frozen=True, slots=True)
class Arc:
    """What the start of `target` must be at least, given the start of `source`; steps by number, times in slots.

    `days` is `None` for elapsed time: `x_target >= x_source + distance`. Else it is a number of calendar days from
    the day that holds `x_source + lead`, at whose midnight or later `x_target + tail` must stand. `window` is what asks
    for it.
    """

    source: int
    target: int
    distance: int = 0
    days: int | None = None
    lead: int = 0
    tail: int = 0
    window: Window | None = None

    def bound(self, start: int, days: LocalDays) -> int:
        """Return the least start of the target when the source starts at a slot."""
        if self.days is None:
            return start + self.distance
        return days.days_later(start + self.lead, self.days) - self.tail

    def bound_back(self, start: int, days: LocalDays) -> int:
        """Return the greatest start of the source when the target starts at a slot."""
        if self.days is None:
            return start - self.distance
        return days.days_later(start + self.tail, 1 - self.days) - 1 - self.lead

    @property
    def least_distance(self) -> int:
        """How many slots after the source the target starts at the least, wherever in the day the source stands."""
        if self.days is None:
            return self.distance
        return (self.days - 1) * SLOTS_PER_DAY - _CHANGE_OF_CLOCKS + 1 + self.lead - self.tail

    def is_kept(self, starts: Sequence[int], days: LocalDays) -> bool:
        """Say whether starts keep it."""
        return starts[self.target] >= self.bound(starts[self.source], days)


#: A step and a slot, to a feasible start of the step beside the slot, or `None`.
Finding: TypeAlias = Callable[[int, int], int | None]


class Choices(NamedTuple):
    """The feasible starts of every step, by number, in order: `rows` without `holes`, from `lower` to `upper`."""

    rows: tuple[Sequence[int], ...]
    holes: tuple[Holes | None, ...]
    lower: tuple[int, ...]
    upper: tuple[int, ...]

    def without(self, step: int, spans: Sequence[tuple[int, int]]) -> Choices:
        """Return the choices without the starts of a step that lie in these half-open stretches."""
        known, holes = self.holes[step], list(self.holes)
        holes[step] = known.beside(spans) if known else Holes.of(spans)
        return Choices(self.rows, tuple(holes), self.lower, self.upper)

    def at_or_after(self, step: int, slot: int) -> int | None:
        """Return the first feasible start of a step from a slot on."""
        return self.finding_later()(step, slot)

    def at_or_before(self, step: int, slot: int) -> int | None:
        """Return the last feasible start of a step up to a slot."""
        return self.finding_earlier()(step, slot)

    def finding_later(self) -> Finding:
        """Return `at_or_after`, for many questions in a row: what they share is looked up once."""
        rows, all_holes, lower, upper = self.rows, self.holes, self.lower, self.upper

        def at_or_after(step: int, slot: int) -> int | None:
            row, holes = rows[step], all_holes[step]
            place = bisect_left(row, slot if slot > lower[step] else lower[step])
            try:
                start = row[place]
                if holes is not None:
                    edges = holes.edges
                    while (edge := bisect_right(edges, start)) & 1:
                        start = row[bisect_left(row, edges[edge], place)]
            except IndexError:
                return None
            return start if start <= upper[step] else None

        return at_or_after

    def finding_earlier(self) -> Finding:
        """Return `at_or_before` in the same way."""
        rows, all_holes, lower, upper = self.rows, self.holes, self.lower, self.upper

        def at_or_before(step: int, slot: int) -> int | None:
            row, holes = rows[step], all_holes[step]
            place = bisect_right(row, slot if slot < upper[step] else upper[step])
            while place:
                start = row[place - 1]
                if start < lower[step]:
                    return None
                if holes is None or not (edge := bisect_right(holes.edges, start)) & 1:
                    return start
                place = bisect_left(row, holes.edges[edge - 1], 0, place)
            return None

        return at_or_before

    def between(self, step: int, first: int, last: int) -> Sequence[int]:
        """Return the feasible starts of a step from `first` to `last`, both included."""
        first, last = max(first, self.lower[step]), min(last, self.upper[step])
        row, holes = self.rows[step], self.holes[step]
        if holes is None:
            return row[bisect_left(row, first) : bisect_right(row, last)]
        found: list[int] = []
        for begin, end in holes.between(first, last + 1):
            found += row[bisect_left(row, begin) : bisect_left(row, end)]
        return found


def distances(size: int, arcs: Iterable[Arc], source: int) -> Mapping[int, int]:
    """Return how much later than one step each other starts at the least, by the arcs that count elapsed time alone.

    Steps about which the arcs say nothing are missing.
    """
    plain = [arc for arc in arcs if arc.days is None]
    known: dict[int, int] = {source: 0}
    # As many rounds as there are steps settle every way; arcs that contradict each other are refused where they are read.
    for _ in range(size):
        before = dict(known)
        for arc in plain:
            if arc.source in known:
                reached = known[arc.source] + arc.distance
                known[arc.target] = max(known.get(arc.target, reached), reached)
        if known == before:
            break
    return known


@dataclass(frozen=True, eq=False)
class Stuck:
    """Why no solution exists: step number `step` would have to start at `bound` or later, and has no feasible start there.

    `found` are the least starts found until then, `NEVER` for those not looked at; the rest is told when it is asked for.
    """

    step: int
    bound: int
    network: Network
    choices: Choices
    found: Sequence[int]

    @lazily
    def starts(self) -> Mapping[int, int]:
        """The least starts found until then, by step."""
        return {step: start for step, start in enumerate(self.found) if start > NEVER}

    @lazily
    def arc(self) -> Arc | None:
        """What asks for no earlier start than the bound; `None` for what was asked from the beginning alone."""
        if self.bound <= self.choices.lower[self.step]:
            return None
        starts, days = self.starts, self.network.days
        arriving = (arc for arc in self.network.arcs if arc.target == self.step and arc.source in starts)
        return next((arc for arc in arriving if arc.bound(starts[arc.source], days) >= self.bound), None)


#: The target of an arc that counts elapsed time, and its distance.
_Plain: TypeAlias = tuple[int, int]
#: By step the arcs at one of its ends: those that count elapsed time with the step at the other end, and those by days.
Ties: TypeAlias = tuple[tuple[tuple[_Plain, ...], ...], tuple[tuple[Arc, ...], ...]]


@dataclass(frozen=True, eq=False)
class Network:
    """The arcs among so many steps, with the local days by which some of them count."""

    size: int
    days: LocalDays
    arcs: tuple[Arc, ...] = ()
    _leaving: tuple[tuple[Arc, ...], ...] = field(default=(), repr=False)
    _plain: tuple[tuple[_Plain, ...], ...] = field(default=(), repr=False)

    @classmethod
    def of(cls, size: int, days: LocalDays, arcs: Iterable[Arc]) -> Network:
        """Build a network."""
        return cls(size, days, (), ((),) * size, ((),) * size).plus(arcs)

    @property
    def onwards(self) -> Ties:
        """What each step asks of others when it starts later: of these by elapsed time alone, and by local days."""
        return self._plain, self._leaving

    @lazily
    def backwards(self) -> Ties:
        """What each step asks of others when it starts earlier: the other ends of the arcs that arrive there."""
        plain: list[tuple[_Plain, ...]] = [()] * self.size
        counted: list[tuple[Arc, ...]] = [()] * self.size
        for source, ties in enumerate(self._plain):
            for target, distance in ties:
                plain[target] = (*plain[target], (source, distance))
        for arc in self.arcs:
            if arc.days is not None:
                counted[arc.target] = (*counted[arc.target], arc)
        return tuple(plain), tuple(counted)

    def is_kept_by(self, starts: Sequence[int]) -> bool:
        """Say whether starts keep every arc."""
        for source, target, distance in self._apart_at_least:
            if starts[target] < starts[source] + distance:
                return False
        return all(arc.is_kept(starts, self.days) for arcs in self._leaving for arc in arcs)

    @lazily
    def _apart_at_least(self) -> tuple[tuple[int, int, int], ...]:
        """The arcs that count elapsed time: source, target and distance of each."""
        return tuple([(source, *tie) for source, ties in enumerate(self._plain) for tie in ties])

    def plus(self, arcs: Iterable[Arc]) -> Network:
        """Return the network with more arcs."""
        added = tuple(arcs)
        leaving, plain = list(self._leaving), list(self._plain)
        for arc in added:
            if arc.days is None:
                plain[arc.source] = _with(plain[arc.source], arc)
            else:
                leaving[arc.source] = (*leaving[arc.source], arc)
        return Network(self.size, self.days, (*self.arcs, *added), tuple(leaving), tuple(plain))

    @lazily
    def apart(self) -> tuple[tuple[int, ...], ...]:
        """How many slots after each step each other one starts at the least, by all arcs together; `NEVER` for no limit."""
        apart = [[0 if one == other else NEVER for other in range(self.size)] for one in range(self.size)]
        for arc in self.arcs:
            row = apart[arc.source]
            row[arc.target] = max(row[arc.target], arc.least_distance)
        for middle, onwards in enumerate(apart):
            for row in apart:
                if (way := row[middle]) > NEVER:
                    row[:] = [
                        max(known, way + more) if more > NEVER else known
                        for known, more in zip(row, onwards, strict=True)
                    ]
        return tuple(map(tuple, apart))

    def least(self, choices: Choices, not_before: Sequence[int] | None = None) -> list[int] | Stuck:
        """Return the starts of which every one is as early as it can be, or where the search got stuck."""
        bounds = list(choices.lower if not_before is None else not_before)
        return self._settled(choices, [NEVER] * self.size, bounds)

    def raised(
        self, choices: Choices, starts: Sequence[int], arcs: Iterable[Arc], steps: Iterable[int]
    ) -> list[int] | Stuck:
        """Return the least solution when that without these arcs, and with more feasible starts of these steps, is known."""
        found, bounds = list(starts), list(starts)
        for arc in arcs:
            bounds[arc.target] = max(bounds[arc.target], arc.bound(starts[arc.source], self.days))
        for step in steps:
            found[step] = NEVER
        return self._settled(choices, found, bounds)

    def _settled(self, choices: Choices, found: list[int], bounds: list[int]) -> list[int] | Stuck:
        """Raise starts to their bounds until none needs to be; `NEVER` stands for one not looked at yet.

        It is always the first step that has to be raised: what an earlier one asks of a later one is known before that is
        looked at, so that few are raised twice.
        """
        # Nearly all of the time of a search is spent here, so nothing is called or looked up twice that need not be.
        rows, holes, upper = choices.rows, choices.holes, choices.upper
        plain, counted, days, size = self._plain, self._leaving, self.days, self.size
        step = 0
        while step < size:
            bound = bounds[step]
            if found[step] >= bound:
                step += 1
                continue
            row, hole = rows[step], holes[step]
            place = bisect_left(row, bound)
            try:
                start = row[place]
                if hole is not None:
                    edges = hole.edges
                    while (edge := bisect_right(edges, start)) & 1:
                        start = row[bisect_left(row, edges[edge], place)]
            except IndexError:
                return Stuck(step, bound, self, choices, found)
            if start > upper[step]:
                return Stuck(step, bound, self, choices, found)
            found[step] = start
            onwards = step + 1
            for target, distance in plain[step]:
                if (raised := start + distance) > bounds[target]:
                    bounds[target] = raised
                    if target < onwards and found[target] < raised:
                        onwards = target
            for arc in counted[step]:
                if (raised := arc.bound(start, days)) > bounds[arc.target]:
                    bounds[arc.target] = raised
                    if arc.target < onwards and found[arc.target] < raised:
                        onwards = arc.target
            step = onwards
        return found

    def greatest(self, choices: Choices) -> list[int] | None:
        """Return the starts of which every one is as late as it can be; `None` when there are none."""
        bounds = list(choices.upper)
        found: list[int | None] = [None] * self.size
        arriving: list[list[Arc]] = [[] for _ in range(self.size)]
        for arc in self.arcs:
            arriving[arc.target].append(arc)
        waiting = list(range(self.size))
        while waiting:
            step = waiting.pop()
            start = found[step]
            if start is not None and start <= bounds[step]:
                continue
            start = choices.at_or_before(step, bounds[step])
            if start is None:
                return None
            found[step] = start
            for arc in arriving[step]:
                lowered = arc.bound_back(start, self.days)
                if lowered < bounds[arc.source]:
                    bounds[arc.source] = lowered
                    waiting.append(arc.source)
        return [start for start in found if start is not None]


def _with(plain: tuple[_Plain, ...], arc: Arc) -> tuple[_Plain, ...]:
    """Return the arcs that count elapsed time from one step and this one, less those that say nothing more."""
    if any(target == arc.target and distance >= arc.distance for target, distance in plain):
        return plain
    return (*(known for known in plain if known[0] != arc.target), (arc.target, arc.distance))
