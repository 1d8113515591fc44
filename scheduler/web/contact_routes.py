"""How a patient wants to be written to, and that somebody has called: what the front desk records."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from scheduler.access.permissions import Permission
from scheduler.booking.outcomes import NotAllowed
from scheduler.booking.reach import patient_within_reach
from scheduler.domain.contact import Category, ContactWay
from scheduler.reminders.record_contact import RecordContact, record_contact
from scheduler.reminders.settle_calls import SettleCalls, settle_calls
from scheduler.reminders.stop_messages import StopMessages, stop_messages
from scheduler.reminders.words.spoken import LANGUAGES
from scheduler.store.work import reading
from scheduler.web.guard import actor, needs
from scheduler.web.identity import current_clock
from scheduler.web.speech import mark, said

pages = Blueprint("contact", __name__)

STOPS = {
    "": mark("Recorded at once: %(name)s gets no more messages. The visits stand as booked; call instead."),
    Category.REMINDERS.value: mark(
        "Recorded at once: %(name)s gets no more reminders. The visits stand as booked; call instead."
    ),
    Category.APPOINTMENTS.value: mark(
        "Recorded at once: %(name)s gets no more messages about what is booked and changed. "
        "The visits stand as booked; call instead."
    ),
}
"""What is said when each choice is stopped."""

WANTED = {f"{way}-{category}": (way, category) for way in ContactWay for category in Category}
"""What a form of wishes names, by its name."""


@pages.post("/patients/<patient>/contact")
@needs(Permission.RECORD_CONTACT)
def keep(patient: str) -> ResponseReturnValue:
    """Keep what was said, and go back to the patient."""
    with reading():
        found = patient_within_reach(actor(), patient)
    sent, first = request.form.getlist("wanted"), request.form.get("first", "")
    if found.stands_for_cohort or first not in list(ContactWay) or not set(sent) <= WANTED.keys():
        abort(400)
    language = request.form.get("language", "")
    if language and language not in (*LANGUAGES, found.language):
        abort(400)
    wanted = frozenset(WANTED[one] for one in sent)
    command = RecordContact(found.id, ContactWay(first), wanted, language or None)
    if isinstance(record_contact(command, actor(), current_clock()), NotAllowed):
        abort(403)
    flash(said("Recorded how %(name)s wants to be written to.", name=found.name), "good")
    return redirect(url_for("patients.patient", patient=found.id) + "#contact", 303)


@pages.post("/patients/<patient>/stop-messages")
@needs(Permission.RECORD_CONTACT)
def stop(patient: str) -> ResponseReturnValue:
    """Keep that the patient wants no more messages, of a category or at all, and go back to the patient."""
    with reading():
        found = patient_within_reach(actor(), patient)
    about = request.form.get("about", "")
    if found.stands_for_cohort or about not in STOPS:
        abort(400)
    command = StopMessages(found.id, Category(about) if about else None)
    if isinstance(stop_messages(command, actor(), current_clock()), NotAllowed):
        abort(403)
    flash(said(STOPS[about], name=found.name), "good")
    return redirect(url_for("patients.patient", patient=found.id) + "#written-to", 303)


@pages.post("/patients/<patient>/called")
@needs(Permission.RESOLVE_CONFLICT)
def called(patient: str) -> ResponseReturnValue:
    """Note that somebody has called the patient, and go back to what waits."""
    with reading():
        found = patient_within_reach(actor(), patient)
    if isinstance(settle_calls(SettleCalls(found.id), actor(), current_clock()), NotAllowed):
        abort(403)
    flash(said("Settled. Nothing booked was changed."), "good")
    return redirect(url_for("conflicts.conflicts"), 303)
