"""Messages to patients in words: their history on the page of a visit."""

from __future__ import annotations

from dataclasses import dataclass

from scheduler.domain.appointment import Appointment
from scheduler.reminders.policy import MessageKind
from scheduler.store.messages_about import MessageAbout, messages_about
from scheduler.store.reminders import ReminderState
from scheduler.web.speech import Spoken, mark, said
from scheduler.web.words import moment_in

KIND_WORDS = Spoken(
    {
        MessageKind.CONFIRMATION: mark("Confirmation of the series"),
        MessageKind.PREPARATION: mark("Note that there is something to read and do"),
        MessageKind.THREE_DAYS: mark("First reminder"),
        MessageKind.ONE_DAY: mark("Second reminder"),
        MessageKind.SAME_DAY: mark("Reminder on the day"),
        MessageKind.CHANGE: mark("News of a change"),
        MessageKind.ESCORT_DAY: mark("Note to whoever takes the patient home, the day before"),
        MessageKind.ESCORT_HOUR: mark("Note to whoever takes the patient home, an hour before"),
    }
)
"""What each message is called on pages of the clinic."""

_STATES = Spoken(
    {
        ReminderState.PENDING: mark("to be sent"),
        ReminderState.LEASED: mark("being sent"),
        ReminderState.SENT: mark("sent"),
        ReminderState.FAILED: mark("not sent"),
        ReminderState.VOID: mark("not needed any more"),
        ReminderState.TOO_LATE: mark("too late to be of use"),
    }
)

_CHANNELS = Spoken({"email": mark("e-mail"), "sms": mark("text message")})


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
    if not one.went_with:
        return state
    other = _kind_words(one.went_with).lower()
    return said("%(state)s in one text with another message (%(other)s)", state=state, other=other)


def _kind_words(kind: str) -> str:
    return KIND_WORDS[MessageKind(kind)]
