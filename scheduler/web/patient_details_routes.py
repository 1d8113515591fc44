"""Who a patient is and how they are reached: the pages on which the front desk enters and corrects it."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from scheduler.access.permissions import Permission
from scheduler.booking.keep_patient import (
    FIELDS,
    ChangePatient,
    Kept,
    MayBeKnown,
    NotSound,
    PatientKept,
    RegisterPatient,
    Told,
    change_patient,
    facts_of,
    register_patient,
)
from scheduler.booking.outcomes import NotAllowed, Refused
from scheduler.booking.reach import patient_within_reach, site_of
from scheduler.domain.clock import zone_names
from scheduler.domain.errors import Fault
from scheduler.domain.people import Patient
from scheduler.domain.places import Site
from scheduler.reminders.words.spoken import LANGUAGES, spoken
from scheduler.rules.wording import sentence
from scheduler.store.work import reading
from scheduler.web.form_keys import key_sent
from scheduler.web.forms import LONGEST_LINE, faults
from scheduler.web.guard import actor, needs
from scheduler.web.identity import current_clock
from scheduler.web.posted_form import PostedForm
from scheduler.web.retelling import as_read
from scheduler.web.speech import later, said
from scheduler.web.words import refused_words

pages = Blueprint("patient_details", __name__)

_SHORTER = Length(max=LONGEST_LINE, message=later("Enter fewer characters"))


class DetailsForm(PostedForm):
    """What is told of a patient."""

    given_name = StringField(later("Given name"), [InputRequired(later("Enter the given name")), _SHORTER])
    family_name = StringField(later("Family name"), [InputRequired(later("Enter the family name")), _SHORTER])
    # What is a day the clinic file says; browsers send it in its form.
    birth_date = StringField(
        later("Born on"), [InputRequired(later("Enter the day of birth, such as 1984-05-17"))]
    )
    phone = StringField(later("Phone"), [_SHORTER])
    email = StringField(later("E-mail"), [_SHORTER])
    language = SelectField(later("Language of messages"), [Optional()])
    zone = StringField(later("Time zone"), [_SHORTER])
    referred_on = StringField(later("Referred on"), [_SHORTER])

    def offer(self, site: Site) -> DetailsForm:
        """Fill the choices in, and return the form."""
        usual = said("%(language)s, as usual here", language=spoken(site.language).name)
        named = [(code, one.name) for code, one in LANGUAGES.items()]
        # A language that nobody here writes yet may come from a file, and stays.
        kept = self.language.data
        known = [(kept, kept)] if kept and kept not in LANGUAGES else []
        self.language.choices = [("", usual), *named, *known]
        return self

    def told(self) -> Told:
        """Return what was entered."""
        return {name: str(self[name].data or "") for name in FIELDS}


@pages.route("/new-patient", methods=["GET", "POST"])
@needs(Permission.KEEP_PATIENT)
def new() -> ResponseReturnValue:
    """Enter a new patient."""
    with reading():
        site = site_of(actor())
    form = DetailsForm().offer(site)
    if request.method != "POST":
        return _page(form, site), 200
    if not form.validate():
        return _page(form, site), 422
    seen = frozenset(request.form.getlist("seen"))
    command = RegisterPatient(site.id, form.told(), seen, key_sent())
    outcome = register_patient(command, actor(), current_clock())
    if isinstance(outcome, PatientKept):
        flash(said("%(name)s is entered.", name=outcome.patient.name), "good")
        then = "book.book" if request.form.get("then") == "book" else "patients.patient"
        return redirect(url_for(then, patient=outcome.patient.id), 303)
    return _not_kept(outcome, form, site)


@pages.route("/patients/<patient>/details", methods=["GET", "POST"])
@needs(Permission.KEEP_PATIENT)
def details(patient: str) -> ResponseReturnValue:
    """Correct what is known of a patient."""
    with reading():
        known = patient_within_reach(actor(), patient)
        site = site_of(actor())
    if known.stands_for_cohort:
        abort(404)
    if request.method != "POST":
        form = DetailsForm(None, data=known_data(known)).offer(site)
        return _page(form, site, known, facts_of(known)), 200
    form = DetailsForm().offer(site)
    before = {name: request.form.get(f"was_{name}", "") for name in FIELDS}
    if not form.validate():
        return _page(form, site, known, before), 422
    command = ChangePatient(known.id, form.told(), before, key_sent())
    outcome = change_patient(command, actor(), current_clock())
    if isinstance(outcome, PatientKept):
        flash(said("Saved. Messages that wait go by what is known now."), "good")
        return redirect(url_for("patients.patient", patient=known.id), 303)
    return _not_kept(outcome, form, site, known)


def known_data(patient: Patient) -> dict[str, object]:
    """Return what is known of a patient as the form shows it."""
    return {name: getattr(patient, name) or "" for name in FIELDS}


def _not_kept(
    outcome: Kept, form: DetailsForm, site: Site, known: Patient | None = None
) -> ResponseReturnValue:
    if isinstance(outcome, NotAllowed):
        abort(403)
    if isinstance(outcome, MayBeKnown):
        return _page(form, site, known, alike=outcome.alike), 409
    if isinstance(outcome, Refused):
        flash(refused_words(outcome), "bad")
        assert known is not None, "what is new is refused by nothing"
        return redirect(url_for("patient_details.details", patient=known.id), 303)
    assert isinstance(outcome, NotSound)
    for fault in outcome.faults:
        if fault.path in FIELDS:
            form[fault.path].errors = [in_words(fault)]
    before = {name: request.form.get(f"was_{name}", "") for name in FIELDS} if known else {}
    return _page(form, site, known, before), 422


def in_words(fault: Fault) -> str:
    """Return what is wrong with something that was told, and what mends it, as a sentence in English."""
    mend = f"; {fault.mend}" if fault.mend else ""
    whole = fault.problem + mend
    return as_read(whole if fault.problem[:1].isupper() else sentence(f"it {whole}"))


def _page(
    form: DetailsForm,
    site: Site,
    known: Patient | None = None,
    before: Told | None = None,
    alike: Iterable[Patient] = (),
) -> str:
    return render_template(
        "patient_details.html",
        form=form,
        faults=faults(form) if form.errors else [],
        site=site,
        patient=known,
        before=before or {},
        alike=tuple(alike),
        zones=zone_names(),
    )
