"""Messages about made-up visits, by which a clinic sees what its words come to before anybody gets them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from scheduler.domain.clock import instant_at, local_day
from scheduler.domain.message_words import ChosenWords, Place, with_words
from scheduler.domain.places import Site
from scheduler.reminders.answer_links import FOLDER
from scheduler.reminders.gsm import segments
from scheduler.reminders.messages import Letter, MovedLine, VisitLine
from scheduler.reminders.policy import MessageKind
from scheduler.reminders.short_messages import compose_short

SECRET = "7Qk3vX0cJw2mZr9T"
"""A link's own part, as long as every other; nothing is behind it."""

MOST_SEGMENTS = 2
"""Of a text about one visit. Each segment is paid for, and what is longer may arrive in pieces and out of order."""

_SEVERAL = 3


@dataclass(frozen=True, slots=True)
class Setting:
    """Where an example is set: the site whose message it is, the instant it is written, and where its link leads to."""

    site: Site
    now: datetime
    public_url: str = "https://visits.example.org"


def example_letter(place: Place, chosen: ChosenWords, setting: Setting) -> Letter:
    """Return a message of a site in these words, about made-up visits."""
    letter = shortest_letter(place, chosen, setting)
    one = letter.visits[0] if letter.visits else letter.moved[0].before
    others = tuple(
        VisitLine(one.start + timedelta(days=7 * number), one.zone, by_phone=number == _SEVERAL - 1)
        for number in range(1, _SEVERAL)
    )
    match letter.kind:
        case MessageKind.CONFIRMATION:
            return replace(letter, visits=(*letter.visits, *others))
        case MessageKind.CHANGE:
            return replace(letter, called_off=others[:1])
        case _:
            return letter


def shortest_letter(place: Place, chosen: ChosenWords, setting: Setting) -> Letter:
    """Return the same about one visit alone."""
    site = setting.site
    day = local_day(setting.now, site.zone) + timedelta(days=3)
    one = VisitLine(instant_at(day, time(10), site.zone), site.zone, by_phone=False)
    is_change = place.kind == MessageKind.CHANGE
    later = VisitLine(one.start + timedelta(days=1), one.zone, by_phone=False)
    return Letter(
        reference="example",
        kind=MessageKind(place.kind),
        recipient="robin.sample@example.org",
        public_name=site.public_name,
        phone=site.phone or "555-0100",
        address=site.address or "12 Elm St",
        visits=() if is_change else (one,),
        moved=(MovedLine(one, later),) if is_change else (),
        link=f"{setting.public_url}{FOLDER}{SECRET}",
        language=place.language,
        chosen=with_words((), place, chosen),
    )


def segments_of(place: Place, chosen: ChosenWords, setting: Setting) -> int:
    """Return how many segments a text about one visit takes."""
    return segments(compose_short(shortest_letter(place, chosen, setting)))
