"""Whether a patient is to be told, the day before a dosing visit, that something is still needed of them; never what."""

from __future__ import annotations

from datetime import datetime

from scheduler.booking.gates_ahead import needs_something_of_patient
from scheduler.domain.treatment import StepKind
from scheduler.reminders.policy import MessageKind
from scheduler.store import clinic
from scheduler.store.appointments import appointment
from scheduler.store.reminder_facts import AwaitedVisit


def needs_an_item(visit: AwaitedVisit, kind: MessageKind, now: datetime) -> bool:
    """Say whether a reminder of this kind tells that something is still needed; for use in one reading.

    The same rules are asked as before the visit may start. Only dosing visits have gates that a patient can close.
    """
    if kind is not MessageKind.ONE_DAY or visit.kind is not StepKind.DOSING or visit.series is None:
        return False
    return needs_something_of_patient(appointment(visit.appointment), clinic.site(visit.site), now)
