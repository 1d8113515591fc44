"""Stop a patient's messages at their word: all of them, or those of one category, by every way."""

from __future__ import annotations

from dataclasses import dataclass

from scheduler.access.permissions import Actor, Permission, may_at
from scheduler.booking.outcomes import NotAllowed
from scheduler.domain.addresses import address_of, recipient_hash
from scheduler.domain.clock import Clock
from scheduler.domain.contact import Category, Consent, ContactWay
from scheduler.store import clinic, contacts
from scheduler.store.audit import AuditEntry, record
from scheduler.store.work import unit_of_work


@dataclass(frozen=True, slots=True)
class StopMessages:
    """The patient wants no more messages of this category, `None` for none at all."""

    patient: str
    category: Category | None = None


def stop_messages(command: StopMessages, actor: Actor, clock: Clock) -> tuple[Consent, ...] | NotAllowed:
    """Keep it at once, and return what is recorded anew: it holds for whatever address, until the patient says otherwise.

    What waits to be sent is not sent any more, and what would have been told is a task of the front desk. Raises `NotFound`.
    """
    with unit_of_work():
        patient = clinic.patient(command.patient)
        if not may_at(actor, Permission.RECORD_CONTACT, patient.site):
            return NotAllowed(Permission.RECORD_CONTACT)
        facts, now = contacts.contacts_of(patient.id), clock.now()
        refused = {(one.way, one.category) for one in facts.consents if not one.given}
        stopped = tuple(
            Consent(patient.id, way, category, False, _hash(way, patient.email, patient.phone), now, actor.id)
            for way in ContactWay
            for category in Category
            if command.category in (None, category) and (way, category) not in refused
        )
        contacts.keep_consents(stopped, patient.site)
        details = {"about": command.category.value if command.category else "everything"}
        record(AuditEntry(now, actor.id, "stop_messages", "patient", patient.id, details, patient.site))
    return stopped


def _hash(way: ContactWay, email: str, phone: str) -> str:
    return recipient_hash(address_of(way, email, phone))
