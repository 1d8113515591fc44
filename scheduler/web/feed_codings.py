"""In which coding a calendar is sent, and by which tag a program names the bytes it has: one for each coding."""

from __future__ import annotations

from functools import lru_cache

from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header

PLAIN, ZIPPED = "", "gzip"
VARIES = ("Vary", "Accept-Encoding")


@lru_cache(maxsize=256)
def coding_for(accepted: str) -> str:
    """Return the coding to send by `Accept-Encoding`: zipped where it says so, and likes it no less."""
    wishes = parse_accept_header(accepted, Accept)
    zipped = wishes.quality(ZIPPED)
    return ZIPPED if zipped > 0 and zipped >= wishes.quality("identity") else PLAIN


def tag_of(version: str, coding: str) -> str:
    """Return the strong tag of a version in a coding, without quotes: other bytes, another tag (RFC 9110 section 8.8.3)."""
    return f"{version}-{coding}" if coding else version


def known_tag(version: str, coding: str, known: str) -> str | None:
    """Return the tag by which a program has the version already, by what it says (`If-None-Match`); `None` where it has not.

    In whichever coding it has it, it is the same calendar; that of the coding it would get now comes first.
    """
    for one in (coding, PLAIN if coding else ZIPPED):
        tag = tag_of(version, one)
        if f'"{tag}"' in known:
            return tag
    return None
