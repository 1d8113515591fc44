"""What a text message says: the public name first, times with their zones, how to answer; in one segment where it fits."""

from __future__ import annotations

from collections.abc import Iterator

from scheduler.domain.clock import local
from scheduler.reminders.gsm import in_alphabet
from scheduler.reminders.messages import Letter, VisitLine
from scheduler.reminders.policy import MessageKind

OPT_OUT = "STOP to opt out"


def compose_short(letter: Letter) -> str:
    """Return the words of a text message. No name of a patient, no kind of visit, no word of what it is about.

    CANCEL and END are never offered: networks and laws read them as the wish to be texted no more.
    """
    standing = bool(letter.visits or letter.moved)
    # Phones open an address without its scheme, too, and each letter counts.
    link = letter.link.removeprefix("https://")
    sentences = [*_news(letter), _answers(letter) if standing else _questions(letter), link, OPT_OUT]
    return in_alphabet(f"{letter.public_name}: {' '.join(sentence for sentence in sentences if sentence)}")


def short_time(line: VisitLine) -> str:
    """Return such as 'Thu Dec 3 at 10:00 AM MST'."""
    at = local(line.start, line.zone)
    name = at.tzname() or ""
    zone = f"UTC{name}" if name[:1] in "+-" else name
    called = " (we call you)" if line.by_phone else ""
    return f"{at:%a} {at:%b} {at.day} at {at.hour % 12 or 12}:{at:%M} {at:%p} {zone}{called}"


def _news(letter: Letter) -> Iterator[str]:
    """Yield what is told, a sentence each: new times first, for these must not be missed."""
    for moved in letter.moved:
        yield f"your {short_time(moved.before)} has a new time: {short_time(moved.now)}."
    if letter.called_off:
        yield f"{_counted(letter.called_off, 'called off')}: {_listed(letter.called_off)}."
    if letter.visits and letter.kind in (MessageKind.CONFIRMATION, MessageKind.CHANGE):
        yield f"{_counted(letter.visits, 'booked for you')}: {_listed(letter.visits)}."
    elif letter.visits:
        yield f"you have an appointment {_listed(letter.visits)}."


def _counted(visits: tuple[VisitLine, ...], what: str) -> str:
    return f"an appointment is {what}" if len(visits) == 1 else f"{len(visits)} appointments are {what}"


def _listed(visits: tuple[VisitLine, ...]) -> str:
    return ", ".join(short_time(visit) for visit in visits)


def _answers(letter: Letter) -> str:
    what = "accept" if letter.kind is MessageKind.CHANGE else "confirm"
    return f"Reply 1 to {what}, 2 for a call back."


def _questions(letter: Letter) -> str:
    return f"Questions: {letter.phone}." if letter.phone else ""
