"""All series that are still as good as any, narrowed wish by wish until one is left.

The series of one therapist that keep every window form a network with a least solution. A wish is more windows, or
starts that are left out, and asks for the same kind of network; so whether any series keeps it, besides all that was kept
so far, is answered exactly by looking for the least. Wishes are asked in their order, each kept if any series can.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from scheduler.domain.lazily import lazily
from scheduler.planner.holes import Holes
from scheduler.planner.network import Arc, Choices, Network, Stuck
from scheduler.planner.question import Question


@dataclass(frozen=True, slots=True)
class Wish:
    """Something that a series may keep or not: arcs, starts left out by step, or whose series it is (`None`: anybody's).

    `their_own` are steps to be held by the therapist of the series although the protocol leaves it open.
    """

    arcs: tuple[Arc, ...] = ()
    holes: Mapping[int, Holes] = field(default_factory=dict)
    therapist: str | None = None
    their_own: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Narrowing:
    """The series left, by therapist: `least` is for each the series in which every visit is as early as it can be."""

    question: Question
    network: Network
    holes: tuple[Holes | None, ...]
    upper: tuple[int, ...]
    least: Mapping[str, list[int]]
    their_own: frozenset[int] = frozenset()

    @classmethod
    def all_of(cls, question: Question, not_before: Sequence[int] | None = None) -> Narrowing:
        """Return every series that answers a question."""
        start = cls(question, question.network, question.holes, question.upper, {})
        return start._solved(dict.fromkeys(question.therapists, not_before or question.lower))

    @classmethod
    def soonest_of(cls, question: Question) -> Narrowing:
        """Return the series that answer a question, without therapists whose earliest is over later than another's.

        For a list of preferences that begins with the finish; any other needs them all.
        """
        if question.wishes.first not in ((), ("earliest_finish",)):
            return cls.all_of(question)
        network, holes, lower, upper = question.network, question.holes, question.lower, question.upper
        found = {}
        for therapist in question.therapists:
            solution = network.least(Choices(question.rows(therapist), holes, lower, upper))
            if not isinstance(solution, Stuck):
                found[therapist] = solution
                # Whoever comes next need not be looked at any further than this.
                upper = question.upper_for(question.outline.finish(solution))
        return cls(question, network, holes, upper, found)

    def choices(self, therapist: str) -> Choices:
        """Return the feasible starts of each step in a series of this therapist."""
        rows = self.question.rows(therapist)
        if self.their_own and therapist:
            starts_of, shapes = self.question.starts_of, self.question.outline.shapes
            rows = tuple(
                starts_of(shapes[step], therapist) if step in self.their_own else row
                for step, row in enumerate(rows)
            )
        return Choices(rows, self.holes, self.question.lower, self.upper)

    def keeping(self, wish: Wish) -> Narrowing | None:
        """Return the series that keep a wish as well; `None` when there are none."""
        narrowed = replace(
            self,
            network=self.network.plus(wish.arcs) if wish.arcs else self.network,
            holes=_joined(self.holes, wish.holes) if wish.holes else self.holes,
            their_own=self.their_own | wish.their_own,
        )
        solved = {}
        for therapist, starts in self.least.items():
            found = narrowed._raised(therapist, starts, wish) if wish.therapist in (None, therapist) else None
            if found is not None:
                solved[therapist] = found
        return replace(narrowed, least=solved) if solved else None

    def keeping_each(self, wishes: Iterable[Wish]) -> Narrowing:
        """Return the series that keep each of these wishes, in their order, where that can be."""
        left, asked = self, tuple(wishes)
        together = _together(asked) if len(asked) > 1 else None
        if together is not None and (whole := self.keeping(together)) is not None:
            return whole
        for wish in asked:
            left = left.keeping(wish) or left
        return left

    def over_by(self, finish: int) -> Narrowing:
        """Return the series that are over by a slot; there must be one."""
        upper = tuple(map(min, self.upper, self.question.upper_for(finish)))
        left = {therapist: self.least[therapist] for therapist, at in self.finishes.items() if at <= finish}
        return replace(self, upper=upper, least=left)

    @lazily
    def finishes(self) -> Mapping[str, int]:
        """When the earliest series of each therapist is over."""
        return {therapist: self.question.outline.finish(starts) for therapist, starts in self.least.items()}

    @property
    def best(self) -> tuple[str, list[int]]:
        """The series with the earliest visits, of the first therapist by id among equals; there must be one."""
        return first_of(self.least)

    @property
    def is_one(self) -> bool:
        """Say whether one series alone is left, so that nothing is to be chosen any more."""
        return len(self.least) == 1 and all(tuple(starts) == self.upper for starts in self.least.values())

    def to_best(self) -> Narrowing:
        """Return that series alone."""
        therapist, starts = self.best
        return replace(self, upper=tuple(starts), least={therapist: starts})

    def _solved(self, not_before: Mapping[str, Sequence[int]]) -> Narrowing:
        found = {}
        for therapist, bounds in not_before.items():
            solution = self.network.least(self.choices(therapist), bounds)
            if not isinstance(solution, Stuck):
                found[therapist] = solution
        return replace(self, least=found)

    def _raised(self, therapist: str, starts: list[int], wish: Wish) -> list[int] | None:
        """Return the least series of a therapist that keeps a wish as well, given the least without it."""
        days = self.question.days
        arcs = [arc for arc in wish.arcs if not arc.is_kept(starts, days)]
        steps = {step for step, holes in wish.holes.items() if holes.end_over(starts[step]) is not None}
        steps |= wish.their_own
        if not arcs and not steps:
            return starts
        found = self.network.raised(self.choices(therapist), starts, arcs, steps)
        return None if isinstance(found, Stuck) else found


def first_of(least: Mapping[str, list[int]]) -> tuple[str, list[int]]:
    """Return the series with the earliest visits, of the first therapist by id among equals; there must be one."""
    return min(least.items(), key=lambda pair: (sorted(pair[1]), pair[0]))


def _together(wishes: tuple[Wish, ...]) -> Wish | None:
    """Return one wish for all of these; `None` when they name two therapists."""
    therapists = {wish.therapist for wish in wishes if wish.therapist is not None}
    if len(therapists) > 1:
        return None
    holes: dict[int, Holes] = {}
    for wish in wishes:
        for step, more in wish.holes.items():
            holes[step] = _both(holes.get(step), more)
    return Wish(
        arcs=tuple(arc for wish in wishes for arc in wish.arcs),
        holes=holes,
        therapist=next(iter(therapists), None),
        their_own=frozenset(step for wish in wishes for step in wish.their_own),
    )


def _joined(holes: tuple[Holes | None, ...], more: Mapping[int, Holes]) -> tuple[Holes | None, ...]:
    return tuple(_both(mine, more[step]) if step in more else mine for step, mine in enumerate(holes))


@lru_cache(maxsize=1024)
def _both(one: Holes | None, other: Holes) -> Holes:
    if one is None:
        return other
    return Holes.of((*one.spans(), *other.spans())) or other
