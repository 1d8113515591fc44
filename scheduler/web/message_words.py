"""Messages to patients in words: their history on the page of a visit, and what failed among the conflicts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from scheduler.domain.appointment import Appointment
from scheduler.domain.people import Patient
from scheduler.reminders.addresses import recipient_hash
from scheduler.reminders.policy import MessageKind
from scheduler.store.appointments import appointment as stored
from scheduler.store.glances import patients_named
from scheduler.store.messages_about import FailedMessage, failed_messages, messages_about
from scheduler.store.reminders import ReminderState
from scheduler.web.words import moment_in

_KINDS = {
    MessageKind.CONFIRMATION: "Confirmation of the series",
    MessageKind.PREPARATION: "Note that there is something to read and do",
    MessageKind.THREE_DAYS: "First reminder",
    MessageKind.ONE_DAY: "Second reminder",
    MessageKind.SAME_DAY: "Reminder on the day",
    MessageKind.CHANGE: "News of a change",
}

_STATES = {
    ReminderState.PENDING: "to be sent",
    ReminderState.LEASED: "being sent",
    ReminderState.SENT: "sent",
    ReminderState.FAILED: "not sent",
    ReminderState.VOID: "not needed any more",
    ReminderState.TOO_LATE: "too late to be of use",
}

_CHANNELS = {"email": "e-mail", "sms": "text message"}


@dataclass(frozen=True, slots=True)
class MessageLine:
    """One message about a visit: when it left or is due, what it is, how it goes, how it stands and why."""

    at: str
    what: str
    channel: str
    state: str
    reason: str
    is_bad: bool


@dataclass(frozen=True, slots=True)
class FailedLine:
    """What did not reach one patient, and what to do about it: the message about the earliest visit, and how many more."""

    visit: Appointment
    patient: Patient
    what: str
    reason: str
    mend: str
    more: int


def messages_in_words(visit: Appointment, zone: str) -> tuple[MessageLine, ...]:
    """Return the history of the messages about a visit, by when they were due; for use in one reading."""
    return tuple(
        MessageLine(
            at=moment_in(one.sent_at or one.due, zone),
            what=_kind_words(one.kind),
            channel=_CHANNELS.get(one.channel, one.channel),
            state=_STATES[one.state],
            reason=one.problem,
            is_bad=one.state is ReminderState.FAILED,
        )
        for one in messages_about(visit.id)
    )


def failures_at(site: str, now: datetime) -> tuple[FailedLine, ...]:
    """Return what failed at a site and waits for a person, a line for each patient, by when it is about.

    Where the patient has another address now, that gets the message, and nothing waits. For use in one reading.
    """
    found = _waiting(site, now)
    patients = patients_named(found)
    return tuple(
        FailedLine(
            visit=stored(first.appointment),
            patient=patients[patient],
            what=_kind_words(first.kind),
            reason=first.problem,
            mend=_mend(first),
            more=len(others),
        )
        for patient, (first, *others) in found.items()
    )


def count_failures(site: str | None, now: datetime) -> int:
    """Return of how many patients of a site, or of all for `None`, messages failed and wait for a person."""
    return len(_waiting(site, now))


def _waiting(site: str | None, now: datetime) -> dict[str, list[FailedMessage]]:
    """Return what waits by patient, by start: one call settles all that did not reach somebody."""
    by_patient: dict[str, list[FailedMessage]] = {}
    for one in failed_messages(site, now):
        if recipient_hash(one.email) == one.recipient_hash:
            by_patient.setdefault(one.patient, []).append(one)
    return by_patient


def _kind_words(kind: str) -> str:
    return _KINDS[MessageKind(kind)]


def _mend(one: FailedMessage) -> str:
    if not one.email.strip():
        return "Call the patient. With an e-mail address on their page this is sent as long as it is of use."
    return "Call the patient, and ask for their e-mail address: a corrected one gets what is still of use."
