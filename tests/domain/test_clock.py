"""Local times become instants and back, also on the nights when the clock changes, in both hemispheres."""

from __future__ import annotations

import zoneinfo
from datetime import UTC, date, datetime, time, timedelta

import pytest

from scheduler.domain.clock import (
    StandingClock,
    SystemClock,
    days_of,
    instant_at,
    use_packaged_time_zones,
    whole_local_day,
    zone_of,
)
from scheduler.domain.errors import InvalidValue
from scheduler.domain.interval import Interval
from scheduler.domain.telling import told_moment


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("America/Denver", date(2027, 3, 14), 23),
        ("America/Denver", date(2026, 11, 1), 25),
        ("Australia/Sydney", date(2026, 10, 4), 23),
        ("Australia/Sydney", date(2027, 4, 4), 25),
        ("America/Denver", date(2026, 12, 3), 24),
    ],
)
def test_a_local_day_has_as_many_hours_as_the_clock_gives_it(zone: str, day: date, hours: int) -> None:
    assert whole_local_day(day, zone).duration == timedelta(hours=hours)


def test_the_hour_that_is_skipped_is_read_after_the_change() -> None:
    assert instant_at(date(2027, 3, 14), time(2, 30), "America/Denver") == datetime(
        2027, 3, 14, 9, 30, tzinfo=UTC
    )


def test_of_the_hour_that_comes_twice_the_first_is_meant() -> None:
    assert instant_at(date(2026, 11, 1), time(1, 30), "America/Denver") == datetime(
        2026, 11, 1, 7, 30, tzinfo=UTC
    )


def test_days_are_counted_in_the_zone_of_the_site() -> None:
    evening = Interval(datetime(2026, 12, 4, 2, tzinfo=UTC), datetime(2026, 12, 4, 7, tzinfo=UTC))
    assert list(days_of(evening, "America/Denver")) == [date(2026, 12, 3)]
    assert list(days_of(evening, "Europe/Berlin")) == [date(2026, 12, 4)]


def test_times_are_told_with_their_zone() -> None:
    assert told_moment(datetime(2026, 12, 3, 17, tzinfo=UTC), "America/Denver") == "Thu 3 Dec 2026 10:00 MST"


def test_an_unknown_zone_is_named() -> None:
    with pytest.raises(InvalidValue, match="'Mars/Olympus' is not a known time zone"):
        zone_of("Mars/Olympus")


def test_zones_come_from_the_pinned_package() -> None:
    """British Columbia stays on UTC-7 in winter since 2026; a machine's older data puts it on UTC-8."""
    use_packaged_time_zones()
    assert zoneinfo.TZPATH == ()
    assert instant_at(date(2026, 12, 3), time(10), "America/Vancouver") == datetime(
        2026, 12, 3, 17, tzinfo=UTC
    )


def test_clocks_tell_utc() -> None:
    clock = StandingClock(datetime(2026, 12, 3, 10, tzinfo=zone_of("America/Denver")))
    clock.advance(timedelta(hours=1))
    assert clock.now() == datetime(2026, 12, 3, 18, tzinfo=UTC)
    assert SystemClock().now().tzinfo is UTC
