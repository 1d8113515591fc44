"""The languages that messages are written in: one line each, and its file beside this one."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from scheduler.reminders.words.english import ENGLISH
from scheduler.reminders.words.language import Language
from scheduler.reminders.words.spanish import SPANISH

LANGUAGES: Mapping[str, Language] = MappingProxyType({one.code: one for one in (ENGLISH, SPANISH)})
"""By their code, in the order of a page."""


def spoken(*wanted: str | None) -> Language:
    """Return the first of these languages (BCP 47) that there are words in, whatever its region; English for none."""
    for code in wanted:
        known = LANGUAGES.get((code or "").partition("-")[0])
        if known is not None:
            return known
    return ENGLISH
