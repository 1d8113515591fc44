"""How each manner writes days and times of the day; zones are named by whoever asks."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import lru_cache

from babel import Locale

from scheduler.domain.clock import local
from scheduler.domain.interval import Interval
from scheduler.domain.manners import Manner

#: A page says the same times more than once, and the next page again.
KEPT = 4096

_SPANISH = Locale("es")
_MONTHS = _SPANISH.months["format"]["abbreviated"]
_WHOLE_MONTHS = _SPANISH.months["format"]["wide"]
_WEEKDAYS = _SPANISH.days["format"]["abbreviated"]


def day_written(day: date, manner: Manner) -> str:
    """Return a day: 'Thu 3 Dec 2026', 'Thu, Dec 3, 2026', 'jue 3 dic 2026'. A datetime is read in the zone it carries."""
    if manner is Manner.ENGLISH:
        return f"{day:%a} {day.day} {day:%b %Y}"
    if manner is Manner.AMERICAN:
        return f"{day:%a}, {day:%b} {day.day}, {day.year:04}"
    return f"{_WEEKDAYS[day.weekday()]} {day.day} {_MONTHS[day.month]} {day.year:04}"


def short_day_written(day: date, manner: Manner) -> str:
    """Return a day without its year: 'Thu 3 Dec', 'Thu, Dec 3', 'jue 3 dic'."""
    if manner is Manner.ENGLISH:
        return f"{day:%a} {day.day} {day:%b}"
    if manner is Manner.AMERICAN:
        return f"{day:%a}, {day:%b} {day.day}"
    return f"{_WEEKDAYS[day.weekday()]} {day.day} {_MONTHS[day.month]}"


def birthday_written(day: date, manner: Manner) -> str:
    """Return a day without its weekday: '17 May 1984', 'May 17, 1984', '17 may 1984'."""
    if manner is Manner.ENGLISH:
        return f"{day.day} {day:%b %Y}"
    if manner is Manner.AMERICAN:
        return f"{day:%b} {day.day}, {day.year:04}"
    return f"{day.day} {_MONTHS[day.month]} {day.year:04}"


def month_day_written(day: date, manner: Manner) -> str:
    """Return a day of a month alone: '3 Dec', 'Dec 3', '3 dic'."""
    if manner.language == "en":
        return f"{day:%b} {day.day}" if manner is Manner.AMERICAN else f"{day.day} {day:%b}"
    return f"{day.day} {_MONTHS[day.month]}"


def weekday_written(day: date, manner: Manner) -> str:
    """Return the weekday of a day in three letters: 'Thu', 'jue'."""
    return f"{day:%a}" if manner.language == "en" else _WEEKDAYS[day.weekday()]


def month_written(day: date, manner: Manner) -> str:
    """Return the whole name of the month of a day: 'December', 'diciembre'."""
    return f"{day:%B}" if manner.language == "en" else _WHOLE_MONTHS[day.month]


def time_written(at: datetime | time, manner: Manner) -> str:
    """Return a time of the day: '14:30', '2:30 PM', '2:30 p. m.'; midnight is '00:00' and '12:00 AM'."""
    if not manner.counts_to_twelve:
        return f"{at:%H:%M}"
    half = ("AM", "PM") if manner is Manner.AMERICAN else ("a.\N{NO-BREAK SPACE}m.", "p.\N{NO-BREAK SPACE}m.")
    return f"{at.hour % 12 or 12}:{at.minute:02}\N{NO-BREAK SPACE}{half[at.hour >= 12]}"


# The manner belongs to what is kept: the next reader may have another.


@lru_cache(maxsize=KEPT)
def clock_in(instant: datetime, zone: str, manner: Manner) -> str:
    """Return the clinic-local time of an instant: '10:00', without its zone."""
    return time_written(local(instant, zone), manner)


@lru_cache(maxsize=KEPT)
def times_in(interval: Interval, zone: str, manner: Manner) -> str:
    """Return clinic-local times with the zone named: '10:00–12:45 MST'."""
    begin, end = local(interval.start, zone), local(interval.end, zone)
    first, last = time_written(begin, manner), time_written(end, manner)
    if begin.tzname() == end.tzname():
        return f"{first}–{last} {end.tzname()}"
    return f"{first} {begin.tzname()}–{last} {end.tzname()}"


@lru_cache(maxsize=KEPT)
def visit_in(interval: Interval, zone: str, manner: Manner) -> str:
    """Return day and times: 'Thu 3 Dec 2026, 10:00–12:45 MST'."""
    day = day_written(local(interval.start, zone), manner)
    return f"{day}, {times_in(interval, zone, manner)}"


@lru_cache(maxsize=KEPT)
def moment_in(instant: datetime, zone: str, manner: Manner) -> str:
    """Return day and time of an instant: 'Thu 3 Dec 2026, 10:00 MST'."""
    at = local(instant, zone)
    return f"{day_written(at, manner)}, {time_written(at, manner)} {at.tzname()}"


@lru_cache(maxsize=KEPT)
def window_in(interval: Interval, zone: str, manner: Manner) -> str:
    """Return a window: 'Sat 5 Dec 10:00 – Mon 7 Dec 12:15 MST'; the year shows when it changes."""
    begin, end = local(interval.start, zone), local(interval.end, zone)
    written = day_written if begin.year != end.year else short_day_written
    if begin.date() == end.date():
        return f"{written(begin, manner)} {times_in(interval, zone, manner)}"
    zone_named = "" if begin.tzname() == end.tzname() else f" {begin.tzname()}"
    first = f"{written(begin, manner)} {time_written(begin, manner)}{zone_named}"
    return f"{first} – {written(end, manner)} {time_written(end, manner)} {end.tzname()}"


@lru_cache(maxsize=KEPT)
def absence_in(interval: Interval, zone: str, manner: Manner) -> str:
    """Return 'Mon 7 Dec – Wed 9 Dec', the last day included, where it is of whole days; else a window."""
    begin, end = local(interval.start, zone), local(interval.end, zone)
    if begin.time() != time.min or end.time() != time.min:
        return window_in(interval, zone, manner)
    first, last = begin.date(), end.date() - timedelta(days=1)
    if first == last:
        return day_written(first, manner)
    written = short_day_written if first.year == last.year else day_written
    return f"{written(first, manner)} – {day_written(last, manner)}"
