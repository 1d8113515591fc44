"""Note that somebody has asked how a patient is after a dosing visit."""

from __future__ import annotations

from dataclasses import dataclass

from scheduler.access.permissions import Actor, Permission, may_at
from scheduler.booking.one_visit import locked_visit
from scheduler.booking.outcomes import NotAllowed
from scheduler.domain.clock import Clock
from scheduler.store import follow_ups
from scheduler.store.audit import AuditEntry, record
from scheduler.store.work import unit_of_work


@dataclass(frozen=True, slots=True)
class SettleFollowUp:
    """Somebody has asked after the patient of this dosing visit, or found that there was no need to."""

    appointment: str


def settle_follow_up(command: SettleFollowUp, actor: Actor, clock: Clock) -> bool | NotAllowed:
    """Note it with when and by whom, and say whether that is new; the visit stays as it is. Raises `NotFound`."""
    with unit_of_work():
        visit = locked_visit(command.appointment)
        if not may_at(actor, Permission.SETTLE_FOLLOW_UP, visit.site):
            return NotAllowed(Permission.SETTLE_FOLLOW_UP)
        now = clock.now()
        settled = follow_ups.settle_follow_up(visit.id, visit.site, now, actor.id)
        if settled:
            record(AuditEntry(now, actor.id, "settle_follow_up", "appointment", visit.id, {}, visit.site))
        return settled
