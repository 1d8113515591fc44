"""The clinic's words for times, kinds of visit, phases, roles and gates, as pages show them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from markupsafe import Markup

from scheduler.booking.outcomes import Refused
from scheduler.domain.appointment import AppointmentState
from scheduler.domain.clock import instant_at, local
from scheduler.domain.interval import Interval
from scheduler.domain.people import Role
from scheduler.domain.series import SeriesState
from scheduler.domain.treatment import Attention, Protocol, StepKind
from scheduler.rules.finding import Finding, Level
from scheduler.rules.wording import sentence
from scheduler.web import dates
from scheduler.web.retelling import as_read
from scheduler.web.speech import Spoken, SpokenInOrder, manner, mark, said, said_of_number


@dataclass(frozen=True, slots=True)
class KindWords:
    """How a kind of visit is shown: a name, one letter, and what it is for; marked sentences, and said when read."""

    marked_name: str
    letter: str
    marked_meaning: str

    @property
    def name(self) -> str:
        """The name, in the reader's language."""
        return said(self.marked_name)

    @property
    def meaning(self) -> str:
        """What it is for, in the reader's language."""
        return said(self.marked_meaning)


KINDS = {
    StepKind.SCREENING: KindWords(
        mark("Screening"), "S", mark("before acceptance, medical and psychological")
    ),
    StepKind.PREPARATION: KindWords(mark("Preparation"), "P", mark("therapy before the first dose")),
    StepKind.DOSING: KindWords(mark("Dosing"), "D", mark("the medicine is given and watched")),
    StepKind.CONTACT: KindWords(mark("Check-in call"), "C", mark("one to two days after a dose")),
    StepKind.INTEGRATION: KindWords(mark("Integration"), "I", mark("therapy after a dose")),
    StepKind.REVIEW: KindWords(mark("Review"), "R", mark("looks at the whole course")),
}

ROLES = Spoken(
    {
        Role.THERAPIST: mark("Therapist"),
        Role.CO_THERAPIST: mark("Co-therapist"),
        Role.ADMINISTERING_CLINICIAN: mark("Gives the dose"),
        Role.MEDICAL_MONITOR: mark("Watches"),
        Role.PRESCRIBER: mark("Prescriber"),
        Role.CARE_COORDINATOR: mark("Coordinator"),
    }
)

ATTENTION = Spoken(
    {
        Attention.IN_ROOM: mark("in the room"),
        Attention.HANDS_ON: mark("hands-on, one patient"),
        Attention.WATCHING: mark("watching"),
        Attention.ON_PREMISES: mark("on the premises"),
    }
)

PHASES = Spoken(
    {
        "check_in": mark("Check-in"),
        "pre_dose_check": mark("Pre-dose check"),
        "settle": mark("Settling in"),
        "administration": mark("Administration"),
        "observation": mark("Observation"),
        "recovery": mark("Recovery"),
        "processing": mark("Early processing"),
        "discharge": mark("Discharge check"),
        "turnover": mark("Room turnover"),
        "contact": mark("Call"),
    }
)

GATES = Spoken(
    {
        "clearance.medical": mark("Medical clearance"),
        "clearance.psychological": mark("Psychological clearance"),
        "consent.treatment": mark("Treatment consent"),
        "order.prescription": mark("Prescription order"),
        "payment": mark("Payment or authorisation"),
        "escort": mark("Escort named"),
        "eligibility": mark("Eligibility decision"),
        "review.response": mark("Early response review"),
        "review.benefit": mark("Benefit review"),
        "review.maintenance": mark("Maintenance review"),
        "enrolment.rems": mark("REMS enrolment"),
        "payer.authorisation": mark("Payer's authorisation"),
    }
)

WEEKDAYS = SpokenInOrder(
    mark("Monday"),
    mark("Tuesday"),
    mark("Wednesday"),
    mark("Thursday"),
    mark("Friday"),
    mark("Saturday"),
    mark("Sunday"),
)

#: What a clerk may let matter most, by the key of the preference; empty for the order of the list as it stands.
MATTERS_MOST = Spoken(
    {
        "": mark("The earliest finish"),
        "wished_therapist": mark("The therapist chosen here"),
        "patients_times": mark("The days and times that suit"),
        "no_driving": mark("No visit while the patient may not drive"),
        "ideal_distances": mark("Visits as close as the protocol wishes"),
        "weekday_rhythm": mark("Doses on the same weekdays"),
        "one_therapist": mark("One therapist for every visit"),
        "level_load": mark("No other patient set up at the same time"),
        "early_visits": mark("Every visit as early as it can be"),
        "fewest_trips": mark("As few trips as possible"),
        "shortest_span": mark("First and last dose close together"),
        "scarce_rooms": mark("Rooms that can do more kept free"),
    }
)

STATES = Spoken(
    {
        AppointmentState.TENTATIVE: mark("Held"),
        AppointmentState.CANCELLED_BY_PATIENT: mark("Cancelled by the patient"),
        AppointmentState.CANCELLED_BY_CLINIC: mark("Cancelled by the clinic"),
        AppointmentState.SAME_DAY_HOLD: mark("Stopped on the day"),
        AppointmentState.NO_SHOW: mark("Did not come"),
        AppointmentState.LAPSED: mark("Not held any more"),
        AppointmentState.BOOKED: mark("Booked"),
        AppointmentState.CONFIRMED: mark("Confirmed"),
        AppointmentState.CHECKED_IN: mark("Checked in"),
        AppointmentState.CLEARED: mark("Cleared"),
        AppointmentState.DOSING: mark("Dosing"),
        AppointmentState.OBSERVING: mark("Observing"),
        AppointmentState.RECOVERING: mark("Recovering"),
        AppointmentState.DISCHARGED: mark("Discharged"),
        AppointmentState.CLOSED: mark("Closed"),
        AppointmentState.LEFT_BEFORE_RELEASE: mark("Left before release"),
    }
)

SERIES_STATES = Spoken(
    {
        SeriesState.TENTATIVE: mark("held"),
        SeriesState.LAPSED: mark("not held any more"),
        SeriesState.BOOKED: mark("booked"),
        SeriesState.PAUSED: mark("paused"),
        SeriesState.STOPPED: mark("stopped"),
        SeriesState.CANCELLED: mark("cancelled"),
        SeriesState.COMPLETED: mark("completed"),
        SeriesState.DORMANT: mark("dormant"),
    }
)

ACCOUNT_ROLES = Spoken(
    {
        "front_desk": mark("front desk"),
        "therapist": mark("therapist"),
        "nurse": mark("nurse"),
        "prescriber": mark("prescriber"),
        "administrator": mark("administrator"),
    }
)


def plain(name: str) -> str:
    """Return an internal name as words: 'checked_in' becomes 'Checked in'."""
    return name.replace("_", " ").replace(".", ": ").capitalize()


def phase_words(name: str) -> str:
    """Return the name of a phase."""
    return PHASES.get(name, plain(name))


def role_words(role: Role) -> str:
    """Return what a role does in a visit."""
    return ROLES.get(role, plain(role.value))


def gate_words(kind: str) -> str:
    """Return the name of a gate."""
    return GATES.get(kind, plain(kind))


def state_words(state: AppointmentState) -> str:
    """Return the state of a visit."""
    return STATES.get(state, plain(state.value))


def series_state_words(state: SeriesState) -> str:
    """Return the state of a series, to be read on within a sentence."""
    return SERIES_STATES.get(state, state.value)


def kind_words(kind: StepKind) -> KindWords:
    """Return how a kind of visit is shown."""
    return KINDS[kind]


def day_words(day: date) -> str:
    """Return a calendar day, such as 'Thu 3 Dec 2026'. A datetime is read in the zone it carries."""
    return dates.day_written(day, manner())


def short_day_words(day: date) -> str:
    """Return a calendar day without its year, such as 'Thu 3 Dec'."""
    return dates.short_day_written(day, manner())


def birthday_words(day: date) -> str:
    """Return a birthday, such as '17 May 1984'."""
    return dates.birthday_written(day, manner())


def weekday_words(day: date) -> str:
    """Return the weekday of a calendar day in three letters, such as 'Thu'."""
    return dates.weekday_written(day, manner())


def month_words(day: date) -> str:
    """Return the name of the month of a calendar day, such as 'December'."""
    return dates.month_written(day, manner())


def time_words(at: datetime | time) -> str:
    """Return a time of the day, such as '10:00', without its zone."""
    return dates.time_written(at, manner())


def day_in(instant: datetime, zone: str) -> str:
    """Return the clinic-local calendar day of an instant."""
    return day_words(local(instant, zone))


def clock_in(instant: datetime, zone: str) -> str:
    """Return the clinic-local time of an instant, such as '10:00', without its zone."""
    return dates.clock_in(instant, zone, manner())


def times_in(interval: Interval, zone: str) -> str:
    """Return clinic-local times with the zone named, such as '10:00–12:45 MST'."""
    return dates.times_in(interval, zone, manner())


def visit_in(interval: Interval, zone: str) -> str:
    """Return day and times of a visit, such as 'Thu 3 Dec 2026, 10:00–12:45 MST'."""
    return dates.visit_in(interval, zone, manner())


def moment_in(instant: datetime, zone: str) -> str:
    """Return day and time of an instant, such as 'Thu 3 Dec 2026, 10:00 MST'."""
    return dates.moment_in(instant, zone, manner())


def window_in(interval: Interval, zone: str) -> str:
    """Return an allowed window, such as 'Sat 5 Dec 10:00 – Mon 7 Dec 12:15 MST'; the year shows when it changes."""
    return dates.window_in(interval, zone, manner())


def absence_in(interval: Interval, zone: str) -> str:
    """Return a stretch of time such as 'Mon 7 Dec – Wed 9 Dec', the last day included, where it is one of whole days."""
    return dates.absence_in(interval, zone, manner())


def zone_words(day: date, zone: str) -> str:
    """Return the zone of a clinic on a day, such as 'MST, America/Denver', as it is at noon."""
    return f"{local(instant_at(day, time(12), zone), zone).tzname()}, {zone}"


def length_words(duration: timedelta) -> str:
    """Return a length as people say it: '50 min', '2 h 45 min', '18 days'."""
    minutes = int(duration.total_seconds() // 60)
    if minutes >= 48 * 60:
        days = -(-minutes // (24 * 60))
        return said_of_number("%(num)s day", "%(num)s days", days)
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{rest} min"
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def count_words(count: int, one: str, many: str = "") -> str:
    """Return a counted thing: '1 visit', '22 visits'. Write the words where this is called: there they are found."""
    return said_of_number(f"%(num)s {one}", f"%(num)s {many or one + 's'}", count)


def wait_words(duration: timedelta) -> str:
    """Return a wait in whole hours, else in minutes: '48 hours', '5 minutes', '1 hour'."""
    minutes = int(duration.total_seconds() // 60)
    return count_words(minutes, "minute") if minutes % 60 else count_words(minutes // 60, "hour")


def lower_first(text: str) -> str:
    """Return a text to be read on within a sentence."""
    return text[:1].lower() + text[1:]


def refused_words(refused: Refused) -> Markup:
    """Return everything that is against something, as one line for a notice in the reader's language."""
    said = [(reason.why, reason.mend) for reason in refused.reasons]
    said += [(finding.why, finding.mend) for finding in refused.findings]
    return Markup(" ").join(as_read(sentence(part)) for pair in said for part in pair)


def contents_words(protocol: Protocol) -> str:
    """Return what a protocol is made of: '2 preparation, 6 dosing, 7 integration, 1 review, 2 optional'."""
    parts = []
    for kind, words in KINDS.items():
        if count := sum(not step.optional for step in protocol.of_kind(kind)):
            name = words.name.lower()
            parts.append(
                count_words(count, "check-in call") if kind is StepKind.CONTACT else f"{count} {name}"
            )
    if optional := sum(step.optional for step in protocol.steps):
        parts.append(said("%(count)s optional", count=optional))
    return ", ".join(parts)


def account_role_words(role: str) -> str:
    """Return the role of an account: 'front desk'."""
    return ACCOUNT_ROLES.get(role, role.replace("_", " "))


def and_words(words: Iterable[str]) -> str:
    """Return words as a list for reading: 'D1, D2 and D3'."""
    every = list(words)
    if len(every) < 2:
        return every[0] if every else said("none")
    return said("%(all_but_last)s and %(last)s", all_but_last=", ".join(every[:-1]), last=every[-1])


FILTERS = {
    "wait": wait_words,
    "account_role": account_role_words,
    "phase": phase_words,
    "role": role_words,
    "gate": gate_words,
    "state": state_words,
    "series_state": series_state_words,
    "kind": kind_words,
    "day": day_words,
    "short_day": short_day_words,
    "day_only": birthday_words,
    "weekday": weekday_words,
    "month": month_words,
    "day_in": day_in,
    "clock_in": clock_in,
    "times_in": times_in,
    "visit_in": visit_in,
    "moment_in": moment_in,
    "window_in": window_in,
    "absence_in": absence_in,
    "counted": count_words,
    "sentence": sentence,
    "lower_first": lower_first,
    "contents": contents_words,
}


def told_in_inbox(findings: Iterable[Finding]) -> str:
    """Return what to say, as a sentence with a space before it, when findings went into the inbox of conflicts."""
    steps = list(
        dict.fromkeys(
            finding.steps[-1] for finding in findings if finding.level is Level.BLOCK and finding.steps
        )
    )
    if not steps:
        return ""
    if len(steps) == 1:
        told = said(
            "%(visits)s cannot stay as planned now, and stands in the inbox of conflicts.", visits=steps[0]
        )
    else:
        told = said(
            "%(visits)s cannot stay as planned now, and stand in the inbox of conflicts.",
            visits=and_words(steps),
        )
    return f" {told}"
