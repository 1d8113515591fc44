"""That vital signs were looked at as was due, noted by one press on the page of a dosing visit."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, abort, flash, request
from flask.typing import ResponseReturnValue

from scheduler.access.permissions import Permission
from scheduler.booking.note_vital_signs import NoteVitalSigns, note_vital_signs
from scheduler.booking.outcomes import NotAllowed, Refused
from scheduler.booking.take_back_vital_signs import TakeBackVitalSigns, take_back_vital_signs
from scheduler.store import clinic
from scheduler.web.form_keys import key_sent
from scheduler.web.guard import actor, needs
from scheduler.web.identity import current_clock
from scheduler.web.speech import said
from scheduler.web.visit_routes import back_to, show_visit, visit_within_reach
from scheduler.web.words import clock_in, refused_words

pages = Blueprint("vital_signs", __name__)


@pages.post("/visits/<appointment>/vital-signs")
@needs(Permission.NOTE_VITAL_SIGNS)
def note(appointment: str) -> ResponseReturnValue:
    """Note that one look was done, and go back to the visit."""
    found, _ = visit_within_reach(appointment)
    due = _instant(request.form.get("due", ""))
    if due is None:
        return show_visit(appointment, said("Press the button of one of the times."))
    outcome = note_vital_signs(NoteVitalSigns(found.id, due, key_sent()), actor(), current_clock())
    if isinstance(outcome, NotAllowed):
        abort(403)
    if isinstance(outcome, Refused):
        return show_visit(appointment, refused_words(outcome))
    at = clock_in(due, clinic.site(found.site).zone)
    if outcome.is_new:
        flash(said("Vital signs of %(time)s are noted as done.", time=at), "good")
    else:
        flash(said("Vital signs of %(time)s are noted already.", time=at), "good")
    return back_to(found)


@pages.post("/visits/<appointment>/vital-signs/back")
@needs(Permission.NOTE_VITAL_SIGNS)
def take_back(appointment: str) -> ResponseReturnValue:
    """Take back that one look was done, and go back to the visit."""
    found, _ = visit_within_reach(appointment)
    due = _instant(request.form.get("due", ""))
    if due is None:
        return show_visit(appointment, said("Press the button of one of the times."))
    command = TakeBackVitalSigns(found.id, due, key_sent())
    outcome = take_back_vital_signs(command, actor(), current_clock())
    if isinstance(outcome, NotAllowed):
        abort(403)
    if isinstance(outcome, Refused):
        return show_visit(appointment, refused_words(outcome))
    at = clock_in(due, clinic.site(found.site).zone)
    flash(said("Vital signs of %(time)s are not noted any more. The history says so.", time=at), "good")
    return back_to(found)


def _instant(told: str) -> datetime | None:
    try:
        due = datetime.fromisoformat(told)
    except ValueError:
        return None
    return due if due.tzinfo is not None else None
