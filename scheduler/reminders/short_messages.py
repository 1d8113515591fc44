"""What a text message says: the public name first, times with their zones, how to answer; in one segment where it fits."""

from __future__ import annotations

from collections.abc import Iterator

from scheduler.domain.placeholders import filled, with_something_to_say
from scheduler.reminders.gsm import in_alphabet
from scheduler.reminders.messages import Letter, VisitLine
from scheduler.reminders.policy import MessageKind
from scheduler.reminders.words.chosen import text_words
from scheduler.reminders.words.language import Language, plain_spaces
from scheduler.reminders.words.spoken import spoken


def compose_short(letter: Letter) -> str:
    """Return the words of a text message. No name of a patient, no kind of visit, no word of what it is about.

    A line of the words with a place that has nothing to say is left out; the others become one.
    """
    language = spoken(letter.language)
    places = {
        "public_name": letter.public_name,
        "booked": language.said(language.lists.booked, len(letter.visits)),
        "visits": " ".join(_news(letter, language)),
        "answers": _answers(letter, language),
        # Phones open an address without its scheme, too, and each letter counts.
        "link": letter.link.removeprefix("https://"),
        "address": letter.address,
        "phone": letter.phone,
    }
    words = text_words(language, letter.kind, letter.chosen)
    lines = list(with_something_to_say(iter(words.splitlines()), places))
    # What is told besides comes right after what the message is about, wherever the clinic's words have that.
    after = next((place for place, line in enumerate(lines, start=1) if "{visits}" in line), len(lines))
    said = [filled(line, places) for line in lines]
    return in_alphabet(plain_spaces(" ".join((*said[:after], *_besides(letter, language), *said[after:]))))


def short_time(line: VisitLine, language: Language) -> str:
    """Return such as 'Thu Dec 3 at 10:00 AM MST'."""
    called = language.moments.short_by_phone if line.by_phone else ""
    return language.short_moment(line.start, line.zone) + called


def _news(letter: Letter, language: Language) -> Iterator[str]:
    """Yield what is told of visits: in a change a sentence each, new times first, for these must not be missed."""
    if letter.kind is not MessageKind.CHANGE:
        yield _listed(letter.visits, language)
        return
    words = language.lists
    for moved in letter.moved:
        times = {"before": short_time(moved.before, language), "now": short_time(moved.now, language)}
        yield filled(words.short_moved, times)
    if letter.called_off:
        listed = {"visits": _listed(letter.called_off, language)}
        yield language.said(words.short_called_off, len(letter.called_off), listed)
    if letter.visits:
        booked = language.said(words.booked, len(letter.visits))
        yield filled(words.short_booked, {"booked": booked, "visits": _listed(letter.visits, language)})


def _besides(letter: Letter, language: Language) -> Iterator[str]:
    """Yield what a text tells besides what it is about, a sentence each."""
    if letter.also:
        listed = {"visits": _listed(letter.also, language)}
        yield language.said(language.lists.short_also, len(letter.also), listed)
    if letter.needed:
        words, places = language.lists.short_needed, {"call": letter.call(language)}
        if letter.also or letter.needed != letter.visits:
            words = language.lists.short_needed_before
            places["visits"] = _listed(letter.needed, language)
        yield filled(words, places)


def _listed(visits: tuple[VisitLine, ...], language: Language) -> str:
    return ", ".join(short_time(visit, language) for visit in visits)


def _answers(letter: Letter, language: Language) -> str:
    """Return how to answer, or where nothing stands whom to ask; empty where there is nothing to say."""
    words = language.closing
    if letter.visits or letter.moved:
        return words.accept if letter.kind is MessageKind.CHANGE else words.confirm
    return filled(words.questions, {"phone": letter.phone}) if letter.phone else ""
