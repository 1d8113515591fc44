"""Whom the words of messages must not name: the clinic by its real name, its staff, its patients."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from scheduler.domain.message_words import ChosenWords
from scheduler.domain.places import Site
from scheduler.domain.telling_words import folded


@dataclass(frozen=True, slots=True)
class Unnamed:
    """A site, and the full names of those who work there and of its patients."""

    site: Site
    staff: tuple[str, ...]
    patients: tuple[str, ...]


def names_told(chosen: ChosenWords, unnamed: Unnamed) -> Iterator[tuple[str, str]]:
    """Yield whom words name that they must not, each with `subject` or `body`.

    Staff are known by their family name too, written large; patients by their full name alone, for there are many. What
    the public name and the address say as well tells nothing.
    """
    site = unnamed.site
    family = [name.split()[-1] for name in unnamed.staff if name.split()]
    public = {*_words(site.public_name), *_words(site.address)}
    # Folded once, for patients are many.
    said = [
        (where, text, folded(text)) for where, text in (("subject", chosen.subject), ("body", chosen.body))
    ]
    for names, whose in (
        ([site.name], "the clinic's own name"),
        ([*unnamed.staff, *family], "the name of somebody of the staff"),
        (unnamed.patients, "the name of a patient"),
    ):
        for name in dict.fromkeys(names):
            # Alone, May and Park may be words as well: then they are small.
            is_whole = " " in name
            wanted = folded(name) if is_whole else name
            for where, text, plain in said:
                if _stands_in(wanted, plain if is_whole else text) and not public.issuperset(_words(name)):
                    yield where, f"'{name}' is {whose}: leave it out"


def _stands_in(wanted: str, said: str) -> bool:
    return wanted in said and re.search(rf"(?<!\w){re.escape(wanted)}(?!\w)", said) is not None


def _words(text: str) -> Iterable[str]:
    return re.findall(r"\w+", folded(text))
