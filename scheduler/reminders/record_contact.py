"""Record how a patient wants to be written to: by which way first, about what by which, and in which language."""

from __future__ import annotations

from dataclasses import dataclass

from scheduler.access.permissions import Actor, Permission, may_at
from scheduler.booking.outcomes import NotAllowed
from scheduler.domain.clock import Clock
from scheduler.domain.contact import Category, Consent, ContactWay
from scheduler.reminders.addresses import recipient_hash
from scheduler.reminders.ways import address_of, is_wanted
from scheduler.store import clinic, contacts
from scheduler.store.audit import AuditEntry, record
from scheduler.store.work import unit_of_work


@dataclass(frozen=True, slots=True)
class RecordContact:
    """What the patient said: `wanted` is every way and category that is wanted, at the addresses they have now.

    `language` is what they read, a code of BCP 47, `None` for the language of the site.
    """

    patient: str
    first: ContactWay
    wanted: frozenset[tuple[ContactWay, Category]]
    language: str | None = None


def record_contact(command: RecordContact, actor: Actor, clock: Clock) -> tuple[Consent, ...] | NotAllowed:
    """Keep it, and return what is recorded anew; what stands as it stood keeps its date. Raises `NotFound`."""
    with unit_of_work():
        patient = clinic.patient(command.patient)
        if not may_at(actor, Permission.RECORD_CONTACT, patient.site):
            return NotAllowed(Permission.RECORD_CONTACT)
        facts, now = contacts.contacts_of(patient.id), clock.now()
        changed = tuple(
            Consent(patient.id, way, category, (way, category) in command.wanted, address_hash, now, actor.id)
            for way in ContactWay
            if (address := address_of(way, patient.email, patient.phone))
            for category in Category
            if is_wanted(facts, way, category, address_hash := recipient_hash(address))
            != ((way, category) in command.wanted)
        )
        contacts.keep_consents(changed, patient.site)
        contacts.keep_first_way(patient.id, patient.site, command.first)
        clinic.note_language(patient.id, command.language)
        details = {
            "language": command.language or "",
            "first": command.first.value,
            "given": [f"{one.way}: {one.category}" for one in changed if one.given],
            "refused": [f"{one.way}: {one.category}" for one in changed if not one.given],
        }
        record(AuditEntry(now, actor.id, "record_contact", "patient", patient.id, details, patient.site))
    return changed
