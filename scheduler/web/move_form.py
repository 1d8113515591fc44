"""The form of a move: where a visit shall go, what must stay, and the way from the form to what is wanted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time, timedelta

from wtforms import DateField, Field, RadioField, SelectMultipleField
from wtforms.validators import InputRequired, Optional, StopValidation, ValidationError

from scheduler.booking.preview_move import WantedMove
from scheduler.domain.appointment import Appointment
from scheduler.domain.clock import instant_at, local_day
from scheduler.web.posted_form import PostedForm
from scheduler.web.speech import later, said
from scheduler.web.wishes_form import ClockField, within_reason
from scheduler.web.words import day_words

NEAREST, ANOTHER_DAY, EXACTLY, BETWEEN = "nearest", "another_day", "exactly", "between"


@dataclass(frozen=True, slots=True)
class NeededFor:
    """Asks for a field when one of the choices is taken, and lets it be empty otherwise."""

    choice: str
    message: str

    def __call__(self, form: PostedForm, field: Field) -> None:
        """Stop at an empty field, with the message where it is needed."""
        if not field.raw_data or not field.raw_data[0].strip():
            field.errors = []
            raise StopValidation(self.message if form.where.data == self.choice else "")


class MoveForm(PostedForm):
    """Where to, with the days and times that two of the choices ask for; `stay` holds step keys."""

    where = RadioField(later("Where to?"), [InputRequired(later("Choose where the visit shall go"))])
    day = DateField(
        later("Day"), [NeededFor(EXACTLY, later("Enter the day, such as 3 Dec 2026")), within_reason]
    )
    at = ClockField(later("Time"), [NeededFor(EXACTLY, later("Enter the time, such as 09:00"))])
    first_day = DateField(
        later("From"), [NeededFor(BETWEEN, later("Enter the first day, such as 3 Dec 2026")), within_reason]
    )
    last_day = DateField(later("Until"), [Optional(), within_reason])
    stay = SelectMultipleField(later("Visits that must stay"))

    def validate_last_day(self, field: DateField) -> None:
        """Refuse a last day before the first."""
        if field.data and self.first_day.data and field.data < self.first_day.data:
            raise ValidationError(said("Enter a last day that is not before the first"))


def offering(form: MoveForm, visit: Appointment, others: list[tuple[str, str]], zone: str) -> MoveForm:
    """Fill the choices in, and return the form; `others` are the visits that could stay, as (step, label)."""
    form.where.choices = [
        (NEAREST, said("The nearest other time that works")),
        (ANOTHER_DAY, said("Any day but %(day)s", day=day_words(local_day(visit.start, zone)))),
        (EXACTLY, said("An exact day and time")),
        (BETWEEN, said("Some day between")),
    ]
    form.stay.choices = others
    return form


def wanted(form: MoveForm, visit: Appointment, zone: str) -> WantedMove:
    """Return what a valid form asks for."""
    stay, day, at = frozenset(form.stay.data or ()), form.day.data, form.at.data
    first, last, until = form.first_day.data, form.last_day.data, None
    if form.where.data == ANOTHER_DAY:
        return WantedMove(visit.id, not_on=local_day(visit.start, zone), stay=stay)
    if form.where.data == EXACTLY and day and at:
        return WantedMove(visit.id, exactly=instant_at(day, at, zone), stay=stay)
    if form.where.data == BETWEEN and first:
        if last is not None:
            # It is to be over on the last day, not only to begin on it.
            until = instant_at(last + timedelta(days=1), time.min, zone) - visit.interval.duration
        return WantedMove(visit.id, no_earlier=instant_at(first, time.min, zone), no_later=until, stay=stay)
    return WantedMove(visit.id, stay=stay)
