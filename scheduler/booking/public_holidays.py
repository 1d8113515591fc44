"""The public holidays of a country or a part of it: the one place that knows the library of holidays."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import holidays

_ENGLISH = "en_US"


@dataclass(frozen=True, slots=True)
class PublicHoliday:
    """A day that is a public holiday somewhere, by the calendar there, and its name in English where one is known."""

    day: date
    name: str


def countries() -> tuple[str, ...]:
    """Return the countries whose holidays are known, as ISO 3166 has them, sorted."""
    return tuple(sorted(holidays.list_supported_countries(include_aliases=False)))


def parts_of(country: str) -> tuple[tuple[str, str], ...]:
    """Return the parts of a country that have holidays of their own, each with its name, by name.

    Nothing for a country without such parts, and for one that is not known.
    """
    known = holidays.list_supported_countries(include_aliases=False)
    if country not in known:
        return ()
    named = holidays.country_holidays(country).get_subdivision_aliases()
    return tuple(sorted(((part, (named.get(part) or [part])[0]) for part in known[country]), key=_by_name))


def is_known(region: str) -> bool:
    """Say whether the holidays of a region are known; no region is none."""
    country, _, part = region.partition("-")
    return country in countries() and (not part or part in dict(parts_of(country)))


def holidays_in(region: str, years: Iterable[int]) -> tuple[PublicHoliday, ...]:
    """Return the public holidays of a region in these years, by day, days instead of one on a weekend with them.

    Two on one day are one with both names. Nothing for a region that is not known.
    """
    if not is_known(region):
        return ()
    country, _, part = region.partition("-")
    speaks = holidays.country_holidays(country).supported_languages
    found = holidays.country_holidays(
        country, subdiv=part or None, years=years, language=_ENGLISH if _ENGLISH in speaks else None
    )
    return tuple(PublicHoliday(day, name) for day, name in sorted(found.items()))


def _by_name(named: tuple[str, str]) -> str:
    return named[1]
