"""The words of the patient's own pages by language: one line each."""

from __future__ import annotations

from babel.dates import get_month_names

from scheduler.reminders.words.english import ENGLISH
from scheduler.reminders.words.language import Language
from scheduler.reminders.words.own_english import OWN_ENGLISH
from scheduler.reminders.words.own_pages import OwnWords
from scheduler.reminders.words.own_spanish import OWN_SPANISH
from scheduler.reminders.words.spanish import SPANISH

OWN_WORDS = {ENGLISH.code: OWN_ENGLISH, SPANISH.code: OWN_SPANISH}

NAMES_OF_LANGUAGES = {ENGLISH.code: "English", SPANISH.code: "Español"}
"""Each as those who speak it call it."""


def own_words(language: Language) -> OwnWords:
    """Return the words of a language that messages are written in."""
    return OWN_WORDS[language.code]


def month_names(language: Language) -> tuple[str, ...]:
    """Return the twelve months as the language calls them, January first."""
    names = get_month_names("wide", context="stand-alone", locale=language.locale)
    return tuple(str(names[month]) for month in range(1, 13))
