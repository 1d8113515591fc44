"""Change somebody's time off, hours, credentials or roles; before it is saved, the visits that this would break are told."""

from __future__ import annotations

from scheduler.access.permissions import Actor, Permission, may_at
from scheduler.booking.changing_facts import (
    ChangeOfFacts,
    Consequences,
    FactsChanged,
    change_facts,
    consequences_of,
)
from scheduler.booking.outcomes import NotAllowed, Refused
from scheduler.booking.request import nonsense
from scheduler.booking.retrying import retried
from scheduler.domain.clock import Clock
from scheduler.domain.errors import Conflict
from scheduler.domain.staff_changes import StaffChange, TimeOffAdded, TimeOffRemoved
from scheduler.domain.telling import told
from scheduler.store.work import reading

VERB = "change_staff"


def preview_change_staff(
    wanted: ChangeOfFacts[StaffChange], actor: Actor, clock: Clock
) -> Consequences | Refused | NotAllowed:
    """Say which visits a change would break, and write nothing."""
    if not may_at(actor, _needed(wanted), wanted.site):
        return NotAllowed(_needed(wanted))
    now = clock.now()
    with reading():
        return consequences_of(wanted, now)


def change_staff(
    wanted: ChangeOfFacts[StaffChange], actor: Actor, clock: Clock
) -> FactsChanged | Refused | NotAllowed:
    """Make a change. No visit is changed by it: what it breaks is in the inbox of conflicts afterwards."""
    if not may_at(actor, _needed(wanted), wanted.site):
        return NotAllowed(_needed(wanted))
    now = clock.now()
    try:
        return retried(lambda: change_facts(wanted, VERB, actor, now))
    except Conflict as conflict:
        return Refused(
            reasons=(nonsense("capacity_taken", str(conflict), told("Move one of these visits first.")),)
        )


def _needed(wanted: ChangeOfFacts[StaffChange]) -> Permission:
    """Return what is asked: who is ill calls the front desk, the rest is for whoever keeps the clinic's facts."""
    is_absence = isinstance(wanted.change, TimeOffAdded | TimeOffRemoved)
    return Permission.RECORD_ABSENCE if is_absence else Permission.CHANGE_STAFF
