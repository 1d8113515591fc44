"""The least and the greatest solution bound all solutions, or are proven absent, against trying everything."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from scheduler.domain.clock import local_day
from scheduler.planner.network import Arc, Choices, Holes, Network, Stuck
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


def test_a_stuck_search_names_the_step_the_bound_and_what_raised_it() -> None:
    arc = Arc(0, 1, 5)
    choices = Choices(((3, 9), (4, 7)), (None, None), (0, 0), (20, 20))
    stuck = Network.of(2, DAYS, [arc]).least(choices)
    assert isinstance(stuck, Stuck)
    assert (stuck.step, stuck.bound, stuck.arc) == (1, 8, arc)
