"""Undo the last step of a visit: by whoever took it, within a few minutes; what followed from it is taken back as well."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from scheduler.access.permissions import Actor, Permission, may
from scheduler.booking.acts import Act
from scheduler.booking.advance_appointment import Advanced, changed_meanwhile
from scheduler.booking.completing import note_completion
from scheduler.booking.group_day import note_in_group
from scheduler.booking.holds import let_lapse
from scheduler.booking.inbox import keep_up
from scheduler.booking.one_visit import against, done_once
from scheduler.booking.outcomes import NotAllowed, Refused
from scheduler.booking.state_names import series_state_name
from scheduler.domain.appointment import Appointment, AppointmentState, phases_at
from scheduler.domain.claims import Placement, claims_of
from scheduler.domain.clock import Clock
from scheduler.domain.errors import Conflict
from scheduler.domain.interval import Interval
from scheduler.domain.series import SeriesState
from scheduler.domain.telling import told
from scheduler.domain.treatment import Step
from scheduler.domain.visit_day import HOLDS_NEXT_DOSE, UNDO_WITHIN, DayReason, VisitEvent
from scheduler.store import appointments, clinic, ledger
from scheduler.store import series as stored
from scheduler.store.audit import AuditEntry, record
from scheduler.store.members import place_of
from scheduler.store.visit_events import events_of, note_event

VERB = "undo_advance"


@dataclass(frozen=True, slots=True)
class UndoAdvance:
    """Take back the last step of the visit with this id; `version` is the one that was looked at.

    A request repeated with the same `idempotency_key` takes nothing back again.
    """

    appointment: str
    version: int
    idempotency_key: str | None = None


def undo_advance(command: UndoAdvance, actor: Actor, clock: Clock) -> Advanced | Refused | NotAllowed:
    """Let a visit stand as it stood before its last step, or say why that cannot be taken back any more."""
    if not may(actor, Permission.ADVANCE_APPOINTMENT):
        return NotAllowed(Permission.ADVANCE_APPOINTMENT)
    act = Act(VERB, Permission.ADVANCE_APPOINTMENT, command, actor, clock.now())
    try:
        return done_once(act, _undone, lambda visit, _: Advanced(visit))
    except Conflict as conflict:
        visit = appointments.appointment(command.appointment)
        mend = told("Let it stand as it is.") if visit.state.takes_time else told("Book the visit anew.")
        return replace(against("race_lost", str(conflict), mend, visit), race_lost=True)


def last_step_of(visit: Appointment, actor: Actor, now: datetime) -> VisitEvent | None:
    """Return the step that the actor may take back now, `None` when there is none."""
    events = events_of(visit.id)
    if not events:
        return None
    last = events[-1]
    if last.notice is not None:
        # Calling off is no step of a day; what it takes with it is not brought back.
        return None
    own = last.noted_by == actor.id and last.reason is not DayReason.UNDONE and last.state is visit.state
    return last if own and now - last.at <= UNDO_WITHIN else None


def _undone(act: Act[UndoAdvance], visit: Appointment) -> Advanced | Refused:
    actor, now = act.actor, act.now
    if visit.version != act.command.version:
        return changed_meanwhile(visit)
    step = last_step_of(visit, actor, now)
    if step is None:
        minutes = UNDO_WITHIN.total_seconds() // 60
        why = told(
            "A step is taken back by whoever noted it, within %(minutes)s min.", minutes=f"{minutes:.0f}"
        )
        return against("too_late_to_undo", why, told("Note what happened as the next step."), visit)
    if not visit.state.takes_time and (refused := _against_standing_again(visit)) is not None:
        return refused
    # Whoever was held for the times that were given back holds them no longer than was said.
    let_lapse(visit.site, now)
    _take_back(visit, step, now)
    note_in_group(visit, actor, now)
    if visit.series:
        keep_up(visit.series, VERB, now)
    note_event(VisitEvent(visit.site, visit.id, visit.state, step.former, now, actor.id, DayReason.UNDONE))
    details = {"step": visit.step, "from": visit.state.value, "to": step.former.value}
    record(AuditEntry(now, actor.id, VERB, "appointment", visit.id, details, visit.site))
    reopened = note_completion(visit.series, actor, now)
    act.note_answer(visit)
    return Advanced(appointments.appointment(visit.id), series=reopened.state if reopened else None)


def _against_standing_again(visit: Appointment) -> Refused | None:
    """Say why a visit that gave its times back cannot have them again, whoever has them now."""
    if not visit.series:
        why = told("The visit came with the clinic file and has given its times back.")
        return against("no_series", why, told("Enter it in the file under another id."), visit)
    series = stored.series(visit.series)
    if series.state not in (SeriesState.BOOKED, SeriesState.COMPLETED):
        why = told(
            "The series is %(state)s since, and nothing of it is booked.",
            state=series_state_name(series.state),
        )
        return against(
            "series_ended", why, told("Plan the rest of the series anew, or book a new one."), visit
        )
    if series.visit(visit.step) is not None:
        why = told("%(step)s was booked again since.", step=visit.step)
        return against("booked_again", why, told("Keep the one that stands now."), visit)
    return None


def _take_back(visit: Appointment, step: VisitEvent, now: datetime) -> None:
    began = None if step.state is AppointmentState.CHECKED_IN else visit.began_at
    ended = step.state in (AppointmentState.DISCHARGED, AppointmentState.LEFT_BEFORE_RELEASE)
    before = replace(
        visit,
        state=step.former,
        version=visit.version + 1,
        began_at=began,
        released_at=None if ended else visit.released_at,
    )
    if not visit.state.takes_time:
        appointments.call_on(_with_claims(before), now)
    elif began is None and visit.series and (planned := _as_planned(before)).phases != visit.phases:
        # Whoever has not come yet was not extended either: the visit takes as long as planned again.
        series, planned = stored.series(visit.series), _with_claims(planned)
        visits = tuple(planned if one.id == visit.id else one for one in series.appointments)
        stored.save_change(series, replace(series, appointments=visits), now)
    else:
        appointments.note_progress(before)
        if ended and visit.series and visit.over_at != visit.released_at:
            # The time that was given back is needed again.
            ledger.release([visit.id])
            ledger.take(_with_claims(before).claims)
    if step.state in HOLDS_NEXT_DOSE:
        clinic.forget_decisions(visit.patient, step.at)


def _as_planned(visit: Appointment) -> Appointment:
    step = _step_of(visit)
    return replace(
        visit,
        interval=Interval.lasting(visit.start, step.length),
        phases=phases_at(step, visit.start),
    )


def _step_of(visit: Appointment) -> Step:
    series = stored.series(visit.series)
    return clinic.protocol_of(series).step(visit.step)


def _with_claims(visit: Appointment) -> Appointment:
    """Return a visit with everything that it claims for as long as its phases take."""
    people = {person.id: person for person in clinic.staff(visit.site)}
    placement = Placement(
        _step_of(visit).stretched_to(visit.minutes_by_phase),
        visit.start,
        visit.patient,
        visit.room,
        visit.staff,
        visit.relief,
    )
    return replace(visit, claims=(*claims_of(placement, people, visit.id), *place_of(visit)))
