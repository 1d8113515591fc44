"""The clinic itself: sites, rooms, staff, patients and protocols, and taking in a whole clinic file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol as Shape
from typing import TypeVar

from sqlalchemy import Connection, insert, select, update

from scheduler.clinic_file import Clinic
from scheduler.domain.claims import PATIENT_CAPACITY, ROOM_CAPACITY, Purpose, capacity_of
from scheduler.domain.errors import Fault, FaultyDocument, InvalidValue, NotFound
from scheduler.domain.extra_steps import with_extra
from scheduler.domain.people import GateRecord, Patient, StaffMember
from scheduler.domain.places import Room, Site
from scheduler.domain.series import Series
from scheduler.domain.treatment import Protocol
from scheduler.store import existing
from scheduler.store.appointments import rewrite, write_new
from scheduler.store.base import table_of
from scheduler.store.cohort_file import against_cohorts, write_cohorts
from scheduler.store.contacts import take_told
from scheduler.store.ledger import set_capacity
from scheduler.store.locks import lock
from scheduler.store.people_rows import (
    as_told,
    erase_decisions,
    load_patient,
    load_patients,
    load_staff,
    patients_like,
    staff_as_told,
    with_what_is_known,
    write_decision,
    write_language,
    write_patient,
    write_staff_member,
)
from scheduler.store.place_rows import load_rooms, load_sites, write_room, write_site
from scheduler.store.protocol_rows import load_protocols, same_document, write_protocol
from scheduler.store.rows import put
from scheduler.store.tables_ledger import LaneRow, ResourceRow
from scheduler.store.tables_people import PatientRow
from scheduler.store.work import reading, writing

_resource = table_of(ResourceRow)
_lane = table_of(LaneRow)
_patient = table_of(PatientRow)


def sites() -> tuple[Site, ...]:
    """Return every site, by id."""
    with reading() as connection:
        return load_sites(connection)


def site(id: str) -> Site:
    """Return a site. Raises `NotFound`."""
    with reading() as connection:
        return _the_one(load_sites(connection, id), f"There is no site '{id}'")


def rooms(site: str) -> tuple[Room, ...]:
    """Return the rooms of a site, by id."""
    with reading() as connection:
        return load_rooms(connection, site)


def staff(site: str) -> tuple[StaffMember, ...]:
    """Return the staff of a site, by id."""
    with reading() as connection:
        return load_staff(connection, site)


def patients(site: str, matching: str = "") -> tuple[Patient, ...]:
    """Return the patients of a site by family name; those whose name holds every word of `matching`, or whose id it is."""
    with reading() as connection:
        return load_patients(connection, patients_like(site, matching))


def patient(id: str) -> Patient:
    """Return a patient of any site. Raises `NotFound`."""
    with reading() as connection:
        return _the_one(load_patient(connection, id), f"There is no patient '{id}'")


def patient_names(site: str) -> tuple[str, ...]:
    """Return the full names of the patients of a site, by family name; those who share one have it once."""
    columns = (_patient.c.given_name, _patient.c.family_name)
    named = select(*columns).where(*patients_like(site, "")).distinct().order_by(*reversed(columns))
    with reading() as connection:
        return tuple(f"{given} {family}".strip() for given, family in connection.execute(named))


def note_language(patient: str, language: str | None) -> None:
    """Keep what a patient reads, `None` for the language of the site."""
    write_language(writing(), patient, language)


def add_patient(patient: Patient) -> None:
    """Write a patient who was not known, with a place in the ledger. Raises `Conflict` for an id that is taken."""
    connection = writing()
    row = {"id": patient.id, "kind": "patient", "site_id": patient.site}
    connection.execute(insert(_resource).values(row))
    write_patient(connection, patient)
    set_capacity(patient.id, patient.site, PATIENT_CAPACITY)


def change_patient(patient: Patient) -> None:
    """Write a patient who is known, in place of what was known."""
    write_patient(writing(), patient)


def note_decision(patient: Patient, decision: GateRecord) -> None:
    """Keep a decision about a patient that was taken here; no clinic file replaces it."""
    write_decision(writing(), patient, decision)


def forget_decisions(patient: str, decided_at: datetime) -> None:
    """Forget what was decided here about a patient at this very instant, for an act that is undone."""
    erase_decisions(writing(), patient, decided_at)


def protocols() -> tuple[Protocol, ...]:
    """Return the newest version of every protocol, by key."""
    with reading() as connection:
        newest = {protocol.key: protocol for protocol in load_protocols(connection)}
    return tuple(newest.values())


def protocol_versions() -> tuple[Protocol, ...]:
    """Return every version of every protocol, by key and version."""
    with reading() as connection:
        return load_protocols(connection)


def protocol(key: str, version: int | None = None) -> Protocol:
    """Return a version of a protocol, the newest for `None`. Raises `NotFound`."""
    with reading() as connection:
        versions = load_protocols(connection, key)
    chosen = [one for one in versions if version in (None, one.version)]
    what = f"There is no protocol '{key}'" + ("" if version is None else f" in version {version}")
    return _the_one(chosen[-1:], what)


def protocol_of(series: Series) -> Protocol:
    """Return the protocol of a series in its own version, with the steps that the series has beside. Raises `NotFound`."""
    return with_extra(protocol(series.protocol, series.protocol_version), series.extra)


@dataclass(frozen=True, slots=True)
class ClinicChanges:
    """How many sites, rooms, members of staff, patients, protocols and appointments were new, changed, or the same."""

    created: int
    changed: int
    unchanged: int


def save_clinic(clinic: Clinic, at: datetime) -> ClinicChanges:
    """Take in a clinic: what is new is created, what differs is changed, what is not named stays as it is.

    Taking in the same clinic twice changes nothing, and decisions about patients that were taken here stay, as do
    language and referral of those of whom it does not say them. `at` is the instant of the request. Raises
    `FaultyDocument`, naming the place in the file, for an id used for two kinds of thing, a protocol changed under its
    old version, a capacity lowered below what is claimed, and an appointment for which there is no room.
    """
    connection = writing()
    lock((one.id for one in load_sites(connection)), (one.id for one in clinic.patients))
    _refuse(_against_kinds(connection, clinic))
    _refuse(against_cohorts(connection, clinic.cohorts))
    _refuse(_against_versions(connection, clinic.protocols))
    tally = _Tally()
    tally.write(clinic.sites, load_sites(connection), lambda new: write_site(connection, new))
    _write_resources(connection, clinic)
    tally.write(clinic.rooms, load_rooms(connection), lambda new: write_room(connection, new))
    staff_told = map(staff_as_told, load_staff(connection))
    tally.write(clinic.staff, staff_told, lambda new: write_staff_member(connection, new))
    patients_told = tuple(map(as_told, load_patients(connection)))
    patients = with_what_is_known(clinic.patients, patients_told)
    tally.write(patients, patients_told, lambda new: write_patient(connection, new))
    tally.changed += take_told(clinic.contacts)
    _write_protocols(connection, clinic.protocols, tally)
    write_cohorts(clinic.cohorts, at, tally)
    _write_appointments(connection, clinic, at, tally)
    return ClinicChanges(tally.created, tally.changed, tally.unchanged)


class _Named(Shape):
    @property
    def id(self) -> str: ...


Thing = TypeVar("Thing", bound=_Named)


@dataclass
class _Tally:
    created: int = 0
    changed: int = 0
    unchanged: int = 0

    def write(self, wanted: Iterable[Thing], stored: Iterable[Thing], write: Callable[[Thing], None]) -> None:
        """Write what is new or differs, and count."""
        before = {one.id: one for one in stored}
        for one in wanted:
            if before.get(one.id) == one:
                self.unchanged += 1
                continue
            self.changed += one.id in before
            self.created += one.id not in before
            write(one)


def _kinds(clinic: Clinic) -> list[tuple[str, str, Sequence[Room | StaffMember | Patient]]]:
    return [
        ("room", "rooms", clinic.rooms),
        ("staff", "staff", clinic.staff),
        ("patient", "patients", clinic.patients),
    ]


def _against_kinds(connection: Connection, clinic: Clinic) -> list[Fault]:
    """Say which ids stand for two kinds of thing: rooms, staff and patients share one ledger."""
    taken = {row.id: row.kind for row in connection.execute(select(_resource.c.id, _resource.c.kind))}
    faults: list[Fault] = []
    for kind, section, things in _kinds(clinic):
        for position, thing in enumerate(things):
            if taken.setdefault(thing.id, kind) != kind:
                problem = f"'{thing.id}' is the id of a {taken[thing.id]} already"
                faults.append(Fault(f"{section}[{position}].id", problem, "give it an id of its own"))
    return faults


def _against_versions(connection: Connection, wanted: Sequence[Protocol]) -> list[Fault]:
    stored = {(one.key, one.version): one for one in load_protocols(connection)}
    return [
        Fault(
            f"protocols[{position}].version",
            f"protocol {one.key} version {one.version} is stored already and says something else",
            f"give the change a new version, such as {one.version + 1}",
        )
        for position, one in enumerate(wanted)
        if (before := stored.get((one.key, one.version))) is not None and not same_document(before, one)
    ]


def _write_resources(connection: Connection, clinic: Clinic) -> None:
    stored = {row.id: row.site_id for row in connection.execute(select(_resource.c.id, _resource.c.site_id))}
    for kind, _, things in _kinds(clinic):
        for thing in things:
            if stored.get(thing.id) != thing.site:
                put(connection, _resource, {"id": thing.id, "kind": kind, "site_id": thing.site})
                moved = update(_lane).where(_lane.c.resource_id == thing.id)
                connection.execute(moved.values(site_id=thing.site))


def _write_protocols(connection: Connection, wanted: Iterable[Protocol], tally: _Tally) -> None:
    stored = {(one.key, one.version) for one in load_protocols(connection)}
    for one in wanted:
        if (one.key, one.version) in stored:
            tally.unchanged += 1
        else:
            write_protocol(connection, one)
            tally.created += 1


def _write_appointments(connection: Connection, clinic: Clinic, at: datetime, tally: _Tally) -> None:
    """Write the appointments and set the capacities: claims that go, go first, and those that come, come last."""
    people = {person.id: person for person in load_staff(connection)}
    found = existing.compared(clinic.appointments, people)
    _refuse(found.faults)
    rewrite(found.changed, at)
    _refuse(_set_capacities(clinic))
    write_new(found.new, at)
    _refuse(existing.claim_all([*found.new, *found.changed], clinic.appointments))
    tally.created += len(found.new)
    tally.changed += len(found.changed)
    tally.unchanged += found.unchanged


def _set_capacities(clinic: Clinic) -> list[Fault]:
    faults: list[Fault] = []

    def set_one(path: str, thing: Room | StaffMember | Patient, capacity: Mapping[Purpose, int]) -> None:
        try:
            set_capacity(thing.id, thing.site, capacity)
        except InvalidValue as problem:
            faults.append(Fault(path, str(problem)))

    for position, room in enumerate(clinic.rooms):
        set_one(f"rooms[{position}]", room, ROOM_CAPACITY)
    for position, person in enumerate(clinic.staff):
        set_one(f"staff[{position}]", person, capacity_of(person))
    for position, one in enumerate(clinic.patients):
        set_one(f"patients[{position}]", one, PATIENT_CAPACITY)
    return faults


def _refuse(faults: Sequence[Fault]) -> None:
    if faults:
        raise FaultyDocument(tuple(faults))


_Found = TypeVar("_Found")


def _the_one(found: Sequence[_Found], what: str) -> _Found:
    if not found:
        raise NotFound(what)
    return found[0]
