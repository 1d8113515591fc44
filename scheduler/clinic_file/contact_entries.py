"""What a clinic file tells of how its patients are written to, as values."""

from __future__ import annotations

from collections.abc import Iterator

from scheduler.clinic_file.clinic_models import ClinicDocument, ConsentEntry, MessagesEntry, PatientEntry
from scheduler.clinic_file.local_times import moment_at
from scheduler.domain.addresses import address_of, recipient_hash
from scheduler.domain.contact import Consent, ContactWay, ToldContact
from scheduler.domain.errors import Fault, InvalidValue

_NOTHING = MessagesEntry()


def told_contacts(form: ClinicDocument, faults: list[Fault]) -> Iterator[ToldContact]:
    """Yield what is told of each patient of whom something is; what cannot be meant is added to the faults."""
    zones = {site.id: site.zone for site in form.sites}
    for number, entry in enumerate(form.patients):
        if entry.messages == _NOTHING:
            continue
        try:
            yield _told(entry, zones[entry.site])
        except InvalidValue as problem:
            faults.append(Fault(f"patients[{number}].messages", str(problem)))


def _told(entry: PatientEntry, zone: str) -> ToldContact:
    told, number = entry.messages, address_of(ContactWay.SMS, "", entry.phone or "")
    since = told.texts_opted_out_since
    if since is not None and not number:
        raise InvalidValue(
            "no number that takes texts is there to have opted out; write it with + and the country code"
        )
    return ToldContact(
        patient=entry.id,
        site=entry.site,
        first=told.first,
        consents=tuple(_consent(one, entry, zone) for one in told.consents),
        number_hash=recipient_hash(number),
        opted_out_since=None if since is None else moment_at(since, zone),
    )


def _consent(one: ConsentEntry, entry: PatientEntry, zone: str) -> Consent:
    address = address_of(one.way, entry.email or "", entry.phone or "")
    if one.given and not address:
        raise InvalidValue(f"there is no address for a consent by {one.way}")
    return Consent(
        entry.id, one.way, one.about, one.given, recipient_hash(address), moment_at(one.at, zone), one.by
    )
