"""The members' visits with their group: written with the group's own, in the same transaction, whoever changes those."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import uuid4

from sqlalchemy import exists, insert, select, update

from scheduler.domain.appointment import NOT_BEGUN, Appointment, AppointmentState, appointment_at
from scheduler.domain.claims import Claim, Placement, Purpose
from scheduler.domain.cohorts import Cohort
from scheduler.domain.group_readings import is_for_group, key_for_member
from scheduler.domain.group_terms import Member
from scheduler.domain.series import Series, SeriesState
from scheduler.domain.treatment import Protocol
from scheduler.store import appointments, ledger
from scheduler.store.base import table_of
from scheduler.store.cohorts import load_cohorts
from scheduler.store.protocol_rows import load_protocols
from scheduler.store.tables_groups import CohortRow
from scheduler.store.tables_treatment import AppointmentRow, SeriesRow
from scheduler.store.work import reading, writing

_cohort = table_of(CohortRow)
_series = table_of(SeriesRow)
_visit = table_of(AppointmentRow)

_GOES_ON = (SeriesState.BOOKED.value, SeriesState.PAUSED.value)


def visits_with(group_visits: Iterable[str]) -> tuple[Appointment, ...]:
    """Return the members' visits that take part in visits of a group, those called off among them, by start."""
    with reading() as connection:
        return appointments.load_appointments(
            connection, [_visit.c.group_visit_id.in_(sorted(set(group_visits)))]
        )


def follow(series: Series, at: datetime) -> None:
    """Write what becomes of the members' visits as a series of a cohort now stands; nothing for any other series.

    A visit of the group that is new is new for every member whose series goes on; one that was moved is moved for all who
    still come. Raises `Conflict` when a member's time is no longer to be had.
    """
    # Only a cohort has such a series: for all others nothing is looked up.
    if not is_for_group(series.protocol):
        return
    connection = writing()
    for cohort in load_cohorts(connection, [_cohort.c.id == series.patient]):
        protocol = next(
            one
            for one in load_protocols(connection, key_for_member(series.protocol))
            if one.version == series.protocol_version
        )
        theirs: dict[str, list[Appointment]] = {}
        for visit in visits_with(visit.id for visit in series.appointments):
            theirs.setdefault(visit.patient, []).append(visit)
        changed: list[Appointment] = []
        new: list[Appointment] = []
        for member in cohort.members:
            have = {visit.group_visit: visit for visit in theirs.get(member.patient, ())}
            own = _series_of(series, member, have, at)
            if own is not None:
                changed += _moved(series, have)
                new += (
                    _taking_part(visit, own, protocol, (cohort, member))
                    for visit in series.standing
                    if visit.id not in have and visit.state in NOT_BEGUN
                )
        appointments.rewrite(changed, at)
        appointments.write_new(new, at)
        ledger.take(claim for visit in (*changed, *new) for claim in visit.claims)


def mark_members(series: str, state: SeriesState) -> None:
    """Give the members' series of a cohort's series the same state, where no visit of theirs stands any more."""
    of_group = select(_visit.c.id).where(_visit.c.series_id == series)
    theirs = select(_visit.c.series_id).where(_visit.c.group_visit_id.in_(of_group))
    stands = exists().where(_visit.c.series_id == _series.c.id, appointments.STANDING)
    chosen = (_series.c.id.in_(theirs), _series.c.state.in_(_GOES_ON), ~stands)
    writing().execute(update(_series).where(*chosen).values(state=state.value))


def place_of(visit: Appointment) -> tuple[Claim, ...]:
    """Return the claim of a member's visit on a place of the cohort; none for any other visit."""
    if visit.group_visit is None:
        return ()
    cohort = appointments.appointment(visit.group_visit).patient
    return (Claim(cohort, Purpose.PLACE, visit.interval, visit.id),)


def _series_of(
    series: Series, member: Member, have: Mapping[str | None, Appointment], at: datetime
) -> str | None:
    """Return the series of a member's visits with the group, made if there is none; `None` where it does not go on."""
    connection = writing()
    for visit in have.values():
        row = connection.execute(select(_series.c.state).where(_series.c.id == visit.series)).one()
        return visit.series if row.state in _GOES_ON else None
    id = uuid4().hex
    values = {
        "id": id,
        "site_id": series.site,
        "patient_id": member.patient,
        "protocol_key": key_for_member(series.protocol),
        "protocol_version": series.protocol_version,
        "state": series.state.value,
        "declined": [],
        "created_at": at,
        "held_until": None,
    }
    connection.execute(insert(_series).values(values))
    return id


def _moved(series: Series, have: Mapping[str | None, Appointment]) -> Sequence[Appointment]:
    """Return a member's visits that must go to the new time of their group's, a version on and to be confirmed anew."""
    moved = []
    for group_visit in series.standing:
        visit = have.get(group_visit.id)
        if visit is None or visit.state not in NOT_BEGUN or visit.start == group_visit.start:
            continue
        new = visit.shifted(group_visit.start - visit.start)
        moved.append(replace(new, state=AppointmentState.BOOKED, version=visit.version + 1))
    return moved


def _taking_part(
    group_visit: Appointment, series: str, protocol: Protocol, whose: tuple[Cohort, Member]
) -> Appointment:
    cohort, member = whose
    placement = Placement(protocol.step(group_visit.step), group_visit.start, member.patient, None, {})
    made = appointment_at(placement, {}, group_visit.site, id=uuid4().hex, series=series)
    place = Claim(cohort.id, Purpose.PLACE, made.interval, made.id)
    return replace(made, group_visit=group_visit.id, claims=(*made.claims, place))
