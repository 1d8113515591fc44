"""A longer stay: what it would run into is shown first, and then it is extended or not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flask import Blueprint, abort, flash, render_template
from flask.typing import ResponseReturnValue

from scheduler.access.permissions import Permission
from scheduler.booking.collisions import Collision
from scheduler.booking.extend_stay import (
    ExtendStay,
    PlannedStay,
    StayExtended,
    StayReason,
    extend_stay,
    preview_stay,
)
from scheduler.booking.outcomes import NotAllowed, Refused
from scheduler.domain.appointment import Appointment
from scheduler.store import appointments, clinic
from scheduler.store.glances import patients_named
from scheduler.store.work import reading
from scheduler.web.guard import actor, needs
from scheduler.web.identity import current_clock
from scheduler.web.speech import said
from scheduler.web.visit_forms import StayForm, first_fault
from scheduler.web.visit_routes import back_to, show_visit, visit_within_reach
from scheduler.web.visit_rows import Names
from scheduler.web.words import clock_in, refused_words, times_in, told_in_inbox

pages = Blueprint("stays", __name__)

TOLD_BY_COLLISIONS = frozenset({"ROOM-2", "CLASH-1", "CLASH-2"})
"""These rules say the same of a room, a person or the patient as the list of collisions, without whose visit it is."""


@dataclass(frozen=True, slots=True)
class CollisionLine:
    """One thing that another visit needs at the same time: what, when, and whose visit that is."""

    what: str
    times: str
    visit: Appointment
    whose: str


@pages.post("/visits/<appointment>/stay")
@needs(Permission.EXTEND_STAY)
def stay(appointment: str) -> ResponseReturnValue:
    """Show what a longer stay means, and write nothing."""
    return _plan(appointment)


@pages.post("/visits/<appointment>/extend")
@needs(Permission.EXTEND_STAY)
def extend(appointment: str) -> ResponseReturnValue:
    """Let the visit take longer, or show anew what it runs into."""
    found, _ = visit_within_reach(appointment)
    form = StayForm()
    if not form.validate():
        return show_visit(appointment, first_fault(form))
    outcome = extend_stay(_extension(found, form), actor(), current_clock())
    if isinstance(outcome, NotAllowed):
        abort(403)
    if not isinstance(outcome, StayExtended):
        return _plan(appointment)
    with reading():
        zone = clinic.site(found.site).zone
    until = clock_in(outcome.appointment.discharge, zone)
    done = said("Extended. The patient may leave from %(time)s.", time=until)
    flash(done + told_in_inbox(outcome.findings), "good")
    return back_to(found)


def _plan(appointment: str) -> ResponseReturnValue:
    found, patient = visit_within_reach(appointment)
    form = StayForm()
    if not form.validate():
        return show_visit(appointment, first_fault(form))
    outcome = preview_stay(_extension(found, form), actor(), current_clock())
    if isinstance(outcome, NotAllowed):
        abort(403)
    if isinstance(outcome, Refused):
        return show_visit(appointment, refused_words(outcome))
    with reading():
        site = clinic.site(found.site)
        lines = tuple(_collision_lines(outcome, Names.of(site.id), site.zone))
    page = render_template(
        "stay.html",
        visit=found,
        patient=patient,
        site=site,
        plan=outcome,
        collisions=lines,
        findings=[one for one in outcome.findings if not lines or one.rule not in TOLD_BY_COLLISIONS],
        form=form,
        is_possible=not lines and not outcome.refusing,
    )
    return page, 200


def _extension(visit: Appointment, form: StayForm) -> ExtendStay:
    return ExtendStay(
        visit.id, StayReason(form.why.data or ""), form.minutes.data, form.version.data or 0, form.key.data
    )


def _collision_lines(plan: PlannedStay, names: Names, zone: str) -> Iterator[CollisionLine]:
    """Yield each other visit once for everything of it that is needed at the same time."""
    by_other: dict[tuple[str, str], Collision] = {}
    for one in plan.collisions:
        by_other.setdefault((one.resource, one.appointment), one)
    visits = {id: appointments.appointment(id) for _, id in by_other}
    whose = patients_named(visit.patient for visit in visits.values())
    for (resource, id), one in by_other.items():
        what = names.rooms.get(resource) or names.people.get(resource) or said("The patient")
        patient = whose.get(visits[id].patient)
        yield CollisionLine(what, times_in(one.interval, zone), visits[id], patient.name if patient else "")
