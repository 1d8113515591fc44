"""The forms of the pages: what may be entered, and what is said when it will not do."""

from __future__ import annotations

from markupsafe import Markup
from wtforms import HiddenField, PasswordField, RadioField, SelectField, StringField
from wtforms.validators import InputRequired, Length

from scheduler.booking.outcomes import CalledOffBy, CancelReason
from scheduler.booking.preview_substitute import HowMany
from scheduler.web.posted_form import PostedForm
from scheduler.web.speech import Spoken, later, mark, said

LONGEST_LINE = 200

CANCEL_REASONS = Spoken(
    {
        CancelReason.ILLNESS: mark("Illness"),
        CancelReason.TIME_DOES_NOT_SUIT: mark("Time does not suit"),
        CancelReason.CONSENT_WITHDRAWN: mark("Consent withdrawn"),
        CancelReason.CLINICAL_DECISION: mark("Clinical decision"),
        CancelReason.STAFF_ABSENT: mark("Staff absent"),
        CancelReason.ROOM_OUT_OF_USE: mark("Room out of use"),
        CancelReason.BOOKED_BY_MISTAKE: mark("Booked by mistake"),
        CancelReason.OTHER: mark("Other"),
    }
)


class SignInForm(PostedForm):
    """Name and password, and where to go afterwards."""

    username = StringField(
        later("Username"),
        [
            InputRequired(later("Enter your username")),
            Length(max=LONGEST_LINE, message=later("Enter a shorter username")),
        ],
    )
    password = PasswordField(
        later("Password"),
        [
            InputRequired(later("Enter your password")),
            Length(max=1000, message=later("Enter a shorter password")),
        ],
    )
    next = HiddenField()


class SearchForm(PostedForm):
    """Part of a patient's name, phone number or birthday. It is posted, so that it stays out of every address."""

    wanted = StringField(
        later("Name, phone or birthday"), [Length(max=LONGEST_LINE, message=later("Enter fewer characters"))]
    )


class CancelForm(PostedForm):
    """Who calls off, and why: a choice, for free text tends to hold what should not be kept here."""

    by = RadioField(later("Who cancels?"), [InputRequired(later("Choose who cancels"))])
    reason = RadioField(later("Why?"), [InputRequired(later("Choose a reason"))])

    def offer(self) -> CancelForm:
        """Fill the choices in, and return the form."""
        self.by.choices = [
            (CalledOffBy.PATIENT.value, said("The patient")),
            (CalledOffBy.CLINIC.value, said("The clinic")),
        ]
        self.reason.choices = [(reason.value, CANCEL_REASONS[reason]) for reason in CancelReason]
        return self


class EndSeriesForm(CancelForm):
    """What becomes of the series, who calls its visits off, and why."""

    then = RadioField(
        later("What becomes of the series?"), [InputRequired(later("Choose what becomes of the series"))]
    )

    def offer(self) -> EndSeriesForm:
        """Fill the choices in, and return the form."""
        super().offer()
        self.then.choices = [
            ("ends", said("It ends here")),
            ("pauses", said("It is paused, and the rest is planned anew later")),
        ]
        return self


class SubstituteForm(PostedForm):
    """From which visit on somebody else is wanted, for how many, and whom."""

    from_step = SelectField(later("From which visit?"), [InputRequired(later("Choose a visit"))])
    therapist = SelectField(later("Whom?"))
    how_many = RadioField(later("For how many?"), [InputRequired(later("Choose for how many visits"))])

    def offer(self, visits: list[tuple[str, str]], therapists: list[tuple[str, str]]) -> SubstituteForm:
        """Fill the choices in, as values with their words, and return the form."""
        self.from_step.choices = [("", said("Choose")), *visits]
        self.therapist.choices = [("", said("Whoever is free")), *therapists]
        self.how_many.choices = [
            (HowMany.ONE.value, said("This visit alone")),
            (HowMany.REST.value, said("This visit and all that follow")),
        ]
        return self


def faults(form: PostedForm) -> list[tuple[str, str]]:
    """Return (id of the field, what is wrong) in the order of the form, for the summary at the top."""
    return [
        # What stays English is marked as such, and keeps its mark.
        (field.id, error if isinstance(error, Markup) else str(error))
        for field in form
        for error in field.errors
    ]
