"""The forms of a visit's page: each is one small deed, and carries the version of the visit that was looked at."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from wtforms import DateField, HiddenField, IntegerField, StringField
from wtforms.validators import AnyOf, InputRequired, Length, NumberRange, Optional

from scheduler.booking.decide_gate import MOST_VISITS
from scheduler.booking.extend_stay import MINUTES, StayReason
from scheduler.booking.override_rule import LONGEST_REASON
from scheduler.domain.appointment import AppointmentState
from scheduler.domain.clock import first_moment
from scheduler.domain.people import GateDecision
from scheduler.domain.visit_day import DayReason
from scheduler.web.posted_form import PostedForm
from scheduler.web.speech import Spoken, later, mark, said

OFFERED_MINUTES = (10, 15, 20, 30, 45, 60, 90, 120)
"""What is offered of the minutes by which a stay may be extended."""

OVERRIDE_LASTS = Spoken(
    {"0": mark("Through the day of the visit"), "7": mark("A week longer, should the visit be moved")}
)


class StepForm(PostedForm):
    """The next step of a visit; the key makes a second press of one button the same request."""

    to = HiddenField(validators=[AnyOf([state.value for state in AppointmentState])])
    version = IntegerField(validators=[InputRequired()])
    reason = HiddenField(validators=[Optional(), AnyOf([reason.value for reason in DayReason])])
    key = HiddenField(validators=[Length(min=8, max=64)])


class UndoForm(PostedForm):
    """The last step, to be taken back."""

    version = IntegerField(validators=[InputRequired()])


class GateForm(PostedForm):
    """A decision: pass or hold, through which day and for how many visits. There is no room for a note."""

    gate = HiddenField(validators=[InputRequired(), Length(max=100)])
    decision = HiddenField(
        validators=[AnyOf([one.value for one in GateDecision], later("Choose pass or hold"))]
    )
    valid_until = DateField(validators=[Optional()])
    covers_visits = IntegerField(
        validators=[Optional(), NumberRange(1, MOST_VISITS, later("Cover %%(min)s to %%(max)s visits"))]
    )
    key = HiddenField(validators=[Length(min=8, max=64)])


class OverrideForm(PostedForm):
    """A rule to be let pass for this visit, why, and how long."""

    rule = HiddenField(validators=[InputRequired(), Length(max=20)])
    reason = StringField(
        validators=[
            InputRequired(later("Say why in one sentence")),
            Length(max=LONGEST_REASON, message=later("Say it in at most %%(max)s characters")),
        ]
    )
    lasts = HiddenField(validators=[AnyOf(list(OVERRIDE_LASTS))])
    key = HiddenField(validators=[Length(min=8, max=64)])

    def expires(self, day: date, zone: str) -> datetime:
        """Return the first instant after the last clinic-local day on which the override holds."""
        return first_moment(day + timedelta(days=1 + int(self.lasts.data or "0")), zone)


class WithdrawForm(PostedForm):
    """An override to be taken back."""

    override = HiddenField(validators=[InputRequired(), Length(max=64)])


class StayForm(PostedForm):
    """By how much a stay takes longer, and why; empty minutes leave them to the protocol."""

    why = HiddenField(validators=[AnyOf([why.value for why in StayReason])])
    minutes = IntegerField(validators=[Optional(), NumberRange(MINUTES[0], MINUTES[-1])])
    version = IntegerField(validators=[InputRequired()])
    key = HiddenField(validators=[Length(min=8, max=64)])


def first_fault(form: PostedForm) -> str:
    """Return what is wrong with a form in a sentence; where only a broken page could do that, a general one."""
    told = [str(error) for field in form for error in field.errors if not field.name.endswith("_token")]
    return told[0] if told else said("This could not be understood")
