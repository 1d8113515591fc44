"""Move a visit: from where it shall go to the ways that work, and to the one change, or to what is against it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from scheduler.access.permissions import Permission
from scheduler.booking.calling_off import is_to_come
from scheduler.booking.move_appointment import MoveAppointment, move_appointment
from scheduler.booking.outcomes import NotAllowed, PlannedChange, Refused, SeriesChanged
from scheduler.booking.preview_move import WantedMove, preview_move
from scheduler.booking.reach import series_within_reach
from scheduler.domain.appointment import Appointment
from scheduler.domain.errors import NotFound
from scheduler.domain.people import Patient
from scheduler.domain.places import Site
from scheduler.domain.series import Series
from scheduler.planner.proposal import Reason
from scheduler.store import appointments, clinic
from scheduler.store.work import reading
from scheduler.web.forms import faults
from scheduler.web.guard import actor, needs
from scheduler.web.identity import current_clock
from scheduler.web.move_form import MoveForm, offering, wanted
from scheduler.web.sealed_change import Seal, UnusableWay, opened, wanted_move
from scheduler.web.ways_of_change import WayPanel, onlooker_at, standing_choices, way_panels
from scheduler.web.words import count_words

pages = Blueprint("move", __name__)


@dataclass(frozen=True, slots=True)
class Counter:
    """What every page of a move is made of: which visit of whose series, and the form."""

    visit: Appointment
    series: Series
    patient: Patient
    site: Site
    form: MoveForm


@pages.get("/visits/<appointment>/move")
@needs(Permission.MOVE_APPOINTMENT)
def move(appointment: str) -> ResponseReturnValue:
    """Ask where the visit shall go."""
    with reading():
        return _page(_counter(appointment))


# Posted, as wishes for a new series are: days and times of a patient stay out of every address.
@pages.post("/visits/<appointment>/ways")
@needs(Permission.MOVE_APPOINTMENT)
def ways(appointment: str) -> ResponseReturnValue:
    """Show the ways that work, each with what must follow, or why there is none."""
    with reading():
        counter = _counter(appointment)
        if not counter.form.validate():
            return _page(counter), 422
        return _ways_page(wanted(counter.form, counter.visit, counter.site.zone), counter)


@pages.post("/visits/<appointment>/move")
@needs(Permission.MOVE_APPOINTMENT)
def moved(appointment: str) -> ResponseReturnValue:
    """Make exactly the change that was chosen, or say what is against it and show what works now."""
    with reading():
        counter = _counter(appointment)
    try:
        chosen = opened(request.form.get("way", ""), Seal(appointment, actor().id, current_clock().now()))
    except UnusableWay as unusable:
        flash(str(unusable), "missing")
        return redirect(url_for("move.move", appointment=appointment), 303)
    command = MoveAppointment(wanted_move(appointment, chosen.wanted), chosen.visits, chosen.key)
    outcome = move_appointment(command, actor(), current_clock())
    if isinstance(outcome, NotAllowed):
        abort(403)
    if isinstance(outcome, SeriesChanged):
        number = len(outcome.moves) + len(outcome.reassigned)
        flash(f"Moved: {count_words(number, 'visit')} changed." if number else "Moved already.", "good")
        return redirect(url_for("series.series", series=outcome.series.id), 303)
    with reading():
        page = _ways_page(command.wanted, counter, outcome)
    return page, 409 if outcome.race_lost else 422


def _counter(appointment: str) -> Counter:
    visit = appointments.appointment(appointment)
    if not visit.series:
        raise NotFound("a visit outside of any series is moved where it came from")
    series, patient = series_within_reach(actor(), visit.series)
    site = clinic.site(series.site)
    now = current_clock().now()
    others = [one for one in series.standing if one.id != visit.id and is_to_come(one, now)]
    form = offering(MoveForm(), visit, standing_choices(others, site.zone), site.zone)
    return Counter(visit, series, patient, site, form)


def _ways_page(wishes: WantedMove, counter: Counter, refused: Refused | None = None) -> str:
    preview = preview_move(wishes, actor(), current_clock())
    if isinstance(preview, NotAllowed):
        abort(403)
    found: Sequence[PlannedChange] = () if isinstance(preview, Refused) else preview.ways
    panels = way_panels(found, wishes, counter.series, onlooker_at(counter.site))
    return _page(counter, panels, preview.reasons, refused)


def _page(
    counter: Counter,
    panels: Sequence[WayPanel] | None = None,
    reasons: Sequence[Reason] = (),
    refused: Refused | None = None,
) -> str:
    """Show the form, and beneath it the ways or the reasons once somebody has asked."""
    return render_template(
        "move.html",
        visit=counter.visit,
        series=counter.series,
        patient=counter.patient,
        site=counter.site,
        form=counter.form,
        faults=faults(counter.form),
        is_to_come=is_to_come(counter.visit, current_clock().now()),
        panels=panels,
        reasons=reasons,
        refused=refused,
    )
