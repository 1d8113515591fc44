"""A chosen visit as plain values, ids and instants alone: to be kept in an audit entry, or sealed into a form."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from scheduler.booking.changed_series import ChangedVisit
from scheduler.domain.people import Role


def as_plain(visit: ChangedVisit) -> list[Any]:
    """Return the values, of which JSON makes the same again."""
    relief = [[role, segment, person] for (role, segment), person in sorted(visit.relief.items())]
    # To the microsecond: a visit need not start with a minute.
    start = visit.start.isoformat()
    return [visit.appointment, visit.version, start, visit.room, dict(visit.staff), relief]


def from_plain(content: list[Any]) -> ChangedVisit:
    """Return the visit that `as_plain` was told of."""
    appointment, version, start, room, staff, relief = content
    return ChangedVisit(
        appointment,
        version,
        datetime.fromisoformat(start),
        room,
        {Role(role): person for role, person in staff.items()},
        {(Role(role), segment): person for role, segment, person in relief},
    )
