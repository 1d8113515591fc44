"""Move a visit: from where it shall go to the ways that work, and to the one change, or to what is against it."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from scheduler.access.permissions import Permission
from scheduler.booking.calling_off import is_to_come
from scheduler.booking.move_appointment import MoveAppointment, move_appointment
from scheduler.booking.outcomes import NotAllowed, Refused, SeriesChanged
from scheduler.booking.preview_free_starts import preview_free_starts
from scheduler.booking.preview_move import preview_move
from scheduler.booking.reach import series_within_reach
from scheduler.domain.appointment import Appointment
from scheduler.domain.clock import local_day
from scheduler.domain.errors import NotFound
from scheduler.store import appointments, clinic
from scheduler.store.work import reading
from scheduler.web.change_page import ChangePage, chosen_way
from scheduler.web.free_starts import StartChooser, chooser
from scheduler.web.guard import actor, needs
from scheduler.web.identity import current_clock
from scheduler.web.move_form import MoveForm, offering, wanted
from scheduler.web.sealed_change import wanted_move
from scheduler.web.speech import said, said_of_number
from scheduler.web.ways_of_change import standing_choices

pages = Blueprint("move", __name__)


@pages.get("/visits/<appointment>/move")
@needs(Permission.MOVE_APPOINTMENT)
def move(appointment: str) -> ResponseReturnValue:
    """Ask where the visit shall go."""
    with reading():
        return _page(_visit(appointment), MoveForm()).asking()


@pages.post("/visits/<appointment>/starts")
@needs(Permission.MOVE_APPOINTMENT)
def starts(appointment: str) -> ResponseReturnValue:
    """Show the times that are free on another day."""
    with reading():
        return _page(_visit(appointment), MoveForm()).asking()


# Posted, as wishes for a new series are: days and times of a patient stay out of every address.
@pages.post("/visits/<appointment>/ways")
@needs(Permission.MOVE_APPOINTMENT)
def ways(appointment: str) -> ResponseReturnValue:
    """Show the ways that work, each with what must follow, or why there is none."""
    form = MoveForm()
    with reading():
        visit = _visit(appointment)
        page = _page(visit, form)
        if not form.validate():
            return page.asking(), 422
        wish = wanted(form, visit, page.site.zone)
        return page.answering(preview_move(wish, actor(), current_clock()), wish)


@pages.post("/visits/<appointment>/move")
@needs(Permission.MOVE_APPOINTMENT)
def moved(appointment: str) -> ResponseReturnValue:
    """Make exactly the change that was chosen, or say what is against it and show what works now."""
    with reading():
        page = _page(_visit(appointment), MoveForm())
    chosen = chosen_way(appointment)
    if chosen is None:
        return redirect(url_for("move.move", appointment=appointment), 303)
    wish = wanted_move(appointment, chosen.wanted)
    outcome = move_appointment(MoveAppointment(wish, chosen.visits, chosen.key), actor(), current_clock())
    if not isinstance(outcome, SeriesChanged):
        return page.refusing(outcome, wish, lambda: preview_move(wish, actor(), current_clock()))
    number = len(outcome.moves) + len(outcome.reassigned)
    done = said_of_number("Moved: %(num)s visit changed.", "Moved: %(num)s visits changed.", number)
    flash(done if number else said("Moved already."), "good")
    return redirect(url_for("series.series", series=outcome.series.id), 303)


def _visit(appointment: str) -> Appointment:
    """Return a visit of a series. Raises `NotFound`."""
    visit = appointments.appointment(appointment)
    if not visit.series:
        raise NotFound("a visit outside of any series is moved where it came from")
    return visit


def _chooser(visit: Appointment, form: MoveForm, zone: str) -> StartChooser | None:
    """Return the free starts to choose from, `None` where the visit cannot be moved at all."""
    days = preview_free_starts(visit.id, actor(), current_clock())
    if isinstance(days, Refused | NotAllowed):
        return None
    chosen = form.day.data or local_day(visit.start, zone)
    return chooser(days, visit.start, zone, chosen, f"{form.at.data:%H:%M}" if form.at.data else "")


def _page(visit: Appointment, form: MoveForm) -> ChangePage:
    series, patient = series_within_reach(actor(), visit.series)
    site, now = clinic.site(series.site), current_clock().now()
    others = [one for one in series.standing if one.id != visit.id and is_to_come(one, now)]
    offering(form, visit, standing_choices(others, site.zone), site.zone)
    besides = {
        "visit": visit,
        "is_to_come": is_to_come(visit, now),
        # Whoever steps through the starts has them already, and asks for what must follow alone.
        "chooser": None
        if request.form.get("part") == "outcome" or not is_to_come(visit, now)
        else _chooser(visit, form, site.zone),
    }
    return ChangePage("move.html", series, patient, site, form, besides)
