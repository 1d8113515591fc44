"""The forms of the pages: what may be entered, and what is said when it will not do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from flask_wtf import FlaskForm
from wtforms import (
    DateField,
    HiddenField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
)
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from scheduler.booking.outcomes import CalledOffBy, CancelReason
from scheduler.domain.treatment import Step

LONGEST_LINE = 200


class SignInForm(FlaskForm):  # type: ignore[misc]  # the library ships no types
    """Name and password, and where to go afterwards."""

    username = StringField(
        "Username",
        [InputRequired("Enter your username"), Length(max=LONGEST_LINE, message="Enter a shorter username")],
    )
    password = PasswordField(
        "Password",
        [InputRequired("Enter your password"), Length(max=1000, message="Enter a shorter password")],
    )
    next = HiddenField()


class SearchForm(FlaskForm):  # type: ignore[misc]  # the library ships no types
    """Part of a patient's name, phone number or birthday. It is posted, so that it stays out of every address."""

    wanted = StringField(
        "Name, phone or birthday", [Length(max=LONGEST_LINE, message="Enter fewer characters")]
    )


def _within_reason(_form: FlaskForm, field: DateField) -> None:
    """Refuse years that are slips of the finger; at the end of the calendar no later day can be counted to."""
    if field.data and not 2000 <= field.data.year < 2200:
        raise ValidationError(f"Enter a year such as 2026, not {field.data.year}")


class WishesForm(FlaskForm):  # type: ignore[misc]  # the library ships no types
    """What is wished for a new series. `declined` and `included` hold 'protocol/step' keys."""

    protocol = RadioField("Protocol", [InputRequired("Choose a protocol")])
    earliest = DateField(
        "Not before", [InputRequired("Enter the first day that suits, such as 3 Dec 2026"), _within_reason]
    )
    latest = DateField("Over by", [Optional(), _within_reason])
    therapist = SelectField("Therapist")
    declined = SelectMultipleField("Visits the patient declines")
    included = SelectMultipleField("Optional visits")

    def validate_latest(self, field: DateField) -> None:
        """Refuse a last day before the first."""
        if field.data and self.earliest.data and field.data < self.earliest.data:
            raise ValidationError("Enter a last day that is not before the first")

    @property
    def declined_steps(self) -> frozenset[str]:
        """The keys of the visits declined in the chosen protocol; ticks under another protocol do not count."""
        return self._ticked(self.declined)

    @property
    def included_steps(self) -> frozenset[str]:
        """The keys of the optional visits asked for in the chosen protocol."""
        return self._ticked(self.included)

    def _ticked(self, field: SelectMultipleField) -> frozenset[str]:
        chosen = (entry.partition("/") for entry in field.data or ())
        return frozenset(step for protocol, _, step in chosen if protocol == self.protocol.data)


class CancelForm(FlaskForm):  # type: ignore[misc]  # the library ships no types
    """Who calls off, and why: a choice, for free text tends to hold what should not be kept here."""

    by = RadioField("Who cancels?", [InputRequired("Choose who cancels")])
    reason = RadioField("Why?", [InputRequired("Choose a reason")])

    def offer(self) -> CancelForm:
        """Fill the choices in, and return the form."""
        self.by.choices = [
            (CalledOffBy.PATIENT.value, "The patient"),
            (CalledOffBy.CLINIC.value, "The clinic"),
        ]
        self.reason.choices = [
            (reason.value, reason.value.replace("_", " ").capitalize()) for reason in CancelReason
        ]
        return self


def with_choices(
    form: WishesForm,
    protocols: Sequence[tuple[str, str]],
    therapists: Sequence[tuple[str, str]],
    steps: Sequence[tuple[str, Step]],
    first_day: date,
) -> WishesForm:
    """Fill the choices of a wishes form in, as (value, label), and the steps by key; the first day is proposed."""
    form.protocol.choices = list(protocols)
    form.therapist.choices = [("", "Any therapist"), *therapists]
    form.declined.choices = [(key, key) for key, step in steps if step.declinable]
    form.included.choices = [(key, key) for key, step in steps if step.optional]
    if not form.is_submitted():
        # What is treated with is decided, not suggested; only where there is no choice it is chosen.
        form.protocol.data = protocols[0][0] if len(protocols) == 1 else None
        form.earliest.data = first_day
        form.therapist.data = ""
    return form


def faults(form: FlaskForm) -> list[tuple[str, str]]:
    """Return (id of the field, what is wrong) in the order of the form, for the summary at the top."""
    return [(field.id, str(error)) for field in form for error in field.errors]
