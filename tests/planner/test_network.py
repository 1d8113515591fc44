"""The least and the greatest solution bound all solutions, or are proven absent, against trying everything."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.domain.clock import local_day
from scheduler.planner.holes import Holes
from scheduler.planner.network import Arc, Choices, Network, Stuck
from scheduler.planner.spans import shortest
from scheduler.planner.timeline import Grid, local_days

STEPS = range(4)
LAST = 15
# An hour before the clocks go back in Denver, by a grid on which a local day is only some slots away.
GRID = Grid(datetime(2027, 11, 6, tzinfo=UTC), 4)
DAYS = local_days(GRID, "America/Denver")
STRETCH = 60
"""Slots between two starts of the small problems, so that they cover days."""


@st.composite
def problems(draw: st.DrawFn) -> tuple[Choices, list[Arc]]:
    """Draw feasible starts of four steps, and arcs that count slots or calendar days."""
    rows = tuple(
        tuple(STRETCH * start for start in sorted(draw(st.sets(st.integers(0, LAST), max_size=6))))
        for _ in STEPS
    )
    step, far = st.sampled_from(list(STEPS)), STRETCH * LAST
    plain = st.builds(Arc, step, step, st.integers(-8, 8).map(lambda many: many * STRETCH))
    lead = st.integers(0, 12)
    counted = st.builds(Arc, step, step, st.just(0), st.integers(-2, 2), lead, lead)
    arcs = draw(st.lists(st.one_of(plain, counted), max_size=7))
    spans = st.tuples(st.integers(0, far), st.integers(1, 3 * STRETCH)).map(lambda at: (at[0], at[0] + at[1]))
    holes = tuple(Holes.of(draw(st.lists(spans, max_size=3))) for _ in STEPS)
    lower = tuple(draw(st.sampled_from([0, 0, 2 * STRETCH])) for _ in STEPS)
    upper = tuple(draw(st.sampled_from([far, far, 12 * STRETCH])) for _ in STEPS)
    return Choices(rows, holes, lower, upper), arcs


def _solutions(choices: Choices, arcs: list[Arc]) -> list[tuple[int, ...]]:
    every = product(*(_feasible(choices, step) for step in STEPS))
    return [starts for starts in every if all(_kept(arc, starts) for arc in arcs)]


def _feasible(choices: Choices, step: int) -> list[int]:
    holes = choices.holes[step]
    return [
        start
        for start in choices.rows[step]
        if choices.lower[step] <= start <= choices.upper[step]
        and not any(begin <= start < end for begin, end in (holes.spans() if holes else ()))
    ]


def _kept(arc: Arc, starts: tuple[int, ...]) -> bool:
    """Judge an arc by the instants and dates themselves."""
    if arc.days is None:
        return starts[arc.target] >= starts[arc.source] + arc.distance
    moments = (starts[arc.source] + arc.lead, starts[arc.target] + arc.tail)
    dates = [local_day(GRID.at(moment), "America/Denver") for moment in moments]
    return dates[1] - dates[0] >= timedelta(days=arc.days)


@given(problems())
def test_the_least_and_the_greatest_solution_bound_all(problem: tuple[Choices, list[Arc]]) -> None:
    choices, arcs = problem
    network, solutions = Network.of(len(STEPS), DAYS, arcs), _solutions(choices, arcs)
    least, greatest = network.least(choices), network.greatest(choices)
    if not solutions:
        assert isinstance(least, Stuck)
        assert greatest is None
    else:
        assert least == [min(column) for column in zip(*solutions, strict=True)]
        assert greatest == [max(column) for column in zip(*solutions, strict=True)]
        assert all(arc.is_kept(least, DAYS) for arc in arcs)


@given(problems(), st.sampled_from(list(STEPS)), st.integers(0, LAST))
def test_a_lower_bound_on_one_step_is_kept(problem: tuple[Choices, list[Arc]], step: int, bound: int) -> None:
    choices, arcs = problem
    solutions = [x for x in _solutions(choices, arcs) if x[step] >= bound * STRETCH]
    bounds = [max(low, bound * STRETCH) if n == step else low for n, low in enumerate(choices.lower)]
    least = Network.of(len(STEPS), DAYS, arcs).least(choices, bounds)
    if not solutions:
        assert isinstance(least, Stuck)
    else:
        assert least == [min(column) for column in zip(*solutions, strict=True)]


@given(problems())
def test_the_shortest_distance_of_two_steps_is_the_shortest_of_all(
    problem: tuple[Choices, list[Arc]],
) -> None:
    choices, arcs = problem
    network = Network.of(len(STEPS), DAYS, arcs)
    solutions = _solutions(choices, arcs)
    least = network.least(choices)
    if not isinstance(least, Stuck):
        best = shortest(network, choices, (0, 3, -10_000), least)
        assert best == min(x[3] - x[0] for x in solutions)


SPANS = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=5)


@given(SPANS, st.integers(-2, 42), st.integers(-2, 42))
def test_holes_say_what_looking_at_every_slot_says(
    spans: list[tuple[int, int]], first: int, last: int
) -> None:
    held = {slot for begin, end in spans for slot in range(begin, end)}
    holes = Holes.of(spans)
    if holes is None:
        assert not held
        return
    assert {slot for begin, end in holes.spans() for slot in range(begin, end)} == held
    left = [slot for begin, end in holes.between(first, last) for slot in range(begin, end)]
    assert left == [slot for slot in range(first, last) if slot not in held]
    for slot in range(-2, 42):
        end = holes.end_over(slot)
        assert (end is None) == (slot not in held)
        if end is not None:
            assert slot < end and held.issuperset(range(slot, end)) and end not in held


@given(SPANS, st.integers(1, 12))
def test_what_is_reached_by_a_visit_is_where_it_would_touch_a_hole(
    spans: list[tuple[int, int]], length: int
) -> None:
    if (holes := Holes.of(spans)) is not None:
        held = {slot for begin, end in spans for slot in range(begin, end)}
        reached = holes.reached_by(length)
        for slot in range(-15, 45):
            touches = not held.isdisjoint(range(slot, slot + length))
            assert (reached.end_over(slot) is not None) == touches
        assert reached.edges == tuple(sorted(set(reached.edges)))


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_of_two_arcs_between_the_same_steps_the_longer_is_named(order: tuple[int, int]) -> None:
    arcs = [Arc(0, 1, 5), Arc(0, 1, 7)]
    choices = Choices(((3, 9), (4, 9)), (None, None), (0, 0), (20, 20))
    stuck = Network.of(2, DAYS, [arcs[number] for number in order]).least(choices)
    assert isinstance(stuck, Stuck)
    assert (stuck.step, stuck.bound, stuck.arc) == (1, 10, arcs[1])


def test_a_stuck_search_names_the_step_the_bound_and_what_raised_it() -> None:
    arc = Arc(0, 1, 5)
    choices = Choices(((3, 9), (4, 7)), (None, None), (0, 0), (20, 20))
    stuck = Network.of(2, DAYS, [arc]).least(choices)
    assert isinstance(stuck, Stuck)
    assert (stuck.step, stuck.bound, stuck.arc) == (1, 8, arc)


SPANS = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), max_size=6)


@given(SPANS, SPANS)
def test_stretches_beside_others_are_all_of_them(
    known: list[tuple[int, int]], more: list[tuple[int, int]]
) -> None:
    holes, together = Holes.of([*known, (30, 31)]), Holes.of([*known, (30, 31), *more])
    assert holes is not None and together is not None
    assert holes.beside(more).edges == together.edges
