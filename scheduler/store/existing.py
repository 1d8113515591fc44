"""Appointments that exist outside of any series, as a clinic file names them: compared, entered, changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from scheduler.clinic_file import ExistingAppointment
from scheduler.domain.appointment import Appointment, appointment_at
from scheduler.domain.claims import Claim, Placement
from scheduler.domain.errors import Fault
from scheduler.domain.people import StaffMember
from scheduler.domain.treatment import Attention, Cover, Phase, Step
from scheduler.store import appointments, ledger
from scheduler.store.base import table_of
from scheduler.store.tables_treatment import AppointmentRow
from scheduler.store.work import writing

_visit = table_of(AppointmentRow)


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a clinic file says against what is stored: what is new, and what is to be changed."""

    new: tuple[Appointment, ...]
    changed: tuple[Appointment, ...]
    faults: tuple[Fault, ...]
    unchanged: int


def compared(wanted: Sequence[ExistingAppointment], people: Mapping[str, StaffMember]) -> Comparison:
    """Compare the appointments of a clinic file with the stored ones; one of a series is not the file's to change."""
    stored = _stored(one.id for one in wanted)
    new: list[Appointment] = []
    changed: list[Appointment] = []
    faults: list[Fault] = []
    for position, one in enumerate(wanted):
        visit, before = _visit_of(one, people), stored.get(one.id)
        if before is None:
            new.append(visit)
        elif before.series:
            problem = f"appointment '{one.id}' is a visit of series '{before.series}'"
            faults.append(Fault(f"appointments[{position}].id", problem, "give it another id"))
        elif not _same(before, visit):
            changed.append(replace(_as_it_went(visit, before), version=before.version + 1))
    unchanged = len(wanted) - len(new) - len(changed) - len(faults)
    return Comparison(tuple(new), tuple(changed), tuple(faults), unchanged)


def claim_all(visits: Sequence[Appointment], wanted: Sequence[ExistingAppointment]) -> tuple[Fault, ...]:
    """Enter the claims of appointments into the ledger; return what finds no place, with its path in the file."""
    try:
        ledger.take(claim for visit in visits for claim in _held(visit))
    except ledger.Overbooked:
        return _claim_singly(visits, {one.id: position for position, one in enumerate(wanted)})
    return ()


def _claim_singly(visits: Sequence[Appointment], positions: Mapping[str, int]) -> tuple[Fault, ...]:
    """Take one after the other, so that every one that finds no place can be named."""
    faults: list[Fault] = []
    for visit in sorted(visits, key=lambda visit: positions[visit.id]):
        try:
            ledger.take(_held(visit))
        except ledger.Overbooked as overbooked:
            place = f"appointments[{positions[visit.id]}]"
            faults.append(Fault(place, overbooked.sentence, "give it another time, room or person"))
    return tuple(faults)


def _held(visit: Appointment) -> tuple[Claim, ...]:
    return visit.claims if visit.state.takes_time else ()


def _stored(ids: Iterable[str]) -> Mapping[str, Appointment]:
    found = appointments.load_appointments(writing(), [_visit.c.id.in_(sorted(ids))])
    return {visit.id: visit for visit in found}


def _visit_of(one: ExistingAppointment, people: Mapping[str, StaffMember]) -> Appointment:
    """Return the visit that an entry describes: one phase, in which everybody named is taken whole."""
    cover = tuple(Cover(role, Attention.IN_ROOM) for role in sorted(one.staff))
    step = Step(
        key="",
        kind=one.kind,
        title=one.title,
        phases=(Phase("visit", one.minutes, cover),),
        room_capability=None,
    )
    placement = Placement(step, one.start, one.patient, one.room, one.staff)
    visit = appointment_at(placement, people, one.site, id=one.id)
    return replace(visit, step="")


def _as_it_went(visit: Appointment, stored: Appointment) -> Appointment:
    """Return the visit with what a file does not say: how far it has come, and when it really was."""
    return replace(visit, state=stored.state, began_at=stored.began_at, released_at=stored.released_at)


def _same(stored: Appointment, visit: Appointment) -> bool:
    alike = replace(_as_it_went(visit, stored), version=stored.version, claims=stored.claims) == stored
    return alike and (not stored.state.takes_time or _plain(stored.claims) == _plain(visit.claims))


def _plain(claims: Iterable[Claim]) -> list[tuple[object, ...]]:
    return sorted(
        (claim.resource, claim.purpose, claim.interval, claim.phases, claim.role or "") for claim in claims
    )
