"""Noting that somebody has seen to what a patient answered."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from scheduler.access.permissions import Permission
from scheduler.booking.outcomes import NotAllowed
from scheduler.booking.take_answer import SettleAnswer, settle_answer
from scheduler.web.guard import actor, needs
from scheduler.web.identity import current_clock
from scheduler.web.visit_routes import visit_within_reach

pages = Blueprint("answers", __name__)


@pages.post("/visits/<appointment>/answer-settled")
@needs(Permission.RESOLVE_CONFLICT)
def settle(appointment: str) -> ResponseReturnValue:
    """Note that somebody has seen to an answer."""
    found, _ = visit_within_reach(appointment)
    outcome = settle_answer(SettleAnswer(found.id), actor(), current_clock())
    if isinstance(outcome, NotAllowed):
        abort(403)
    flash("Settled. The visit stays as it is.", "good")
    return redirect(url_for("conflicts.conflicts"), 303)
