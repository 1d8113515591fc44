"""The hidden key of a form: fresh on every page, so that a second press of one button is the same request."""

from __future__ import annotations

from uuid import uuid4

from flask import request

SHORTEST, LONGEST = 8, 64
"""Characters of a key."""


def fresh_key() -> str:
    """Return a key for one form on one page."""
    return uuid4().hex


def key_sent() -> str | None:
    """Return the key that came with the present form; `None` where there was none, or nothing that could be one."""
    sent = request.form.get("key", "")
    return sent if SHORTEST <= len(sent) <= LONGEST else None
