"""Texts of pure rooms in the reader's language: those that remember how they were made (scheduler/domain/telling)."""

from __future__ import annotations

from markupsafe import Markup

from scheduler.domain.manners import USUAL
from scheduler.domain.telling import Day, Making, Moment, Parts, Saying, Told, Whole, told_whole
from scheduler.web.catalogues import sentences_in
from scheduler.web.dates import clock_in, day_written, moment_in, month_day_written
from scheduler.web.speech import in_english, manner


def retold(text: str) -> str:
    """Return a text in the reader's language; one that does not remember how it was made stays as it is."""
    if not isinstance(text, Told) or manner() is USUAL:
        return text
    return _retold(text.making)


def as_read(text: str) -> str | Markup:
    """Return a text in the reader's language, or marked as English where nobody has translated it.

    One that does not remember how it was made may be a sentence of its own, such as the title of a rule.
    """
    if isinstance(text, Told):
        return retold(text)
    return known if (known := sentences_in(manner().language).gettext(text)) != text else in_english(text)


def _retold(making: Making) -> str:
    match making:
        case Saying():
            return _said_again(making)
        case Moment(instant, zone, alone):
            return clock_in(instant, zone, manner()) if alone else moment_in(instant, zone, manner())
        case Day(day, of_month):
            return (month_day_written if of_month else day_written)(day, manner())
        case Parts(texts, between, last):
            *first, end = map(retold, texts)
            return f"{retold(between).join(first)}{retold(last)}{end}" if first else end
        case Whole(text):
            return told_whole(retold(text))


def _said_again(saying: Saying) -> str:
    sentences = sentences_in(manner().language)
    values = {
        name: retold(value) if isinstance(value, str) else value for name, value in saying.values.items()
    }
    if saying.many:
        sentence = sentences.ngettext(saying.sentence, saying.many, saying.num)
        return sentence % {"num": saying.num, **values}
    sentence = sentences.gettext(saying.sentence)
    return sentence % values if values else sentence
