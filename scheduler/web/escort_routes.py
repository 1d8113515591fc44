"""How whoever takes a patient home is reached: what the front desk records on the page of a dosing visit."""

from __future__ import annotations

from flask import Blueprint, abort, flash, request
from flask.typing import ResponseReturnValue

from scheduler.access.permissions import Permission
from scheduler.booking.outcomes import NotAllowed
from scheduler.domain.errors import InvalidValue
from scheduler.reminders.record_escort import RecordEscort, record_escort
from scheduler.web.guard import actor, needs
from scheduler.web.identity import current_clock
from scheduler.web.retelling import as_read
from scheduler.web.speech import said_of_number
from scheduler.web.visit_routes import back_to, show_visit, visit_within_reach

pages = Blueprint("escorts", __name__)


@pages.post("/visits/<appointment>/escort")
@needs(Permission.RECORD_CONTACT)
def keep(appointment: str) -> ResponseReturnValue:
    """Keep what was said, and go back to the visit."""
    found, _ = visit_within_reach(appointment)
    sent = request.form
    command = RecordEscort(
        found.id, sent.get("phone", ""), sent.get("email", ""), "agreed" in sent, "later" in sent
    )
    try:
        outcome = record_escort(command, actor(), current_clock())
    except InvalidValue as problem:
        told = str(problem)
        return show_visit(appointment, as_read(f"{told[0].upper()}{told[1:]}."), sent)
    if isinstance(outcome, NotAllowed):
        abort(403)
    flash(said_of_number("Recorded for %(num)s visit.", "Recorded for %(num)s visits.", outcome), "good")
    return back_to(found)
