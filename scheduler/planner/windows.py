"""Where a visit of a series might stand, given the others: the windows of the protocol as instants, for drawing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import TypeAlias

from scheduler.domain.appointment import Appointment
from scheduler.domain.clock import first_moment, local_day, whole_local_day
from scheduler.domain.interval import Interval
from scheduler.domain.series import Series
from scheduler.domain.treatment import Counting, Point, Protocol, Window

Bounds: TypeAlias = tuple[str, datetime | None, datetime | None]
"""A step, and when it may start at the earliest and at the latest, `None` where nothing holds it."""

_A_MINUTE = timedelta(minutes=1)
"""The last start of a day is the minute before the next."""


def allowed_windows(protocol: Protocol, series: Series, zone: str) -> Mapping[str, Interval]:
    """Return from when until when each visit may *start* so that every window to the other visits is kept.

    Both ends of an interval are starts that are allowed, to the minute; `zone` is the site's. Only the windows are
    looked at, not who or what is free. A step is missing when the windows leave its visit free on one side, or leave it
    no room at all beside where the others stand.
    """
    visits = {visit.step: visit for visit in reversed(series.standing)}
    earliest: dict[str, list[datetime]] = {}
    latest: dict[str, list[datetime]] = {}
    for window in protocol.windows:
        for step, first, last in bounds_of(protocol, window, visits, zone):
            if first is not None:
                earliest.setdefault(step, []).append(first)
            if last is not None:
                latest.setdefault(step, []).append(last)
    bounds = {step: (max(earliest[step]), min(latest[step])) for step in earliest.keys() & latest.keys()}
    return {step: Interval(first, last) for step, (first, last) in bounds.items() if first < last}


def bounds_of(
    protocol: Protocol, window: Window, visits: Mapping[str, Appointment], zone: str
) -> Iterator[Bounds]:
    """Yield what a window says about the start of either visit, where the other one stands."""
    lead, tail = protocol.moments_of(window)
    if before := visits.get(window.from_step):
        first, last = _later_moment(window, _at(before, window.from_point), zone)
        yield window.to_step, first - tail, None if last is None else last - tail
    if after := visits.get(window.to_step):
        last, first_of_all = _earlier_moment(window, _at(after, window.to_point), zone)
        yield window.from_step, None if first_of_all is None else first_of_all - lead, last - lead


def _later_moment(window: Window, moment: datetime, zone: str) -> tuple[datetime, datetime | None]:
    """Return when the later moment of a window may be, the earlier one given: the first time, and the last if any."""
    most = window.at_most
    if window.counted is Counting.ELAPSED:
        return moment + window.at_least, None if most is None else moment + most
    day = local_day(moment, zone)
    return first_moment(day + window.at_least, zone), None if most is None else _last_moment(day + most, zone)


def _earlier_moment(window: Window, moment: datetime, zone: str) -> tuple[datetime, datetime | None]:
    """Return when the earlier moment of a window may be, the later one given: the last time, and the first if any."""
    most = window.at_most
    if window.counted is Counting.ELAPSED:
        return moment - window.at_least, None if most is None else moment - most
    day = local_day(moment, zone)
    return _last_moment(day - window.at_least, zone), None if most is None else first_moment(day - most, zone)


def _last_moment(day: date, zone: str) -> datetime:
    return whole_local_day(day, zone).end - _A_MINUTE


def _at(visit: Appointment, point: Point) -> datetime:
    return visit.start if point is Point.START else visit.over_at
