"""How a text stands in a calendar, the same in feeds and in invitations (RFC 5545 section 3.3.11)."""

from __future__ import annotations

_ESCAPED = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": "\\n"})


def escaped(text: str) -> str:
    """Return a text as a value of type TEXT, not folded; line breaks of every kind become one kind.

    The library is not asked: it would write a backslash before an N as a line break.
    """
    return text if text.isalnum() else text.replace("\r\n", "\n").translate(_ESCAPED)
