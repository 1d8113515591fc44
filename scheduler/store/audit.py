"""What was done, by whom and to what: entries are added in the transaction of the deed, and never changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import bindparam, func, insert, select

from scheduler.store.base import table_of
from scheduler.store.tables_accounts import AuditEntryRow
from scheduler.store.work import reading, writing

_entry = table_of(AuditEntryRow)

_LAST = select(func.max(_entry.c.at)).where(
    _entry.c.subject_kind == bindparam("kind"), _entry.c.subject_id == bindparam("id")
)
_LAST_OF_VERB = _LAST.where(_entry.c.verb == bindparam("verb"))


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One deed. `actor` is an account's name; `details` are plain JSON values and hold no personal data.

    `site` is the site that the subject belongs to, `None` for what belongs to none.
    """

    at: datetime
    actor: str
    verb: str
    subject_kind: str
    subject_id: str
    details: Mapping[str, object] = field(default_factory=dict)
    site: str | None = None


def record(entry: AuditEntry) -> None:
    """Add an entry."""
    row = {
        "at": entry.at,
        "actor": entry.actor,
        "verb": entry.verb,
        "subject_kind": entry.subject_kind,
        "subject_id": entry.subject_id,
        "details": dict(entry.details),
        "site_id": entry.site,
    }
    writing().execute(insert(_entry).values(row))


def history(subject_kind: str, subject_id: str) -> tuple[AuditEntry, ...]:
    """Return what was done to a subject, oldest first."""
    query = (
        select(_entry)
        .where(_entry.c.subject_kind == subject_kind, _entry.c.subject_id == subject_id)
        .order_by(_entry.c.at, _entry.c.id)
    )
    with reading() as connection:
        return tuple(
            AuditEntry(
                at=row.at,
                actor=row.actor,
                verb=row.verb,
                subject_kind=row.subject_kind,
                subject_id=row.subject_id,
                details=row.details,
                site=row.site_id,
            )
            for row in connection.execute(query)
        )


def last_done(subject_kind: str, subject_id: str, verb: str | None = None) -> datetime | None:
    """Return when something, or what the verb says, was done to a subject last; `None` for never."""
    asked = {"kind": subject_kind, "id": subject_id} | ({"verb": verb} if verb else {})
    with reading() as connection:
        found: datetime | None = connection.execute(_LAST_OF_VERB if verb else _LAST, asked).scalar()
    return found
