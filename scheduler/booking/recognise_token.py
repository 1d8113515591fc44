"""Recognise the program that signed a request with a token, and note now and then that it did."""

from __future__ import annotations

from datetime import datetime, timedelta

from scheduler.access.bearer_tokens import has_shape_of_bearer_token, hash_of_bearer_token
from scheduler.access.permissions import Actor
from scheduler.domain.clock import Clock
from scheduler.domain.errors import Conflict
from scheduler.store.api_tokens import ApiToken, note_use, standing_api_token
from scheduler.store.work import unit_of_work

NOTED_EVERY = timedelta(minutes=10)
"""A look at the day is not worth a write each time."""


def recognise_token(secret: str, clock: Clock) -> Actor | None:
    """Return who asks; `None` alike for a token that is unknown, revoked or no token at all."""
    if not has_shape_of_bearer_token(secret):
        return None
    found = standing_api_token(hash_of_bearer_token(secret))
    if found is None:
        return None
    _note_use(found, clock.now())
    return Actor(f"token:{found.name}", found.role, found.site, found.staff)


def _note_use(token: ApiToken, now: datetime) -> None:
    if token.last_used_at is not None and now - token.last_used_at < NOTED_EVERY:
        return
    try:
        with unit_of_work():
            note_use(token.name, now)
    except Conflict:
        # The database is busy; the request matters more than the note.
        pass
