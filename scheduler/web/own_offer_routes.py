"""One of the times offered for a visit is taken on the patient's own pages."""

from __future__ import annotations

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from scheduler.booking.offer_times import TakeOfferedTime
from scheduler.booking.outcomes import SeriesChanged
from scheduler.reminders.own_plan import own_plan, take_on_own_page
from scheduler.web.identity import current_clock
from scheduler.web.own_plan_routes import key_of
from scheduler.web.own_session import guard_pages, showing

pages = Blueprint("own_offers", __name__, url_prefix="/own")
guard_pages(pages)


@pages.post("/offered")
def take() -> ResponseReturnValue:
    """Take the time that was pressed if it is still to be had; then the plan says what came of it."""
    chosen, _, number = request.form.get("chosen", "").partition(" ")
    patient = showing().opening.patient
    for one in own_plan(patient, current_clock()).ahead:
        if one.offer is not None and key_of(one) == chosen and number.isdecimal() and len(number) < 3:
            command = TakeOfferedTime(patient, one.offer.id, int(number))
            outcome = take_on_own_page(command, current_clock())
            news = "moved" if isinstance(outcome, SeriesChanged) else "taken"
            return redirect(url_for("own.plan", news=news), 303)
    # Moved since the page was shown, or offered no more: the page says how it stands.
    return redirect(url_for("own.plan", news="over"), 303)
