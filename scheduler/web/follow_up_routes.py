"""That somebody has asked how a patient is after a dose: noted by a nurse, a therapist or a prescriber."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from scheduler.access.permissions import Permission
from scheduler.booking.outcomes import NotAllowed
from scheduler.booking.settle_follow_up import SettleFollowUp, settle_follow_up
from scheduler.web.guard import actor, needs
from scheduler.web.identity import current_clock
from scheduler.web.speech import said
from scheduler.web.visit_routes import visit_within_reach

pages = Blueprint("follow_ups", __name__)


@pages.post("/visits/<appointment>/followed-up")
@needs(Permission.SETTLE_FOLLOW_UP)
def settle(appointment: str) -> ResponseReturnValue:
    """Note it, and go back to the day."""
    found, patient = visit_within_reach(appointment)
    if isinstance(settle_follow_up(SettleFollowUp(found.id), actor(), current_clock()), NotAllowed):
        abort(403)
    visit = found.step or said("the dose")
    flash(said("Settled: %(patient)s was asked after %(visit)s.", patient=patient.name, visit=visit), "good")
    return redirect(url_for("day.my_day"), 303)
