"""The arithmetic of the board: places in per cent and on lines, on days of any length and where visits overlap."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.domain.clock import instant_at, whole_local_day
from scheduler.domain.interval import Interval
from scheduler.web.board_drawing import (
    MOST_LINES,
    NARROWEST,
    Axis,
    Stretch,
    axis_of,
    load_by_hour,
    most_at_once,
    parts,
    places,
)

ZONE = "America/Denver"
DAY = date(2026, 12, 2)
MINUTE = timedelta(minutes=1)


def at(hour: int, minute: int = 0, day: date = DAY) -> datetime:
    return instant_at(day, time(hour, minute), ZONE)


def between(begin: tuple[int, int], end: tuple[int, int]) -> Interval:
    return Interval(at(*begin), at(*end))


def test_an_axis_shows_whole_hours_around_what_is_drawn() -> None:
    axis = axis_of(DAY, ZONE, [between((8, 30), (17, 10))])
    assert axis.whole == between((8, 0), (18, 0))
    assert [hour.label for hour in axis.hours()][:2] == ["08:00", "09:00"]
    assert axis.hours()[1].left == 10
    assert axis.at(at(13)) == 50
    assert axis.at(at(6)) == 0, "what lies outside stands at the nearer end"
    assert axis.at(at(23)) == 100


def test_a_day_with_nothing_on_it_has_the_usual_hours() -> None:
    assert axis_of(DAY, ZONE, []).whole == between((8, 0), (18, 0))


@pytest.mark.parametrize(
    ("day", "hours", "named"),
    [
        (date(2026, 3, 8), 23, ["00:00", "01:00", "03:00"]),
        (date(2026, 11, 1), 25, ["00:00", "01:00 MDT", "01:00 MST"]),
    ],
)
def test_a_day_on_which_the_clocks_change_has_its_own_length(day: date, hours: int, named: list[str]) -> None:
    axis = axis_of(day, ZONE, [whole_local_day(day, ZONE)])
    labels = [hour.label for hour in axis.hours()]
    assert len(labels) == hours
    assert labels[:3] == named
    assert axis.lines == hours * 12 <= MOST_LINES
    assert axis.at(instant_at(day, time(12), ZONE)) == round((12 - (24 - hours)) / hours * 100, 3)


def test_a_visit_over_midnight_is_seen_on_both_days() -> None:
    night = Interval(at(23), at(23) + timedelta(hours=3))
    evening = axis_of(DAY, ZONE, [night])
    assert evening.whole == Interval(at(23), whole_local_day(DAY, ZONE).end)
    assert evening.stretch(night) == Stretch(0, 100)
    morning = axis_of(DAY + timedelta(days=1), ZONE, [night])
    assert morning.whole.duration == timedelta(hours=2)
    assert morning.stretch(night) == Stretch(0, 100)


def test_visits_that_follow_each_other_share_a_line_and_a_row() -> None:
    axis = axis_of(DAY, ZONE, [between((8, 0), (18, 0))])
    odd = [Interval(at(9), at(9, 32)), Interval(at(9, 32), at(10, 7)), Interval(at(10, 7), at(11))]
    found = places(axis, odd)
    assert [place.row for place in found] == [1, 1, 1]
    assert [place.last for place in found[:2]] == [place.first for place in found[1:]]


def test_overlapping_visits_are_stacked_and_the_rows_are_used_again() -> None:
    axis = axis_of(DAY, ZONE, [between((8, 0), (18, 0))])
    group = [between((9, 0), (12, 0))] * 4
    found = places(axis, [*group, between((12, 0), (13, 0))])
    assert sorted(place.row for place in found[:4]) == [1, 2, 3, 4]
    assert found[4].row == 1


def test_a_short_visit_keeps_room_for_a_finger_and_one_at_the_end_is_seen() -> None:
    axis = axis_of(DAY, ZONE, [between((8, 0), (18, 0))])
    call, next_call, last = places(
        axis, [between((9, 0), (9, 10)), between((9, 10), (9, 20)), between((17, 59), (18, 0))]
    )
    assert call.row != next_call.row
    assert last.first == axis.lines
    assert last.last == axis.lines + 1


@given(
    st.lists(
        st.tuples(st.integers(0, 590), st.integers(1, 240)).map(
            lambda pair: Interval.lasting(at(8) + pair[0] * MINUTE, pair[1] * MINUTE)
        ),
        max_size=20,
    )
)
def test_no_block_covers_another(visits: list[Interval]) -> None:
    axis = Axis(between((8, 0), (18, 0)), ZONE)
    found = places(axis, visits)
    for number, one in enumerate(found):
        assert 1 <= one.first < one.last <= axis.lines + 1
        for other in found[:number]:
            if one.row == other.row:
                first, second = sorted((one, other), key=lambda place: place.first)
                assert max(first.last, first.first + NARROWEST) <= second.first


def test_parts_stand_in_per_cent_of_their_whole() -> None:
    whole = between((9, 0), (11, 0))
    assert parts(whole, [between((9, 0), (9, 30)), between((9, 30), (11, 0))]) == (
        Stretch(0, 25),
        Stretch(25, 75),
    )


def test_what_is_closed_is_what_is_left_of_the_axis() -> None:
    axis = Axis(between((8, 0), (18, 0)), ZONE)
    assert axis.closed([between((9, 0), (13, 0)), between((14, 0), (18, 0))]) == (
        Stretch(0, 10),
        Stretch(50, 10),
    )


def test_a_label_is_left_out_where_there_is_no_room_for_it() -> None:
    axis = Axis(between((8, 0), (18, 0)), ZONE)
    assert axis.fits("Recovery", between((9, 0), (9, 45)))
    assert not axis.fits("Recovery", between((9, 0), (9, 15)))


def test_load_is_counted_by_the_hour() -> None:
    axis = Axis(between((8, 0), (11, 0)), ZONE)
    taken = [
        between((8, 0), (9, 30)),
        between((8, 30), (9, 0)),
        between((7, 0), (8, 15)),
        between((10, 59), (12, 0)),
    ]
    assert load_by_hour(taken, axis) == (1.75, 0.5, 0.017)


def test_load_on_the_day_of_the_long_night_counts_each_hour_once() -> None:
    day = date(2026, 11, 1)
    axis = axis_of(day, ZONE, [whole_local_day(day, ZONE)])
    assert load_by_hour([whole_local_day(day, ZONE)], axis) == (1.0,) * 25


def test_how_many_share_a_moment_counts_no_two_that_merely_touch() -> None:
    taken = [between((8, 0), (9, 0)), between((9, 0), (10, 0)), between((8, 30), (9, 30))]
    assert most_at_once(taken) == 2
    assert most_at_once([]) == 0
