"""A request that is sent twice is done once: by the key that comes with it, and a digest of all that it asks."""

from __future__ import annotations

import json
from collections.abc import Mapping, Set
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time
from enum import Enum
from hashlib import sha256
from typing import Protocol

from scheduler.booking.outcomes import Refused
from scheduler.booking.request import nonsense
from scheduler.store.requests import AnsweredRequest, answered_at, answered_request, note_answered

KEY = "idempotency_key"
"""The field of a command that holds the key, and so is no part of what it asks."""


class Subject(Protocol):
    """What a request was about: a series, somebody of the staff, a room; anything that belongs to a site."""

    @property
    def id(self) -> str:
        """The id that the next request of the same key is answered with."""

    @property
    def site(self) -> str:
        """The site it belongs to."""


def answered_before(verb: str, command: object, key: str | None) -> str | Refused | None:
    """Return the id of what the same request was done to or made, `None` when it is new; within the locks of the request.

    The same key with another request is refused: the second was meant, and is not to be taken for the first.
    """
    earlier = answered_request(key) if key is not None else None
    if earlier is None:
        return None
    if earlier.verb == verb and earlier.digest in ("", digest_of(command)):
        return earlier.subject
    why = "This key already stands for another request, which was answered."
    return Refused(reasons=(nonsense("key_used_otherwise", why, "Use a new key for a new request."),))


def when_answered(key: str | None) -> datetime | None:
    """Return when the request of a key was answered, `None` when it was not."""
    return answered_at(key) if key is not None else None


def note_answer(verb: str, command: object, key: str | None, subject: Subject, at: datetime) -> None:
    """Keep that a request was answered; nothing is kept of one without a key.

    Raises `Conflict` when the key was used by somebody else a moment ago.
    """
    if key is not None:
        note_answered(AnsweredRequest(key, verb, digest_of(command), subject.id), subject.site, at)


def digest_of(command: object) -> str:
    """Return what two commands share exactly when they ask the same, whatever their keys."""
    return sha256(json.dumps(_plain(command)).encode()).hexdigest()


def _plain(value: object) -> object:
    """Return a value as JSON knows it, in one order whatever the order of sets and maps."""
    if is_dataclass(value) and not isinstance(value, type):
        asked = {one.name: _plain(getattr(value, one.name)) for one in fields(value) if one.name != KEY}
        # Of two kinds of request with the same fields, each asks something else.
        return [type(value).__name__, asked]
    if isinstance(value, Mapping):
        return sorted(([_plain(key), _plain(one)] for key, one in value.items()), key=repr)
    if isinstance(value, Set):
        return sorted(map(_plain, value), key=repr)
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return value.value if isinstance(value, Enum) else value
