"""What a change of a series leaves in the audit of where its visits were, and what of it can be undone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from scheduler.booking.changed_series import ChangedVisit
from scheduler.booking.outcomes import PlannedChange
from scheduler.booking.plain_visits import as_plain, from_plain
from scheduler.store.audit import AuditEntry, history

WAS = "was"
"""The detail of an audit entry that holds where the visits of a change were before."""


@dataclass(frozen=True, slots=True)
class LastMove:
    """The move that was made of a series last: when, and its visits as they were, each with the version it has since."""

    at: datetime
    visits: tuple[ChangedVisit, ...]


def noted(change: PlannedChange) -> list[list[Any]]:
    """Return where the visits that a change touches were, as plain values: ids and instants alone."""
    before = {visit.id: visit for visit in change.before.appointments}
    return [
        as_plain(ChangedVisit(old.id, visit.version, old.start, old.room, old.staff, old.relief))
        for visit in change.after.appointments
        for old in [before.get(visit.id)]
        if old is not None and old != visit
    ]


def last_move(entry: AuditEntry) -> LastMove:
    """Return the move that an audit entry tells of."""
    noted_visits = entry.details.get(WAS, [])
    assert isinstance(noted_visits, list), "noted by this module"
    return LastMove(entry.at, tuple(from_plain(content) for content in noted_visits))


def deeds(series: str) -> tuple[AuditEntry, ...]:
    """Return what was done to a series as a whole, oldest first."""
    return history("series", series)
