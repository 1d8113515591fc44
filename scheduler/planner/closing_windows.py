"""Which visits a series lacks, and until when each can still be booked by the windows to those that stand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from scheduler.domain.appointment import Appointment
from scheduler.domain.series import Series
from scheduler.domain.treatment import Protocol
from scheduler.planner.windows import bounds_of


@dataclass(frozen=True, slots=True)
class ClosingWindow:
    """A visit that was called off and not booked anew; `last` is the last instant at which it may start, UTC."""

    visit: Appointment
    last: datetime


def closing_windows(protocol: Protocol, series: Series, zone: str) -> Iterator[ClosingWindow]:
    """Yield the visits that a series lacks and that some window holds to a latest time, in the order of the series.

    `zone` is the site's. Only windows from visits before them are looked at: what comes later can be moved.
    """
    visits = {visit.step: visit for visit in reversed(series.standing)}
    for missing in series.missing:
        lasts = [
            last
            for window in protocol.windows
            if window.to_step == missing.step and window.from_step in visits
            for step, _, last in bounds_of(protocol, window, visits, zone)
            if step == missing.step and last is not None
        ]
        if lasts:
            yield ClosingWindow(missing, min(lasts))
