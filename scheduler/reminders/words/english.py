"""The built-in words in English."""

from __future__ import annotations

from scheduler.domain.answers import Answer
from scheduler.reminders.policy import MessageKind
from scheduler.reminders.words.language import (
    UNBROKEN,
    ClosingWords,
    Forms,
    Language,
    ListWords,
    MailWords,
    MomentWords,
    Note,
    PageWords,
)

_ANSWER = "Please tell us whether {times_suit} you; no sign-in is needed:\n{link}"
_ADDRESS = "Address: {address}"
_CALL = "If you have a question or need another time, please call {phone}."


def _mail(subject: str, opening: str) -> MailWords:
    return MailWords(subject, "\n\n".join(("Hello,", opening, "{visits}", _ANSWER, _ADDRESS, _CALL)))


_REMINDER = _mail("Appointment reminder", "this is a reminder of your appointment at {public_name}:")

_ESCORT = MailWords(
    "You offered to meet a visitor",
    "\n\n".join(
        (
            "Hello,",
            "you offered to meet a visitor at {public_name}, around this time:",
            "{visits}",
            _ADDRESS,
            "If you have a question, or want no such messages, please call {phone}.",
        )
    ),
)

MAILS = {
    MessageKind.CONFIRMATION: _mail("Your appointments", "{booked} at {public_name}:"),
    MessageKind.PREPARATION: _mail(
        "Before your appointment",
        "there is something to read and to do before this appointment at {public_name}. "
        "Please see your instructions, or call us if you do not have them:",
    ),
    MessageKind.THREE_DAYS: _REMINDER,
    MessageKind.ONE_DAY: _REMINDER,
    MessageKind.SAME_DAY: _REMINDER,
    MessageKind.CHANGE: _mail(
        "Your appointments have changed", "there is a change to your appointments at {public_name}."
    ),
    MessageKind.ESCORT_DAY: _ESCORT,
    MessageKind.ESCORT_HOUR: _ESCORT,
}


def _text(news: str) -> str:
    # CANCEL and END are never offered: networks and laws read them as the wish to be texted no more.
    return "\n".join((f"{{public_name}}: {news}", "{answers}", "{link}", "STOP to opt out"))


_SHORT_REMINDER = _text("you have an appointment {visits}.")

_SHORT_ESCORT = "\n".join(
    (
        "{public_name}: you offered to meet a visitor around {visits}.",
        "Address: {address}.",
        "Questions: {phone}.",
        "STOP to opt out",
    )
)

TEXTS = {
    MessageKind.CONFIRMATION: _text("{booked}: {visits}."),
    MessageKind.PREPARATION: _SHORT_REMINDER,
    MessageKind.THREE_DAYS: _SHORT_REMINDER,
    MessageKind.ONE_DAY: _SHORT_REMINDER,
    MessageKind.SAME_DAY: _SHORT_REMINDER,
    MessageKind.CHANGE: _text("{visits}"),
    MessageKind.ESCORT_DAY: _SHORT_ESCORT,
    MessageKind.ESCORT_HOUR: _SHORT_ESCORT,
}

_UNTIL_THEN = "We will call you; until then the appointment stands."

_PAGE = PageWords(
    heading=Forms(one="Your appointment", other="Your appointments"),
    all_suit="All these times suit me",
    called_off="This appointment is no longer booked. If that is news to you, please {call}.",
    moved=(
        "The time of this appointment has changed since our message. "
        "To hear the new one, please see our later message or {call}."
    ),
    call_number="call {phone}",
    call_us="call us",
    if_changed="If something has changed:",
    where="Where:",
    questions="Questions:",
    please="please {call}.",
    nothing_cancelled=(
        "Nothing is cancelled by this page. It is for you alone: please do not pass its address on."
    ),
    buttons={
        Answer.ACCEPTED: "I will come",
        Answer.CALL_WANTED: "Please call me",
        Answer.OTHER_TIME: "I need another time",
    },
    take_the_call="I will take the call",
    said={
        Answer.ACCEPTED: "We have noted that this time suits you.",
        Answer.TENTATIVE: "You answered our invitation with maybe.",
        Answer.DECLINED: f"You said no to our invitation. {_UNTIL_THEN}",
        Answer.CALL_WANTED: "You asked us to call you, and we will. Until then the appointment stands.",
        Answer.OTHER_TIME: f"You told us that you need another time. {_UNTIL_THEN}",
    },
    seen_to={
        Answer.DECLINED: "You said no to our invitation, and we have seen to it. The appointment stands.",
        Answer.CALL_WANTED: "You asked us to call you, and we have seen to it. The appointment stands.",
        Answer.OTHER_TIME: "You told us that you need another time, and we have seen to it. The appointment stands.",
    },
    notes={
        404: Note(
            "This link is of no use",
            "It may be incomplete, or replaced by a later message, or its time is over. "
            "If something is open, please call the number in our message.",
        ),
        409: Note(
            "Please try again", "We could not note your answer just now. Please try again in a moment."
        ),
        429: Note(
            "Please wait a little", "This was asked for very often. Please try again in a few minutes."
        ),
        503: Note("Please try again later", "The page cannot be shown at the moment. Nothing was changed."),
    },
    other_note=Note(
        "This did not work",
        "Nothing was changed. Please open the link in our message again, or call the number in it.",
    ),
)

ENGLISH = Language(
    code="en",
    name="English",
    locale="en_US",
    moments=MomentWords(
        pattern=f"EEEE, MMMM d, y 'at' h:mm{UNBROKEN}a",
        short_pattern=f"E MMM d 'at' h:mm{UNBROKEN}a",
        by_phone=" (by phone: we call you)",
        short_by_phone=" (we call you)",
    ),
    lists=ListWords(
        booked=Forms(
            one="an appointment is booked for you", other="{number} appointments are booked for you"
        ),
        heading_booked=Forms(
            one="An appointment is booked for you:", other="{number} appointments are booked for you:"
        ),
        heading_moved=Forms(
            one="This appointment has a new time:", other="These appointments have new times:"
        ),
        heading_called_off=Forms(
            one="This appointment is cancelled:", other="These appointments are cancelled:"
        ),
        instead="instead of {before}",
        times_suit=Forms(one="this time suits", other="these times suit"),
        short_moved="your {before} has a new time: {now}.",
        short_called_off=Forms(
            one="an appointment is called off: {visits}.",
            other="{number} appointments are called off: {visits}.",
        ),
        short_booked="{booked}: {visits}.",
        short_also=Forms(
            one="You also have an appointment {visits}.",
            other="You also have {number} appointments: {visits}.",
        ),
        short_needed="One item is needed: please {call}.",
        short_needed_before="One item is needed before {visits}: please {call}.",
    ),
    closing=ClosingWords(
        confirm="Reply 1 to confirm, 2 for a call back.",
        accept="Reply 1 to accept, 2 for a call back.",
        questions="Questions: {phone}.",
        needed="One item is needed before this appointment. Please {call}.",
        attached="Attached: what puts this into your calendar.",
        automatic="This message was sent automatically. Replies to it are not read.",
        automatic_but_answers=(
            "This message was sent automatically. Replies to it are not read, but for a yes or no to an invitation."
        ),
    ),
    mails=MAILS,
    texts=TEXTS,
    page=_PAGE,
)
