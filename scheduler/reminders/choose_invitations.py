"""Choose whether a patient's messages bring entries for their calendar."""

from __future__ import annotations

from dataclasses import dataclass

from scheduler.access.permissions import Actor, Permission, may_at
from scheduler.booking.outcomes import NotAllowed
from scheduler.domain.clock import Clock
from scheduler.reminders.addresses import recipient_hash
from scheduler.store import clinic
from scheduler.store import invitations as stored
from scheduler.store.audit import AuditEntry, record
from scheduler.store.work import unit_of_work


@dataclass(frozen=True, slots=True)
class ChooseInvitations:
    """Let messages to the address that a patient has now bring entries for the calendar, or no further ones."""

    patient: str
    wanted: bool


def choose_invitations(command: ChooseInvitations, actor: Actor, clock: Clock) -> None | NotAllowed:
    """Keep the choice; it holds for that address alone, so that another one begins anew. Raises `NotFound`."""
    with unit_of_work():
        patient = clinic.patient(command.patient)
        if not may_at(actor, Permission.MANAGE_SUBSCRIPTIONS, patient.site):
            return NotAllowed(Permission.MANAGE_SUBSCRIPTIONS)
        stored.choose_invitations(patient.id, patient.site, recipient_hash(patient.email), command.wanted)
        details = {"wanted": command.wanted}
        entry = AuditEntry(
            clock.now(), actor.id, "choose_invitations", "patient", patient.id, details, patient.site
        )
        record(entry)
    return None
