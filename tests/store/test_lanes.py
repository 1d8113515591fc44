"""Laying spans out on lanes: first fit, and a new arrangement that fails only where the capacity is exceeded."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.store.lanes import Overfull, Span, first_fit, overfull_at, rearrange

MIDNIGHT = datetime(2026, 12, 3, tzinfo=UTC)

Hours = tuple[int, int]


def span(begin: int, end: int, lane: int | None = None, row: int | None = None) -> Span:
    return Span(MIDNIGHT + timedelta(hours=begin), MIDNIGHT + timedelta(hours=end), lane, row)


def busiest(spans: list[Hours]) -> int:
    """Count by brute force how many share the busiest hour."""
    return max((sum(begin <= hour < end for begin, end in spans) for hour in range(48)), default=0)


def overlap_on_a_lane(spans: list[Span]) -> bool:
    return any(
        one.lane == other.lane and one.start < other.end and other.start < one.end
        for position, one in enumerate(spans)
        for other in spans[:position]
    )


some_hours = st.lists(
    st.tuples(st.integers(0, 40), st.integers(1, 8)).map(lambda pair: (pair[0], pair[0] + pair[1])),
    max_size=12,
)


def test_first_fit_takes_the_first_free_lane() -> None:
    standing = [span(9, 10, lane=0, row=1)]
    wanted = [span(9, 11), span(10, 11)]
    assert first_fit(standing, wanted, 2)
    assert [one.lane for one in wanted] == [1, 0]


def test_first_fit_finds_none_where_lanes_are_badly_arranged() -> None:
    assert not first_fit([span(9, 10, 0, 1), span(10, 11, 1, 2)], [span(9, 11)], 2)


def test_rearranging_makes_room_and_says_what_moved() -> None:
    standing = [span(9, 10, 0, 1), span(10, 11, 1, 2), span(14, 15, 1, 3)]
    wanted = [span(9, 11)]
    moved = rearrange(standing, wanted, 2)
    assert not overlap_on_a_lane([*standing, *wanted])
    # What does not touch the new claim stays where it is.
    assert standing[2].lane == 1
    assert standing[2] not in moved
    assert moved


def test_rearranging_names_the_moment_that_is_overfull() -> None:
    standing = [span(9, 12, 0, 1), span(10, 11, 1, 2)]
    with pytest.raises(Overfull) as refused:
        rearrange(standing, [span(8, 11)], 2)
    assert refused.value.moment == MIDNIGHT + timedelta(hours=10)


def test_an_overfull_moment_is_found_without_the_rest_of_the_arrangement() -> None:
    beside = [span(9, 10, 0), span(10, 11, 0), span(10, 11, 1)]
    assert overfull_at(beside, [span(8, 10)], 2) is None
    assert overfull_at(beside, [span(8, 11)], 2) == MIDNIGHT + timedelta(hours=10)


def test_without_a_lane_nothing_fits() -> None:
    assert not first_fit([], [span(9, 10)], 0)
    with pytest.raises(Overfull):
        rearrange([], [span(9, 10)], 0)


@given(before=some_hours, wanted=some_hours, capacity=st.integers(1, 4))
def test_a_claim_is_refused_exactly_when_the_capacity_is_exceeded(
    before: list[Hours], wanted: list[Hours], capacity: int
) -> None:
    standing: list[Span] = []
    kept: list[Hours] = []
    for hours in before:
        # Each is laid out by itself, so that the lanes are as badly arranged as first fit makes them.
        new = span(*hours, row=len(standing))
        if first_fit(standing, [new], capacity):
            standing.append(new)
            kept.append(hours)
    lanes = {one.row: one.lane for one in standing}
    new_ones = [span(*hours) for hours in wanted]
    full = overfull_at(standing, new_ones, capacity)
    assert (full is not None) == (busiest(kept + wanted) > capacity)
    if full is not None:
        assert sum(one.start <= full < one.end for one in (*standing, *new_ones)) > capacity
        assert not first_fit(standing, new_ones, capacity)
        with pytest.raises(Overfull):
            rearrange(standing, new_ones, capacity)
        return
    moved = [] if first_fit(standing, new_ones, capacity) else rearrange(standing, new_ones, capacity)
    assert not overlap_on_a_lane([*standing, *new_ones])
    assert {one.row for one in moved} == {one.row for one in standing if one.lane != lanes[one.row]}
    assert all(one.lane is not None and 0 <= one.lane < capacity for one in new_ones)
