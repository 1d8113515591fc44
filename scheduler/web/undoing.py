"""What may still be undone of a series before its patient is told of it, and until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from scheduler.access.permissions import Actor, Permission, may
from scheduler.booking.book_series import VERB as BOOK
from scheduler.booking.calling_off import booked_together, is_to_come
from scheduler.booking.holds import BOOK_HOLD
from scheduler.booking.move_appointment import VERB as MOVE
from scheduler.booking.noted_change import deeds, last_move
from scheduler.booking.undo_move import VERB as UNDO_MOVE
from scheduler.booking.undo_move import was_told
from scheduler.domain.series import Series, SeriesState
from scheduler.reminders.policy import POLICY
from scheduler.store.audit import AuditEntry
from scheduler.store.told import known_starts

BOOKINGS = frozenset({BOOK, BOOK_HOLD})


class Deed(StrEnum):
    """What is undone."""

    BOOKING = "booking"
    MOVE = "move"


@dataclass(frozen=True, slots=True)
class Undoable:
    """A deed that can be undone: when it was done, and until when it may be undone; both instants."""

    deed: Deed
    at: datetime
    until: datetime

    @property
    def stamp(self) -> str:
        """The text by which a form says which deed it was shown for."""
        return f"{self.deed}@{self.at.isoformat()}"


def undoable(series: Series, actor: Actor, now: datetime) -> Undoable | None:
    """Return what this account may still undo of a series, `None` where there is nothing; for use in one reading.

    Nothing of a member's visits with their group, which are the group's to undo. It is the last thing done to the series:
    what was done before it stands on ground that may have changed. A booking can be undone as well when all
    that followed was a move that is undone.
    """
    if series.state is not SeriesState.BOOKED or not may(actor, Permission.BOOK_SERIES):
        return None
    if any(visit.group_visit for visit in series.appointments):
        return None
    done = [one for one in deeds(series.id) if one.at + POLICY.undo_delay > now]
    last = done[-1] if done else None
    if last is not None and last.verb == UNDO_MOVE:
        last = next((one for one in done if one.verb in BOOKINGS), None)
    if last is None:
        return None
    deed = Deed.MOVE if last.verb == MOVE else Deed.BOOKING if last.verb in BOOKINGS else None
    if deed is None or not _can(deed, last, series, actor, now):
        return None
    return Undoable(deed, last.at, last.at + POLICY.undo_delay)


def _can(deed: Deed, entry: AuditEntry, series: Series, actor: Actor, now: datetime) -> bool:
    if deed is Deed.MOVE:
        moved = frozenset(visit.appointment for visit in last_move(entry).visits)
        return bool(moved) and may(actor, Permission.MOVE_APPOINTMENT) and not was_told(series, moved)
    if not may(actor, Permission.CANCEL_SERIES):
        return False
    booked = booked_together(series)
    return all(is_to_come(visit, now) for visit in booked) and not known_starts(visit.id for visit in booked)
