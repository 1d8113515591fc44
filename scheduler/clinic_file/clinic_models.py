"""The form of the clinic file: which sections and entries it has and what each may hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, TypeAlias

from pydantic import Discriminator, Field, Tag, field_validator, model_validator

from scheduler.clinic_file.forms import (
    Day,
    DottedName,
    Email,
    Form,
    HolidayRegion,
    Id,
    Language,
    Moment,
    Name,
    Period,
    Phone,
    ShortPhone,
    Switch,
    Week,
    WholeNumber,
    Words,
    Zone,
)
from scheduler.clinic_file.protocol_models import ProtocolDocument
from scheduler.domain.calendar_words import KINDS, PatientShown, faults_of
from scheduler.domain.contact import Category, ContactWay
from scheduler.domain.errors import InvalidValue
from scheduler.domain.message_checks import faults_of as faults_of_words
from scheduler.domain.message_words import MessageForm, MessageWords, words_from
from scheduler.domain.people import GateDecision, Role
from scheduler.domain.places import USUAL_LANGUAGE
from scheduler.domain.reminder_times import faults_of as faults_of_times
from scheduler.domain.treatment import StepKind
from scheduler.domain.urgent_help import MOST as MOST_URGENT
from scheduler.domain.urgent_help import UrgentHelp


class ClosureEntry(Form):
    """Whole days on which a site is shut, from one day through another, both included."""

    from_day: Annotated[Day, Field(alias="from")]
    through: Day
    reason: Words

    @model_validator(mode="after")
    def _runs_forwards(self) -> ClosureEntry:
        if self.through < self.from_day:
            raise ValueError(f"runs backwards, from {self.from_day} through {self.through}")
        return self


class HoursPeriodEntry(Form):
    """Weekly hours that hold from one day through another, both included; a day left out means no limit."""

    from_day: Annotated[Day | None, Field(alias="from")] = None
    through: Day | None = None
    week: Week

    @model_validator(mode="after")
    def _runs_forwards(self) -> HoursPeriodEntry:
        if self.from_day and self.through and self.through < self.from_day:
            raise ValueError(f"runs backwards, from {self.from_day} through {self.through}")
        return self


class NoticeEntry(Form):
    """How many hours before its start a visit is to be called off; later counts as late. Left out: 48 and 24."""

    dosing_hours: Annotated[WholeNumber, Field(ge=0, le=168)] = 48
    other_hours: Annotated[WholeNumber, Field(ge=0, le=168)] = 24


class CalendarWordsEntry(Form):
    """What calendars of staff, rooms and the site call visits: a code for each kind, and what follows it."""

    dosing: str = "D"
    preparation: str = "P"
    integration: str = "I"
    screening: str = "S"
    review: str = "R"
    contact: str = "C"
    patient: PatientShown = PatientShown.INITIALS

    @model_validator(mode="after")
    def _will_do(self) -> CalendarWordsEntry:
        wrong = next(faults_of({kind: getattr(self, kind) for kind in KINDS}), None)
        if wrong is not None:
            raise ValueError(wrong[1])
        return self


class ReminderTimesEntry(Form):
    """When reminders of a site leave, where it chose another time than the usual."""

    preparation_days: Annotated[WholeNumber, Field(ge=3, le=14)] = 7
    first_days: Annotated[WholeNumber, Field(ge=2, le=5)] = 3
    hour: Annotated[WholeNumber, Field(ge=8, le=17)] = 10
    notice_hours: Annotated[WholeNumber, Field(ge=2, le=24)] = 6
    same_day_hours: Annotated[WholeNumber, Field(ge=0, le=4)] = 0
    quiet_from: Annotated[WholeNumber, Field(ge=18, le=22)] = 21
    quiet_until: Annotated[WholeNumber, Field(ge=7, le=10)] = 8
    rest_hours: Annotated[WholeNumber, Field(ge=0, le=24)] = 6
    follow_up_from: Annotated[WholeNumber, Field(ge=12, le=48)] = 24
    follow_up_until: Annotated[WholeNumber, Field(ge=24, le=96)] = 48

    @model_validator(mode="after")
    def _fit_together(self) -> ReminderTimesEntry:
        wrong = next(faults_of_times(dict(self)), None)
        if wrong is not None:
            raise ValueError(wrong[1])
        return self


class MessageWordsEntry(Form):
    """The words of one message in place of the built-in ones: of a mail with its subject, of a text without."""

    subject: str = ""
    body: str


class UrgentHelpEntry(Form):
    """Whom patients call in urgent need; the name is neutral, since whoever holds a link of theirs may read it."""

    name: Words
    phone: ShortPhone
    names: dict[Language, Words] = {}

    @model_validator(mode="after")
    def _may_be_shown(self) -> UrgentHelpEntry:
        try:
            UrgentHelp(self.name, self.phone, tuple(self.names.items()))
        except InvalidValue as problem:
            raise ValueError(str(problem)) from problem
        return self


MessageKindName: TypeAlias = Literal[
    "confirmation", "preparation", "three_days", "one_day", "same_day", "change"
]
WordsOfMessages: TypeAlias = dict[Language, dict[MessageForm, dict[MessageKindName, MessageWordsEntry]]]


class SiteEntry(Form):
    """One place of the clinic. `public_name` is the neutral name that messages and calendars may show.

    For `no_decisions_hours` after a dose nothing of weight is agreed on. After more than `dormant_days` without a dose
    the next is prepared anew, and a series with nothing ahead is dormant. Left out: 24 and 84.
    """

    id: Id
    name: Words
    public_name: Words
    zone: Zone
    hours: Week = {}
    hours_by_period: list[HoursPeriodEntry] = []
    closures: list[ClosureEntry] = []
    phone: Phone | None = None
    address: Words | None = None
    notice: NoticeEntry = NoticeEntry()
    no_decisions_hours: Annotated[WholeNumber, Field(ge=12, le=48)] = 24
    dormant_days: Annotated[WholeNumber, Field(ge=30, le=180)] = 84
    calendar_words: CalendarWordsEntry = CalendarWordsEntry()
    reminder_times: ReminderTimesEntry = ReminderTimesEntry()
    language: Language = USUAL_LANGUAGE
    message_words: WordsOfMessages = {}
    urgent_help: Annotated[list[UrgentHelpEntry], Field(max_length=MOST_URGENT)] = []
    holiday_region: HolidayRegion = ""

    @field_validator("message_words")
    @classmethod
    def _may_be_sent(cls, words: WordsOfMessages) -> WordsOfMessages:
        for place, chosen in chosen_words(words):
            wrong = next(faults_of_words(place, chosen), None)
            if wrong is not None:
                raise ValueError(f"{place.language}.{place.form}.{place.kind}.{wrong[0]}: {wrong[1]}")
        return words


def chosen_words(words: WordsOfMessages) -> MessageWords:
    """Return the words of messages as the domain has them."""
    return words_from(
        {
            language: {
                form: {kind: {"subject": one.subject, "body": one.body} for kind, one in kinds.items()}
                for form, kinds in forms.items()
            }
            for language, forms in words.items()
        }
    )


class RoomEntry(Form):
    """A room, what it is fit for, such as `iv_dosing`, `im_dosing`, `office`, and how many patients it holds at once."""

    id: Id
    site: Id
    name: Words
    capabilities: Annotated[list[Name], Field(min_length=1)]
    out_of_use: list[Period] = []
    places: Annotated[WholeNumber, Field(ge=1, le=40)] = 1


class CredentialEntry(Form):
    """A proof of qualification, valid through the last day; without a day it does not expire."""

    kind: Name
    valid_until: Day | None = None


class StaffEntry(Form):
    """One person of the staff. Left out, a medical monitor may watch 2 patients and a prescriber stand behind 6 visits."""

    id: Id
    site: Id
    name: Words
    roles: Annotated[list[Role], Field(min_length=1)]
    hours: Week = {}
    hours_by_period: list[HoursPeriodEntry] = []
    credentials: list[CredentialEntry] = []
    time_off: list[Period] = []
    may_watch: Annotated[WholeNumber, Field(ge=0, le=12)] | None = None
    may_supervise: Annotated[WholeNumber, Field(ge=0, le=40)] | None = None


class GateEntry(Form):
    """A decision about a patient: which gate, what, on which day, through which day and for how many visits it holds."""

    gate: DottedName
    decision: GateDecision
    decided_on: Day
    valid_until: Day | None = None
    decided_by: Words | None = None
    covers_visits: Annotated[WholeNumber, Field(ge=1, le=99)] | None = None

    @model_validator(mode="after")
    def _holds_for_a_while(self) -> GateEntry:
        if self.valid_until and self.valid_until < self.decided_on:
            raise ValueError(f"is valid until {self.valid_until}, before it was decided on {self.decided_on}")
        return self


class ConsentEntry(Form):
    """That a patient wants messages about something by a way, or does not; `by` is who recorded it, and `at` when."""

    way: ContactWay
    about: Category
    given: Switch
    at: Moment
    by: Words


class MessagesEntry(Form):
    """How a patient is written to: by which way first, what was agreed to or refused, since when the number opted out."""

    first: ContactWay | None = None
    consents: list[ConsentEntry] = []
    texts_opted_out_since: Moment | None = None


class PatientEntry(Form):
    """One patient. `zone` is where the patient lives, `language` what they read, when those are not the site's.

    `referred_on` is the day of the last referral.
    """

    id: Id
    site: Id
    given_name: Words
    family_name: Words
    birth_date: Day
    email: Email | None = None
    phone: Phone | None = None
    language: Language | None = None
    zone: Zone | None = None
    referred_on: Day | None = None
    unavailable: list[Period] = []
    gates: list[GateEntry] = []
    messages: MessagesEntry = MessagesEntry()

    @field_validator("gates")
    @classmethod
    def _decides_once_a_day(cls, gates: list[GateEntry]) -> list[GateEntry]:
        seen: set[tuple[str, object]] = set()
        for gate in gates:
            if (gate.gate, gate.decided_on) in seen:
                raise ValueError(
                    f"has two decisions about {gate.gate} on {gate.decided_on} | keep the one that counts"
                )
            seen.add((gate.gate, gate.decided_on))
        return gates


class MemberEntry(Form):
    """A member of a cohort; `high_dose` asks for the stricter ratio of facilitators for the whole group."""

    patient: Id
    high_dose: Switch = False


class CohortEntry(Form):
    """A closed group of patients and the protocol for groups that it follows; members in the order of joining."""

    id: Id
    site: Id
    name: Words
    protocol: Name
    members: list[MemberEntry] = []


class UseProtocol(Form):
    """A protocol that comes with Trellis, by its key."""

    use: Name


class AppointmentEntry(Form):
    """An appointment that already exists outside of any series; its time is meant in the zone of the site."""

    id: Id
    site: Id
    patient: Id
    kind: StepKind
    title: Words
    start: Moment
    minutes: Annotated[WholeNumber, Field(ge=5, le=720)]
    room: Id | None = None
    staff: Annotated[dict[Role, Id], Field(min_length=1)]


# The tags are the names of the models, so that a fault can be traced through the schema.
USE, DOCUMENT = "UseProtocol", "ProtocolDocument"


def _which_protocol(entry: object) -> str:
    names = entry.keys() if isinstance(entry, Mapping) else ()
    return USE if "use" in names else DOCUMENT


ProtocolEntry = Annotated[
    Annotated[UseProtocol, Tag(USE)] | Annotated[ProtocolDocument, Tag(DOCUMENT)],
    Discriminator(_which_protocol),
]


class ClinicDocument(Form):
    """A clinic as it is: places, people, patients, protocols and the appointments there already are."""

    format: Literal["clinic-file/1"] = "clinic-file/1"
    sites: list[SiteEntry] = []
    rooms: list[RoomEntry] = []
    staff: list[StaffEntry] = []
    patients: list[PatientEntry] = []
    protocols: list[ProtocolEntry] = []
    appointments: list[AppointmentEntry] = []
    cohorts: list[CohortEntry] = []
