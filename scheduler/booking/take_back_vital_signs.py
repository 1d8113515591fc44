"""Take back that vital signs were noted as done: it stays in the history with who noted it, and the time is due again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from scheduler.access.permissions import Actor, Permission, may
from scheduler.booking.acts import Act
from scheduler.booking.one_visit import against, done_once
from scheduler.booking.outcomes import NotAllowed, Refused
from scheduler.booking.state_names import visit_state_name
from scheduler.domain.appointment import Appointment
from scheduler.domain.clock import Clock
from scheduler.domain.telling import told, told_moment
from scheduler.domain.visit_day import DOSED
from scheduler.store import clinic
from scheduler.store.audit import AuditEntry, record
from scheduler.store.vital_notes import take_back, vital_notes

VERB = "take_back_vital_signs"


@dataclass(frozen=True, slots=True)
class TakeBackVitalSigns:
    """The look that was due at this instant, UTC, of the visit with this id was noted by mistake.

    A request repeated with the same `idempotency_key` takes nothing back again.
    """

    appointment: str
    due: datetime
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class VitalSignsTakenBack:
    """The visit, which stays as it is."""

    appointment: Appointment


def take_back_vital_signs(
    command: TakeBackVitalSigns, actor: Actor, clock: Clock
) -> VitalSignsTakenBack | Refused | NotAllowed:
    """Take it back while the patient is there, or say why there is nothing to take back.

    Whoever may note may take back, also what somebody else noted: the history names both.
    """
    if not may(actor, Permission.NOTE_VITAL_SIGNS):
        return NotAllowed(Permission.NOTE_VITAL_SIGNS)
    act = Act(VERB, Permission.NOTE_VITAL_SIGNS, command, actor, clock.now())
    return done_once(act, _taken_back, lambda visit, _: VitalSignsTakenBack(visit))


def _taken_back(act: Act[TakeBackVitalSigns], visit: Appointment) -> VitalSignsTakenBack | Refused:
    due = act.command.due
    if visit.state not in DOSED:
        stands = told(
            "%(step)s is %(state)s",
            step=visit.step or visit.title,
            state=visit_state_name(visit.state),
        )
        why = told("%(stands)s, and what was noted is taken back while the patient is there.", stands=stands)
        return against("no_dose_under_way", why, told("Look at the visit as it is now."), visit)
    note = next((one for one in vital_notes([visit.id]).get(visit.id, ()) if one.due == due), None)
    if note is None:
        at = told_moment(due, clinic.site(visit.site).zone)
        why = told("Nothing is noted of the vital signs that were due at %(at)s.", at=at)
        return against("not_noted", why, told("Look at the times as they are now."), visit)
    take_back(note, visit.site, act.now, act.actor.id)
    details = {"step": visit.step, "due": due.isoformat(), "noted_by": note.by}
    record(AuditEntry(act.now, act.actor.id, VERB, "appointment", visit.id, details, visit.site))
    act.note_answer(visit)
    return VitalSignsTakenBack(visit)
