"""Wish by wish, what is left is exactly what trying everything leaves, and the best of it is the best there is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from scheduler.planner.holes import Holes
from scheduler.planner.narrowing import Narrowing, Wish
from scheduler.planner.network import Arc, Network
from scheduler.planner.outline import outline_of
from scheduler.planner.question import Question
from scheduler.planner.supply import supply_of
from scheduler.planner.timeline import Grid
from scheduler.planner.wishes import Wishes
from tests.builders import AS_OF, HORIZON, a_diary, a_small_protocol

STEPS = range(5)
LAST = 9
APART = 48
"""Slots between neighbouring starts of the small problems."""
THERAPISTS = ("therapist-1", "therapist-2")


@dataclass(frozen=True, repr=False)
class SmallQuestion(Question):
    """A question whose feasible starts and windows are given."""

    given_rows: Mapping[str, tuple[Sequence[int], ...]] = field(default_factory=dict)
    given_arcs: tuple[Arc, ...] = ()

    therapists = THERAPISTS
    holes = (None,) * len(STEPS)
    lower = (0,) * len(STEPS)
    upper = (LAST * APART,) * len(STEPS)

    @property
    def network(self) -> Network:
        """The arcs that were given."""
        return Network.of(len(STEPS), self.days, self.given_arcs)

    def upper_for(self, finish: int) -> tuple[int, ...]:
        """Return the last start of each visit alone: the windows of the protocol are not those that were given."""
        return tuple(finish - length for length in self.outline.lengths)

    def rows(self, therapist: str) -> tuple[Sequence[int], ...]:
        """Return the starts that were given."""
        return self.given_rows[therapist]


STEP = st.sampled_from(list(STEPS))
ARC = st.builds(Arc, STEP, STEP, st.integers(-6, 6).map(lambda many: many * APART))
HOLES = st.builds(
    lambda at, length: Holes.of([(at * APART, at * APART + length * APART)]),
    st.integers(0, LAST),
    st.integers(1, 4),
)
WISH = st.one_of(
    st.builds(Wish, st.lists(ARC, min_size=1, max_size=2).map(tuple)),
    st.builds(lambda step, holes: Wish(holes={step: holes}), STEP, HOLES),
    st.sampled_from(THERAPISTS).map(lambda therapist: Wish(therapist=therapist)),
)


@st.composite
def questions(draw: st.DrawFn) -> SmallQuestion:
    """Draw a few starts for each of five visits and two therapists, and some windows."""
    starts = st.sets(st.integers(0, LAST), min_size=1, max_size=4).map(
        lambda found: tuple(APART * start for start in sorted(found))
    )
    rows = {therapist: tuple(draw(starts) for _ in STEPS) for therapist in THERAPISTS}
    arcs = tuple(draw(st.lists(ARC, max_size=4)))
    diary, grid = a_diary(), Grid.over(HORIZON)
    wishes, outline = Wishes(AS_OF, HORIZON.end), outline_of(a_small_protocol())
    return SmallQuestion(
        diary, outline, wishes, grid, supply_of(diary, grid), given_rows=rows, given_arcs=arcs
    )


@given(questions(), st.lists(WISH, max_size=5))
def test_narrowing_by_wishes_finds_the_best_of_all(question: SmallQuestion, wishes: list[Wish]) -> None:
    every = [
        (therapist, list(starts))
        for therapist in THERAPISTS
        for starts in product(*question.given_rows[therapist])
        if all(arc.is_kept(starts, question.days) for arc in question.given_arcs)
    ]
    left = Narrowing.all_of(question)
    assert bool(left.least) == bool(every)
    if every:
        left = left.over_by(min(left.finishes.values())).keeping_each(wishes)
        best = min(every, key=lambda one: _merit(question, wishes, *one))
        assert left.best == best


def _merit(
    question: SmallQuestion, wishes: list[Wish], therapist: str, starts: list[int]
) -> tuple[object, ...]:
    kept = tuple(not _keeps(question, wish, therapist, starts) for wish in wishes)
    return question.outline.finish(starts), kept, sorted(starts), therapist, starts


def _keeps(question: SmallQuestion, wish: Wish, therapist: str, starts: list[int]) -> bool:
    return (
        wish.therapist in (None, therapist)
        and all(arc.is_kept(starts, question.days) for arc in wish.arcs)
        and not any(
            begin <= starts[step] < end for step, holes in wish.holes.items() for begin, end in holes.spans()
        )
    )
