"""Cohorts as they are kept: reading and writing them, and the diary of a cohort as that of one patient."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, insert, select

from scheduler.domain.claim_book import ClaimBook
from scheduler.domain.claims import Claim, Purpose, cohort_capacity
from scheduler.domain.cohorts import Attendance, Cohort
from scheduler.domain.diary import Diary
from scheduler.domain.errors import NotFound
from scheduler.domain.group_terms import Member
from scheduler.domain.interval import merged
from scheduler.domain.people import Patient
from scheduler.domain.series import SeriesState
from scheduler.store.appointments import STANDING
from scheduler.store.base import table_of
from scheduler.store.claim_rows import CLAIM_COLUMNS, claim, claims_from
from scheduler.store.ledger import set_capacity
from scheduler.store.people_rows import load_patients
from scheduler.store.rows import by_owner, put
from scheduler.store.tables_groups import CohortMemberRow, CohortRow
from scheduler.store.tables_ledger import ResourceRow
from scheduler.store.tables_people import PatientRow
from scheduler.store.tables_treatment import AppointmentRow, SeriesRow
from scheduler.store.work import reading, writing

_cohort = table_of(CohortRow)
_member = table_of(CohortMemberRow)
_patient = table_of(PatientRow)
_resource = table_of(ResourceRow)
_series = table_of(SeriesRow)
_visit = table_of(AppointmentRow)

_GIVEN_UP = (SeriesState.CANCELLED.value, SeriesState.LAPSED.value)


def cohort(id: str) -> Cohort:
    """Return a cohort. Raises `NotFound`."""
    with reading() as connection:
        found = load_cohorts(connection, [_cohort.c.id == id])
    if not found:
        raise NotFound(f"There is no cohort '{id}'")
    return found[0]


def cohorts(site: str | None = None) -> tuple[Cohort, ...]:
    """Return the cohorts of one site or, for `None`, of all, by name."""
    with reading() as connection:
        return load_cohorts(connection, [] if site is None else [_cohort.c.site_id == site])


def cohorts_of(patient: str) -> tuple[Cohort, ...]:
    """Return the cohorts that a patient is a member of."""
    theirs = select(_member.c.cohort_id).where(_member.c.patient_id == patient)
    with reading() as connection:
        return load_cohorts(connection, [_cohort.c.id.in_(theirs)])


def load_cohorts(connection: Connection, where: Sequence[ColumnElement[bool]] = ()) -> tuple[Cohort, ...]:
    """Return the cohorts that meet conditions on `CohortRow`, by name; for this room's own use."""
    chosen = select(_cohort.c.id).where(*where)
    members = by_owner(
        connection,
        select(_member.c.cohort_id, _member.c.patient_id, _member.c.place, _member.c.high_dose)
        .where(_member.c.cohort_id.in_(chosen))
        .order_by(_member.c.place),
    )
    booked = by_owner(
        connection,
        select(_series.c.patient_id, _series.c.id)
        .where(_series.c.patient_id.in_(chosen), _series.c.state.not_in(_GIVEN_UP))
        .order_by(_series.c.created_at, _series.c.id),
    )
    rows = connection.execute(select(_cohort).where(*where).order_by(_cohort.c.name, _cohort.c.id)).all()
    return tuple(
        Cohort(
            id=row.id,
            site=row.site_id,
            name=row.name,
            protocol=row.protocol_key,
            members=tuple(Member(*one) for one in members.get(row.id, ())),
            series=booked[row.id][-1][0] if row.id in booked else "",
        )
        for row in rows
    )


def write_cohort(cohort: Cohort, most: int, at: datetime) -> None:
    """Write a cohort with its members in place of what was known, and its lanes: a place for each of `most` members."""
    connection = writing()
    put(connection, _resource, {"id": cohort.id, "kind": "patient", "site_id": cohort.site})
    put(
        connection,
        _patient,
        {
            "id": cohort.id,
            "site_id": cohort.site,
            "given_name": "",
            "family_name": cohort.name,
            "matching_name": cohort.name.casefold(),
            # Nobody was born: the column wants a day, and nothing reads it.
            "birth_date": at.date(),
            "email": "",
            "phone": "",
            "language": "en",
            "zone": None,
        },
    )
    row = {"id": cohort.id, "site_id": cohort.site, "name": cohort.name, "protocol_key": cohort.protocol}
    put(connection, _cohort, row)
    connection.execute(delete(_member).where(_member.c.cohort_id == cohort.id))
    members = [
        {
            "cohort_id": cohort.id,
            "patient_id": one.patient,
            "site_id": cohort.site,
            "place": one.place,
            "high_dose": one.high_dose,
            "joined_at": at,
        }
        for one in cohort.members
    ]
    if members:
        connection.execute(insert(_member), members)
    set_capacity(cohort.id, cohort.site, cohort_capacity(most))


def joined(connection: Connection, diary: Diary) -> Diary:
    """Return the diary of a patient that stands for a cohort: whatever keeps one member keeps the cohort.

    The members' absences are its own, and so are their claims, but for those of their visits with this very cohort: those
    the cohort's own claims stand for.
    """
    if not diary.patient.stands_for_cohort:
        return diary
    (known,) = load_cohorts(connection, [_cohort.c.id == diary.patient.id])
    ids = [member.patient for member in known.members]
    group = _visit.alias("group_visit")
    with_it = connection.execute(
        select(_visit.c.id, _visit.c.group_visit_id, _visit.c.patient_id, STANDING.label("stands"))
        .join(group, group.c.id == _visit.c.group_visit_id)
        .where(group.c.patient_id == known.id)
    ).all()
    coming: dict[str, set[str]] = defaultdict(set)
    for row in with_it:
        coming[row.group_visit_id] |= {row.patient_id} if row.stands else set()
    own = frozenset(row.id for row in with_it)
    theirs = [one for one in _claims(connection, diary, ids) if one.appointment not in own]
    of_cohort = ClaimBook.of(
        [*(replace(one, resource=known.id) for one in theirs), *_claims(connection, diary, [known.id])]
    )
    people = load_patients(connection, [_patient.c.id.in_(ids)])
    missing = {visit: frozenset(ids) - patients for visit, patients in coming.items()}
    return replace(
        diary,
        patient=_together(diary.patient, people),
        claims=diary.book.beside(of_cohort),
        attendance=Attendance(known.members, missing),
    )


def _together(cohort: Patient, members: Sequence[Patient]) -> Patient:
    away = merged(stretch for one in members for stretch in one.unavailable)
    return replace(cohort, unavailable=tuple(away))


def _claims(connection: Connection, diary: Diary, resources: Sequence[str]) -> Sequence[Claim]:
    query = select(*CLAIM_COLUMNS).where(
        claim.c.resource_id.in_(sorted(resources)),
        claim.c.purpose != Purpose.PLACE.value,
        claim.c.ends_at > diary.horizon.start,
        claim.c.starts_at < diary.horizon.end,
    )
    with connection.execute(query) as result:
        return claims_from(result.cursor.fetchall())
