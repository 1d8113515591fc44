"""Record how whoever takes a patient home is reached, and whether the patient agrees that they are written to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from scheduler.access.permissions import Actor, Permission, may_at
from scheduler.booking.one_visit import locked_visit
from scheduler.booking.outcomes import NotAllowed
from scheduler.domain.appointment import CALLED_OFF, LET_GO, Appointment
from scheduler.domain.clock import Clock
from scheduler.domain.contact import ContactWay
from scheduler.domain.errors import InvalidValue
from scheduler.domain.escort import Escort
from scheduler.domain.treatment import StepKind
from scheduler.reminders.addresses import mailbox
from scheduler.reminders.phone_numbers import text_number
from scheduler.store import escorts
from scheduler.store.audit import AuditEntry, record
from scheduler.store.series import series
from scheduler.store.work import unit_of_work

TAKEN_BACK = "the consent to write to whoever takes the patient home was taken back"


@dataclass(frozen=True, slots=True)
class RecordEscort:
    """How the escort of a dosing visit is reached; both addresses empty where nobody is to be on file.

    `agreed` is the patient's consent to write to them. `also_later` keeps the same for the later dosing visits of the
    series.
    """

    appointment: str
    phone: str
    email: str
    agreed: bool
    also_later: bool = False


def has_escort(visit: Appointment) -> bool:
    """Say whether somebody is to take the patient home from a visit that is still to end."""
    return visit.kind is StepKind.DOSING and visit.state not in CALLED_OFF | LET_GO


def record_escort(command: RecordEscort, actor: Actor, clock: Clock) -> int | NotAllowed:
    """Keep it, and return for how many visits; a consent that stood to the same address keeps its date.

    Where none stands any more, what is still to be sent is void in the same transaction. Raises `NotFound`, and
    `InvalidValue` for a visit that nobody is fetched from, for what is no address, and for a consent to write to nowhere.
    """
    phone, email = command.phone.strip(), command.email.strip()
    _check(phone, email)
    with unit_of_work():
        visit = locked_visit(command.appointment)
        if not may_at(actor, Permission.RECORD_CONTACT, visit.site):
            return NotAllowed(Permission.RECORD_CONTACT)
        if not has_escort(visit):
            raise InvalidValue("nobody is fetched from this visit, or it is over")
        if command.agreed and not (phone or email):
            raise InvalidValue("to write to somebody, a phone number or an e-mail address is needed")
        now = clock.now()
        visits = [visit, *(_later_doses(visit) if command.also_later else ())]
        for one in visits:
            _keep(one, Escort(one.id, phone, email), command.agreed, actor, now)
    return len(visits)


def _check(phone: str, email: str) -> None:
    if phone:
        text_number(phone)
    if email:
        mailbox(email)


def _later_doses(visit: Appointment) -> list[Appointment]:
    if not visit.series:
        return []
    return [one for one in series(visit.series).appointments if one.start > visit.start and has_escort(one)]


def _keep(visit: Appointment, escort: Escort, agreed: bool, actor: Actor, now: datetime) -> None:
    before = escorts.escort_of(visit.id)
    stood = before is not None and before.agreed_at is not None
    if agreed:
        same = before is not None and (before.phone, before.email) == (escort.phone, escort.email)
        since = before.agreed_at if before is not None and stood and same else now
        by = before.agreed_by if before is not None and stood and same else actor.id
        escort = Escort(visit.id, escort.phone, escort.email, since, by)
    else:
        escorts.void_messages([visit.id], TAKEN_BACK)
    escorts.keep_escort(escort, visit.site)
    ways = {ContactWay.SMS: escort.phone, ContactWay.EMAIL: escort.email}
    details = {"ways": [way.value for way, address in ways.items() if address], "agreed": agreed}
    record(AuditEntry(now, actor.id, "record_escort", "appointment", visit.id, details, visit.site))
