"""The least solution is the earliest of all solutions, found or proven absent, against trying everything."""

from __future__ import annotations

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from scheduler.planner.network import Arc, Network, Stuck

KEYS = ("a", "b", "c", "d")
STARTS = st.fixed_dictionaries({key: st.sets(st.integers(0, 15), max_size=6).map(sorted) for key in KEYS})
ARCS = st.lists(
    st.builds(Arc, st.sampled_from(KEYS), st.sampled_from(KEYS), st.integers(-8, 8), st.none()), max_size=8
)


def _masks(starts: dict[str, list[int]]) -> dict[str, int]:
    return {key: sum(1 << start for start in found) for key, found in starts.items()}


def _solutions(starts: dict[str, list[int]], arcs: list[Arc]) -> list[dict[str, int]]:
    every = (dict(zip(KEYS, chosen, strict=True)) for chosen in product(*(starts[key] for key in KEYS)))
    return [x for x in every if all(x[arc.target] >= x[arc.source] + arc.distance for arc in arcs)]


@given(STARTS, ARCS)
def test_the_least_solution_has_every_step_as_early_as_any_solution(
    starts: dict[str, list[int]], arcs: list[Arc]
) -> None:
    network = Network(KEYS)
    for arc in arcs:
        network.add(arc)
    solutions = _solutions(starts, arcs)
    least = network.least(_masks(starts))
    if not solutions:
        assert isinstance(least, Stuck)
    else:
        assert least == {key: min(x[key] for x in solutions) for key in KEYS}


@given(STARTS, ARCS, st.sampled_from(KEYS), st.integers(0, 15))
def test_a_lower_bound_on_one_step_is_kept(
    starts: dict[str, list[int]], arcs: list[Arc], key: str, bound: int
) -> None:
    network = Network(KEYS)
    for arc in arcs:
        network.add(arc)
    solutions = [x for x in _solutions(starts, arcs) if x[key] >= bound]
    least = network.least(_masks(starts), {key: bound})
    if not solutions:
        assert isinstance(least, Stuck)
    else:
        assert least == {name: min(x[name] for x in solutions) for name in KEYS}


def test_a_stuck_search_names_the_step_the_bound_and_what_raised_it() -> None:
    network = Network(("a", "b"))
    network.add(Arc("a", "b", 5, None))
    stuck = network.least(_masks({"a": [3, 9], "b": [4, 7]}))
    assert isinstance(stuck, Stuck)
    assert (stuck.step, stuck.bound, stuck.arc) == ("b", 8, Arc("a", "b", 5, None))
