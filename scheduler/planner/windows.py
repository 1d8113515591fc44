"""Where a visit of a series might stand, given the others: the windows of the protocol as instants, for drawing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from scheduler.domain.appointment import Appointment
from scheduler.domain.interval import Interval
from scheduler.domain.series import Series
from scheduler.domain.treatment import Point, Protocol


def allowed_windows(protocol: Protocol, series: Series) -> Mapping[str, Interval]:
    """Return from when until when each visit may *start* so that every window to the other visits is kept.

    Only the windows are looked at, not who or what is free. A step is missing when the windows leave its visit free on
    one side, or leave it no room at all beside where the others stand.
    """
    visits = {visit.step: visit for visit in reversed(series.standing)}
    earliest: dict[str, list[datetime]] = {}
    latest: dict[str, list[datetime]] = {}
    for window in protocol.windows:
        if before := visits.get(window.from_step):
            base = _at(before, window.from_point) - _lead(protocol, window.to_step, window.to_point)
            earliest.setdefault(window.to_step, []).append(base + window.at_least)
            if window.at_most is not None:
                latest.setdefault(window.to_step, []).append(base + window.at_most)
        if after := visits.get(window.to_step):
            base = _at(after, window.to_point) - _lead(protocol, window.from_step, window.from_point)
            latest.setdefault(window.from_step, []).append(base - window.at_least)
            if window.at_most is not None:
                earliest.setdefault(window.from_step, []).append(base - window.at_most)
    bounds = {step: (max(earliest[step]), min(latest[step])) for step in earliest.keys() & latest.keys()}
    return {step: Interval(first, last) for step, (first, last) in bounds.items() if first < last}


def _lead(protocol: Protocol, step: str, point: Point) -> timedelta:
    return protocol.step(step).length if point is Point.END else timedelta(0)


def _at(visit: Appointment, point: Point) -> datetime:
    return visit.start if point is Point.START else visit.discharge
