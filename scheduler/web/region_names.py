"""The names of countries in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable

from babel import Locale

from scheduler.web.speech import manner


def country_name(country: str) -> str:
    """Return the name of a country (ISO 3166), or its code where there is none."""
    return str(Locale(manner().language).territories.get(country, country))


def named(countries: Iterable[str]) -> list[tuple[str, str]]:
    """Return countries with their names, by name."""
    return sorted(((code, country_name(code)) for code in countries), key=lambda one: one[1])
