"""Book a series: from wishes to proposals to the booking, or to what is against it and what is free instead."""

from __future__ import annotations

from dataclasses import dataclass, replace

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from scheduler.access.permissions import Permission, may
from scheduler.booking.book_series import Booked, BookSeries, book_series
from scheduler.booking.follow_on import follow_on, last_dose_of
from scheduler.booking.outcomes import NotAllowed, Refused
from scheduler.booking.preview_series import PreviewSeries, preview_series
from scheduler.booking.reach import patient_within_reach, series_within_reach
from scheduler.booking.request import WantedSeries
from scheduler.domain.clock import local_day
from scheduler.domain.errors import NotFound
from scheduler.domain.group_readings import key_for_group
from scheduler.domain.group_terms import Reading
from scheduler.domain.people import Patient, Role
from scheduler.domain.places import Site
from scheduler.domain.series import Series
from scheduler.domain.treatment import Protocol
from scheduler.store import clinic
from scheduler.store.cohorts import cohort
from scheduler.store.glances import staff_names
from scheduler.store.work import reading
from scheduler.web.forms import faults
from scheduler.web.guard import actor, needs
from scheduler.web.hold_routes import held_until, hold_choices
from scheduler.web.identity import current_clock
from scheduler.web.proposal_panels import Onlooker, panels_of
from scheduler.web.refused_choice import refused_choice
from scheduler.web.sealed_choice import UnusableChoice, opened, wishes_of
from scheduler.web.speech import said
from scheduler.web.visit_rows import Names
from scheduler.web.waiting_lines import Fields, plain_fields
from scheduler.web.wishes_form import Offer, WishesForm, entered, offering, open_weekdays, wanted
from scheduler.web.words import count_words

pages = Blueprint("book", __name__)

MOST_PROPOSALS = 3


@dataclass(frozen=True, slots=True)
class Counter:
    """What every page of booking is made of, read once: for whom, where, what there is to choose, and what was wished."""

    patient: Patient
    site: Site
    protocols: tuple[Protocol, ...]
    form: WishesForm


@pages.get("/patients/<patient>/book")
@needs(Permission.BOOK_SERIES)
def book(patient: str) -> ResponseReturnValue:
    """Ask for the wishes."""
    with reading():
        return wishes_page(counter_of(patient_within_reach(actor(), patient)))


@pages.get("/series/<series>/maintenance")
@needs(Permission.BOOK_SERIES)
def maintenance(series: str) -> ResponseReturnValue:
    """Ask for the wishes for a series that follows this one, with those filled in that follow from it."""
    with reading():
        found, patient = series_within_reach(actor(), series)
        wishes = follow_on(found, current_clock().now())
        if wishes is None:
            raise NotFound("nothing follows this series")
        return wishes_page(counter_of(patient, wishes), found)


# Posted: wishes name a patient's treatment, which no address may hold.
@pages.post("/patients/<patient>/proposals")
@needs(Permission.BOOK_SERIES)
def proposals(patient: str) -> ResponseReturnValue:
    """Show the best complete series, or why there is none."""
    with reading():
        counter = counter_of(patient_within_reach(actor(), patient))
        form = counter.form
        if not form.validate():
            return wishes_page(counter), 422
        wishes = wanted(form, counter.patient.id, MOST_PROPOSALS)
        return _proposals_page(wishes, counter)


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
        if unusable.command is None:
            return redirect(url_for("book.book", patient=found.id), 303)
        return _free_now(unusable.command, found), 422
    if "hold" in request.form:
        until = held_until(request.form.get("hold_for", ""), current_clock().now())
        command = replace(command, held_until=until)
    outcome = book_series(command, actor(), current_clock())
    if isinstance(outcome, NotAllowed):
        abort(403)
    if isinstance(outcome, Booked):
        visits = count_words(len(outcome.series.standing), "visit")
        held = outcome.series.held_until
        done = (
            said("Held: %(visits)s.", visits=visits) if held else said("Booked: %(visits)s.", visits=visits)
        )
        flash(done, "good")
        return redirect(url_for("series.series", series=outcome.series.id), 303)
    return _free_now(command, found, outcome), 409 if outcome.race_lost else 422


def _free_now(command: BookSeries, patient: Patient, outcome: Refused | None = None) -> str:
    """Show what is free with the wishes of a choice that cannot be booked; `outcome` says why when it was tried."""
    with reading():
        wishes = replace(wishes_of(command), limit=MOST_PROPOSALS)
        refusal = (command, outcome) if outcome else None
        return _proposals_page(wishes, counter_of(patient, command), refusal)


def wishes_page(counter: Counter, follows: Series | None = None, whose: object = None) -> str:
    """Show the form; `follows` is the series that the new one follows, where it was asked for from there.

    `whose` is what was found or entered to book for somebody else, `None` where nobody asked for that.
    """
    form = counter.form
    return render_template(
        "book.html",
        patient=counter.patient,
        form=form,
        protocols=counter.protocols,
        faults=faults(form),
        follows=follows,
        whose=whose,
        may_keep=may(actor(), Permission.KEEP_PATIENT),
        last_dose=last_dose_of(follows) if follows else None,
        site=counter.site,
    )


def _proposals_page(
    wishes: PreviewSeries, counter: Counter, refusal: tuple[BookSeries, Refused] | None = None
) -> str:
    preview = preview_series(wishes, actor(), current_clock())
    if isinstance(preview, NotAllowed):
        abort(403)
    site = counter.site
    onlooker = Onlooker(site, Names.of(site.id), actor().id, current_clock().now())
    protocol = next(one for one in counter.protocols if one.key == wishes.protocol)
    return render_template(
        "proposals.html",
        patient=counter.patient,
        site=site,
        form=counter.form,
        protocols=counter.protocols,
        protocol=protocol,
        panels=panels_of(preview.options, wishes, onlooker),
        reasons=preview.reasons,
        exact=preview.exact,
        refused=refused_choice(*refusal, counter.patient, protocol, onlooker) if refusal else None,
        faults=[],
        to_wait=_to_wait(wishes, counter),
        hold_choices=() if counter.patient.stands_for_cohort else hold_choices(),
    )


def _to_wait(wishes: PreviewSeries, counter: Counter) -> Fields:
    """Return the fields that put the patient on the waiting list with these wishes; none where nobody here may."""
    if counter.patient.stands_for_cohort or not may(actor(), Permission.KEEP_WAITING_LIST):
        return ()
    return plain_fields(entered(wishes))


def _offered_to(patient: Patient) -> tuple[Protocol, ...]:
    """Return the protocols that a patient may have alone; for a cohort the group's reading of its own."""
    if patient.stands_for_cohort:
        return (clinic.protocol(key_for_group(cohort(patient.id).protocol)),)
    return tuple(one for one in clinic.protocols() if one.reading is Reading.ALONE)


def counter_of(patient: Patient, command: WantedSeries | None = None) -> Counter:
    """Read what booking needs; the form is filled from the request, or from a booking that could not be made."""
    protocols = _offered_to(patient)
    site = clinic.site(patient.site)
    today = local_day(current_clock().now(), site.zone)
    form = WishesForm() if command is None else WishesForm(formdata=None, data=entered(command))
    offer = Offer(
        protocols=[(protocol.key, protocol.title) for protocol in protocols],
        therapists=list(staff_names(site.id, Role.THERAPIST).items()),
        steps=[(f"{one.key}/{step.key}", step) for one in protocols for step in one.steps],
        weekdays=open_weekdays(site, today),
        first_day=today,
    )
    return Counter(patient, site, protocols, offering(form, offer))
