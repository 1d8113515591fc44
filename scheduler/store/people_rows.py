"""Reads and writes staff with shifts, time off and credentials, and patients with absences and decisions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Connection, Select, bindparam, delete, insert, select, update

from scheduler.domain.interval import NOT_BUSY, BusyTimes, Interval
from scheduler.domain.people import Credential, GateDecision, GateRecord, Patient, Role, StaffMember
from scheduler.store.base import table_of
from scheduler.store.busy_rows import follow_to_site, load_busy_times
from scheduler.store.place_rows import hours_rows, interval_rows, load_hours
from scheduler.store.rows import by_owner, hang, of_one_or_all, put
from scheduler.store.tables_groups import CohortRow
from scheduler.store.tables_people import (
    CredentialRow,
    GateRecordRow,
    PatientAbsenceRow,
    PatientRow,
    ShiftRow,
    StaffRow,
    TimeOffRow,
)

_staff = table_of(StaffRow)
_shift = table_of(ShiftRow)
_time_off = table_of(TimeOffRow)
_credential = table_of(CredentialRow)
_patient = table_of(PatientRow)
_absence = table_of(PatientAbsenceRow)
_gate = table_of(GateRecordRow)
_cohort = table_of(CohortRow)

PatientRows: TypeAlias = tuple[Any, Sequence[Sequence[Any]], Sequence[Sequence[Any]]]
"""What a patient is made of: the row, the absences and the decisions."""

#: The condition that a row of patients is somebody, and does not stand for a cohort.
IS_SOMEBODY = _patient.c.id.not_in(select(_cohort.c.id))


# Put together once, as below: these are asked for with everything that is planned or judged.
_staff_of = of_one_or_all(select(_staff).order_by(_staff.c.id), _staff.c.site_id)
_time_off_of = of_one_or_all(
    select(_time_off.c.staff_id, _time_off.c.starts_at, _time_off.c.ends_at).order_by(_time_off.c.id),
    _time_off.c.site_id,
)
_credentials_of = of_one_or_all(
    select(_credential.c.staff_id, _credential.c.kind, _credential.c.valid_until).order_by(_credential.c.id),
    _credential.c.site_id,
)


def load_staff(connection: Connection, site: str | None = None) -> tuple[StaffMember, ...]:
    """Return the staff of one site or, for `None`, of all, by id."""
    shifts = load_hours(connection, _shift, "staff_id", site)
    time_off = by_owner(connection, *_time_off_of(site))
    credentials = by_owner(connection, *_credentials_of(site))
    busy = load_busy_times(connection, site)
    rows = connection.execute(*_staff_of(site))
    return tuple(
        StaffMember(
            id=row.id,
            site=row.site_id,
            name=row.name,
            roles=frozenset(Role(role) for role in row.roles),
            hours=shifts.get(row.id, ()),
            credentials=tuple(Credential(*held) for held in credentials.get(row.id, ())),
            time_off=tuple(Interval(*stretch) for stretch in time_off.get(row.id, ())),
            may_watch=row.may_watch,
            may_supervise=row.may_supervise,
            busy=BusyTimes(time for _, times in busy.get(row.id, ()) for time in times),
        )
        for row in rows
    )


def write_staff_member(connection: Connection, person: StaffMember) -> None:
    """Write a member of staff, in place of what was known; the resource must be there already.

    What their calendars elsewhere say is written with those, not here.
    """
    row = {
        "id": person.id,
        "site_id": person.site,
        "name": person.name,
        "roles": sorted(person.roles),
        "may_watch": person.may_watch,
        "may_supervise": person.may_supervise,
    }
    put(connection, _staff, row)
    owner = {"staff_id": person.id, "site_id": person.site}
    hang(connection, _shift, owner, hours_rows(person.hours))
    hang(connection, _time_off, owner, interval_rows(person.time_off))
    held = [{"kind": held.kind, "valid_until": held.valid_until} for held in person.credentials]
    hang(connection, _credential, owner, held)
    follow_to_site(connection, person.id, person.site)


def staff_as_told(person: StaffMember) -> StaffMember:
    """Return a member of staff without what calendars elsewhere say, as files are compared by."""
    return replace(person, busy=NOT_BUSY)


def load_patients(connection: Connection, where: Sequence[ColumnElement[bool]] = ()) -> tuple[Patient, ...]:
    """Return the patients that meet conditions on `PatientRow`, by family name, given name and id."""
    return tuple(patient_from(*rows) for rows in patient_rows(connection, where))


def patient_rows(connection: Connection, where: Sequence[ColumnElement[bool]]) -> Iterator[PatientRows]:
    """Yield what patients are made of, in the order in which they are told: the row, the absences and the decisions."""
    return _ask_for_patients(connection, _patient_queries(where), {})


def load_patient(connection: Connection, id: str) -> tuple[Patient, ...]:
    """Return the patient of this id, or nobody."""
    return tuple(patient_from(*rows) for rows in _ask_for_patients(connection, _OF_ID, {"patient": id}))


def _ask_for_patients(
    connection: Connection, queries: Sequence[Select[Any]], values: Mapping[str, Any]
) -> Iterator[PatientRows]:
    for_absences, for_gates, for_rows = queries
    absences = by_owner(connection, for_absences, values)
    gates = by_owner(connection, for_gates, values)
    for row in connection.execute(for_rows, values):
        yield row, absences.get(row.id, ()), gates.get(row.id, ())


def _patient_queries(where: Sequence[ColumnElement[bool]]) -> Sequence[Select[Any]]:
    """Return what asks for the absences, for the decisions and for the patients that meet conditions."""
    chosen = select(_patient.c.id).where(*where)
    return (
        _ABSENCES.where(_absence.c.patient_id.in_(chosen)),
        _GATES.where(_gate.c.patient_id.in_(chosen)),
        _PATIENTS.where(*where),
    )


_ABSENCES = select(_absence.c.patient_id, _absence.c.starts_at, _absence.c.ends_at).order_by(_absence.c.id)
_GATES = select(
    _gate.c.patient_id,
    _gate.c.kind,
    _gate.c.decision,
    _gate.c.decided_on,
    _gate.c.valid_until,
    _gate.c.decided_by,
    _gate.c.covers_visits,
    _gate.c.decided_at,
).order_by(_gate.c.id)
_PATIENTS = (
    select(_patient, _cohort.c.id.label("cohort"))
    .outerjoin(_cohort, _cohort.c.id == _patient.c.id)
    .order_by(_patient.c.family_name, _patient.c.given_name, _patient.c.id)
)
_OF_ID = _patient_queries([_patient.c.id == bindparam("patient")])


def patient_from(row: Any, absences: Sequence[Sequence[Any]], gates: Sequence[Sequence[Any]]) -> Patient:
    """Return the patient of a row and of the rows that hang on it; for this room's own use."""
    return Patient(
        id=row.id,
        site=row.site_id,
        given_name=row.given_name,
        family_name=row.family_name,
        birth_date=row.birth_date,
        email=row.email,
        phone=row.phone,
        language=row.language or None,
        referred_on=row.referred_on,
        zone=row.zone,
        unavailable=tuple(Interval(*stretch) for stretch in absences),
        gates=tuple(_gate_from(*gate) for gate in gates),
        stands_for_cohort=row.cohort is not None,
    )


def patients_like(site: str, matching: str) -> list[ColumnElement[bool]]:
    """Return the conditions for patients of a site whose name holds every word of `matching`, or whose id is it.

    What stands for a cohort is no patient to be found.
    """
    words = matching.casefold().split()
    named = [_patient.c.matching_name.contains(word, autoescape=True) for word in words]
    conditions: list[ColumnElement[bool]] = [_patient.c.site_id == site, IS_SOMEBODY]
    if named:
        every = named[0]
        for one in named[1:]:
            every = every & one
        conditions.append(every | (_patient.c.id == matching.strip()))
    return conditions


def write_patient(connection: Connection, patient: Patient) -> None:
    """Write a patient as a file tells, in place of what was known; the resource must be there already.

    Decisions that were taken here are no file's to change, and stay.
    """
    row = {
        "id": patient.id,
        "site_id": patient.site,
        "given_name": patient.given_name,
        "family_name": patient.family_name,
        # SQLite folds only the letters of English, so names are folded here, alike for every database.
        "matching_name": patient.name.casefold(),
        "birth_date": patient.birth_date,
        "email": patient.email,
        "phone": patient.phone,
        "language": patient.language or "",
        "referred_on": patient.referred_on,
        "zone": patient.zone,
    }
    put(connection, _patient, row)
    owner = {"patient_id": patient.id, "site_id": patient.site}
    hang(connection, _absence, owner, interval_rows(patient.unavailable))
    told = [{**owner, **_gate_row(gate)} for gate in as_told(patient).gates]
    of_files = (_gate.c.patient_id == patient.id, _gate.c.decided_at.is_(None))
    connection.execute(delete(_gate).where(*of_files))
    if told:
        connection.execute(insert(_gate), told)


def as_told(patient: Patient) -> Patient:
    """Return a patient with the decisions alone that a file told of, as files are compared by."""
    return replace(patient, gates=tuple(gate for gate in patient.gates if gate.decided_at is None))


def with_what_is_known(told: Iterable[Patient], known: Iterable[Patient]) -> Iterator[Patient]:
    """Yield the patients of a file; where it says nothing of language or referral, with what is known of them."""
    kept = {one.id: one for one in known}
    for patient in told:
        before = kept.get(patient.id, patient)
        yield replace(
            patient,
            language=before.language if patient.language is None else patient.language,
            referred_on=patient.referred_on or before.referred_on,
        )


def write_language(connection: Connection, patient: str, language: str | None) -> None:
    """Write what a patient reads, `None` for the language of the site."""
    connection.execute(update(_patient).where(_patient.c.id == patient).values(language=language or ""))


def write_decision(connection: Connection, patient: Patient, gate: GateRecord) -> None:
    """Add one decision that was taken here."""
    row = {"patient_id": patient.id, "site_id": patient.site, **_gate_row(gate)}
    connection.execute(insert(_gate).values(row))


def erase_decisions(connection: Connection, patient: str, decided_at: datetime) -> None:
    """Take out what was decided here about a patient at this very instant, for an act that is undone."""
    connection.execute(delete(_gate).where(_gate.c.patient_id == patient, _gate.c.decided_at == decided_at))


def _gate_from(kind: str, decision: str, *rest: Any) -> GateRecord:
    return GateRecord(kind, GateDecision(decision), *rest)


def _gate_row(gate: GateRecord) -> dict[str, Any]:
    return {
        "kind": gate.kind,
        "decision": gate.decision.value,
        "decided_on": gate.decided_on,
        "valid_until": gate.valid_until,
        "decided_by": gate.decided_by,
        "covers_visits": gate.covers_visits,
        "decided_at": gate.decided_at,
    }
