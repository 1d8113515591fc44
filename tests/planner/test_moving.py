"""The fewest visits moved, then the least way, then the earliest starts: against trying everything."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.domain.clock import local_day
from scheduler.planner import moving
from scheduler.planner.holes import Holes
from scheduler.planner.moving import NoWay, Shifted, rescheduled_starts
from scheduler.planner.network import Arc, Choices, Network
from scheduler.planner.standing import Standing
from scheduler.planner.timeline import Grid, local_days

STEPS = range(5)
LAST = 15
STRETCH = 60
"""Slots between two starts of the small problems, so that they cover days."""

CLOCKS = {
    # The clocks go back in Denver and forward in Sydney within the first days of each grid.
    "America/Denver": Grid(datetime(2027, 11, 6, tzinfo=UTC), 4),
    "Australia/Sydney": Grid(datetime(2027, 10, 1, tzinfo=UTC), 4),
}


#: A zone, arcs, feasible starts and what stands.
Problem: TypeAlias = tuple[str, list[Arc], Choices, Standing]


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    """Draw feasible and old starts of five steps, arcs that count slots or calendar days, and what may move and stay."""
    zone = draw(st.sampled_from(list(CLOCKS)))
    rows = tuple(
        tuple(STRETCH * start for start in sorted(draw(st.sets(st.integers(0, LAST), max_size=5))))
        for _ in STEPS
    )
    step, far = st.sampled_from(list(STEPS)), STRETCH * LAST
    plain = st.builds(Arc, step, step, st.integers(-8, 6).map(lambda many: many * STRETCH))
    lead = st.integers(0, 12)
    counted = st.builds(Arc, step, step, st.just(0), st.integers(-2, 1), lead, lead)
    arcs = [a for a in draw(st.lists(st.one_of(plain, counted), max_size=9)) if a.source != a.target]
    spans = st.tuples(st.integers(0, far), st.integers(1, 3 * STRETCH)).map(lambda at: (at[0], at[0] + at[1]))
    holes = tuple(Holes.of(draw(st.lists(spans, max_size=2))) for _ in STEPS)
    lower = tuple(draw(st.sampled_from([0, 0, 2 * STRETCH])) for _ in STEPS)
    upper = tuple(draw(st.sampled_from([far, far, 12 * STRETCH])) for _ in STEPS)
    choices = Choices(rows, holes, lower, upper)
    starts = [draw(st.integers(-2, LAST + 2)) * STRETCH + draw(st.sampled_from([0, 0, 7])) for _ in STEPS]
    may_move = frozenset(draw(st.sets(step, min_size=2)))
    may_stay = frozenset(STEPS) - draw(st.sets(step, max_size=2))
    standing = Standing(tuple(starts), may_move, may_stay, frozenset(draw(st.sets(step, max_size=2))))
    return zone, arcs, choices, standing


def _tried(problem: Problem) -> tuple[int, int, int] | None:
    """Return the least count, way and sum of starts over every combination, judged by instants and dates."""
    zone, arcs, choices, standing = problem
    best = None
    for starts in product(*(_possible(choices, standing, step) for step in STEPS)):
        if all(_kept(arc, starts, standing, zone) for arc in arcs):
            ways = [new - old for new, old in zip(starts, standing.starts, strict=True)]
            cost = (sum(map(bool, ways)), sum(map(abs, ways)), sum(starts))
            best = min(best or cost, cost)
    return best


def _possible(choices: Choices, standing: Standing, step: int) -> set[int]:
    old = standing.starts[step]
    if step not in standing.may_move:
        return {old}
    holes = choices.holes[step]
    free = {
        start
        for start in choices.rows[step]
        if choices.lower[step] <= start <= choices.upper[step]
        and not any(begin <= start < end for begin, end in (holes.spans() if holes else ()))
    }
    return free | {old} if step in standing.may_stay else free - {old}


def _kept(arc: Arc, starts: tuple[int, ...], standing: Standing, zone: str) -> bool:
    ends = (arc.source, arc.target)
    if all(starts[end] == standing.starts[end] for end in ends):
        return True
    source, target = (starts[end] for end in ends)
    if arc.source in standing.within and source == standing.starts[arc.source]:
        source += 1
    if arc.days is None:
        return target >= source + arc.distance
    grid = CLOCKS[zone]
    dates = [local_day(grid.at(moment), zone) for moment in (source + arc.lead, target + arc.tail)]
    return dates[1] - dates[0] >= timedelta(days=arc.days)


@given(problems())
def test_what_is_found_is_the_best_of_everything(problem: Problem) -> None:
    zone, arcs, choices, standing = problem
    network = Network.of(len(STEPS), local_days(CLOCKS[zone], zone), arcs)
    best, found = _tried(problem), rescheduled_starts(network, choices, standing)
    if best is None:
        assert not isinstance(found, Shifted)
    else:
        assert isinstance(found, Shifted)
        assert (found.moved, found.shift, sum(found.starts)) == best
        assert found.exact


def test_where_nothing_stands_in_the_way_nothing_moves() -> None:
    network = Network.of(2, local_days(CLOCKS["America/Denver"], "America/Denver"), [Arc(0, 1, 5)])
    choices = Choices(((3, 9), (4, 20)), (None, None), (0, 0), (20, 20))
    standing = Standing((6, 8), frozenset({0, 1}), frozenset({0, 1}))
    # The old starts lie two slots apart and not five: that was so before, and nobody asked to mend it.
    assert rescheduled_starts(network, choices, standing) == Shifted(0, 0, (6, 8))
    # Whoever moves keeps the window, though.
    forced = replace(standing, may_stay=frozenset({1}))
    assert rescheduled_starts(network, choices, forced) == Shifted(1, 3, (3, 8))


def test_a_search_that_had_to_leave_beginnings_out_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moving, "MOST_STARTS", 1)
    apart = [Arc(step, step + 1, 4) for step in range(3)]
    network = Network.of(4, local_days(CLOCKS["America/Denver"], "America/Denver"), apart)
    choices = Choices((range(0, 40),) * 4, (None,) * 4, (0,) * 4, (39,) * 4)
    # The second and the third lie too close together as they stand, so that every start has to be tried.
    standing = Standing((4, 9, 11, 16), frozenset(range(4)), frozenset({0, 1, 3}))
    found = rescheduled_starts(network, choices, standing)
    assert isinstance(found, Shifted)
    assert not found.exact
    assert all(arc.is_kept(found.starts, network.days) for arc in apart)


def test_a_visit_that_may_not_move_stands_in_the_way() -> None:
    network = Network.of(2, local_days(CLOCKS["America/Denver"], "America/Denver"), [Arc(1, 0, -5)])
    choices = Choices(((), (9, 15)), (None, None), (0, 0), (20, 20))
    standing = Standing((-3, 1), frozenset({1}), frozenset({0}))
    found = rescheduled_starts(network, choices, standing)
    assert isinstance(found, NoWay) and found.exact
    assert found.stuck is not None and found.stuck.step == 1
