"""Book a series: from wishes to proposals to the booking, or to what is against it and what is free instead."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from scheduler.access.permissions import Permission
from scheduler.booking.book_series import Booked, BookSeries, book_series
from scheduler.booking.outcomes import NotAllowed, Refused
from scheduler.booking.preview_series import PreviewSeries, SeriesPreview, preview_series
from scheduler.domain.clock import local_day
from scheduler.domain.people import Patient, Role
from scheduler.domain.places import Site
from scheduler.domain.treatment import Protocol
from scheduler.store import clinic
from scheduler.store.glances import staff_names
from scheduler.store.work import reading
from scheduler.web.forms import WishesForm, faults, with_choices
from scheduler.web.guard import actor, needs
from scheduler.web.identity import current_clock
from scheduler.web.proposal_panels import Onlooker, panels_of
from scheduler.web.reach import patient_within_reach
from scheduler.web.refused_choice import RefusedChoice, refused_choice
from scheduler.web.sealed_choice import UnusableChoice, opened, wishes_of
from scheduler.web.visit_rows import Names
from scheduler.web.words import count_words

pages = Blueprint("book", __name__)

MOST_PROPOSALS = 3


@pages.get("/patients/<patient>/book")
@needs(Permission.BOOK_SERIES)
def book(patient: str) -> ResponseReturnValue:
    """Ask for the wishes."""
    with reading():
        found = patient_within_reach(actor(), patient)
        form, protocols = _wishes_form(found)
    return render_template("book.html", patient=found, form=form, protocols=protocols, faults=[])


# Posted: wishes name a patient's treatment, which no address may hold.
@pages.post("/patients/<patient>/proposals")
@needs(Permission.BOOK_SERIES)
def proposals(patient: str) -> ResponseReturnValue:
    """Show the best complete series, or why there is none."""
    with reading():
        found = patient_within_reach(actor(), patient)
        form, protocols = _wishes_form(found)
        if not form.validate():
            page = render_template(
                "book.html", patient=found, form=form, protocols=protocols, faults=faults(form)
            )
            return page, 422
        wishes = PreviewSeries(
            patient=found.id,
            protocol=form.protocol.data,
            earliest=form.earliest.data,
            latest=form.latest.data,
            therapist=form.therapist.data or None,
            limit=MOST_PROPOSALS,
            declined=form.declined_steps,
        )
        return _proposals_page(wishes, (form, protocols), found)


@pages.post("/patients/<patient>/series")
@needs(Permission.BOOK_SERIES)
def book_chosen(patient: str) -> ResponseReturnValue:
    """Book exactly the proposal that was chosen, or say what is against it and show what is free now."""
    with reading():
        found = patient_within_reach(actor(), patient)
    try:
        command = opened(request.form.get("choice", ""), found.id, actor().id, current_clock().now())
    except UnusableChoice as unusable:
        flash(unusable.why, "missing")
        return redirect(url_for("book.book", patient=found.id), 303)
    outcome = book_series(command, actor(), current_clock())
    if isinstance(outcome, NotAllowed):
        abort(403)
    if isinstance(outcome, Booked):
        flash(f"Booked: {count_words(len(outcome.series.standing), 'visit')}.", "good")
        return redirect(url_for("series.series", series=outcome.series.id), 303)
    return _refused_page(command, outcome, found)


def _refused_page(command: BookSeries, outcome: Refused, patient: Patient) -> ResponseReturnValue:
    with reading():
        form, protocols = _wishes_form(patient, command)
        site = clinic.site(patient.site)
        refused = refused_choice(command, outcome, patient, site, current_clock().now())
        return _proposals_page(wishes_of(command), (form, protocols), patient, refused)


def _proposals_page(
    wishes: PreviewSeries,
    offered: tuple[WishesForm, tuple[Protocol, ...]],
    patient: Patient,
    refused: RefusedChoice | None = None,
) -> ResponseReturnValue:
    form, protocols = offered
    preview = preview_series(wishes, actor(), current_clock())
    if isinstance(preview, NotAllowed):
        abort(403)
    site = clinic.site(patient.site)
    page = render_template(
        "proposals.html",
        patient=patient,
        site=site,
        form=form,
        protocols=protocols,
        protocol=next(one for one in protocols if one.key == wishes.protocol),
        panels=_panels(preview, wishes, site),
        reasons=preview.reasons,
        refused=refused,
        faults=[],
    )
    return (page, 200) if refused is None else (page, 409 if refused.race_lost else 422)


def _panels(preview: SeriesPreview, wishes: PreviewSeries, site: Site) -> tuple[object, ...]:
    if not preview.options:
        return ()
    onlooker = Onlooker(site, Names.of(site.id), actor().id, current_clock().now())
    return panels_of(preview.options, wishes, onlooker)


def _wishes_form(
    patient: Patient, command: BookSeries | None = None
) -> tuple[WishesForm, tuple[Protocol, ...]]:
    """Return the form with its choices; filled from the request, or from a booking that was refused."""
    protocols = clinic.protocols()
    site = clinic.site(patient.site)
    therapists = staff_names(site.id, Role.THERAPIST)
    form = WishesForm() if command is None else WishesForm(formdata=None, data=_entered(command))
    form = with_choices(
        form,
        [(protocol.key, protocol.title) for protocol in protocols],
        list(therapists.items()),
        [f"{one.key}/{step.key}" for one in protocols for step in one.steps if step.declinable],
        local_day(current_clock().now(), site.zone),
    )
    return form, protocols


def _entered(command: BookSeries) -> dict[str, object]:
    return {
        "protocol": command.protocol,
        "earliest": command.earliest,
        "latest": command.latest,
        "therapist": command.therapist or "",
        "declined": [f"{command.protocol}/{step}" for step in sorted(command.declined)],
    }
