"""A weekly pattern over the years: which week holds when, and another week from some day on, for good or for a time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise

from scheduler.domain.clock import whole_local_day
from scheduler.domain.errors import InvalidValue
from scheduler.domain.interval import Interval
from scheduler.domain.places import WeeklyHours

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class WeekChange:
    """Another week: stretches without days of their own, which hold from `first_day` to `last_day`, both included.

    `None` is without a limit. Whatever was known of these days gives way; before and after them nothing changes.
    """

    week: tuple[WeeklyHours, ...]
    first_day: date | None = None
    last_day: date | None = None

    def made_to(self, known: Iterable[WeeklyHours]) -> tuple[WeeklyHours, ...]:
        """Return the hours after the change, sorted. Raises `InvalidValue` for times and days that cannot be."""
        if self.first_day and self.last_day and self.last_day < self.first_day:
            raise InvalidValue("the last day is not before the first")
        for stretch in self.week:
            if stretch.closes <= stretch.opens:
                raise InvalidValue(f"hours from {stretch.opens:%H:%M} must end later on the same day")
        new = [replace(one, valid_from=self.first_day, valid_until=self.last_day) for one in self.week]
        return _joined([*(part for one in known for part in self._left_of(one)), *new])

    def during(self, zone: str) -> Interval | None:
        """Return the days; `None` where they have no end."""
        if self.last_day is None:
            return None
        first = self.first_day or date(2000, 1, 1)
        return Interval(whole_local_day(first, zone).start, whole_local_day(self.last_day, zone).end)

    def _left_of(self, known: WeeklyHours) -> list[WeeklyHours]:
        """Return what of a stretch lies before the change and after it."""
        parts = []
        if self.first_day is not None:
            until = min(self.first_day - _DAY, known.valid_until or date.max)
            parts.append(replace(known, valid_until=until))
        if self.last_day is not None:
            since = max(self.last_day + _DAY, known.valid_from or date.min)
            parts.append(replace(known, valid_from=since))
        return [one for one in parts if _first(one) <= _last(one)]


@dataclass(frozen=True, slots=True)
class Period:
    """Days on which the same week holds, both included; `None` is without a limit. The week is sorted, without days."""

    first_day: date | None
    last_day: date | None
    week: tuple[WeeklyHours, ...]


def periods_from(hours: Iterable[WeeklyHours], day: date) -> tuple[Period, ...]:
    """Return which week holds from a day on, in order; the first period is that of the day and has no first day."""
    hours = tuple(hours)
    turns = {_first(one) for one in hours} | {_last(one) + _DAY for one in hours if one.valid_until}
    begins = [day, *sorted(turn for turn in turns if turn > day)]
    periods: list[Period] = []
    for first, following in pairwise([*begins, None]):
        assert first is not None, "only the end is open"
        week = _week_of(hours, first)
        if periods and periods[-1].week == week:
            first_day = periods.pop().first_day
        else:
            first_day = first if periods else None
        periods.append(Period(first_day, following - _DAY if following else None, week))
    return tuple(periods)


def week_on(hours: Iterable[WeeklyHours], day: date) -> tuple[WeeklyHours, ...]:
    """Return the week that holds on a day, sorted and without days."""
    return _week_of(tuple(hours), day)


def _week_of(hours: tuple[WeeklyHours, ...], day: date) -> tuple[WeeklyHours, ...]:
    return tuple(
        sorted(
            replace(one, valid_from=None, valid_until=None)
            for one in hours
            if _first(one) <= day <= _last(one)
        )
    )


def _joined(hours: list[WeeklyHours]) -> tuple[WeeklyHours, ...]:
    """Return the hours sorted, with those of the same times as one where one's days go on where another's end."""
    found: list[WeeklyHours] = []
    for one in sorted(hours, key=lambda one: (one.weekday, one.opens, one.closes, _first(one), _last(one))):
        last = found[-1] if found else None
        goes_on = (
            last is not None
            and (last.weekday, last.opens, last.closes) == (one.weekday, one.opens, one.closes)
            and last.valid_until is not None
            and _first(one) <= last.valid_until + _DAY
        )
        if last is not None and goes_on:
            longest = max(_last(last), _last(one))
            found[-1] = replace(last, valid_until=None if longest == date.max else longest)
        else:
            found.append(one)
    return tuple(found)


def _first(hours: WeeklyHours) -> date:
    return hours.valid_from or date.min


def _last(hours: WeeklyHours) -> date:
    return hours.valid_until or date.max
