"""What the calendars of staff, rooms and the site call visits: chosen by an administrator, with an example beside."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import RadioField, StringField
from wtforms.validators import InputRequired

from scheduler.access.permissions import Permission
from scheduler.booking.change_calendar_words import ChangeCalendarWords, change_calendar_words
from scheduler.booking.outcomes import NotAllowed, Refused
from scheduler.booking.reach import site_of
from scheduler.domain.calendar_words import (
    KINDS,
    LONGEST_CODE,
    CalendarWords,
    PatientShown,
    faults_of,
)
from scheduler.domain.places import Site
from scheduler.store.work import reading
from scheduler.web.form_keys import key_sent
from scheduler.web.forms import faults
from scheduler.web.guard import actor, needs
from scheduler.web.identity import current_clock
from scheduler.web.posted_form import PostedForm
from scheduler.web.retelling import retold
from scheduler.web.speech import Spoken, later, mark, said
from scheduler.web.words import refused_words

pages = Blueprint("calendar_words", __name__)

_SHOWN = Spoken(
    {
        PatientShown.INITIALS: mark("The patient's initials, such as RS"),
        PatientShown.ID: mark("The patient's internal id"),
        PatientShown.FIRST_NAME: mark("The patient's first name"),
        PatientShown.NOTHING: mark("Nothing"),
    }
)

_EXAMPLES = {
    PatientShown.INITIALS: "RS",
    PatientShown.ID: "patient-7",
    PatientShown.FIRST_NAME: "Robin",
    PatientShown.NOTHING: "",
}

_KINDS = Spoken(
    {
        "dosing": mark("Dosing"),
        "preparation": mark("Preparation"),
        "integration": mark("Integration"),
        "screening": mark("Screening"),
        "review": mark("Review"),
        "contact": mark("Contact"),
    }
)


def _code(label: str, missing: str) -> StringField:
    return StringField(
        label,
        [InputRequired(missing)],
        render_kw={"maxlength": LONGEST_CODE, "autocomplete": "off", "spellcheck": "false"},
    )


class WordsForm(PostedForm):
    """A code for each kind of visit, and what follows it."""

    dosing = _code(later("Dosing"), later("Enter a code for dosing"))
    preparation = _code(later("Preparation"), later("Enter a code for preparation"))
    integration = _code(later("Integration"), later("Enter a code for integration"))
    screening = _code(later("Screening"), later("Enter a code for screening"))
    review = _code(later("Review"), later("Enter a code for review"))
    contact = _code(later("Contact"), later("Enter a code for contact"))
    patient = RadioField(
        later("What follows the code"), [InputRequired(later("Choose what follows the code"))]
    )

    def offer(self) -> WordsForm:
        """Fill the choices in, and return the form."""
        self.patient.choices = [(one.value, words) for one, words in _SHOWN.items()]
        return self

    def validate(self, extra_validators: object = None) -> bool:
        """Say at each field what is wrong with its code, in the words of the one rule."""
        if not super().validate(extra_validators):
            return False
        wrong = dict(faults_of(self._codes()))
        for name, why in wrong.items():
            told = retold(why)
            self[name].errors = [told[:1].upper() + told[1:]]
        return not wrong

    def words(self) -> CalendarWords:
        """Return what was entered, of a form that is valid."""
        return CalendarWords(**self._codes(), patient=PatientShown(self.patient.data))

    def _codes(self) -> dict[str, str]:
        return {kind: (self[kind].data or "").strip() for kind in KINDS}


@dataclass(frozen=True, slots=True)
class Example:
    """How a visit of a kind is called now."""

    kind: str
    summary: str


@pages.route("/site/calendar-words", methods=["GET", "POST"])
@needs(Permission.CHANGE_CALENDAR_WORDS)
def words() -> ResponseReturnValue:
    """Show the words of the site, and choose others."""
    with reading():
        site = site_of(actor())
    if request.method != "POST":
        return _page(site, WordsForm(None, data=site.calendar_words.plain()).offer()), 200
    form = WordsForm(request.form).offer()
    if not form.validate():
        return _page(site, form), 422
    command = ChangeCalendarWords(site.id, form.words(), key_sent())
    outcome = change_calendar_words(command, actor(), current_clock())
    if isinstance(outcome, NotAllowed):
        abort(403)
    if isinstance(outcome, Refused):
        flash(refused_words(outcome), "bad")
    else:
        flash(said("Saved. Calendars say it when programs read them next, within hours to a day."), "good")
    return redirect(url_for("calendar_words.words"), 303)


def _page(site: Site, form: WordsForm) -> str:
    now = site.calendar_words
    return render_template(
        "calendar_words.html",
        site=site,
        form=form,
        faults=faults(form) if form.errors else [],
        kinds=KINDS,
        examples=[
            Example(_KINDS[kind], f"{now.code_of(kind)} {_EXAMPLES[now.patient]}".rstrip()) for kind in KINDS
        ],
    )
