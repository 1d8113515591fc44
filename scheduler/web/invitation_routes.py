"""Whether a patient's messages bring entries for their calendar: the choice on the patient's page."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from scheduler.access.permissions import Permission
from scheduler.booking.outcomes import NotAllowed
from scheduler.booking.reach import patient_within_reach
from scheduler.reminders.choose_invitations import ChooseInvitations, choose_invitations
from scheduler.store.work import reading
from scheduler.web.guard import actor, needs
from scheduler.web.identity import current_clock
from scheduler.web.speech import said

pages = Blueprint("invitations", __name__)

_WANTED = {"yes": True, "no": False}


@pages.post("/patients/<patient>/invitations")
@needs(Permission.MANAGE_SUBSCRIPTIONS)
def choose(patient: str) -> ResponseReturnValue:
    """Keep the choice, and go back to the patient."""
    with reading():
        found = patient_within_reach(actor(), patient)
    wanted = _WANTED.get(request.form.get("wanted", ""))
    if wanted is None or found.stands_for_cohort:
        abort(400)
    if isinstance(
        choose_invitations(ChooseInvitations(found.id, wanted), actor(), current_clock()), NotAllowed
    ):
        abort(403)
    if wanted:
        what = said("From now on messages to %(name)s bring entries for the calendar.", name=found.name)
    else:
        what = said(
            "From now on messages to %(name)s bring no further entries for the calendar.", name=found.name
        )
    flash(what, "good")
    return redirect(url_for("patients.patient", patient=found.id), 303)
