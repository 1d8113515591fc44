"""What a patient chooses on their own pages: how they are written to, in which language, and their calendar."""

from __future__ import annotations

from dataclasses import dataclass

from scheduler.access.permissions import AccountRole, Actor
from scheduler.booking.outcomes import NotAllowed, Refused
from scheduler.domain.clock import Clock
from scheduler.domain.contact import Category, ContactWay
from scheduler.domain.people import Patient
from scheduler.domain.places import Site
from scheduler.feeds.subscriptions import AlreadyMade, SubscriptionRequest, make_subscription
from scheduler.reminders.addresses import recipient_hash
from scheduler.reminders.record_contact import RecordContact, record_contact
from scheduler.reminders.ways import address_of, is_wanted
from scheduler.store import clinic, contacts
from scheduler.store.subscriptions import SubscriptionKind, subscriptions_of
from scheduler.store.work import reading

BY_LINK = "the patient, by link"
"""Who is on file as having chosen so."""

MOST_ADDRESSES = 5
"""So many calendar addresses of a patient may stand when another is made here; more are for the front desk to make."""


@dataclass(frozen=True, slots=True)
class ChosenWay:
    """One way to write to a patient: where to, empty where that is nowhere, and about what they want it.

    `opted_out` says that they told us by that way to stop, which they take back by that way alone.
    """

    way: ContactWay
    address: str
    wanted: frozenset[Category]
    opted_out: bool


@dataclass(frozen=True, slots=True)
class OwnChoices:
    """What a patient has chosen so far, or what holds where they have not."""

    patient: Patient
    site: Site
    first: ContactWay
    ways: tuple[ChosenWay, ...]


def own_choices(patient: str) -> OwnChoices:
    """Return what holds for a patient. Raises `NotFound`."""
    with reading():
        found = clinic.patient(patient)
        facts = contacts.contacts_of(found.id)
        ways = []
        for way in ContactWay:
            address = address_of(way, found.email, found.phone)
            hashed = recipient_hash(address)
            wanted = frozenset(one for one in Category if address and is_wanted(facts, way, one, hashed))
            gone = bool(address) and contacts.has_opted_out(way, hashed)
            ways.append(ChosenWay(way, address, wanted, gone))
        return OwnChoices(found, clinic.site(found.site), facts.first, tuple(ways))


def choose_by_link(command: RecordContact, clock: Clock) -> None:
    """Keep what a patient chose, as what the front desk records is kept, under the patient's own name for it.

    Raises `NotFound`.
    """
    with reading():
        site = clinic.patient(command.patient).site
    outcome = record_contact(command, acting_for_patient(site), clock)
    assert not isinstance(outcome, NotAllowed), "the program itself may record it"


@dataclass(frozen=True, slots=True)
class TooMany:
    """There are so many addresses already that another is for the front desk to make."""


def make_own_calendar(
    patient: str, public_url: str, key: str | None, clock: Clock
) -> str | AlreadyMade | TooMany:
    """Make a calendar address of a patient's and return it, which cannot be shown again; asked twice under a key, once.

    Raises `NotFound`.
    """
    now = clock.now()
    with reading():
        site = clinic.patient(patient).site
        standing = [one for one in subscriptions_of(SubscriptionKind.PATIENT, patient) if one.stands_at(now)]
    if len(standing) >= MOST_ADDRESSES:
        return TooMany()
    wanted = SubscriptionRequest(
        SubscriptionKind.PATIENT, patient, public_url, name=BY_LINK.capitalize(), idempotency_key=key
    )
    outcome = make_subscription(wanted, acting_for_patient(site), clock)
    assert not isinstance(outcome, NotAllowed), "the program itself may make it"
    return AlreadyMade() if isinstance(outcome, Refused) else outcome


def acting_for_patient(site: str) -> Actor:
    """Return who acts here: the program, at this site alone, in the name of the patient who holds the link."""
    return Actor(BY_LINK, AccountRole.SYSTEM, site)
