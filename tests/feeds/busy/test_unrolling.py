"""Recurrences are what somebody finds who goes through the days by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.domain.interval import Interval, merged
from tests.feeds.busy.calendars import calendar, event, read

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
WINDOW = Interval(datetime(2026, 9, 20, tzinfo=UTC), datetime(2027, 4, 20, tzinfo=UTC))

firsts = st.datetimes(datetime(2024, 1, 1), datetime(2027, 2, 1)).map(
    lambda at: at.replace(second=0, microsecond=0, fold=0)
)
zones = st.sampled_from(["America/Denver", "Australia/Adelaide", "Europe/London", "Asia/Kolkata"])
minutes = st.integers(15, 600)


def by_hand(first: datetime, zone: str, length: int, days: list[date]) -> tuple[Interval, ...]:
    """Return the times on these days, at the hour of the first, clipped to the window."""
    place = ZoneInfo(zone)
    length_on_wall = timedelta(minutes=length)
    elapsed = _instant(first + length_on_wall, place) - _instant(first, place)
    found = []
    for day in days:
        wall = datetime.combine(day, first.time())
        start = _instant(wall, place)
        end = max(start + elapsed, _instant(wall + length_on_wall, place))
        shared = Interval(start, end).shared_with(WINDOW) if end > start else None
        if shared:
            found.append(shared)
    return merged(found)


def _instant(wall: datetime, place: ZoneInfo) -> datetime:
    return wall.replace(tzinfo=place).astimezone(UTC)


def days_from(first: datetime) -> list[date]:
    """Return every day from the first to after the window."""
    count = (WINDOW.end.date() - first.date()).days + 3
    return [first.date() + timedelta(days=number) for number in range(count)]


def times(first: datetime, zone: str, length: int, rule: str) -> tuple[Interval, ...]:
    end = first + timedelta(minutes=length)
    lines = (
        f"DTSTART;TZID={zone}:{first:%Y%m%dT%H%M%S}",
        f"DTEND;TZID={zone}:{end:%Y%m%dT%H%M%S}",
        f"RRULE:{rule}",
    )
    return read(calendar(event(*lines)), zone, WINDOW).times.found


@settings(max_examples=60)
@given(firsts, zones, minutes, st.integers(1, 4), st.sets(st.sampled_from(range(7)), min_size=1))
def test_by_weeks(first: datetime, zone: str, length: int, every: int, weekdays: set[int]) -> None:
    monday = first.date() - timedelta(days=first.weekday())
    chosen = [
        day
        for day in days_from(first)
        if day == first.date() or (day.weekday() in weekdays and ((day - monday).days // 7) % every == 0)
    ]
    rule = f"FREQ=WEEKLY;INTERVAL={every};BYDAY={','.join(DAYS[day] for day in sorted(weekdays))}"
    assert times(first, zone, length, rule) == by_hand(first, zone, length, chosen)


@settings(max_examples=60)
@given(firsts, zones, minutes, st.integers(1, 9), st.integers(1, 300))
def test_by_days_so_many_times(first: datetime, zone: str, length: int, every: int, count: int) -> None:
    chosen = [day for day in days_from(first) if (day - first.date()).days % every == 0][:count]
    rule = f"FREQ=DAILY;INTERVAL={every};COUNT={count}"
    assert times(first, zone, length, rule) == by_hand(first, zone, length, chosen)


@settings(max_examples=60)
@given(firsts, zones, minutes, st.integers(1, 31), st.integers(0, 900))
def test_by_months_until_an_instant(
    first: datetime, zone: str, length: int, day_of_month: int, lasting: int
) -> None:
    last = _instant(first, ZoneInfo(zone)) + timedelta(days=lasting)
    chosen = [
        day
        for day in days_from(first)
        if day == first.date()
        or (day.day == day_of_month and _instant(datetime.combine(day, first.time()), ZoneInfo(zone)) <= last)
    ]
    rule = f"FREQ=MONTHLY;BYMONTHDAY={day_of_month};UNTIL={last:%Y%m%dT%H%M%SZ}"
    assert times(first, zone, length, rule) == by_hand(first, zone, length, chosen)
