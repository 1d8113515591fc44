"""Bit strings of time say the same as counting slot by slot."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from scheduler.domain.interval import Interval
from scheduler.planner.timeline import SLOT, Grid, every, lasting, set_slots, slots_at_most, slots_in

GRID = Grid(datetime(2026, 11, 1, tzinfo=UTC), 2)
SPANS = st.lists(
    st.tuples(st.integers(0, GRID.slots), st.integers(0, GRID.slots)).map(lambda pair: (min(pair), max(pair)))
)


def _set(mask: int) -> list[int]:
    return [slot for slot in range(GRID.slots) if mask >> slot & 1]


@given(SPANS, st.integers(1, 4))
def test_layers_count_how_often_each_slot_is_taken(spans: list[tuple[int, int]], height: int) -> None:
    layers = GRID.layers(spans, height)
    for slot in range(GRID.slots):
        times = sum(begin <= slot < end for begin, end in spans)
        assert [mask >> slot & 1 for mask in layers] == [int(times > depth) for depth in range(height)]


@given(SPANS, st.integers(1, 40))
def test_lasting_finds_the_starts_of_long_enough_runs(spans: list[tuple[int, int]], slots: int) -> None:
    mask = GRID.mask(spans)
    free = [bool(mask >> slot & 1) for slot in range(GRID.slots)]
    expected = [s for s in range(GRID.slots - slots + 1) if all(free[s : s + slots])]
    assert _set(lasting(mask, slots)) == expected


@given(SPANS, st.sampled_from([1, 2, 3]))
def test_only_every_so_many_slots_are_listed(spans: list[tuple[int, int]], slots: int) -> None:
    mask = GRID.mask(spans) & every(GRID, slots)
    assert _set(mask) == [s for s in range(0, GRID.slots, slots) if GRID.mask(spans) >> s & 1]
    assert list(set_slots(mask, slots)) == list(set_slots(mask)) == _set(mask)


@given(st.integers(-300, 900), st.integers(1, 900))
def test_available_time_is_rounded_inwards_and_taken_time_outwards(begin: int, minutes: int) -> None:
    interval = Interval.lasting(GRID.origin + timedelta(minutes=begin), timedelta(minutes=minutes))
    for slot in range(GRID.slots):
        this = Interval.lasting(GRID.at(slot), SLOT)
        assert GRID.instants([slot]) == (this.start,)
        inside, touched = GRID.mask([GRID.within(interval)]), GRID.mask([GRID.touching(interval)])
        assert bool(inside >> slot & 1) == interval.contains(this)
        assert bool(touched >> slot & 1) == interval.overlaps(this)


@given(st.timedeltas(timedelta(days=-500), timedelta(days=500)))
def test_slots_in_a_duration_are_rounded_as_dividing_by_one_says(duration: timedelta) -> None:
    assert slots_in(duration) == -(-duration // SLOT)
    assert slots_at_most(duration) == duration // SLOT


@given(st.lists(st.timedeltas(timedelta(days=-5), timedelta(days=5))))
def test_many_instants_lie_in_the_slots_in_which_each_lies(since: list[timedelta]) -> None:
    instants = [GRID.origin + duration for duration in since]
    assert GRID.slots_of(instants) == tuple(duration // SLOT for duration in since)


@given(st.integers(0, 600), st.integers(0, 600))
def test_a_run_is_the_mask_of_one_span(begin: int, end: int) -> None:
    begin, end = min(begin, GRID.slots), min(end, GRID.slots)
    assert GRID.run((begin, end)) == GRID.mask([(begin, end)])


def test_a_grid_holds_its_horizon_in_whole_utc_days() -> None:
    horizon = Interval(datetime(2026, 11, 1, 23, 55, tzinfo=UTC), datetime(2026, 11, 3, 0, 5, tzinfo=UTC))
    grid = Grid.over(horizon)
    assert (grid.origin, grid.days) == (datetime(2026, 11, 1, tzinfo=UTC), 3)


@given(
    st.lists(
        st.tuples(st.timedeltas(timedelta(days=-3), timedelta(days=5)), st.timedeltas(SLOT / 300, 40 * SLOT))
    )
)
def test_many_intervals_touch_the_slots_that_each_touches(pairs: list[tuple[timedelta, timedelta]]) -> None:
    intervals = [Interval.lasting(GRID.origin + begin, length) for begin, length in pairs]
    assert GRID.touching_each(intervals) == [GRID.touching(interval) for interval in intervals]
