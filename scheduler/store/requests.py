"""Requests that were answered, by the key that came with them, so that a request sent twice is done once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select

from scheduler.store.base import table_of
from scheduler.store.tables_life import AnsweredRequestRow
from scheduler.store.work import reading, writing

_request = table_of(AnsweredRequestRow)


@dataclass(frozen=True, slots=True)
class AnsweredRequest:
    """What was done under a key: the verb, a digest of all that was asked, and the id of what it was done to or made.

    An empty digest stands for a request of which that is not known.
    """

    key: str
    verb: str
    digest: str
    subject: str


def answered_request(key: str) -> AnsweredRequest | None:
    """Return what was done under a key, or `None`."""
    columns = (_request.c.key, _request.c.verb, _request.c.digest, _request.c.subject_id)
    with reading() as connection:
        row = connection.execute(select(*columns).where(_request.c.key == key)).one_or_none()
    return None if row is None else AnsweredRequest(*row)


def answered_at(key: str) -> datetime | None:
    """Return when the request of a key was answered, `None` when it was not."""
    with reading() as connection:
        return connection.scalar(select(_request.c.answered_at).where(_request.c.key == key))


def note_answered(request: AnsweredRequest, site: str, at: datetime) -> None:
    """Keep that a request was answered. Raises `Conflict` when somebody else used its key a moment ago."""
    row = {
        "key": request.key,
        "site_id": site,
        "verb": request.verb,
        "digest": request.digest,
        "subject_id": request.subject,
        "answered_at": at,
    }
    writing().execute(insert(_request).values(row))
