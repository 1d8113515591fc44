"""Small visits and sites for tests that draw and tell them."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from scheduler.domain.appointment import Appointment, AppointmentState
from scheduler.domain.interval import Interval
from scheduler.domain.places import Site, WeeklyHours
from scheduler.domain.series import Series, SeriesState
from scheduler.domain.treatment import StepKind

KINDS = {"P": StepKind.PREPARATION, "D": StepKind.DOSING, "I": StepKind.INTEGRATION, "C": StepKind.CONTACT}


def a_site() -> Site:
    """Return a site in Denver, open on weekdays."""
    hours = tuple(WeeklyHours(weekday, time(8), time(18)) for weekday in range(5))
    return Site("maple", "Maple House Ketamine Clinic", "Maple House", "America/Denver", hours)


def a_visit(step: str, start: datetime, minutes: int = 60) -> Appointment:
    """Return a booked visit; the first letter of its step says the kind."""
    return Appointment(
        id=step,
        series="",
        site="maple",
        patient="p",
        step=step,
        kind=KINDS[step[0]],
        state=AppointmentState.BOOKED,
        version=1,
        interval=Interval.lasting(start, timedelta(minutes=minutes)),
        room=None,
        staff={},
        phases=(),
        claims=(),
        title=step,
    )


def series_of(*visits: Appointment) -> Series:
    """Return a proposed series of these visits."""
    return Series("", "maple", "p", "protocol", 1, SeriesState.BOOKED, visits)
