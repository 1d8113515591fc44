"""Cancel one visit that is still to come, and say which rules the rest of its series now breaks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from scheduler.access.permissions import Actor, Permission, may, may_at
from scheduler.booking.acts import Act
from scheduler.booking.calling_off import call_off, is_to_come
from scheduler.booking.completing import note_completion
from scheduler.booking.group_day import note_in_group
from scheduler.booking.inbox import let_go
from scheduler.booking.judging import SeriesFindings, findings_now
from scheduler.booking.one_visit import done_once
from scheduler.booking.outcomes import CalledOffBy, CancelReason, NotAllowed, Refused
from scheduler.booking.request import nonsense
from scheduler.domain.appointment import Appointment
from scheduler.domain.clock import Clock
from scheduler.domain.notice import Timeliness
from scheduler.domain.series import SeriesState
from scheduler.domain.telling import told, told_moment
from scheduler.rules.finding import Finding
from scheduler.store import appointments, clinic
from scheduler.store import series as stored
from scheduler.store.audit import AuditEntry, record
from scheduler.store.conflicts import Resolution
from scheduler.store.visit_events import events_of

VERB = "cancel_appointment"


@dataclass(frozen=True, slots=True)
class CancelAppointment:
    """Cancel the visit with this id, for a patient or for the clinic.

    A request repeated with the same `idempotency_key` cancels nothing again.
    """

    appointment: str
    by: CalledOffBy
    reason: CancelReason
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class AppointmentCancelled:
    """The visit as it stands now, and what the rules say about the rest of its series (empty without a series).

    `is_late` says what it counts as.
    """

    appointment: Appointment
    findings: tuple[Finding, ...]
    is_late: bool


def cancel_appointment(
    command: CancelAppointment, actor: Actor, clock: Clock
) -> AppointmentCancelled | Refused | NotAllowed:
    """Call one visit off, give back its claims and void its reminders, in one commit."""
    if not may(actor, Permission.CANCEL_APPOINTMENT):
        return NotAllowed(Permission.CANCEL_APPOINTMENT)
    act = Act(VERB, Permission.CANCEL_APPOINTMENT, command, actor, clock.now())
    return done_once(act, _cancelled, lambda visit, _: _cancelled_before(visit, act.now))


def _cancelled(
    act: Act[CancelAppointment], visit: Appointment
) -> AppointmentCancelled | Refused | NotAllowed:
    command, actor, now = act.command, act.actor, act.now
    if (against := against_cancelling(visit, actor, now)) is not None:
        return against
    late = call_off([visit], command.by, actor, now)
    note_in_group(visit, actor, now)
    details = {
        "by": command.by.value,
        "reason": command.reason.value,
        "step": visit.step,
        "late": bool(late),
    }
    record(AuditEntry(now, actor.id, VERB, "appointment", visit.id, details, visit.site))
    findings = _rest_of_series(visit.series, now)
    note_completion(visit.series, actor, now)
    act.note_answer(visit)
    return AppointmentCancelled(appointments.appointment(visit.id), findings, bool(late))


def _cancelled_before(visit: Appointment, now: datetime) -> AppointmentCancelled:
    """Return the answer to a request that was already answered under the same key; what it counts as was noted then."""
    late = any(event.notice is Timeliness.LATE for event in events_of(visit.id))
    findings = findings_now(stored.series(visit.series), now) if visit.series else ()
    return AppointmentCancelled(visit, findings, late)


def against_cancelling(visit: Appointment, actor: Actor, now: datetime) -> Refused | NotAllowed | None:
    """Return why this actor cannot cancel the visit, or `None`."""
    if not may_at(actor, Permission.CANCEL_APPOINTMENT, visit.site):
        return NotAllowed(Permission.CANCEL_APPOINTMENT)
    return None if is_to_come(visit, now) else _too_late(visit)


def _too_late(visit: Appointment) -> Refused:
    at = told_moment(visit.start, clinic.site(visit.site).zone)
    if not visit.state.takes_time:
        why = told("The visit on %(at)s is called off already.", at=at)
    else:
        why = told("The visit on %(at)s has begun or is over.", at=at)
    return Refused(
        reasons=(nonsense("not_to_come", why, told("Only visits still to come can be cancelled.")),)
    )


def _rest_of_series(series: str, now: datetime) -> tuple[Finding, ...]:
    if not series:
        return ()
    rest = stored.series(series)
    findings = findings_now(rest, now)
    let_go([SeriesFindings(rest, findings)], Resolution.ELSEWHERE, now)
    if not rest.standing:
        stored.mark_series(series, SeriesState.CANCELLED)
    return findings
