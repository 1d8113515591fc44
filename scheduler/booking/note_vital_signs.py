"""Note that the vital signs of a patient were looked at as was due: that it was done, and never what was found."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from scheduler.access.permissions import Actor, Permission, may
from scheduler.booking.acts import Act
from scheduler.booking.one_visit import against, done_once
from scheduler.booking.outcomes import NotAllowed, Refused
from scheduler.booking.state_names import visit_state_name
from scheduler.booking.vital_times import VitalLook, vital_looks
from scheduler.domain.appointment import Appointment
from scheduler.domain.clock import Clock
from scheduler.domain.telling import told, told_moment
from scheduler.domain.visit_day import DOSED
from scheduler.domain.vital_signs import OPENS
from scheduler.store import clinic
from scheduler.store.audit import AuditEntry, record
from scheduler.store.vital_notes import VitalNote
from scheduler.store.vital_notes import note_vital_signs as keep_note

VERB = "note_vital_signs"


@dataclass(frozen=True, slots=True)
class NoteVitalSigns:
    """The look that was due at this instant, UTC, of the visit with this id was done.

    A request repeated with the same `idempotency_key` notes nothing again.
    """

    appointment: str
    due: datetime
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class VitalSignsNoted:
    """The visit, which stays as it is; `is_new` is false where the same look was noted before."""

    appointment: Appointment
    is_new: bool


def note_vital_signs(
    command: NoteVitalSigns, actor: Actor, clock: Clock
) -> VitalSignsNoted | Refused | NotAllowed:
    """Note it with when and by whom, or say why that look is none of the visit's times; whoever noted it first stays."""
    if not may(actor, Permission.NOTE_VITAL_SIGNS):
        return NotAllowed(Permission.NOTE_VITAL_SIGNS)
    act = Act(VERB, Permission.NOTE_VITAL_SIGNS, command, actor, clock.now())
    return done_once(act, _noted, lambda visit, _: VitalSignsNoted(visit, is_new=False))


def _noted(act: Act[NoteVitalSigns], visit: Appointment) -> VitalSignsNoted | Refused:
    now, due = act.now, act.command.due
    look = _look(visit, due, now)
    if isinstance(look, Refused):
        return look
    is_new = keep_note(VitalNote(visit.id, due, now, act.actor.id), visit.site)
    if is_new:
        details = {"step": visit.step, "what": look.time.what}
        record(AuditEntry(now, act.actor.id, VERB, "appointment", visit.id, details, visit.site))
    act.note_answer(visit)
    return VitalSignsNoted(visit, is_new)


def _look(visit: Appointment, due: datetime, now: datetime) -> VitalLook | Refused:
    zone = clinic.site(visit.site).zone
    if visit.state not in DOSED:
        stands = told(
            "%(step)s is %(state)s",
            step=visit.step or visit.title,
            state=visit_state_name(visit.state),
        )
        why = told("%(stands)s, and vital signs are noted from the dose to the release.", stands=stands)
        return against("no_dose_under_way", why, told("Look at the visit as it is now."), visit)
    looks = vital_looks([visit], now).get(visit.id, ())
    look = next((one for one in looks if one.time.due == due), None)
    if look is None:
        why = told(
            "No look at the vital signs is due at %(time)s: the times follow from when the dose began.",
            time=told_moment(due, zone),
        )
        return against("no_such_time", why, told("Look at the times as they are now."), visit)
    if now < look.time.opens_at():
        minutes = OPENS.total_seconds() // 60
        why = told(
            "It is due at %(time)s, and is noted %(minutes)s min before that at the earliest.",
            time=told_moment(due, zone),
            minutes=f"{minutes:.0f}",
        )
        return against(
            "too_early",
            why,
            told("Note it from %(time)s on.", time=told_moment(look.time.opens_at(), zone)),
            visit,
        )
    return look
