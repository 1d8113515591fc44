"""How whoever takes a patient home is reached, in words for the page of the visit."""

from __future__ import annotations

from dataclasses import dataclass

from scheduler.domain.appointment import Appointment
from scheduler.domain.contact import ContactWay
from scheduler.domain.escort import Escort
from scheduler.reminders.addresses import recipient_hash
from scheduler.reminders.record_escort import has_escort
from scheduler.reminders.ways import address_of
from scheduler.store.contacts import has_opted_out
from scheduler.store.escorts import escort_of
from scheduler.web.speech import said
from scheduler.web.words import moment_in


@dataclass(frozen=True, slots=True)
class EscortLine:
    """Who is on file: `agreed` says when the patient agreed and who recorded it, `obstacle` why nothing goes to a number."""

    phone: str
    email: str
    agreed: str
    obstacle: str


def escort_line(visit: Appointment, zone: str) -> EscortLine | None:
    """Return who takes the patient home, `None` for a visit from which nobody is fetched; for use in one reading."""
    if not has_escort(visit):
        return None
    escort = escort_of(visit.id) or Escort(visit.id, "", "")
    agreed = ""
    if escort.agreed_at:
        at = moment_in(escort.agreed_at, zone)
        agreed = said("%(time)s by %(name)s", time=at, name=escort.agreed_by)
    return EscortLine(escort.phone, escort.email, agreed, _obstacle(escort))


def _obstacle(escort: Escort) -> str:
    number = address_of(ContactWay.SMS, "", escort.phone)
    if number and has_opted_out(ContactWay.SMS, recipient_hash(number)):
        return said("This number has opted out of texts. Texting START from it undoes that.")
    return ""
