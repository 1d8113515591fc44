"""Where a visit of a series might stand, given the others: the windows of the protocol as instants, for drawing."""

from __future__ import annotations

from datetime import datetime

from scheduler.domain.appointment import Appointment
from scheduler.domain.interval import Interval
from scheduler.domain.series import Series
from scheduler.domain.treatment import Point, Protocol


def allowed_window(protocol: Protocol, series: Series, step: str) -> Interval | None:
    """Return from when until when the visit may *start* so that every window to the other visits is kept.

    Only the windows are looked at, not who or what is free. `None` when the windows leave the visit free on one side,
    or leave it no room at all beside where the others stand.
    """
    length = protocol.step(step).length
    earliest: list[datetime] = []
    latest: list[datetime] = []
    for window in protocol.windows:
        if window.to_step == step and (anchor := series.visit(window.from_step)):
            shift = length if window.to_point is Point.END else length * 0
            base = _at(anchor, window.from_point) - shift
            earliest.append(base + window.at_least)
            if window.at_most is not None:
                latest.append(base + window.at_most)
        if window.from_step == step and (anchor := series.visit(window.to_step)):
            shift = length if window.from_point is Point.END else length * 0
            base = _at(anchor, window.to_point) - shift
            latest.append(base - window.at_least)
            if window.at_most is not None:
                earliest.append(base - window.at_most)
    if not earliest or not latest or max(earliest) >= min(latest):
        return None
    return Interval(max(earliest), min(latest))


def _at(visit: Appointment, point: Point) -> datetime:
    return visit.start if point is Point.START else visit.discharge
