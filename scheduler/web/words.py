"""The clinic's words for times, kinds of visit, phases, roles and gates, as pages show them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from scheduler.booking.outcomes import Refused
from scheduler.domain.appointment import AppointmentState
from scheduler.domain.clock import instant_at, local
from scheduler.domain.interval import Interval
from scheduler.domain.people import Role
from scheduler.domain.series import SeriesState
from scheduler.domain.treatment import Attention, Protocol, StepKind
from scheduler.rules.finding import Finding, Level
from scheduler.rules.wording import listed, sentence

#: A page says the same times more than once, and the next page again.
KEPT = 4096


@dataclass(frozen=True, slots=True)
class KindWords:
    """How a kind of visit is shown: a name, one letter, and what it is for."""

    name: str
    letter: str
    meaning: str


KINDS = {
    StepKind.SCREENING: KindWords("Screening", "S", "before acceptance, medical and psychological"),
    StepKind.PREPARATION: KindWords("Preparation", "P", "therapy before the first dose"),
    StepKind.DOSING: KindWords("Dosing", "D", "the medicine is given and watched"),
    StepKind.CONTACT: KindWords("Check-in call", "C", "one to two days after a dose"),
    StepKind.INTEGRATION: KindWords("Integration", "I", "therapy after a dose"),
    StepKind.REVIEW: KindWords("Review", "R", "looks at the whole course"),
}

ROLES = {
    Role.THERAPIST: "Therapist",
    Role.CO_THERAPIST: "Co-therapist",
    Role.ADMINISTERING_CLINICIAN: "Gives the dose",
    Role.MEDICAL_MONITOR: "Watches",
    Role.PRESCRIBER: "Prescriber",
    Role.CARE_COORDINATOR: "Coordinator",
}

ATTENTION = {
    Attention.IN_ROOM: "in the room",
    Attention.HANDS_ON: "hands-on, one patient",
    Attention.WATCHING: "watching",
    Attention.ON_PREMISES: "on the premises",
}

PHASES = {
    "check_in": "Check-in",
    "pre_dose_check": "Pre-dose check",
    "settle": "Settling in",
    "administration": "Administration",
    "observation": "Observation",
    "recovery": "Recovery",
    "processing": "Early processing",
    "discharge": "Discharge check",
    "turnover": "Room turnover",
    "contact": "Call",
}

GATES = {
    "clearance.medical": "Medical clearance",
    "clearance.psychological": "Psychological clearance",
    "consent.treatment": "Treatment consent",
    "order.prescription": "Prescription order",
    "payment": "Payment or authorisation",
    "escort": "Escort named",
    "eligibility": "Eligibility decision",
    "review.response": "Early response review",
    "review.benefit": "Benefit review",
    "review.maintenance": "Maintenance review",
    "enrolment.rems": "REMS enrolment",
    "payer.authorisation": "Payer's authorisation",
}

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

#: What a clerk may let matter most, by the key of the preference; empty for the order of the list as it stands.
MATTERS_MOST = {
    "": "The earliest finish",
    "wished_therapist": "The therapist chosen here",
    "patients_times": "The days and times that suit",
    "no_driving": "No visit while the patient may not drive",
    "ideal_distances": "Visits as close as the protocol wishes",
    "weekday_rhythm": "Doses on the same weekdays",
    "one_therapist": "One therapist for every visit",
    "level_load": "No other patient set up at the same time",
    "early_visits": "Every visit as early as it can be",
    "fewest_trips": "As few trips as possible",
    "shortest_span": "First and last dose close together",
    "scarce_rooms": "Rooms that can do more kept free",
}

STATES = {
    AppointmentState.TENTATIVE: "Held",
    AppointmentState.CANCELLED_BY_PATIENT: "Cancelled by the patient",
    AppointmentState.CANCELLED_BY_CLINIC: "Cancelled by the clinic",
    AppointmentState.SAME_DAY_HOLD: "Stopped on the day",
    AppointmentState.NO_SHOW: "Did not come",
    AppointmentState.LAPSED: "Not held any more",
}


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
    return {SeriesState.TENTATIVE: "held", SeriesState.LAPSED: "not held any more"}.get(state, state.value)


def kind_words(kind: StepKind) -> KindWords:
    """Return how a kind of visit is shown."""
    return KINDS[kind]


def day_words(day: date) -> str:
    """Return a calendar day, such as 'Thu 3 Dec 2026'. A datetime is read in the zone it carries."""
    return f"{day:%a} {day.day} {day:%b %Y}"


def short_day_words(day: date) -> str:
    """Return a calendar day without its year, such as 'Thu 3 Dec'."""
    return f"{day:%a} {day.day} {day:%b}"


def birthday_words(day: date) -> str:
    """Return a birthday, such as '17 May 1984'."""
    return f"{day.day} {day:%b %Y}"


def day_in(instant: datetime, zone: str) -> str:
    """Return the clinic-local calendar day of an instant."""
    return day_words(local(instant, zone))


@lru_cache(maxsize=KEPT)
def clock_in(instant: datetime, zone: str) -> str:
    """Return the clinic-local time of an instant, such as '10:00', without its zone."""
    return f"{local(instant, zone):%H:%M}"


@lru_cache(maxsize=KEPT)
def times_in(interval: Interval, zone: str) -> str:
    """Return clinic-local times with the zone named, such as '10:00–12:45 MST'."""
    begin, end = local(interval.start, zone), local(interval.end, zone)
    if begin.tzname() == end.tzname():
        return f"{begin:%H:%M}–{end:%H:%M} {end.tzname()}"
    return f"{begin:%H:%M} {begin.tzname()}–{end:%H:%M} {end.tzname()}"


@lru_cache(maxsize=KEPT)
def visit_in(interval: Interval, zone: str) -> str:
    """Return day and times of a visit, such as 'Thu 3 Dec 2026, 10:00–12:45 MST'."""
    return f"{day_in(interval.start, zone)}, {times_in(interval, zone)}"


@lru_cache(maxsize=KEPT)
def moment_in(instant: datetime, zone: str) -> str:
    """Return day and time of an instant, such as 'Thu 3 Dec 2026, 10:00 MST'."""
    at = local(instant, zone)
    return f"{day_words(at)}, {at:%H:%M} {at.tzname()}"


@lru_cache(maxsize=KEPT)
def window_in(interval: Interval, zone: str) -> str:
    """Return an allowed window, such as 'Sat 5 Dec 10:00 – Mon 7 Dec 12:15 MST'; the year shows when it changes."""
    begin, end = local(interval.start, zone), local(interval.end, zone)
    first, last = (day_words, day_words) if begin.year != end.year else (short_day_words, short_day_words)
    if begin.date() == end.date():
        return f"{first(begin)} {times_in(interval, zone)}"
    zone_named = "" if begin.tzname() == end.tzname() else f" {begin.tzname()}"
    return f"{first(begin)} {begin:%H:%M}{zone_named} – {last(end)} {end:%H:%M} {end.tzname()}"


@lru_cache(maxsize=KEPT)
def absence_in(interval: Interval, zone: str) -> str:
    """Return a stretch of time such as 'Mon 7 Dec – Wed 9 Dec', the last day included, where it is one of whole days."""
    begin, end = local(interval.start, zone), local(interval.end, zone)
    if begin.time() != time.min or end.time() != time.min:
        return window_in(interval, zone)
    first, last = begin.date(), end.date() - timedelta(days=1)
    if first == last:
        return day_words(first)
    return f"{short_day_words(first) if first.year == last.year else day_words(first)} – {day_words(last)}"


def zone_words(day: date, zone: str) -> str:
    """Return the zone of a clinic on a day, such as 'MST, America/Denver', as it is at noon."""
    return f"{local(instant_at(day, time(12), zone), zone).tzname()}, {zone}"


def length_words(duration: timedelta) -> str:
    """Return a length as people say it: '50 min', '2 h 45 min', '18 days'."""
    minutes = int(duration.total_seconds() // 60)
    if minutes >= 48 * 60:
        days = -(-minutes // (24 * 60))
        return f"{days} days"
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{rest} min"
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def count_words(count: int, one: str, many: str = "") -> str:
    """Return a counted thing: '1 visit', '22 visits'."""
    return f"{count} {one if count == 1 else many or one + 's'}"


def wait_words(duration: timedelta) -> str:
    """Return a wait in whole hours, else in minutes: '48 hours', '5 minutes', '1 hour'."""
    minutes = int(duration.total_seconds() // 60)
    return count_words(minutes, "minute") if minutes % 60 else count_words(minutes // 60, "hour")


def lower_first(text: str) -> str:
    """Return a text to be read on within a sentence."""
    return text[:1].lower() + text[1:]


def refused_words(refused: Refused) -> str:
    """Return everything that is against something, as one line for a notice."""
    said = [(reason.why, reason.mend) for reason in refused.reasons]
    said += [(finding.why, finding.mend) for finding in refused.findings]
    return " ".join(sentence(part) for pair in said for part in pair)


def contents_words(protocol: Protocol) -> str:
    """Return what a protocol is made of: '2 preparation, 6 dosing, 7 integration, 1 review, 2 optional'."""
    parts = []
    for kind, words in KINDS.items():
        if count := sum(not step.optional for step in protocol.of_kind(kind)):
            name = words.name.lower()
            parts.append(count_words(count, name) if name.endswith("call") else f"{count} {name}")
    if optional := sum(step.optional for step in protocol.steps):
        parts.append(f"{optional} optional")
    return ", ".join(parts)


def account_role_words(role: str) -> str:
    """Return the role of an account: 'front desk'."""
    return role.replace("_", " ")


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
    steps = dict.fromkeys(
        finding.steps[-1] for finding in findings if finding.level is Level.BLOCK and finding.steps
    )
    if not steps:
        return ""
    stands = "stands" if len(steps) == 1 else "stand"
    return f" {listed(steps)} cannot stay as planned now, and {stands} in the inbox of conflicts."
