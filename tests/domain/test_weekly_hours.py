"""Another week from some day on, for good or for a time: before it, after it and beside it nothing changes."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.domain.errors import InvalidValue
from scheduler.domain.places import WeeklyHours
from scheduler.domain.weekly_hours import Period, WeekChange, periods_from, week_on

MONDAY = date(2026, 12, 7)
SUNDAY = date(2026, 12, 13)
TODAY = date(2026, 11, 24)
EIGHT = tuple(WeeklyHours(day, time(8), time(16)) for day in range(5))
SEVEN = tuple(WeeklyHours(day, time(7), time(15)) for day in range(5))

# A few days in which all may happen, so that the days of changes meet often.
DAYS = st.integers(0, 40).map(lambda number: TODAY + number * timedelta(days=1))
STRETCHES = st.builds(WeeklyHours, st.integers(0, 6), st.sampled_from([time(7), time(8)]), st.just(time(16)))
CHANGES = st.builds(
    lambda week, days: WeekChange(tuple(week), *days),
    st.lists(STRETCHES, max_size=5, unique=True),
    st.tuples(st.none() | DAYS, st.none() | DAYS).filter(
        lambda days: days[0] is None or days[1] is None or days[0] <= days[1]
    ),
)


def test_a_week_from_a_day_on_ends_the_one_before() -> None:
    after = WeekChange(SEVEN, MONDAY).made_to(EIGHT)
    assert week_on(after, SUNDAY - timedelta(days=7)) == EIGHT
    assert week_on(after, MONDAY) == SEVEN
    assert periods_from(after, TODAY) == (
        Period(None, MONDAY - timedelta(days=1), EIGHT),
        Period(MONDAY, None, SEVEN),
    )


def test_a_week_for_a_time_gives_way_to_the_one_before() -> None:
    after = WeekChange((), MONDAY, SUNDAY).made_to(EIGHT)
    assert [period.week for period in periods_from(after, TODAY)] == [EIGHT, (), EIGHT]
    assert periods_from(after, SUNDAY)[0] == Period(None, SUNDAY, ())


def test_what_is_taken_back_leaves_no_trace() -> None:
    planned = WeekChange(SEVEN, MONDAY, SUNDAY).made_to(EIGHT)
    assert WeekChange(EIGHT, MONDAY, SUNDAY).made_to(planned) == EIGHT


def test_the_same_times_before_and_after_are_no_other_week() -> None:
    parted = (
        *(WeeklyHours(0, time(8), time(16), None, MONDAY),),
        *(WeeklyHours(0, time(8), time(16), MONDAY + timedelta(days=1)),),
    )
    assert periods_from(parted, TODAY) == (Period(None, None, (WeeklyHours(0, time(8), time(16)),)),)


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(InvalidValue, match="last day"):
        WeekChange(EIGHT, SUNDAY, MONDAY).made_to(())
    with pytest.raises(InvalidValue, match="must end later"):
        WeekChange((WeeklyHours(0, time(8), time(8)),)).made_to(())


@given(st.lists(CHANGES, max_size=6))
def test_on_each_day_the_last_change_that_names_it_holds(changes: list[WeekChange]) -> None:
    hours: tuple[WeeklyHours, ...] = EIGHT
    for change in changes:
        hours = change.made_to(hours)
    for number in range(-3, 50):
        day = TODAY + number * timedelta(days=1)
        held = [
            change.week
            for change in changes
            if (change.first_day or date.min) <= day <= (change.last_day or date.max)
        ]
        assert week_on(hours, day) == tuple(sorted(held[-1] if held else EIGHT))


@given(st.lists(CHANGES, max_size=6))
def test_periods_follow_each_other_and_differ(changes: list[WeekChange]) -> None:
    hours: tuple[WeeklyHours, ...] = EIGHT
    for change in changes:
        hours = change.made_to(hours)
    periods = periods_from(hours, TODAY)
    assert periods[0].first_day is None
    assert periods[-1].last_day is None
    for one, other in zip(periods, periods[1:], strict=False):
        assert one.last_day is not None
        assert other.first_day == one.last_day + timedelta(days=1)
        assert one.week != other.week
        assert other.week == week_on(hours, other.first_day)
