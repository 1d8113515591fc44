"""Visits as they are kept: reading them with all that hangs on them, entering them, calling them off."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import ColumnElement, Connection, Select, bindparam, delete, insert, select, update

from scheduler.domain.appointment import CALLED_OFF, Appointment, AppointmentState, PhaseTime
from scheduler.domain.errors import Conflict, InvalidValue, NotFound
from scheduler.domain.interval import Interval
from scheduler.domain.people import Role
from scheduler.domain.treatment import StepKind
from scheduler.store import ledger, reminders
from scheduler.store.base import table_of
from scheduler.store.claim_rows import CLAIM_COLUMNS, claim, claims_from
from scheduler.store.freed_times import note_called_off, note_moved
from scheduler.store.rows import by_owner
from scheduler.store.tables_treatment import AppointmentPhaseRow, AppointmentRow, AppointmentStaffRow
from scheduler.store.work import reading, writing

_visit = table_of(AppointmentRow)
_staff = table_of(AppointmentStaffRow)
_phase = table_of(AppointmentPhaseRow)

_Rows = Sequence[Sequence[Any]]

#: What calendars show of a visit.
_SHOWN = ("starts_at", "ends_at", "room_id", "kind", "title", "patient_id")

#: The condition that a visit holds its claims.
STANDING = _visit.c.state.not_in(sorted(CALLED_OFF))


def appointment(id: str) -> Appointment:
    """Return a visit, called off or not. Raises `NotFound`."""
    with reading() as connection:
        found = ask_for_appointments(connection, _OF_ID, {"visit": id})
    if not found:
        raise NotFound(f"There is no appointment '{id}'")
    return found[0]


def appointments_between(
    interval: Interval,
    site: str | None = None,
    staff: str | None = None,
    room: str | None = None,
    patient: str | None = None,
) -> tuple[Appointment, ...]:
    """Return the visits that share a moment with the interval, by start; those called off are among them.

    `site`, `staff`, `room` and `patient` are ids that narrow the choice; `None` leaves it open.
    """
    wanted: list[ColumnElement[bool]] = [_visit.c.ends_at > interval.start, _visit.c.starts_at < interval.end]
    for column, value in ((_visit.c.site_id, site), (_visit.c.room_id, room), (_visit.c.patient_id, patient)):
        if value is not None:
            wanted.append(column == value)
    if staff is not None:
        theirs = select(_staff.c.appointment_id).where(_staff.c.staff_id == staff)
        wanted.append(_visit.c.id.in_(theirs))
    with reading() as connection:
        return load_appointments(connection, wanted)


def all_appointments() -> tuple[Appointment, ...]:
    """Return every visit there is, by start; those called off are among them."""
    with reading() as connection:
        return load_appointments(connection, [])


def call_off(ids: Collection[str], state: AppointmentState, at: datetime) -> None:
    """Give standing visits a state in which they are called off, and give back their claims; members' with their group's.

    Their version and what calendars count by rise by one. Raises `NotFound` for an unknown visit and `Conflict` for
    one that is called off already.
    """
    if state.takes_time:
        raise InvalidValue(f"'{state}' does not call a visit off")
    connection = writing()
    members = set(_standing_with(connection, ids))
    wanted = sorted({*ids, *members})
    found = {row.id: row.state for row in connection.execute(select(_visit).where(_visit.c.id.in_(wanted)))}
    for id in wanted:
        if id not in found:
            raise NotFound(f"There is no appointment '{id}'")
        if AppointmentState(found[id]) in CALLED_OFF:
            raise Conflict(f"Appointment '{id}' was called off by somebody else; look at it again.")
    connection.execute(
        update(_visit)
        .where(_visit.c.id.in_(wanted))
        .values(
            state=state.value,
            version=_visit.c.version + 1,
            sequence=_visit.c.sequence + 1,
            changed_at=at,
        )
    )
    note_called_off(wanted, at)
    ledger.release(wanted)
    # Whoever calls a group's visit off voids the messages about that one alone.
    reminders.mark_void(members)


def _standing_with(connection: Connection, ids: Iterable[str]) -> Iterable[str]:
    """Return the members' visits that take part in any of these and stand: they are called off with their group's."""
    taking_part = _visit.c.group_visit_id.in_(sorted(set(ids)))
    return connection.execute(select(_visit.c.id).where(taking_part, STANDING)).scalars().all()


def note_progress(visit: Appointment) -> None:
    """Write how far a visit has come: its state and when the patient really came and was let go, a version on.

    Calendars hear nothing of it, for nothing changes that they show. Raises `Conflict` for a visit that is called off or
    was changed since it was read.
    """
    if not visit.state.takes_time:
        raise InvalidValue(f"'{visit.state}' calls a visit off; that is for `call_off`")
    as_read = (_visit.c.id == visit.id, _visit.c.version == visit.version - 1, STANDING)
    values = {
        "state": visit.state.value,
        "version": visit.version,
        "began_at": visit.began_at,
        "released_at": visit.released_at,
    }
    if writing().execute(update(_visit).where(*as_read).values(values)).rowcount == 0:
        raise Conflict(f"Appointment '{visit.id}' was changed by somebody else; look at it again.")


def call_on(visit: Appointment, at: datetime) -> None:
    """Let a visit stand again that was called off by mistake, with its claims as they were; calendars hear of it.

    Raises `Conflict` when somebody else has taken one of its times meanwhile.
    """
    values = {
        "state": visit.state.value,
        "version": visit.version,
        "sequence": _visit.c.sequence + 1,
        "changed_at": at,
        "began_at": visit.began_at,
        "released_at": visit.released_at,
    }
    writing().execute(update(_visit).where(_visit.c.id == visit.id).values(values))
    ledger.take(visit.claims)


def enter(visits: Sequence[Appointment], at: datetime) -> None:
    """Write new visits with their staff, phases and claims; for series. `at` is when they are made."""
    write_new(visits, at)
    ledger.take(one for visit in visits for one in visit.claims)


def write_new(visits: Sequence[Appointment], at: datetime) -> None:
    """Write new visits with their staff and phases, but without their claims; for imports."""
    if visits:
        connection = writing()
        connection.execute(insert(_visit), [{**visit_row(visit), **_calendar_row(at)} for visit in visits])
        write_details(connection, visits)


def rewrite(visits: Sequence[Appointment], at: datetime) -> None:
    """Write visits that stand, in place of what was kept of them, and give back their claims; for changes and imports.

    Calendars are to hear of those that got another time, place, name or patient. Messages about a former time become
    void. The claims are entered afterwards, all together, so that visits may change places.
    """
    connection, ids = writing(), [visit.id for visit in visits]
    if not ids:
        return
    before = {row.id: row for row in connection.execute(select(_visit).where(_visit.c.id.in_(ids)))}
    note_moved(visits, at)
    ledger.release(ids)
    for table in (_staff, _phase):
        connection.execute(delete(table).where(table.c.appointment_id.in_(ids)))
    for visit in visits:
        row = visit_row(visit)
        shows_otherwise = any(row[name] != getattr(before[visit.id], name) for name in _SHOWN)
        sequence = before[visit.id].sequence + shows_otherwise
        changed = {**row, "sequence": sequence, "changed_at": at}
        connection.execute(update(_visit).where(_visit.c.id == visit.id).values(changed))
    write_details(connection, visits)
    reminders.mark_outdated(ids)


def write_details(connection: Connection, visits: Sequence[Appointment]) -> None:
    """Write who serves in visits, and their phases; there must be none yet."""
    serving = [
        {
            "appointment_id": visit.id,
            "site_id": visit.site,
            "role": role.value,
            "segment": segment,
            "staff_id": person,
        }
        for visit in visits
        for (role, segment), person in _serving(visit).items()
    ]
    phases = [
        {
            "appointment_id": visit.id,
            "site_id": visit.site,
            "position": position,
            "name": phase.name,
            "starts_at": phase.interval.start,
            "ends_at": phase.interval.end,
        }
        for visit in visits
        for position, phase in enumerate(visit.phases)
    ]
    if serving:
        connection.execute(insert(_staff), serving)
    if phases:
        connection.execute(insert(_phase), phases)


def visit_row(visit: Appointment) -> dict[str, Any]:
    """Return the row of a visit, without what calendars count by."""
    return {
        "id": visit.id,
        "site_id": visit.site,
        "series_id": visit.series or None,
        "patient_id": visit.patient,
        "room_id": visit.room,
        "step": visit.step,
        "kind": visit.kind.value,
        "title": visit.title,
        "state": visit.state.value,
        "version": visit.version,
        "starts_at": visit.interval.start,
        "ends_at": visit.interval.end,
        "began_at": visit.began_at,
        "released_at": visit.released_at,
        "group_visit_id": visit.group_visit,
    }


def _calendar_row(at: datetime) -> dict[str, Any]:
    return {"calendar_uid": uuid4().hex, "sequence": 0, "created_at": at, "changed_at": at}


@dataclass(frozen=True)
class VisitQueries:
    """What asks for visits and for the rows that hang on them."""

    visits: Select[Any]
    staff: Select[Any]
    phases: Select[Any]
    claims: Select[Any]


# Put together once, since this is asked a dozen times for each step of a visit's day.
_VISITS = select(_visit).order_by(_visit.c.starts_at, _visit.c.id)
_STAFF = (
    select(_staff.c.appointment_id, _staff.c.role, _staff.c.segment, _staff.c.staff_id)
    .join(_visit, _visit.c.id == _staff.c.appointment_id)
    .order_by(_staff.c.role, _staff.c.segment)
)
_PHASES = (
    select(_phase.c.appointment_id, _phase.c.name, _phase.c.starts_at, _phase.c.ends_at)
    .join(_visit, _visit.c.id == _phase.c.appointment_id)
    .order_by(_phase.c.appointment_id, _phase.c.position)
)
_CLAIMS = (
    select(claim.c.appointment_id, *CLAIM_COLUMNS)
    .join(_visit, _visit.c.id == claim.c.appointment_id)
    .order_by(claim.c.starts_at, claim.c.resource_id, claim.c.purpose, claim.c.lane)
)


def load_appointments(
    connection: Connection, where: Sequence[ColumnElement[bool]]
) -> tuple[Appointment, ...]:
    """Return the visits that meet conditions on `AppointmentRow`, by start; for this room's own use."""
    return ask_for_appointments(connection, visit_queries(where), {})


def visit_queries(where: Sequence[ColumnElement[bool]]) -> VisitQueries:
    """Return what asks for the visits that meet conditions on `AppointmentRow`; for this room's own use."""
    return VisitQueries(*(query.where(*where) for query in (_VISITS, _STAFF, _PHASES, _CLAIMS)))


_OF_ID = visit_queries([_visit.c.id == bindparam("visit")])


def ask_for_appointments(
    connection: Connection, queries: VisitQueries, values: Mapping[str, Any]
) -> tuple[Appointment, ...]:
    """Return the visits that queries find with these values, by start; for this room's own use."""
    staff = by_owner(connection, queries.staff, values)
    phases = by_owner(connection, queries.phases, values)
    claims = by_owner(connection, queries.claims, values)
    rows = connection.execute(queries.visits, values).all()
    return tuple(
        visit_from(row, staff.get(row.id, ()), phases.get(row.id, ()), claims.get(row.id, ())) for row in rows
    )


def visit_from(row: Any, staff: _Rows, phases: _Rows = (), claims: _Rows = ()) -> Appointment:
    """Return the visit of a row and of the rows that hang on it; for this room's own use."""
    return Appointment(
        id=row.id,
        series=row.series_id or "",
        site=row.site_id,
        patient=row.patient_id,
        step=row.step,
        kind=StepKind(row.kind),
        state=AppointmentState(row.state),
        version=row.version,
        interval=Interval(row.starts_at, row.ends_at),
        room=row.room_id,
        staff=beginning(staff),
        phases=tuple(PhaseTime(name, Interval(start, end)) for name, start, end in phases),
        claims=tuple(claims_from(claims)),
        title=row.title,
        relief=taking_over(staff),
        began_at=row.began_at,
        released_at=row.released_at,
        group_visit=row.group_visit_id,
    )


def beginning(staff: Iterable[Sequence[Any]]) -> Mapping[Role, str]:
    """Return who begins in each role, from rows of role, segment and person."""
    return {Role(role): person for role, segment, person in staff if segment == 0}


def taking_over(staff: Iterable[Sequence[Any]]) -> Mapping[tuple[Role, int], str]:
    """Return who serves a segment of a role instead of who began, from rows of role, segment and person."""
    return {(Role(role), segment): person for role, segment, person in staff if segment > 0}


def _serving(visit: Appointment) -> Mapping[tuple[Role, int], str]:
    return {**{(role, 0): person for role, person in visit.staff.items()}, **visit.relief}
