"""The lines that acts on one series share: look at it where the actor may, and say in words that there is none."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from scheduler.access.permissions import Actor, Permission, may, may_at
from scheduler.booking.outcomes import NotAllowed, Refused
from scheduler.booking.request import nonsense
from scheduler.domain.errors import NotFound
from scheduler.domain.series import Series
from scheduler.domain.telling import told
from scheduler.store import series as stored
from scheduler.store.work import reading

Seen = TypeVar("Seen")


def looked_at(
    series: str, permission: Permission, actor: Actor, look: Callable[[Series], Seen]
) -> Seen | Refused | NotAllowed:
    """Look at the series with this id, and write nothing."""
    if not may(actor, permission):
        return NotAllowed(permission)
    with reading():
        try:
            found = stored.series(series)
        except NotFound:
            return unknown_series(series)
        return look(found) if may_at(actor, permission, found.site) else NotAllowed(permission)


def unknown_series(series: str) -> Refused:
    """Return the refusal for a series that there is not."""
    why = told("There is no series '%(series)s'.", series=series)
    return Refused(
        reasons=(nonsense("unknown_series", why, told("Choose a series from the patient's page.")),)
    )
