"""Preview the cancelling of a visit: what the rules would say about the rest of its series; nothing is written."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from scheduler.access.permissions import Actor, Permission, may
from scheduler.booking.calling_off import STATE, called_off_now
from scheduler.booking.cancel_appointment import against_cancelling
from scheduler.booking.judging import findings_now
from scheduler.booking.one_visit import unknown_visit
from scheduler.booking.outcomes import CalledOffBy, NotAllowed, Refused
from scheduler.domain.appointment import Appointment
from scheduler.domain.clock import Clock
from scheduler.domain.errors import NotFound
from scheduler.domain.notice import Timeliness
from scheduler.rules.finding import Finding
from scheduler.store import appointments
from scheduler.store import series as stored
from scheduler.store.work import reading


@dataclass(frozen=True, slots=True)
class CancelPreview:
    """The visit as it would be, and what the rules would say about the rest of its series (empty without a series).

    `is_late` says what calling it off now would count as.
    """

    appointment: Appointment
    findings: tuple[Finding, ...]
    is_late: bool


def preview_cancel(
    appointment: str, by: CalledOffBy, actor: Actor, clock: Clock
) -> CancelPreview | Refused | NotAllowed:
    """Say what calling this visit off would leave."""
    if not may(actor, Permission.CANCEL_APPOINTMENT):
        return NotAllowed(Permission.CANCEL_APPOINTMENT)
    now = clock.now()
    with reading():
        try:
            visit = appointments.appointment(appointment)
        except NotFound:
            return unknown_visit(appointment)
        if (against := against_cancelling(visit, actor, now)) is not None:
            return against
        called_off = replace(visit, state=STATE[by], version=visit.version + 1, claims=())
        is_late = called_off_now([visit], now)[visit.id] is Timeliness.LATE
        return CancelPreview(called_off, _rest_of_series(called_off, now), is_late)


def _rest_of_series(called_off: Appointment, now: datetime) -> tuple[Finding, ...]:
    if not called_off.series:
        return ()
    series = stored.series(called_off.series)
    visits = (called_off if visit.id == called_off.id else visit for visit in series.appointments)
    return findings_now(replace(series, appointments=tuple(visits)), now)
