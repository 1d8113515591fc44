"""Times that became free and still lie ahead: noted where visits give their claims back, with nobody's name."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import delete, func, insert, select, update

from scheduler.domain.appointment import Appointment
from scheduler.domain.claims import Claim, Purpose
from scheduler.domain.interval import Interval
from scheduler.domain.people import Role
from scheduler.domain.treatment import StepKind
from scheduler.domain.waiting import FreedBy, FreedTime
from scheduler.store.base import table_of
from scheduler.store.claim_rows import CLAIM_COLUMNS, claim, claims_from
from scheduler.store.tables_treatment import AppointmentRow
from scheduler.store.tables_waiting import FreedTimeRow
from scheduler.store.work import reading, writing

_freed = table_of(FreedTimeRow)
_visit = table_of(AppointmentRow)

_OF_PEOPLE_AND_ROOMS = (Purpose.OCCUPY, Purpose.WATCH, Purpose.ON_PREMISES)


def note_called_off(ids: Collection[str], at: datetime) -> None:
    """Note what these visits, which still have their claims, are about to give back of the time after an instant."""
    for row in _visits_ahead(ids, at):
        _note_visit(row, _claims_of(row), FreedBy.CALLED_OFF, at)


def note_moved(visits: Iterable[Appointment], at: datetime) -> None:
    """Note what visits give back that are about to stand as given here instead of as they are kept."""
    new = {visit.id: visit for visit in visits}
    for row in _visits_ahead(new, at):
        left = [one for one in _claims_of(row) if not _goes_on(one, new[row.id])]
        # Of a visit that merely ends earlier or has another nurse nothing is left in which somebody could come.
        if any(one.purpose is Purpose.OCCUPY for one in left):
            _note_visit(row, left, FreedBy.MOVED, at)


def note_freed(one: FreedTime) -> None:
    """Keep that a time became free."""
    row = {
        "id": one.id,
        "site_id": one.site,
        "starts_at": one.interval.start,
        "ends_at": one.interval.end,
        "cause": one.cause.value,
        "kind": one.kind.value if one.kind else "",
        "claims": [_plain(claim) for claim in one.claims],
        "freed_at": one.freed_at,
        "settled_at": None,
        "settled_by": "",
    }
    writing().execute(insert(_freed).values(row))


def freed_ahead(site: str, now: datetime) -> tuple[FreedTime, ...]:
    """Return the times of a site that became free and are not over, by start; those left free by somebody are not told."""
    wanted = (_freed.c.site_id == site, _freed.c.ends_at > now, _freed.c.settled_at.is_(None))
    query = select(_freed).where(*wanted).order_by(_freed.c.starts_at, _freed.c.freed_at, _freed.c.id)
    with reading() as connection:
        return tuple(_from(row) for row in connection.execute(query))


def count_freed(site: str, now: datetime) -> int:
    """Return how many these are."""
    wanted = (_freed.c.site_id == site, _freed.c.ends_at > now, _freed.c.settled_at.is_(None))
    with reading() as connection:
        return int(connection.execute(select(func.count()).where(*wanted)).scalar_one())


def settle_freed(id: str, at: datetime, by: str) -> bool:
    """Note that a time may stay free, and say whether that is new."""
    settled = update(_freed).where(_freed.c.id == id, _freed.c.settled_at.is_(None))
    return writing().execute(settled.values(settled_at=at, settled_by=by)).rowcount > 0


def site_of_freed(id: str) -> str | None:
    """Return the site of a time that became free, `None` where there is no such time."""
    with reading() as connection:
        found = connection.execute(select(_freed.c.site_id).where(_freed.c.id == id)).scalar_one_or_none()
    return None if found is None else str(found)


def forget_freed(before: datetime) -> int:
    """Forget what was over before an instant, and return how many these were."""
    return writing().execute(delete(_freed).where(_freed.c.ends_at < before)).rowcount


def _visits_ahead(ids: Collection[str], at: datetime) -> Iterable[Any]:
    query = select(_visit).where(_visit.c.id.in_(sorted(ids)), _visit.c.starts_at > at)
    return writing().execute(query.order_by(_visit.c.starts_at, _visit.c.id)).all()


def _claims_of(row: Any) -> list[Claim]:
    """Return what a visit claims of rooms and people."""
    query = select(*CLAIM_COLUMNS).where(
        claim.c.appointment_id == row.id,
        claim.c.resource_id != row.patient_id,
        claim.c.purpose.in_([purpose.value for purpose in _OF_PEOPLE_AND_ROOMS]),
    )
    return claims_from(writing().execute(query.order_by(claim.c.starts_at, claim.c.resource_id)).all())


def _goes_on(old: Claim, visit: Appointment) -> bool:
    """Say whether a visit goes on claiming the same resource for a part of the same time."""
    return any(new.resource == old.resource and new.interval.overlaps(old.interval) for new in visit.claims)


def _note_visit(row: Any, claims: Collection[Claim], cause: FreedBy, at: datetime) -> None:
    # Of a visit with its group nothing comes free: the room and the people are the group's.
    if claims:
        when = Interval(row.starts_at, row.ends_at)
        note_freed(FreedTime(uuid4().hex, row.site_id, when, cause, tuple(claims), at, StepKind(row.kind)))


def _plain(one: Claim) -> Mapping[str, Any]:
    return {
        "resource": one.resource,
        "purpose": one.purpose.value,
        "start": one.interval.start.isoformat(),
        "end": one.interval.end.isoformat(),
        "role": one.role.value if one.role else None,
    }


def _from(row: Any) -> FreedTime:
    return FreedTime(
        id=row.id,
        site=row.site_id,
        interval=Interval(row.starts_at, row.ends_at),
        cause=FreedBy(row.cause),
        claims=tuple(_claim(plain, row.id) for plain in row.claims),
        freed_at=row.freed_at,
        kind=StepKind(row.kind) if row.kind else None,
    )


def _claim(plain: Mapping[str, Any], of: str) -> Claim:
    interval = Interval(datetime.fromisoformat(plain["start"]), datetime.fromisoformat(plain["end"]))
    role = Role(plain["role"]) if plain["role"] else None
    return Claim(plain["resource"], Purpose(plain["purpose"]), interval, of, (), role)
