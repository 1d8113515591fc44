"""Advance a visit on its day, a step at a time: who may, what must hold by then, and what follows from it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from scheduler.access.permissions import Actor, Permission, may
from scheduler.booking.acts import Act
from scheduler.booking.calling_off import call_off_as
from scheduler.booking.completing import note_completion
from scheduler.booking.day_conditions import against_move, against_reason, broken_rules, move_to, open_gates
from scheduler.booking.group_day import note_in_group
from scheduler.booking.inbox import TOOK_LONGER, keep_up
from scheduler.booking.one_visit import against, done_once
from scheduler.booking.outcomes import NotAllowed, Refused
from scheduler.booking.state_names import visit_state_name
from scheduler.booking.visit_facts import VisitFacts
from scheduler.domain.appointment import Appointment, AppointmentState
from scheduler.domain.clock import Clock
from scheduler.domain.people import GateDecision, GateRecord
from scheduler.domain.series import SeriesState
from scheduler.domain.telling import told
from scheduler.domain.treatment import StepKind
from scheduler.domain.visit_day import HOLDS_NEXT_DOSE, DayReason, VisitEvent
from scheduler.planner.proposal import Reason
from scheduler.rules.finding import Finding
from scheduler.rules.gate_families import family_of
from scheduler.store import appointments, clinic, ledger
from scheduler.store.audit import AuditEntry, record
from scheduler.store.visit_events import note_event

VERB = "advance_appointment"


@dataclass(frozen=True, slots=True)
class AdvanceAppointment:
    """Let the visit with this id go on to a state; `version` is the one that was looked at.

    `reason` is for the ways out that ask for one, else `None`. A request repeated with the same `idempotency_key` goes
    no further.
    """

    appointment: str
    to: AppointmentState
    version: int
    reason: DayReason | None = None
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class Advanced:
    """The visit as it stands now; `on_hold` is the decision that keeps the next dose waiting, `None` where none does.

    `findings` are what the rules say about the series now; empty but where the visit ended otherwise or later than planned.
    `series` is the state that its series has by this, `None` where it has the same as before.
    """

    appointment: Appointment
    on_hold: str | None = None
    findings: tuple[Finding, ...] = ()
    series: SeriesState | None = None


def advance_appointment(
    command: AdvanceAppointment, actor: Actor, clock: Clock
) -> Advanced | Refused | NotAllowed:
    """Note the next step of a visit as it happens, or say everything that is against it; what the rules say as findings."""
    if not may(actor, Permission.ADVANCE_APPOINTMENT):
        return NotAllowed(Permission.ADVANCE_APPOINTMENT)
    act = Act(VERB, Permission.ADVANCE_APPOINTMENT, command, actor, clock.now())
    return done_once(act, _step, lambda visit, _: Advanced(visit))


def _step(act: Act[AdvanceAppointment], visit: Appointment) -> Advanced | Refused:
    if visit.version != act.command.version:
        return changed_meanwhile(visit)
    facts = VisitFacts.of(visit, act.now)
    if (refused := _against(act.command, facts, act.actor)) is not None:
        return refused
    outcome = _advanced(act.command, facts, act.actor)
    act.note_answer(visit)
    return outcome


def changed_meanwhile(visit: Appointment) -> Refused:
    """Return the refusal of what was decided about a visit that has gone on since."""
    why = told(
        "%(step)s was changed since it was looked at: it is %(state)s now.",
        step=visit.step or visit.title,
        state=visit_state_name(visit.state),
    )
    refused = against("changed_meanwhile", why, told("Look at the visit as it is now."), visit)
    return replace(refused, race_lost=True)


def _against(command: AdvanceAppointment, facts: VisitFacts, actor: Actor) -> Refused | None:
    move = move_to(facts, command.to)
    if isinstance(move, Reason):
        return Refused(reasons=(move,))
    reasons = tuple(against_move(move, facts, actor))
    if (wrong := against_reason(move, command.reason, facts)) is not None:
        reasons = (*reasons, wrong)
    found = (*broken_rules(move, facts), *open_gates(move, facts))
    return Refused(findings=found, reasons=reasons) if reasons or found else None


def _advanced(command: AdvanceAppointment, facts: VisitFacts, actor: Actor) -> Advanced:
    visit, now = facts.visit, facts.now
    after = as_advanced(visit, command.to, now)
    if after.state.takes_time:
        appointments.note_progress(after)
        if after.claims != visit.claims:
            ledger.release([visit.id])
            ledger.take(after.claims)
    else:
        call_off_as([visit], command.to, now)
    note_in_group(visit, actor, now)
    on_hold = _hold_next_dose(facts, command.to, actor)
    note_event(VisitEvent(visit.site, visit.id, visit.state, command.to, now, actor.id, command.reason))
    details = {
        "step": visit.step,
        "from": visit.state.value,
        "to": command.to.value,
        "reason": command.reason.value if command.reason else None,
        "on_hold": on_hold,
    }
    record(AuditEntry(now, actor.id, VERB, "appointment", visit.id, details, visit.site))
    completed = note_completion(visit.series, actor, now)
    ended_otherwise = not command.to.takes_time or command.to in HOLDS_NEXT_DOSE
    ended_later = after.over_at > visit.over_at
    findings = (
        keep_up(visit.series, TOOK_LONGER, now) if visit.series and (ended_otherwise or ended_later) else ()
    )
    state = completed.state if completed else None
    return Advanced(appointments.appointment(visit.id), on_hold, findings, state)


def as_advanced(visit: Appointment, to: AppointmentState, now: datetime) -> Appointment:
    """Return a visit a step on: it began when the patient was checked in, and is over when they were let go or left.

    Whoever leaves before the planned end gives back what is left of that time, if the visit belongs to a series: what came
    with the clinic file could not be had again.
    """
    began, released = visit.began_at, visit.released_at
    if to is AppointmentState.CHECKED_IN:
        began = now
    if to in (AppointmentState.DISCHARGED, AppointmentState.LEFT_BEFORE_RELEASE):
        released = now
    after = replace(visit, state=to, version=visit.version + 1, began_at=began, released_at=released)
    return (
        replace(after, claims=after.until_left()) if visit.series and released != visit.released_at else after
    )


def _hold_next_dose(facts: VisitFacts, to: AppointmentState, actor: Actor) -> str | None:
    """Put a decision of the prescriber's on hold after a dose that did not go as planned; return which."""
    visit = facts.visit
    if to not in HOLDS_NEXT_DOSE or visit.kind is not StepKind.DOSING or facts.judged is None:
        return None
    asked = [gate.kind for gate in facts.judged.question.step_of(visit).gates]
    theirs = [kind for kind in asked if family_of(kind).owner == "prescriber"]
    if not theirs:
        return None
    # The medical clearance stands first in the table; where it is not asked for, the next that is the prescriber's.
    kind = min(theirs, key=lambda one: (not one.startswith("clearance.medical"), asked.index(one)))
    hold = GateRecord(kind, GateDecision.HOLD, facts.today, decided_by=actor.id, decided_at=facts.now)
    clinic.note_decision(facts.judged.question.diary.patient, hold)
    return kind
