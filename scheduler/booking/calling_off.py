"""What calling off a visit means, for one visit and for a whole series alike."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from scheduler.booking.outcomes import CalledOffBy
from scheduler.domain.appointment import NOT_BEGUN, Appointment, AppointmentState
from scheduler.domain.series import Series
from scheduler.store import appointments, reminders
from scheduler.store import series as stored
from scheduler.store.locks import lock

STATE = {
    CalledOffBy.PATIENT: AppointmentState.CANCELLED_BY_PATIENT,
    CalledOffBy.CLINIC: AppointmentState.CANCELLED_BY_CLINIC,
}


def is_to_come(visit: Appointment, now: datetime) -> bool:
    """Say whether a visit may still be called off: it has not begun and its start is not reached."""
    return visit.state in NOT_BEGUN and visit.start > now


def locked_series(series: str) -> Series:
    """Lock a series' site and patient, and return the series as it is then. Raises `NotFound`."""
    seen = stored.series(series)
    lock([seen.site], [seen.patient])
    return stored.series(series)


def call_off(visits: Iterable[Appointment], by: CalledOffBy, at: datetime) -> None:
    """Call visits off: their version rises, their claims are given back, their reminders will not be sent."""
    call_off_as(visits, STATE[by], at)


def call_off_as(visits: Iterable[Appointment], state: AppointmentState, at: datetime) -> None:
    """Do the same, into whichever state in which a visit gives back its claims."""
    names = [visit.id for visit in visits]
    appointments.call_off(names, state, at)
    reminders.mark_void(names)
