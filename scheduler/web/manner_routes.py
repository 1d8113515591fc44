"""The page on which somebody who is signed in chooses the language of the pages, and how dates are written there."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from scheduler.access.permissions import Permission
from scheduler.booking.choose_manner import ChooseManner, choose_manner
from scheduler.booking.outcomes import NotAllowed
from scheduler.domain.manners import Manner
from scheduler.web.dates import birthday_written, time_written
from scheduler.web.guard import actor, needs
from scheduler.web.identity import current_clock
from scheduler.web.speech import manner, said, speak

pages = Blueprint("manner", __name__)

#: Each in its own language, so that whoever reads no other finds it.
NAMES = {
    Manner.ENGLISH: "English",
    Manner.AMERICAN: "English, United States",
    Manner.SPANISH: "Español",
    Manner.AMERICAN_SPANISH: "Español, Estados Unidos",
}

EXAMPLE = datetime(2026, 12, 3, 14, 30)  # noqa: DTZ001 - it shows how any day is written, in no zone


@pages.route("/language", methods=["GET", "POST"])
@needs(Permission.CHOOSE_OWN_MANNER)
def language() -> ResponseReturnValue:
    """Show what may be chosen, and keep the choice."""
    if request.method != "POST":
        return render_template("language.html", offered=list(map(_offered, Manner)), chosen=manner())
    sent = request.form.get("manner", "")
    if sent not in list(Manner):
        abort(400)
    outcome = choose_manner(ChooseManner(Manner(sent)), actor(), current_clock())
    if isinstance(outcome, NotAllowed):
        abort(403)
    speak(outcome.manner)
    flash(said("Saved. This is how the pages speak to you from now on."), "good")
    return redirect(url_for("manner.language"), 303)


def _offered(one: Manner) -> tuple[Manner, str, str]:
    return one, NAMES[one], f"{birthday_written(EXAMPLE, one)}, {time_written(EXAMPLE, one)}"
