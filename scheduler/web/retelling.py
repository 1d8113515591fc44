"""Sentences of pure rooms in the reader's language: those that remember how they were made (scheduler/domain/telling)."""

from __future__ import annotations

from scheduler.domain.telling import Making, Told
from scheduler.web.catalogues import SOURCE, sentences_in
from scheduler.web.dates import month_day_written
from scheduler.web.speech import manner


def retold(text: str) -> str:
    """Return a sentence in the reader's language; a text that does not remember how it was made stays as it is."""
    if not isinstance(text, Told) or manner().language == SOURCE:
        return text
    return _retold(text.making)


def _retold(making: Making) -> str:
    if making.day is not None:
        return month_day_written(making.day, manner())
    sentences = sentences_in(manner().language)
    values = {
        name: retold(value) if isinstance(value, str) else value for name, value in making.values.items()
    }
    if making.many:
        sentence = sentences.ngettext(making.sentence, making.many, making.num)
        return sentence % {"num": making.num, **values}
    sentence = sentences.gettext(making.sentence)
    return sentence % values if values else sentence
