"""The words that a site chose for its messages, in place of the built-in ones."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

TO_ESCORTS = ("escort_day", "escort_hour")
"""The messages to whoever takes a patient home, by their names."""

KINDS = ("confirmation", "preparation", "three_days", "one_day", "same_day", "change", *TO_ESCORTS)
"""The messages that have words, by their names, in the order of a page."""


class MessageForm(StrEnum):
    """The forms that a message has: a mail has a subject and paragraphs, a text has lines that become one."""

    MAIL = "mail"
    TEXT = "text"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Which words are meant: of which language (a code of BCP 47), form and kind of message."""

    language: str
    form: MessageForm
    kind: str


@dataclass(frozen=True, slots=True)
class ChosenWords:
    """The words of one message. `subject` is empty for a text. Paragraphs of a mail are parted by an empty line."""

    body: str
    subject: str = ""


MessageWords: TypeAlias = tuple[tuple[Place, ChosenWords], ...]
"""The words that a site chose, sorted by their place, each place once."""

Plain: TypeAlias = Mapping[str, Mapping[str, Mapping[str, Mapping[str, str]]]]
"""The same as it is kept and written: language, form, kind, and there `subject` and `body`."""


def words_at(words: MessageWords, place: Place) -> ChosenWords | None:
    """Return what a site chose for a place, `None` where it goes by the built-in words."""
    return dict(words).get(place)


def with_words(words: MessageWords, place: Place, chosen: ChosenWords | None) -> MessageWords:
    """Return the words of a site with others in this place, or for `None` with the built-in ones."""
    others = [(at, said) for at, said in words if at != place]
    return _sorted(others if chosen is None else [*others, (place, chosen)])


def tidied(text: str) -> str:
    """Return a text as it is kept: lines end as everywhere, no space before that, one empty line between paragraphs."""
    lines = [" ".join(line.split()) for line in text.splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def plain(words: MessageWords) -> Plain:
    """Return the words as they are kept and written; empty where nothing was chosen."""
    found: dict[str, dict[str, dict[str, dict[str, str]]]] = {}
    for place, chosen in words:
        of_form = found.setdefault(place.language, {}).setdefault(place.form.value, {})
        subject = {"subject": chosen.subject} if place.form is MessageForm.MAIL else {}
        of_form[place.kind] = {**subject, "body": chosen.body}
    return found


def words_from(kept: Plain | None) -> MessageWords:
    """Return what is kept so, nothing for `None`. Raises `ValueError` for a form that is none."""
    return _sorted(
        (Place(language, MessageForm(form), kind), ChosenWords(said["body"], said.get("subject", "")))
        for language, forms in (kept or {}).items()
        for form, kinds in forms.items()
        for kind, said in kinds.items()
    )


def _sorted(words: Iterable[tuple[Place, ChosenWords]]) -> MessageWords:
    return tuple(sorted(words, key=lambda one: one[0]))
