"""What a change of a series leaves in the audit of where its visits were, and what of it can be undone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from scheduler.booking.changed_series import ChangedVisit
from scheduler.booking.outcomes import PlannedChange
from scheduler.domain.people import Role
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
        [old.id, visit.version, old.start.isoformat(), old.room, dict(old.staff), _relief(old.relief)]
        for visit in change.after.appointments
        for old in [before.get(visit.id)]
        if old is not None and old != visit
    ]


def last_move(entry: AuditEntry) -> LastMove:
    """Return the move that an audit entry tells of."""
    noted_visits = entry.details.get(WAS, [])
    assert isinstance(noted_visits, list), "noted by this module"
    return LastMove(entry.at, tuple(_visit(content) for content in noted_visits))


def deeds(series: str) -> tuple[AuditEntry, ...]:
    """Return what was done to a series as a whole, oldest first."""
    return history("series", series)


def _relief(relief: Mapping[tuple[Role, int], str]) -> list[list[Any]]:
    return [[role, segment, person] for (role, segment), person in sorted(relief.items())]


def _visit(content: list[Any]) -> ChangedVisit:
    id, version, start, room, staff, relief = content
    return ChangedVisit(
        id,
        version,
        datetime.fromisoformat(start),
        room,
        {Role(role): person for role, person in staff.items()},
        {(Role(role), segment): person for role, segment, person in relief},
    )
