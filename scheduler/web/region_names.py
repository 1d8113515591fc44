"""The names of countries in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable
from unicodedata import combining, normalize

from babel import Locale

from scheduler.web.speech import manner


def country_name(country: str) -> str:
    """Return the name of a country (ISO 3166), or its code where there is none."""
    return str(Locale(manner().language).territories.get(country, country))


def named(countries: Iterable[str]) -> list[tuple[str, str]]:
    """Return countries with their names, by name; accents count for nothing there."""
    return sorted(((code, country_name(code)) for code in countries), key=lambda one: _plain(one[1]))


def _plain(name: str) -> str:
    return "".join(letter for letter in normalize("NFD", name) if not combining(letter))
