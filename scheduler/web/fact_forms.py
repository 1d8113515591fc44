"""The forms by which staff, rooms and closures are changed, and the changes that they stand for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, time, timedelta
from typing import Any

from wtforms import DateField, Field, IntegerField, SelectField, SelectMultipleField, StringField, TimeField
from wtforms.validators import InputRequired, Length, Optional, StopValidation, ValidationError

from scheduler.domain.clock import first_moment, instant_at
from scheduler.domain.interval import Interval
from scheduler.domain.people import Credential, Role, StaffMember
from scheduler.domain.places import Closure
from scheduler.domain.staff_changes import RolesChanged
from scheduler.web.credential_words import credential_words
from scheduler.web.forms import LONGEST_LINE
from scheduler.web.posted_form import PostedForm
from scheduler.web.speech import later, said

LONGEST_ABSENCE = timedelta(days=800)


def is_near(_form: PostedForm, field: Field) -> None:
    """Ask for a day of this age: at the ends of the calendar there is no day before or after."""
    if field.data is not None and not 2000 <= field.data.year <= 2200:
        raise ValidationError(said("Enter a year between 2000 and 2200"))


class StretchForm(PostedForm):
    """From a day to a day, both included; with times only where not whole days are meant."""

    first_day = DateField(later("First day"), [InputRequired(later("Enter the first day")), is_near])
    last_day = DateField(later("Last day"), [InputRequired(later("Enter the last day")), is_near])
    from_time = TimeField(later("From"), [Optional()])
    until_time = TimeField(later("Until"), [Optional()])

    def validate_last_day(self, field: Field) -> None:
        """Ask for an order that can be."""
        first, last = self.first_day.data, field.data
        if first is None or last is None:
            return
        if last < first:
            raise ValidationError(said("Enter a last day that is not before the first"))
        if last - first > LONGEST_ABSENCE:
            raise ValidationError(said("Enter at most %(most)s days at once", most=LONGEST_ABSENCE.days))

    def validate_until_time(self, field: Field) -> None:
        """Ask for an end after the beginning, where both lie on one day."""
        begin, end = self.from_time.data, field.data
        if self.first_day.data == self.last_day.data and end is not None and end <= (begin or time.min):
            raise ValidationError(said("Enter a time that is later than the beginning"))

    def interval(self, zone: str) -> Interval:
        """Return what was entered: from the beginning of the first day to the end of the last where no times are given."""
        first, last = self.first_day.data, self.last_day.data
        assert first is not None, "it was validated"
        assert last is not None, "it was validated"
        start = instant_at(first, self.from_time.data or time.min, zone)
        if self.until_time.data is None:
            return Interval(start, first_moment(last + timedelta(days=1), zone))
        return Interval(start, instant_at(last, self.until_time.data, zone))


class RoomForm(StretchForm):
    """Which room, and when it is out of use."""

    room = SelectField(later("Room"))


class ClosureForm(PostedForm):
    """Whole days, both included, and why."""

    first_day = DateField(later("First day"), [InputRequired(later("Enter the first day")), is_near])
    last_day = DateField(later("Last day"), [InputRequired(later("Enter the last day")), is_near])
    reason = StringField(
        later("Why"),
        [
            InputRequired(later("Say why, such as Staff training")),
            Length(max=LONGEST_LINE, message=later("Say it shorter")),
        ],
    )

    def validate_last_day(self, field: Field) -> None:
        """Ask for an order that can be."""
        if self.first_day.data and field.data and field.data < self.first_day.data:
            raise ValidationError(said("Enter a last day that is not before the first"))

    def closure(self) -> Closure:
        """Return what was entered."""
        first, last = self.first_day.data, self.last_day.data
        assert first is not None, "it was validated"
        assert last is not None, "it was validated"
        return Closure(first, last, (self.reason.data or "").strip())


class CredentialForm(PostedForm):
    """A kind of credential and its last day; without a day it does not expire."""

    kind = SelectField(later("Credential"), [InputRequired(later("Choose a credential"))])
    valid_until = DateField(later("Valid through"), [Optional(), is_near])

    def offer(self, kinds: set[str]) -> CredentialForm:
        """Fill the kinds in, and return the form."""
        named = [(kind, _capital(credential_words(kind))) for kind in sorted(kinds)]
        self.kind.choices = [("", said("Choose")), *named]
        return self

    def credential(self) -> Credential:
        """Return what was entered."""
        return Credential(self.kind.data, self.valid_until.data)


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


MOST_PATIENTS = 20
"""How many patients one person may be given to watch, or to stand behind, at once: more is a slip of the hand."""


def _patients_as(role: Role) -> Callable[[PostedForm, Field], None]:
    """Return a validator that asks for a number of patients from whoever serves in a role; without it, it means nothing."""

    def check(form: PostedForm, field: Field) -> None:
        wrong = bool(field.errors) or not 1 <= (field.data or 0) <= MOST_PATIENTS
        field.errors = []
        if role.value in (form["roles"].data or ()) and wrong:
            raise StopValidation(said("Enter how many patients, 1 to %(most)s", most=MOST_PATIENTS))
        raise StopValidation

    return check


class RolesForm(PostedForm):
    """In which roles somebody serves, and how many patients at once in those where that is limited."""

    roles = SelectMultipleField(later("Serves as"))
    may_watch = IntegerField(later("Patients to watch at once"), [_patients_as(Role.MEDICAL_MONITOR)])
    may_supervise = IntegerField(later("Patients to stand behind at once"), [_patients_as(Role.PRESCRIBER)])

    def offer(self, names: Mapping[str, str]) -> RolesForm:
        """Fill the roles in by their names, and return the form."""
        self.roles.choices = list(names.items())
        return self

    def validate_roles(self, field: Field) -> None:
        """Ask for one role at least."""
        if not field.data:
            raise ValidationError(said("Choose at least one role"))

    def change(self, person: str) -> RolesChanged:
        """Return what was entered; a number counts with its role alone."""
        roles = frozenset(Role(role) for role in self.roles.data or ())
        watched, supervised = self.may_watch.data or 0, self.may_supervise.data or 0
        return RolesChanged(
            person,
            roles,
            watched if Role.MEDICAL_MONITOR in roles else 0,
            supervised if Role.PRESCRIBER in roles else 0,
        )


def roles_as_chosen(person: StaffMember) -> dict[str, Any]:
    """Return somebody's roles as the form shows them; a number that does not apply is left empty."""
    return {
        "roles": [role.value for role in person.roles],
        "may_watch": person.may_watch or None,
        "may_supervise": person.may_supervise or None,
    }


def today_first(today: date) -> dict[str, Any]:
    """Return what a form of days begins with: most is noted on its first day."""
    return {"first_day": today, "last_day": today}
