"""Reads what a calendar program answers to an invitation (METHOD:REPLY, RFC 5546 section 3.2.3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from icalendar import Calendar

from scheduler.domain.answers import ANSWERS_BY, Answer, AnswerWay

MOST_BYTES = 64 * 1024
"""An answer to one visit is far smaller."""


_LONGEST_UID = 255
_HIGHEST_SEQUENCE = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer: by whom, to which entry, in which of its versions. `answered_at` is UTC."""

    uid: str
    attendee: str
    answer: Answer
    sequence: int
    answered_at: datetime


def reply_in(content: bytes) -> Reply | None:
    """Return the answer that a calendar object is, `None` for anything that is not one answer of one person to one entry."""
    if len(content) > MOST_BYTES:
        return None
    try:
        return _reply(Calendar.from_ical(content))
    except Exception:  # what strangers send ends in many kinds of errors of the library
        return None


def _reply(calendar: Calendar) -> Reply | None:
    events = calendar.events
    if str(calendar.get("METHOD", "")).upper() != "REPLY" or len(events) != 1:
        return None
    [event] = events
    [attendee] = event.attendees
    scheme, _, address = str(attendee).partition(":")
    uid, sequence, written = str(event.uid), event.sequence or 0, event.DTSTAMP
    if scheme.lower() != "mailto" or not address or written is None or written.tzinfo is None:
        return None
    # Ours are short; what a database could not take is nobody's answer.
    if not uid.isprintable() or len(uid) > _LONGEST_UID or not 0 <= sequence <= _HIGHEST_SEQUENCE:
        return None
    answer = Answer(str(attendee.params.get("PARTSTAT", "")).lower())
    if answer not in ANSWERS_BY[AnswerWay.INVITATION]:
        return None
    return Reply(uid, address, answer, sequence, written.astimezone(UTC))
