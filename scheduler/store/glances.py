"""What pages glance at: a few columns of many rows, where reading whole visits or whole patients would be slow."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, func, or_, select, union_all

from scheduler.domain.appointment import Appointment
from scheduler.domain.interval import Interval
from scheduler.domain.people import Patient, Role
from scheduler.domain.series import Series
from scheduler.store.appointments import STANDING, visit_from
from scheduler.store.base import table_of
from scheduler.store.people_rows import IS_SOMEBODY, load_patients
from scheduler.store.rows import by_owner
from scheduler.store.series import series_from
from scheduler.store.tables_people import PatientRow, StaffRow
from scheduler.store.tables_places import RoomRow
from scheduler.store.tables_treatment import AppointmentRow, AppointmentStaffRow, SeriesRow
from scheduler.store.work import reading

_visit = table_of(AppointmentRow)
_serving = table_of(AppointmentStaffRow)
_series = table_of(SeriesRow)
_patient = table_of(PatientRow)
_staff = table_of(StaffRow)
_room = table_of(RoomRow)


@dataclass(frozen=True, slots=True)
class PatientLine:
    """One patient in a list; `next_visit` is the start of the next standing visit, `None` when there is none."""

    id: str
    given_name: str
    family_name: str
    birth_date: date
    phone: str
    next_visit: datetime | None

    @property
    def name(self) -> str:
        """Full name, for signed-in pages alone."""
        return f"{self.given_name} {self.family_name}"


@dataclass(frozen=True, slots=True)
class PatientSearch:
    """Which patients to list: of one site; with every word of `wanted` in name, phone or birthday; `seen_by` one of staff.

    Words are matched without regard to capitals; a phone number by its digits; a birthday by its ISO form. `None` for
    `seen_by` means everybody. `limit` is how many are listed at the most.
    """

    site: str
    wanted: str = ""
    seen_by: str | None = None
    limit: int = 200


def patient_lines(search: PatientSearch, now: datetime) -> tuple[PatientLine, ...]:
    """Return the patients that a search finds, by family name."""
    ahead = (
        select(_visit.c.patient_id, func.min(_visit.c.starts_at).label("start"))
        .where(_visit.c.site_id == search.site, _visit.c.starts_at > now, STANDING)
        .group_by(_visit.c.patient_id)
        .subquery()
    )
    query = (
        select(_patient, ahead.c.start)
        .outerjoin(ahead, ahead.c.patient_id == _patient.c.id)
        .where(_patient.c.site_id == search.site, IS_SOMEBODY, *map(_has, _words(search.wanted)))
        .order_by(_patient.c.family_name, _patient.c.given_name, _patient.c.id)
        .limit(search.limit)
    )
    if search.seen_by is not None:
        query = query.where(_patient.c.id.in_(union_all(*_ways_to_see(search.seen_by))))
    with reading() as connection:
        return tuple(
            PatientLine(row.id, row.given_name, row.family_name, row.birth_date, row.phone, row.start)
            for row in connection.execute(query)
        )


def is_seen_by(patient: str, staff: str) -> bool:
    """Say whether a member of staff serves in any visit of a patient, past, to come or called off."""
    alone, in_group = _ways_to_see(staff)
    with reading() as connection:
        for query in (alone, in_group):
            if connection.execute(query.where(_visit.c.patient_id == patient).limit(1)).first():
                return True
    return False


def starts_between(interval: Interval, site: str, staff: str | None = None) -> tuple[datetime, ...]:
    """Return the starts of the standing visits of a site, or of one of its staff, that start in the interval."""
    query = select(_visit.c.starts_at).where(
        _visit.c.site_id == site,
        _visit.c.starts_at >= interval.start,
        _visit.c.starts_at < interval.end,
        STANDING,
    )
    if staff is not None:
        serving = select(_serving.c.appointment_id).where(_serving.c.staff_id == staff)
        query = query.where(_visit.c.id.in_(serving))
    with reading() as connection:
        return tuple(connection.execute(query.order_by(_visit.c.starts_at)).scalars())


def series_in_outline(ids: Iterable[str]) -> Mapping[str, Series]:
    """Return series by id, their visits without phases and claims: enough for what asks for days and people."""
    wanted = sorted(set(ids))
    visits: dict[str, list[Appointment]] = defaultdict(list)
    with reading() as connection:
        serving = by_owner(
            connection,
            select(_serving.c.appointment_id, _serving.c.role, _serving.c.segment, _serving.c.staff_id)
            .join(_visit, _visit.c.id == _serving.c.appointment_id)
            .where(_visit.c.series_id.in_(wanted))
            .order_by(_serving.c.role, _serving.c.segment),
        )
        query = select(_visit).where(_visit.c.series_id.in_(wanted)).order_by(_visit.c.starts_at, _visit.c.id)
        for row in connection.execute(query):
            visits[row.series_id].append(visit_from(row, serving.get(row.id, ())))
        rows = connection.execute(select(_series).where(_series.c.id.in_(wanted))).all()
    return {row.id: series_from(row, visits[row.id]) for row in rows}


def patients_named(ids: Iterable[str]) -> Mapping[str, Patient]:
    """Return patients with their decisions, by id; those that do not exist are left out."""
    with reading() as connection:
        found = load_patients(connection, [_patient.c.id.in_(sorted(set(ids)))])
    return {patient.id: patient for patient in found}


def patients_alike(patient: Patient) -> tuple[Patient, ...]:
    """Return the other patients of the site who may be the same person: born that day, with one of the names alike."""
    born_then = (_patient.c.site_id == patient.site, _patient.c.birth_date == patient.birth_date, IS_SOMEBODY)
    with reading() as connection:
        found = load_patients(connection, [*born_then, _patient.c.id != patient.id])
    names = {patient.given_name.casefold(), patient.family_name.casefold()}
    return tuple(one for one in found if names & {one.given_name.casefold(), one.family_name.casefold()})


def room_names(site: str) -> Mapping[str, str]:
    """Return the names of a site's rooms by id."""
    with reading() as connection:
        rows = connection.execute(select(_room.c.id, _room.c.name).where(_room.c.site_id == site)).all()
    return {row.id: row.name for row in rows}


def staff_names(site: str, role: Role | None = None) -> Mapping[str, str]:
    """Return the names of a site's staff by id, in order of name; those with a role alone when one is given."""
    with reading() as connection:
        rows = connection.execute(
            select(_staff).where(_staff.c.site_id == site).order_by(_staff.c.name)
        ).all()
    return {row.id: row.name for row in rows if role is None or role.value in row.roles}


def _ways_to_see(staff: str) -> tuple[Select[tuple[str]], Select[tuple[str]]]:
    """Return the patients of the visits that somebody serves in, and those who are members of the groups in such visits."""
    theirs = _serving.c.staff_id == staff
    return (
        select(_visit.c.patient_id).join(_serving, _serving.c.appointment_id == _visit.c.id).where(theirs),
        select(_visit.c.patient_id)
        .join(_serving, _serving.c.appointment_id == _visit.c.group_visit_id)
        .where(theirs),
    )


def _words(wanted: str) -> list[str]:
    """Return what must each be found; a number written with spaces is one word."""
    words = wanted.casefold().split()
    return words if any(character.isalpha() for character in wanted) else ["".join(words)] if words else []


def _has(word: str) -> ColumnElement[bool]:
    ways: list[ColumnElement[bool]] = [_patient.c.matching_name.contains(word, autoescape=True)]
    digits = "".join(character for character in word if character.isdecimal())
    if len(digits) >= 3:
        plain: ColumnElement[str] = _patient.c.phone
        for sign in (" ", "-", "(", ")", ".", "+"):
            plain = func.replace(plain, sign, "")
        ways.append(plain.contains(digits))
    try:
        ways.append(_patient.c.birth_date == date.fromisoformat(word))
    except ValueError:
        pass
    return or_(*ways)
