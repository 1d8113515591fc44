"""The words of the page behind the link in a message: none tells what an appointment is about, or whose it is."""

from __future__ import annotations

from dataclasses import dataclass

from scheduler.domain.answers import Answer
from scheduler.reminders.answer_links import AskedVisit

#: The answers that the page offers, and what their buttons say.
BUTTONS = {
    Answer.ACCEPTED: "I will come",
    Answer.CALL_WANTED: "Please call me",
    Answer.OTHER_TIME: "I need another time",
}

CALL_BUTTON = "I will take the call"
"""What the first button says where we call."""

_COMING = "We have noted that this time suits you."

_SAID = {
    Answer.ACCEPTED: _COMING,
    Answer.TENTATIVE: "You answered our invitation with maybe.",
    Answer.DECLINED: "You said no to our invitation. We will call you; until then the appointment stands.",
    Answer.CALL_WANTED: "You asked us to call you, and we will. Until then the appointment stands.",
    Answer.OTHER_TIME: "You told us that you need another time. We will call you; until then the appointment stands.",
}

_SEEN_TO = {
    Answer.DECLINED: "You said no to our invitation, and we have seen to it. The appointment stands.",
    Answer.CALL_WANTED: "You asked us to call you, and we have seen to it. The appointment stands.",
    Answer.OTHER_TIME: "You told us that you need another time, and we have seen to it. The appointment stands.",
}


def on_file(one: AskedVisit) -> str:
    """Return what is on file about a visit that may be answered, empty where there is nothing."""
    if not one.is_open:
        return ""
    given = one.answer
    if given is None or (given.answer is Answer.ACCEPTED and not one.is_confirmed):
        return _COMING if one.is_confirmed else ""
    return _SEEN_TO[given.answer] if given.settled_at is not None else _SAID[given.answer]


@dataclass(frozen=True, slots=True)
class Note:
    """What a page says that has no appointments to show."""

    title: str
    text: str


NOTES = {
    404: Note(
        "This link is of no use",
        "It may be incomplete, or replaced by a later message, or its time is over. "
        "If something is open, please call the number in our message.",
    ),
    409: Note("Please try again", "We could not note your answer just now. Please try again in a moment."),
    429: Note("Please wait a little", "This was asked for very often. Please try again in a few minutes."),
    503: Note("Please try again later", "The page cannot be shown at the moment. Nothing was changed."),
}

OTHER_NOTE = Note(
    "This did not work",
    "Nothing was changed. Please open the link in our message again, or call the number in it.",
)
"""What is said of whatever else goes wrong."""
