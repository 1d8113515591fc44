"""Stretches of time by the clinic-local hour of the week that they lie in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from typing import TypeAlias

from scheduler.domain.clock import local
from scheduler.domain.interval import Interval

Hour: TypeAlias = tuple[int, int]
"""A weekday, 0 is Monday, and the hour of its day."""

_AN_HOUR = timedelta(hours=1)


def minutes_by_hour(intervals: Iterable[Interval], zone: str) -> Counter[Hour]:
    """Return how many minutes of the stretches lie in each hour of the week, elapsed time."""
    found: Counter[Hour] = Counter()
    for interval in intervals:
        at = interval.start
        while at < interval.end:
            here = local(at, zone)
            # Offsets are whole minutes: the next full hour of the wall clock is so far off, whatever the clocks do then.
            into_hour = timedelta(minutes=here.minute, seconds=here.second, microseconds=here.microsecond)
            over = min(interval.end, at + _AN_HOUR - into_hour)
            found[here.weekday(), here.hour] += minutes(over - at)
            at = over
    return found


def minutes(duration: timedelta) -> int:
    """Return a duration in minutes, rounded."""
    return round(duration.total_seconds() / 60)
