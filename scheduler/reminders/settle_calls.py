"""Note that somebody has called a patient whom messages did not reach, or whose texts needed a person."""

from __future__ import annotations

from dataclasses import dataclass

from scheduler.access.permissions import Actor, Permission, may_at
from scheduler.booking.outcomes import NotAllowed
from scheduler.domain.clock import Clock
from scheduler.store import clinic, texts
from scheduler.store.audit import AuditEntry, record
from scheduler.store.unreached import settle_unreached
from scheduler.store.work import unit_of_work


@dataclass(frozen=True, slots=True)
class SettleCalls:
    """Somebody has called this patient, or found that there was nothing to do."""

    patient: str


def settle_calls(command: SettleCalls, actor: Actor, clock: Clock) -> int | NotAllowed:
    """Note it, and return how much waited; nothing booked is changed by it. Raises `NotFound`."""
    with unit_of_work():
        patient = clinic.patient(command.patient)
        if not may_at(actor, Permission.RESOLVE_CONFLICT, patient.site):
            return NotAllowed(Permission.RESOLVE_CONFLICT)
        now = clock.now()
        settled = texts.settle_tasks(patient.id, now, actor.id) + settle_unreached(patient.id, now)
        if settled:
            record(AuditEntry(now, actor.id, "settle_calls", "patient", patient.id, {}, patient.site))
        return settled
