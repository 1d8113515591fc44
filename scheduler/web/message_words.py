"""Messages to patients in words: their history on the page of a visit."""

from __future__ import annotations

from dataclasses import dataclass

from scheduler.domain.appointment import Appointment
from scheduler.reminders.policy import MessageKind
from scheduler.store.messages_about import MessageAbout, messages_about
from scheduler.store.reminders import ReminderState
from scheduler.web.words import moment_in

KIND_WORDS = {
    MessageKind.CONFIRMATION: "Confirmation of the series",
    MessageKind.PREPARATION: "Note that there is something to read and do",
    MessageKind.THREE_DAYS: "First reminder",
    MessageKind.ONE_DAY: "Second reminder",
    MessageKind.SAME_DAY: "Reminder on the day",
    MessageKind.CHANGE: "News of a change",
    MessageKind.ESCORT_DAY: "Note to whoever takes the patient home, the day before",
    MessageKind.ESCORT_HOUR: "Note to whoever takes the patient home, an hour before",
}
"""What each message is called on pages of the clinic."""

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


def messages_in_words(visit: Appointment, zone: str) -> tuple[MessageLine, ...]:
    """Return the history of the messages about a visit, by when they were due; for use in one reading."""
    return tuple(
        MessageLine(
            at=moment_in(one.sent_at or one.due, zone),
            what=_kind_words(one.kind),
            channel=_CHANNELS.get(one.channel, one.channel),
            state=_state_words(one),
            reason=one.problem,
            is_bad=one.state is ReminderState.FAILED,
        )
        for one in messages_about(visit.id)
    )


def _state_words(one: MessageAbout) -> str:
    state = _STATES[one.state]
    return (
        f"{state} in one text with another message ({_kind_words(one.went_with).lower()})"
        if one.went_with
        else state
    )


def _kind_words(kind: str) -> str:
    return KIND_WORDS[MessageKind(kind)]
