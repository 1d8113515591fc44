"""Which kind of calendar program asks: a family, never more, so that nobody is told apart by it."""

from __future__ import annotations

from functools import lru_cache

FAMILIES = {
    "Google": ("google-calendar-importer", "googlebot", "google"),
    "Outlook": ("microsoft", "outlook", "exchange"),
    "Apple": ("dataaccessd", "accountsd", "calendaragent", "macos", "ios/", "cfnetwork", "ical/"),
    "Thunderbird": ("thunderbird", "lightning"),
    "DAVx5": ("davx5", "icsx5"),
    "vdirsyncer": ("vdirsyncer",),
    "Evolution": ("evolution",),
}
"""Families, each with what its programs call themselves, in lower case, as `User-Agent` carries it; the first that fits."""

OTHER = "another program"


@lru_cache(maxsize=1024)
def program_of(user_agent: str) -> str:
    """Return the family of a program by the name it gives itself; empty when it gives none."""
    said = user_agent.lower()
    if not said:
        return ""
    return next((name for name, signs in FAMILIES.items() if any(sign in said for sign in signs)), OTHER)
