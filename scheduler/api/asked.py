"""What programs may ask, field by field: an unknown name and a value of the wrong kind are faults with their path."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import Field, model_validator

from scheduler.api.forms import (
    MOST_NAMED,
    DayOrInstant,
    Instant,
    Named,
    Relief,
    TimeOfDay,
    Weekday,
    relief_of,
    weekdays_of,
)
from scheduler.booking.advance_appointment import AdvanceAppointment
from scheduler.booking.book_series import BookSeries
from scheduler.booking.changed_series import ChangedVisit
from scheduler.booking.decide_gate import DecideGate
from scheduler.booking.outcomes import CalledOffBy, CancelReason
from scheduler.booking.preview_move import WantedMove
from scheduler.booking.preview_series import PreviewSeries
from scheduler.booking.replan_series import WantedReplan
from scheduler.booking.request import MOST_OPTIONS, ChosenVisit
from scheduler.clinic_file.forms import Day, DottedName, Form, Id, Switch, WholeNumber, Words
from scheduler.domain.appointment import AppointmentState
from scheduler.domain.clock import first_moment
from scheduler.domain.interval import Interval
from scheduler.domain.people import GateDecision, Role
from scheduler.domain.visit_day import DayReason

MOST_PATIENTS = 200

LONGEST_STRETCH = timedelta(days=400)

Limit = Annotated[WholeNumber, Field(json_schema_extra={"minimum": 1, "maximum": MOST_OPTIONS})]


class WantedVisit(Form):
    """One visit as it shall be; `staff` names who begins in each role, `relief` who takes over."""

    step: Id
    start: Instant
    room: Id | None = None
    staff: dict[Role, Id] = {}
    relief: Annotated[list[Relief], Field(max_length=MOST_NAMED)] = []

    def chosen(self) -> ChosenVisit:
        """Return it as the use case wants it."""
        return ChosenVisit(self.step, self.start, self.room, self.staff, relief_of(self.relief))


class SeriesWishes(Form):
    """What a search and a booking are told alike; days are clinic-local and included, ids are those of the clinic."""

    patient: Id
    protocol: Id
    from_: Annotated[Day | None, Field(alias="from")] = None
    until: Day | None = None
    therapist: Annotated[Id | None, Field(description="This therapist alone.")] = None
    rather: Annotated[Id | None, Field(description="The therapist who would be better, if it can be.")] = None
    weekdays: Annotated[list[Weekday], Field(max_length=7)] = []
    from_time: TimeOfDay | None = None
    until_time: TimeOfDay | None = None
    first: Annotated[Named, Field(description="Keys of preferences that come before all others.")] = []
    declined: Annotated[Named, Field(description="Steps that the patient declines.")] = []
    included: Annotated[Named, Field(description="Optional steps that are asked for.")] = []

    def _wanted(self) -> dict[str, Any]:
        return {
            "patient": self.patient,
            "protocol": self.protocol,
            "earliest": self.from_,
            "latest": self.until,
            "therapist": self.therapist,
            "rather": self.rather,
            "weekdays": weekdays_of(self.weekdays),
            "from_time": self.from_time,
            "until_time": self.until_time,
            "first": tuple(self.first),
            "declined": frozenset(self.declined),
            "included": frozenset(self.included),
        }


class SeriesSearch(SeriesWishes):
    """A search for the best complete series, at most `limit` of them."""

    limit: Limit = 5

    def search(self) -> PreviewSeries:
        """Return it as the use case wants it."""
        return PreviewSeries(**self._wanted(), limit=self.limit)


class SeriesBooking(SeriesWishes):
    """A booking of the best series, or of exactly these `visits`; with `held_until` it is only held until then."""

    visits: Annotated[list[WantedVisit] | None, Field(max_length=MOST_NAMED)] = None
    held_until: Instant | None = None

    def booking(self, key: str | None) -> BookSeries:
        """Return it as the use case wants it."""
        visits = None if self.visits is None else tuple(visit.chosen() for visit in self.visits)
        wanted = self._wanted()
        return BookSeries(**wanted, visits=visits, idempotency_key=key, held_until=self.held_until)


class ChangedVisitAsked(Form):
    """A visit as it shall be; `version` is the one that was looked at."""

    appointment: Id
    version: WholeNumber
    start: Instant
    room: Id | None = None
    staff: dict[Role, Id] = {}
    relief: Annotated[list[Relief], Field(max_length=MOST_NAMED)] = []

    def changed(self) -> ChangedVisit:
        """Return it as the use cases want it."""
        where = (self.room, self.staff, relief_of(self.relief))
        return ChangedVisit(self.appointment, self.version, self.start, *where)


class SeriesChange(Form):
    """What every change of a standing series may say: only look, or do exactly what one of the ways said."""

    preview: Annotated[Switch, Field(description="Say what would follow, and change nothing.")] = False
    visits: Annotated[
        list[ChangedVisitAsked] | None,
        Field(max_length=MOST_NAMED, description="One of the `ways` of a preview, to be done exactly."),
    ] = None

    @model_validator(mode="after")
    def _looks_or_does(self) -> SeriesChange:
        if self.preview and self.visits is not None:
            raise ValueError(
                "`visits` say exactly what to do, a `preview` does nothing | give one of the two"
            )
        return self

    def chosen(self) -> tuple[ChangedVisit, ...] | None:
        """Return the visits that were chosen, `None` for the best way."""
        return None if self.visits is None else tuple(visit.changed() for visit in self.visits)


class AppointmentMove(SeriesChange):
    """Where a visit shall go: to a `start`, between two, off a day, or merely elsewhere; limits are included."""

    start: Instant | None = None
    no_earlier: Instant | None = None
    no_later: Instant | None = None
    not_on: Day | None = None
    stay: Annotated[Named, Field(description="Steps of the series whose visits must not move.")] = []
    others_may_guide: Annotated[Named, Field(description="Steps that another therapist may take.")] = []

    def wanted(self, appointment: str) -> WantedMove:
        """Return it as the use cases want it."""
        return WantedMove(
            appointment,
            exactly=self.start,
            no_earlier=self.no_earlier,
            no_later=self.no_later,
            not_on=self.not_on,
            stay=frozenset(self.stay),
            others_may_guide=frozenset(self.others_may_guide),
        )


class SeriesReplan(SeriesChange):
    """How the rest of a series is planned anew: from a clinic-local day on, not on a day, with visits that stay."""

    not_before: Day | None = None
    not_on: Day | None = None
    stay: Named = []

    def wanted(self, series: str) -> WantedReplan:
        """Return it as the use cases want it."""
        return WantedReplan(series, self.not_before, self.not_on, frozenset(self.stay))


class AppointmentCancellation(Form):
    """Who calls a visit off, and why; a preview needs neither."""

    preview: Annotated[Switch, Field(description="Say what would follow, and change nothing.")] = False
    by: CalledOffBy | None = None
    reason: CancelReason | None = None

    @model_validator(mode="after")
    def _says_why(self) -> AppointmentCancellation:
        if not self.preview and (self.by is None or self.reason is None):
            raise ValueError("says not who calls the visit off and why | give `by` and `reason`")
        return self


class AppointmentAdvance(Form):
    """The next step of a visit on its day; `version` is the one that was looked at, a `reason` is for ways out."""

    to: AppointmentState
    version: WholeNumber
    reason: DayReason | None = None

    def advance(self, appointment: str, key: str | None) -> AdvanceAppointment:
        """Return it as the use case wants it."""
        return AdvanceAppointment(appointment, self.to, self.version, self.reason, key)


class Decision(Form):
    """A decision about a gate from today on; a pass may hold through a day and for so many visits, a hold has neither."""

    gate: DottedName
    decision: GateDecision
    valid_until: Day | None = None
    covers_visits: WholeNumber | None = None

    def decide(self, patient: str, key: str | None) -> DecideGate:
        """Return it as the use case wants it."""
        return DecideGate(patient, self.gate, self.decision, self.valid_until, self.covers_visits, key)


class PatientSearchAsked(Form):
    """Words that must each stand in name, phone or birthday; everybody when there are none."""

    wanted: Words | None = None
    site: Id | None = None
    limit: Annotated[WholeNumber, Field(ge=1, le=MOST_PATIENTS)] = 50


class DayQuestion(Form):
    """A stretch of time: clinic-local days, both included, or instants, of which the last is not; and a site."""

    from_: Annotated[DayOrInstant, Field(alias="from")]
    to: DayOrInstant
    site: Id | None = None

    @model_validator(mode="after")
    def _is_a_stretch(self) -> DayQuestion:
        begin, end = self.from_, self.to
        if isinstance(begin, datetime) != isinstance(end, datetime):
            raise ValueError("`from` and `to` are a day and an instant | give two days, or two instants")
        length = end - begin
        if length < timedelta(0) or (isinstance(begin, datetime) and not length):
            raise ValueError("`to` is not after `from` | give an end that lies after the beginning")
        if length > LONGEST_STRETCH:
            raise ValueError(
                f"`from` and `to` are {length.days} days apart | ask for {LONGEST_STRETCH.days} days at the most"
            )
        return self

    def during(self, zone: str) -> Interval:
        """Return the stretch in the zone of a site."""
        if isinstance(self.from_, datetime) and isinstance(self.to, datetime):
            return Interval(self.from_, self.to)
        return Interval(first_moment(self.from_, zone), first_moment(self.to + timedelta(days=1), zone))


class SiteQuestion(Form):
    """Which site is meant; the token's own when it has one."""

    site: Id | None = None
