"""Whom a patient calls in urgent need: a short list of the site's own, shown on every page that a patient sees."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from scheduler.domain.errors import InvalidValue
from scheduler.domain.telling_words import telling_words_in

MOST = 5
"""A list to be read in need is short."""


@dataclass(frozen=True, slots=True)
class UrgentHelp:
    """Somebody to call: a neutral name, since it is shown before anybody has said who they are, and a number to dial.

    `in_languages` is the name in other languages, by code (BCP 47). Raises `InvalidValue` for a name that tells what the
    appointments are about, and for a number without a digit.
    """

    name: str
    phone: str
    in_languages: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        names = (self.name, *(name for _, name in self.in_languages))
        telling = next((word for name in names for word in telling_words_in(name)), None)
        if telling is not None:
            raise InvalidValue(
                f"'{telling}' tells what the appointments are about, and whoever holds a link may read this; "
                "choose a neutral name, such as Help line"
            )
        if not any(character.isdigit() for character in self.phone):
            raise InvalidValue(f"'{self.phone}' is no number to dial")

    def name_in(self, language: str) -> str:
        """Return the name in a language, or the one for all others."""
        return dict(self.in_languages).get(language.partition("-")[0], self.name)

    @property
    def dialled(self) -> str:
        """Return the number as a phone dials it."""
        return "".join(character for character in self.phone if character.isdigit() or character in "+*#")


def urgent_help_from(kept: Iterable[Mapping[str, Any]] | None) -> tuple[UrgentHelp, ...]:
    """Return the list from plain values, empty for `None`."""
    return tuple(
        UrgentHelp(one["name"], one["phone"], tuple(sorted(one.get("names", {}).items())))
        for one in kept or ()
    )


def plain(urgent_help: Iterable[UrgentHelp]) -> list[dict[str, Any]]:
    """Return the list as plain values, as files and the database keep it; `names` only where there are any."""
    return [
        {"name": one.name, "phone": one.phone}
        | ({"names": dict(one.in_languages)} if one.in_languages else {})
        for one in urgent_help
    ]
