"""How patients and those who take them home may be written to, for the export: what was agreed, never an address."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from scheduler.domain.addresses import address_of, recipient_hash
from scheduler.domain.contact import ContactFacts, ContactWay
from scheduler.domain.escort import Escort
from scheduler.domain.people import Patient
from scheduler.store.contacts import contacts, first_ways, opted_out_since
from scheduler.store.escorts import all_escorts

Json = dict[str, Any]


def message_entries(patients: Sequence[Patient]) -> Iterator[Json]:
    """Yield, in the form of the clinic file, what is recorded of each patient of whom something is."""
    known, first, stopped = contacts(one.id for one in patients).facts, first_ways(), opted_out_since()
    for patient in patients:
        entry: Json = {}
        if patient.id in first:
            entry["first"] = first[patient.id].value
        if consents := known.get(patient.id, ContactFacts()).consents:
            entry["consents"] = [
                {
                    "way": one.way.value,
                    "about": one.category.value,
                    "given": one.given,
                    "at": _instant(one.at),
                    "by": one.by,
                }
                for one in consents
            ]
        number = recipient_hash(address_of(ContactWay.SMS, "", patient.phone))
        if since := stopped.get((ContactWay.SMS.value, number)):
            entry["texts_opted_out_since"] = _instant(since)
        if entry:
            yield {"patient": patient.id, **entry}


def escort_entries() -> Iterator[Json]:
    """Yield of which visits somebody is on file who takes the patient home, by which ways, and since when with consent."""
    for one in all_escorts():
        yield {
            "appointment": one.appointment,
            "ways": list(_ways(one)),
            "agreed_at": None if one.agreed_at is None else _instant(one.agreed_at),
            "agreed_by": one.agreed_by,
        }


def _ways(escort: Escort) -> Iterator[str]:
    if escort.phone:
        yield ContactWay.SMS.value
    if escort.email:
        yield ContactWay.EMAIL.value


def _instant(instant: datetime) -> str:
    return instant.isoformat().replace("+00:00", "Z")
