"""Intervals measure elapsed time, whatever zone their ends were given in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.domain.errors import InvalidValue
from scheduler.domain.interval import Interval, merged, uncovered, without

ZERO = datetime(2026, 11, 23, tzinfo=UTC)


def _interval(begin: int, length: int) -> Interval:
    return Interval.lasting(ZERO + timedelta(minutes=begin), timedelta(minutes=length))


INTERVALS = st.lists(st.builds(_interval, st.integers(0, 60), st.integers(1, 20)), max_size=8)
MINUTES = [ZERO + timedelta(minutes=minute) for minute in range(90)]


def _held(intervals: list[Interval] | tuple[Interval, ...]) -> list[bool]:
    return [any(interval.holds(minute) for interval in intervals) for minute in MINUTES]


def test_hours_across_a_clock_change_are_elapsed_hours() -> None:
    denver = ZoneInfo("America/Denver")
    start = datetime(2026, 10, 30, 13, tzinfo=denver)
    end = datetime(2026, 11, 2, 13, tzinfo=denver)
    assert end - start == timedelta(hours=72)  # what Python says of the wall clock
    assert Interval(start, end).duration == timedelta(hours=73)


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(InvalidValue, match="has no time zone"):
        Interval(datetime(2026, 11, 23), ZERO)  # a naive time is what is refused


@pytest.mark.parametrize("minutes", [0, -5])
def test_an_interval_must_end_after_it_starts(minutes: int) -> None:
    with pytest.raises(InvalidValue, match="must end after it starts"):
        Interval.lasting(ZERO, timedelta(minutes=minutes))


def test_touching_intervals_do_not_overlap() -> None:
    assert not _interval(0, 10).overlaps(_interval(10, 10))
    assert _interval(0, 11).overlaps(_interval(10, 10))
    assert _interval(0, 10).shared_with(_interval(10, 10)) is None


@given(INTERVALS)
def test_merging_keeps_every_minute_and_leaves_gaps_between(intervals: list[Interval]) -> None:
    result = merged(intervals)
    assert _held(result) == _held(intervals)
    assert all(before.end < after.start for before, after in zip(result, result[1:], strict=False))


@given(INTERVALS, INTERVALS)
def test_cutting_holes_leaves_the_minutes_outside_of_them(
    intervals: list[Interval], holes: list[Interval]
) -> None:
    expected = [held and not hole for held, hole in zip(_held(intervals), _held(holes), strict=True)]
    assert _held(without(intervals, holes)) == expected


@given(INTERVALS)
def test_what_is_uncovered_is_what_no_interval_holds(intervals: list[Interval]) -> None:
    wanted = _interval(20, 30)
    expected = [wanted.holds(m) and not held for m, held in zip(MINUTES, _held(intervals), strict=True)]
    assert _held(uncovered(wanted, intervals)) == expected
