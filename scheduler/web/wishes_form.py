"""The form of the wishes for a new series: what may be asked for, and the way from the form to a command and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from wtforms import DateField, RadioField, SelectField, SelectMultipleField, TimeField
from wtforms.validators import InputRequired, Optional, ValidationError

from scheduler.booking.preview_series import PreviewSeries
from scheduler.booking.request import WantedSeries, against_first
from scheduler.domain.places import Site
from scheduler.domain.treatment import Step
from scheduler.web.posted_form import PostedForm
from scheduler.web.retelling import as_read
from scheduler.web.speech import later, said
from scheduler.web.words import MATTERS_MOST, WEEKDAYS, time_words

MUST, RATHER = "must", "rather"


@dataclass(frozen=True, slots=True)
class Offer:
    """What there is to choose: protocols and therapists as (value, label), steps by key, the days a site is open on.

    `first_day` is proposed as the first.
    """

    protocols: Sequence[tuple[str, str]]
    therapists: Sequence[tuple[str, str]]
    steps: Sequence[tuple[str, Step]]
    weekdays: Sequence[int]
    first_day: date


def open_weekdays(site: Site, today: date) -> tuple[int, ...]:
    """Return the weekdays on which a site is ever open from today on, 0 for Monday."""
    return tuple(
        sorted({one.weekday for one in site.hours if not (one.valid_until and one.valid_until < today)})
    )


def within_reason(_form: PostedForm, field: DateField) -> None:
    """Refuse years that are slips of the finger; at the end of the calendar no later day can be counted to."""
    if field.data and not 2000 <= field.data.year < 2200:
        raise ValidationError(said("Enter a year such as 2026, not %(year)s", year=field.data.year))


class ClockField(TimeField):
    """A time of day, as the clinic's clocks show it."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the time, or say what it should look like."""
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(said("Enter a time such as 09:00")) from None


class WishesForm(PostedForm):
    """What is wished for a new series. `declined` and `included` hold 'protocol/step' keys, `weekdays` 0 for Monday."""

    protocol = RadioField(later("Protocol"), [InputRequired(later("Choose a protocol"))])
    earliest = DateField(
        later("Not before"),
        [InputRequired(later("Enter the first day that suits, such as 3 Dec 2026")), within_reason],
    )
    latest = DateField(later("Over by"), [Optional(), within_reason])
    declined = SelectMultipleField(later("Visits the patient declines"))
    included = SelectMultipleField(later("Optional visits"))
    therapist = SelectField(later("Therapist"), default="")
    bond = RadioField(later("How firmly?"), default=MUST)
    weekdays = SelectMultipleField(later("Days that suit"), coerce=int)
    from_time = ClockField(later("From"), [Optional()])
    until_time = ClockField(later("Until"), [Optional()])
    most = SelectField(later("What matters most?"), default="")

    def validate_latest(self, field: DateField) -> None:
        """Refuse a last day before the first."""
        if field.data and self.earliest.data and field.data < self.earliest.data:
            raise ValidationError(said("Enter a last day that is not before the first"))

    def validate_until_time(self, field: TimeField) -> None:
        """Refuse an end that is not after the beginning."""
        if field.data and self.from_time.data and field.data <= self.from_time.data:
            raise ValidationError(
                said("Enter a time that is later than %(time)s", time=time_words(self.from_time.data))
            )

    def validate_most(self, field: SelectField) -> None:
        """Refuse to put a wish first that was not said."""
        parts = (self.therapist, self.bond, self.weekdays, self.from_time, self.until_time)
        if field.errors or any(part.errors for part in parts):
            # What is said of these comes first; it may be what is missing here.
            return
        for reason in against_first(wanted(self, patient="", limit=1)):
            raise ValidationError(as_read(reason.mend.removesuffix(".")))

    @property
    def says_what_suits(self) -> bool:
        """Say whether anything was entered, or is wrong, of what would suit the patient best."""
        parts = (self.therapist, self.weekdays, self.from_time, self.until_time, self.most, self.bond)
        entered = (part.data for part in parts if part is not self.bond)
        return any(entered) or any(part.errors for part in parts)

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


def offering(form: WishesForm, offer: Offer) -> WishesForm:
    """Fill the choices of a wishes form in, and return it."""
    form.protocol.choices = list(offer.protocols)
    form.therapist.choices = [("", said("Any therapist")), *offer.therapists]
    form.declined.choices = [(key, key) for key, step in offer.steps if step.declinable]
    form.included.choices = [(key, key) for key, step in offer.steps if step.optional]
    form.bond.choices = [
        (MUST, said("It must be this therapist")),
        (RATHER, said("Rather this one, if it can be")),
    ]
    form.most.choices = list(MATTERS_MOST.items())
    form.weekdays.choices = [(day, WEEKDAYS[day]) for day in offer.weekdays]
    if not form.is_submitted():
        # What is treated with is decided, not suggested; only where there is no choice it is chosen.
        only = offer.protocols[0][0] if len(offer.protocols) == 1 else None
        form.protocol.data = form.protocol.data or only
        form.earliest.data = form.earliest.data or offer.first_day
    return form


def wanted(form: WishesForm, patient: str, limit: int) -> PreviewSeries:
    """Return the question that a form without faults asks."""
    therapist = form.therapist.data or None
    return PreviewSeries(
        patient=patient,
        protocol=form.protocol.data,
        earliest=form.earliest.data,
        latest=form.latest.data,
        therapist=therapist if form.bond.data == MUST else None,
        rather=therapist if form.bond.data == RATHER else None,
        weekdays=frozenset(form.weekdays.data or ()),
        from_time=form.from_time.data,
        until_time=form.until_time.data,
        first=(form.most.data,) if form.most.data else (),
        declined=form.declined_steps,
        included=form.included_steps,
        limit=limit,
    )


def entered(wishes: WantedSeries) -> dict[str, object]:
    """Return what was entered in a form to ask for this."""
    most = wishes.first[0] if wishes.first else ""
    return {
        "protocol": wishes.protocol,
        "earliest": wishes.earliest,
        "latest": wishes.latest,
        "therapist": wishes.therapist or wishes.rather or "",
        "bond": RATHER if wishes.rather and not wishes.therapist else MUST,
        "weekdays": sorted(wishes.weekdays),
        "from_time": wishes.from_time,
        "until_time": wishes.until_time,
        "most": most if most in MATTERS_MOST else "",
        "declined": [f"{wishes.protocol}/{step}" for step in sorted(wishes.declined)],
        "included": [f"{wishes.protocol}/{step}" for step in sorted(wishes.included)],
    }
