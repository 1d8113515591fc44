"""Book for somebody else than one began with: found or newly entered beside the wishes, which stay as they were typed."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, abort, flash, request
from flask.typing import ResponseReturnValue

from scheduler.access.permissions import Permission, may
from scheduler.booking.keep_patient import (
    FIELDS,
    MayBeKnown,
    NotSound,
    PatientKept,
    RegisterPatient,
    register_patient,
)
from scheduler.booking.outcomes import NotAllowed, Refused
from scheduler.booking.reach import patient_within_reach, search_within_reach, site_of
from scheduler.domain.people import Patient
from scheduler.store.glances import PatientLine, patient_lines
from scheduler.store.work import reading
from scheduler.web.book_routes import counter_of, wishes_page
from scheduler.web.form_keys import key_sent
from scheduler.web.guard import actor, needs
from scheduler.web.identity import current_clock
from scheduler.web.patient_details_routes import DetailsForm, in_words
from scheduler.web.speech import said

pages = Blueprint("book_for", __name__)

MOST_FOUND = 8


@dataclass(frozen=True, slots=True)
class Whose:
    """What was found of whom to book for: `wanted` was searched for, `alike` may be who was to be entered by `form`."""

    form: DetailsForm
    wanted: str = ""
    found: tuple[PatientLine, ...] = ()
    more: bool = False
    alike: tuple[Patient, ...] = ()

    @property
    def is_entering(self) -> bool:
        """Say whether somebody new was being entered."""
        return bool(self.alike or self.form.errors)


# Posted, as every search for people is: names and birthdays stay out of addresses.
@pages.post("/patients/<patient>/book/for")
@needs(Permission.BOOK_SERIES)
def somebody_else(patient: str) -> ResponseReturnValue:
    """Search, enter somebody new, or go on with whoever was chosen; the wishes come back as they were sent."""
    with reading():
        present = patient_within_reach(actor(), patient)
    if chosen := request.form.get("for"):
        return _for(chosen)
    if request.form.get("act") == "enter":
        return _entered(present)
    return _searched(present)


def _for(chosen: str) -> ResponseReturnValue:
    with reading():
        return wishes_page(counter_of(patient_within_reach(actor(), chosen)))


def _searched(present: Patient) -> ResponseReturnValue:
    wanted = request.form.get("whose", "").strip()
    with reading():
        site = site_of(actor())
        search = search_within_reach(actor(), site, wanted)
        found = patient_lines(search, current_clock().now()) if wanted else ()
        form = DetailsForm(None).offer(site)
        whose = Whose(form, wanted, tuple(found[:MOST_FOUND]), len(found) > MOST_FOUND)
        return wishes_page(counter_of(present), whose=whose)


def _entered(present: Patient) -> ResponseReturnValue:
    if not may(actor(), Permission.KEEP_PATIENT):
        abort(403)
    with reading():
        site = site_of(actor())
    form = DetailsForm().offer(site)
    if not form.validate():
        return _again(present, Whose(form)), 422
    command = RegisterPatient(site.id, form.told(), frozenset(request.form.getlist("seen")), key_sent())
    outcome = register_patient(command, actor(), current_clock())
    if isinstance(outcome, PatientKept):
        flash(
            said("%(name)s is entered. The wishes are as you typed them.", name=outcome.patient.name), "good"
        )
        return _for(outcome.patient.id)
    if isinstance(outcome, NotAllowed | Refused):
        abort(403)
    if isinstance(outcome, MayBeKnown):
        return _again(present, Whose(form, alike=tuple(outcome.alike))), 409
    assert isinstance(outcome, NotSound)
    for fault in outcome.faults:
        if fault.path in FIELDS:
            form[fault.path].errors = [in_words(fault)]
    return _again(present, Whose(form)), 422


def _again(present: Patient, whose: Whose) -> str:
    with reading():
        return wishes_page(counter_of(present), whose=whose)
