"""Pulling along what has to follow finds the best of everything, or leaves it to the search that tries every start."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.planner import moving, pulling
from scheduler.planner.holes import Holes
from scheduler.planner.moving import Shifted
from scheduler.planner.network import Arc, Choices, Network
from scheduler.planner.pulling import pulled_along
from scheduler.planner.standing import Standing
from scheduler.planner.timeline import local_days
from tests.planner.test_moving import CLOCKS, Problem, problems

ZONE = "America/Denver"
DAYS = local_days(CLOCKS[ZONE], ZONE)
VISITS = 9
FIRST, AFTERWARDS = 20, 40
"""Slots before the first visit as it stands, and after the last one, in which visits may start."""


@st.composite
def series(draw: st.DrawFn) -> tuple[Network, Choices, Standing]:
    """Draw a series that stands as its windows ask, starts that are free around it, and visits that must move or may not."""
    random = Random(draw(st.integers(0, 1 << 30)))
    old, arcs = [FIRST], []
    for earlier, later in pairwise(range(VISITS)):
        most = random.choice((6, 9, 14))
        old.append(old[-1] + random.randrange(3, most + 1))
        arcs += [Arc(earlier, later, 3), Arc(later, earlier, -most)]
    arcs += [Arc(one, one + 2, 7) for one in range(VISITS - 2) if old[one + 2] - old[one] >= 7]
    end = old[-1] + AFTERWARDS
    rows = tuple(tuple(slot for slot in range(end) if random.random() < 0.4) for _ in old)
    away = st.lists(st.tuples(st.integers(0, end), st.just(end)), max_size=1)
    visit = st.integers(0, VISITS - 1)
    forced = draw(st.sets(visit, min_size=1, max_size=4))
    fixed = draw(st.sets(visit, max_size=2)) - forced
    choices = Choices(
        rows,
        tuple(Holes.of(draw(away)) for _ in old),
        (draw(st.integers(0, FIRST)),) * VISITS,
        (end,) * VISITS,
    )
    every = frozenset(range(VISITS))
    return Network.of(VISITS, DAYS, arcs), choices, Standing(tuple(old), every - fixed, every - forced)


@given(series())
def test_a_series_that_keeps_its_windows_needs_no_search(asked: tuple[Network, Choices, Standing]) -> None:
    found, searched = pulled_along(*asked), moving.searched_starts(*asked)
    assert found.is_proven and searched.exact
    if isinstance(searched, Shifted):
        assert found.starts is not None
        assert Shifted.to(found.starts, asked[2]) == searched
    else:
        assert found.starts is None


@given(problems())
def test_where_windows_are_broken_it_says_nothing_that_is_not_so(problem: Problem) -> None:
    zone, arcs, choices, standing = problem
    asked = Network.of(len(standing.starts), local_days(CLOCKS[zone], zone), arcs), choices, standing
    found, searched = pulled_along(*asked), moving.searched_starts(*asked)
    if found.starts is not None:
        assert isinstance(searched, Shifted)
        told = Shifted.to(found.starts, standing)
        assert (told.moved, told.shift, sum(told.starts)) == (
            searched.moved,
            searched.shift,
            sum(searched.starts),
        )
    elif found.is_proven:
        assert not isinstance(searched, Shifted)


def test_a_visit_beside_a_broken_window_is_left_to_the_search() -> None:
    network = Network.of(2, DAYS, [Arc(0, 1, 4)])
    standing = Standing((9, 11), frozenset({0, 1}), frozenset({0}))
    # By itself the second would go to 12, which is too near the first; so the first may do better to move as well.
    choices = Choices(((3,), (12, 30)), (None, None), (0, 0), (40, 40))
    assert not pulled_along(network, choices, standing).is_proven
    assert moving.rescheduled_starts(network, choices, standing) == Shifted(1, 19, (9, 30))


def test_too_many_choices_are_left_to_the_search(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulling, "MOST_TRIED", 2)
    every = frozenset(range(4))
    choices = Choices((range(0, 40),) * 4, (None,) * 4, (0,) * 4, (39,) * 4)
    network, standing = Network.of(4, DAYS, []), Standing((4, 8, 12, 16), every, frozenset())
    assert not pulled_along(network, choices, standing).is_proven
    assert moving.rescheduled_starts(network, choices, standing) == Shifted(4, 4, (3, 7, 11, 15))
