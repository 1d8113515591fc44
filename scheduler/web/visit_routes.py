"""One visit on its day: where it stands, the next step, what it waits for, what happened, and longer stays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from scheduler.access.permissions import Permission, may
from scheduler.booking.advance_appointment import AdvanceAppointment, Advanced, advance_appointment
from scheduler.booking.calling_off import is_to_come
from scheduler.booking.decide_gate import DecideGate, decide_gate
from scheduler.booking.extend_stay import supplemental_minutes
from scheduler.booking.outcomes import NotAllowed, Refused
from scheduler.booking.override_rule import LONGEST_REASON, OverrideRule, override_rule
from scheduler.booking.reach import patient_within_reach
from scheduler.booking.undo_advance import UndoAdvance, undo_advance
from scheduler.booking.visit_facts import VisitFacts
from scheduler.booking.withdraw_override import WithdrawOverride, withdraw_override
from scheduler.domain.appointment import UNANNOUNCED, UNDER_WAY, Appointment, AppointmentState
from scheduler.domain.people import GateDecision, Patient
from scheduler.domain.series import SeriesState
from scheduler.domain.visit_day import DayReason
from scheduler.store import appointments
from scheduler.store.work import reading
from scheduler.web.answer_words import answer_in_words, confirmed_in_words
from scheduler.web.escort_lines import escort_line
from scheduler.web.follow_up_lines import follow_up_of
from scheduler.web.form_keys import key_sent
from scheduler.web.group_view import group_view
from scheduler.web.guard import actor, needs
from scheduler.web.identity import current_clock
from scheduler.web.message_words import messages_in_words
from scheduler.web.speech import said
from scheduler.web.visit_forms import (
    OFFERED_MINUTES,
    OVERRIDE_LASTS,
    GateForm,
    OverrideForm,
    StepForm,
    UndoForm,
    WithdrawForm,
    first_fault,
)
from scheduler.web.visit_rows import Names
from scheduler.web.visit_view import visit_view
from scheduler.web.vital_lines import vital_view
from scheduler.web.what_next import what_next
from scheduler.web.who_is_here import who_is_here
from scheduler.web.words import clock_in, gate_words, lower_first, refused_words, state_words, told_in_inbox

pages = Blueprint("visits", __name__)


@pages.get("/visits/<appointment>")
@needs(Permission.SEE_PATIENTS)
def visit(appointment: str) -> ResponseReturnValue:
    """Show one visit."""
    return show_visit(appointment)


@pages.post("/visits/<appointment>/advance")
@needs(Permission.ADVANCE_APPOINTMENT)
def advance(appointment: str) -> ResponseReturnValue:
    """Note the next step."""
    found, _ = visit_within_reach(appointment)
    form = StepForm()
    if not form.validate():
        return show_visit(appointment, first_fault(form))
    reason = DayReason(form.reason.data) if form.reason.data else None
    command = AdvanceAppointment(
        found.id, AppointmentState(form.to.data or ""), form.version.data or 0, reason, form.key.data
    )
    outcome = advance_appointment(command, actor(), current_clock())
    if isinstance(outcome, NotAllowed):
        abort(403)
    if isinstance(outcome, Refused):
        return show_visit(appointment, refused_words(outcome))
    flash(_noted(outcome), "good")
    return back_to(found)


@pages.post("/visits/<appointment>/undo")
@needs(Permission.ADVANCE_APPOINTMENT)
def undo(appointment: str) -> ResponseReturnValue:
    """Take the last step back."""
    found, _ = visit_within_reach(appointment)
    form = UndoForm()
    if not form.validate():
        return show_visit(appointment, first_fault(form))
    command = UndoAdvance(found.id, form.version.data or 0, key_sent())
    outcome = undo_advance(command, actor(), current_clock())
    if isinstance(outcome, NotAllowed):
        abort(403)
    if isinstance(outcome, Refused):
        return show_visit(appointment, refused_words(outcome))
    state = lower_first(state_words(outcome.appointment.state))
    flash(said("Taken back. The visit is %(state)s.", state=state), "good")
    return back_to(found)


@pages.post("/visits/<appointment>/decide")
@needs(Permission.DECIDE_GATE)
def decide(appointment: str) -> ResponseReturnValue:
    """Decide one of the things that the visit waits for."""
    found, patient = visit_within_reach(appointment)
    form = GateForm()
    if not form.validate():
        return show_visit(appointment, first_fault(form), form.data)
    decision = GateDecision(form.decision.data or "")
    limits = (
        (form.valid_until.data, form.covers_visits.data) if decision is GateDecision.PASS else (None, None)
    )
    command = DecideGate(patient.id, form.gate.data or "", decision, *limits, form.key.data)
    outcome = decide_gate(command, actor(), current_clock())
    if isinstance(outcome, NotAllowed):
        abort(403)
    if isinstance(outcome, Refused):
        return show_visit(appointment, refused_words(outcome), form.data)
    gate = gate_words(command.gate)
    is_passed = decision is GateDecision.PASS
    flash(
        said("%(gate)s: passed.", gate=gate) if is_passed else said("%(gate)s: on hold.", gate=gate), "good"
    )
    return back_to(found)


@pages.post("/visits/<appointment>/override")
@needs(Permission.OVERRIDE_RULE)
def override(appointment: str) -> ResponseReturnValue:
    """Let one rule pass for this visit."""
    found, _ = visit_within_reach(appointment)
    form = OverrideForm()
    if not form.validate():
        return show_visit(appointment, first_fault(form), form.data)
    with reading():
        facts = VisitFacts.of(found, current_clock().now())
    expires = form.expires(facts.day, facts.site.zone)
    command = OverrideRule(found.id, form.rule.data or "", form.reason.data or "", expires, form.key.data)
    outcome = override_rule(command, actor(), current_clock())
    if isinstance(outcome, NotAllowed):
        abort(403)
    if isinstance(outcome, Refused):
        return show_visit(appointment, refused_words(outcome), form.data)
    flash(said("%(rule)s is let pass for this visit.", rule=command.rule), "good")
    return back_to(found)


@pages.post("/visits/<appointment>/withdraw")
@needs(Permission.OVERRIDE_RULE)
def withdraw(appointment: str) -> ResponseReturnValue:
    """Take an override of this visit back."""
    found, _ = visit_within_reach(appointment)
    form = WithdrawForm()
    if not form.validate():
        return show_visit(appointment, first_fault(form))
    command = WithdrawOverride(form.override.data or "", key_sent())
    outcome = withdraw_override(command, actor(), current_clock())
    if isinstance(outcome, NotAllowed):
        abort(403)
    if isinstance(outcome, Refused):
        return show_visit(appointment, refused_words(outcome))
    flash(said("Withdrawn. %(rule)s is asked for again.", rule=outcome.override.rule), "good")
    return back_to(found)


def show_visit(
    appointment: str, problem: str = "", entered: Mapping[str, Any] | None = None
) -> ResponseReturnValue:
    """Return the page of a visit; with a problem it says so first, and keeps what was entered."""
    with reading():
        found, patient = visit_within_reach(appointment)
        facts = VisitFacts.of(found, current_clock().now())
        view = visit_view(facts, actor())
        then = what_next(facts, actor())
        group = group_view(found)
        beside = _beside_the_patient(facts)
        names = Names.of(found.site)
    to_come = is_to_come(found, facts.now) and bool(found.series)
    moves_alone = to_come and found.group_visit is None
    page = render_template(
        "visit.html",
        visit=found,
        patient=patient,
        site=facts.site,
        today=facts.today,
        day=facts.day,
        now=facts.now,
        view=view,
        then=then,
        group=group,
        **beside,
        of_group=facts.of_group,
        **_told_and_answered(found, facts.site.zone),
        names=names,
        problem=problem,
        entered=entered or {},
        lasts=OVERRIDE_LASTS,
        longest_reason=LONGEST_REASON,
        minutes=OFFERED_MINUTES,
        may_extend=bool(view.extend_as) and may(actor(), Permission.EXTEND_STAY),
        protocols_minutes=supplemental_minutes(facts.judged.question.protocol) if facts.judged else None,
        has_file=found.state not in UNANNOUNCED,
        may_move=moves_alone and may(actor(), Permission.MOVE_APPOINTMENT),
        may_cancel=to_come and may(actor(), Permission.CANCEL_APPOINTMENT),
    )
    return page, 422 if problem else 200


def _beside_the_patient(facts: VisitFacts) -> dict[str, Any]:
    """Return what the page says to whoever is with the patient: vital signs, and who is there to be called."""
    is_there = facts.visit.state in UNDER_WAY
    return {
        "vitals": vital_view(facts, actor()),
        "here": who_is_here(facts.site, actor(), facts.now) if is_there else None,
        "here_at": clock_in(facts.now, facts.site.zone),
    }


def _told_and_answered(found: Appointment, zone: str) -> dict[str, Any]:
    """Return what the page says of messages about the visit, of answers to them, and of who takes the patient home."""
    return {
        "answer": answer_in_words(found, zone),
        "confirmed": confirmed_in_words([found], zone).get(found.id, ""),
        "messages": messages_in_words(found, zone),
        "escort": escort_line(found, zone),
        "followed_up": follow_up_of(found, zone),
        "may_record_contact": may(actor(), Permission.RECORD_CONTACT),
    }


def visit_within_reach(appointment: str) -> tuple[Appointment, Patient]:
    """Return a visit and its patient. Raises `NotFound` alike when there is none and when it is out of reach."""
    with reading():
        found = appointments.appointment(appointment)
        return found, patient_within_reach(actor(), found.patient)


def back_to(visit: Appointment) -> ResponseReturnValue:
    """Return the way back to the page of a visit, after something was done."""
    return redirect(url_for("visits.visit", appointment=visit.id), 303)


def _noted(outcome: Advanced) -> str:
    told = [said("Noted: %(state)s.", state=lower_first(state_words(outcome.appointment.state)))]
    if not outcome.appointment.state.takes_time:
        told.append(said("Its times are free again."))
    if outcome.on_hold is not None:
        gate = gate_words(outcome.on_hold)
        told.append(said("%(gate)s is on hold until the prescriber has decided.", gate=gate))
    if outcome.series is SeriesState.COMPLETED:
        told.append(said("It was the last one: the series is completed."))
    return " ".join(told) + told_in_inbox(outcome.findings)
