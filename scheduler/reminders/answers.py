"""One look at the mailbox of answers: each message is an answer or a delivery report, or is left with a reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import getaddresses
from enum import StrEnum

from scheduler.booking.note_answer import Left
from scheduler.booking.take_answer import TakeAnswer, take_answer
from scheduler.domain.answers import VisitAnswer
from scheduler.domain.clock import Clock
from scheduler.feeds.replies import Reply, reply_in
from scheduler.reminders.addresses import recipient_hash
from scheduler.reminders.letterboxes import Letterbox
from scheduler.reminders.returned import report_in, take_report

_MOST_PARTS = 50
_CALENDARS = frozenset({"text/calendar", "application/ics"})


class Unheeded(StrEnum):
    """Why a message is no answer at all."""

    NO_ANSWER = "no_answer"
    FOREIGN_SENDER = "foreign_sender"
    TOO_LARGE = "too_large"
    UNREADABLE = "unreadable"


def read_answers(
    letterbox: Letterbox, clock: Clock, go_on: Callable[[], bool] = lambda: True
) -> Counter[str]:
    """Read what has arrived, and return how many messages were which answer, or left for which reason.

    Safe in many processes at once and after an interruption: an answer that was taken is not taken again. Raises
    `Unreadable` when the mailbox cannot be read, and `Conflict` when the database is busy; both may pass.
    """
    counted = Counter[str]()
    for letter in letterbox.letters():
        counted[_outcome(letter, clock)] += 1
        if not go_on():
            break
    return counted


def _outcome(letter: bytes | None, clock: Clock) -> str:
    # First: a report may bring all of our message along, with its invitations.
    report = report_in(letter) if letter is not None else None
    if report is not None:
        return take_report(report)
    found = answer_in(letter)
    if isinstance(found, Unheeded):
        return found
    command = TakeAnswer(
        found.uid, recipient_hash(found.attendee), found.answer, found.sequence, found.answered_at
    )
    outcome: VisitAnswer | Left = take_answer(command, clock)
    return outcome if isinstance(outcome, Left) else outcome.answer


def answer_in(letter: bytes | None) -> Reply | Unheeded:
    """Return the answer that a message brings; only who was asked may answer, so the sender must be the attendee."""
    if letter is None:
        return Unheeded.TOO_LARGE
    try:
        message = message_from_bytes(letter, policy=policy.default)
        senders = [address for _, address in getaddresses([str(message["From"] or "")]) if address]
        reply = next(_replies(message), None)
    except Exception:  # what strangers send ends in many kinds of errors of the library
        return Unheeded.UNREADABLE
    if reply is None:
        return Unheeded.NO_ANSWER
    if [recipient_hash(one) for one in senders] != [recipient_hash(reply.attendee)]:
        return Unheeded.FOREIGN_SENDER
    return reply


def _replies(message: EmailMessage) -> Iterator[Reply]:
    for _, part in zip(range(_MOST_PARTS), message.walk(), strict=False):
        if part.get_content_type() in _CALENDARS:
            content = part.get_payload(decode=True)
            if isinstance(content, bytes) and (reply := reply_in(content)) is not None:
                yield reply
