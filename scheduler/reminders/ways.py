"""By which ways a patient may be written to about something, the preferred one first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from scheduler.domain.addresses import address_of as address_of
from scheduler.domain.addresses import recipient_hash
from scheduler.domain.contact import Category, ContactFacts, ContactWay
from scheduler.domain.escort import Escort
from scheduler.reminders.policy import MessageKind
from scheduler.store.contacts import Contacts
from scheduler.store.reminder_facts import AwaitedVisit

CATEGORIES: Mapping[MessageKind, Category] = MappingProxyType(
    {
        MessageKind.CONFIRMATION: Category.APPOINTMENTS,
        MessageKind.CHANGE: Category.APPOINTMENTS,
        MessageKind.PREPARATION: Category.REMINDERS,
        MessageKind.SAME_DAY: Category.REMINDERS,
        MessageKind.THREE_DAYS: Category.REMINDERS,
        MessageKind.ONE_DAY: Category.REMINDERS,
    }
)
"""What a patient consents to or refuses by each kind of message."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way to reach a patient; `problem` says why there is none, where `address` is empty."""

    channel: str
    address: str
    problem: str = ""

    @property
    def recipient_hash(self) -> str:
        """Return what the ledger keeps of the address."""
        return recipient_hash(self.address)


def ways_to_escort(escort: Escort, contacts: Contacts) -> tuple[Way, ...]:
    """Return the ways to whoever takes a patient home, texts first, at least one: without an address where there is none."""
    found = tuple(
        Way(way, address)
        for way in (ContactWay.SMS, ContactWay.EMAIL)
        if (address := address_of(way, escort.email, escort.phone))
        and (way, recipient_hash(address)) not in contacts.opted_out
    )
    return found or (Way(ContactWay.SMS, "", "whoever takes the patient home wants no more texts"),)


def ways_to(visit: AwaitedVisit, kind: MessageKind, contacts: Contacts) -> tuple[Way, ...]:
    """Return the ways by which a message of this kind may go to a visit's patient, at least one.

    Where there is none it is one without an address, so that the ledger shows what nobody was told.
    """
    facts = contacts.facts.get(visit.patient, ContactFacts())
    category = CATEGORIES[kind]
    order = sorted(ContactWay, key=lambda way: way is not facts.first)
    found = tuple(
        Way(way, address)
        for way in order
        if (address := address_of(way, visit.email, visit.patient_phone))
        and (way, recipient_hash(address)) not in contacts.opted_out
        and is_wanted(facts, way, category, recipient_hash(address))
    )
    return found or (Way(ContactWay.EMAIL, "", _why_nowhere(visit)),)


def address_by(channel: str, visit: AwaitedVisit, kind: MessageKind, contacts: Contacts) -> str:
    """Return where a message of this kind goes by one way, empty where it must not go by it."""
    return next((way.address for way in ways_to(visit, kind, contacts) if way.channel == channel), "")


def is_wanted(facts: ContactFacts, way: ContactWay, category: Category, recipient: str) -> bool:
    """Say whether messages of this category may go to the address behind a hash, as far as consents say."""
    consent = facts.consent(way, category, recipient)
    # Without a word about it: e-mail is part of the treatment, a text is not sent.
    return way is ContactWay.EMAIL if consent is None else consent.given


def _why_nowhere(visit: AwaitedVisit) -> str:
    if visit.email.strip():
        return "the patient wants no such messages by any way that is known"
    return "the patient has no e-mail address"
