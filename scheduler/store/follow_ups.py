"""Dosing visits after which somebody is to ask how the patient is, until that was done or the patient was seen again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, select, true
from sqlalchemy.dialects import postgresql, sqlite

from scheduler.domain.appointment import CALLED_OFF, LET_GO, UNDER_WAY
from scheduler.domain.treatment import StepKind
from scheduler.store.base import table_of
from scheduler.store.reminder_facts import AwaitedVisit, addressed, visit_of
from scheduler.store.tables_contact import FollowUpRow
from scheduler.store.tables_treatment import AppointmentRow
from scheduler.store.work import reading, writing

_follow_up = table_of(FollowUpRow)
_visit = table_of(AppointmentRow)

KEPT = timedelta(days=30)
"""For so long nobody's asking is on the list; what is older says nothing about that dose any more."""


@dataclass(frozen=True, slots=True)
class FollowUp:
    """One dosing visit after which somebody is to ask, from `since` on and until `due`; both UTC."""

    visit: AwaitedVisit
    since: datetime
    due: datetime


@dataclass(frozen=True, slots=True)
class FollowedUp:
    """That it was done, when and by which account."""

    at: datetime
    by: str


def open_follow_ups(site: str | None, now: datetime) -> tuple[FollowUp, ...]:
    """Return those of a site, or of all for `None`, whose time has come, the one due first at first.

    Left out is a visit after which the patient came to a contact or an integration, and one with a contact planned by
    when it would be due: that is the same question, asked by the protocol.
    """
    later = _visit.alias("later")
    seen = exists(
        select(later.c.id).where(
            later.c.patient_id == _visit.c.patient_id,
            later.c.kind.in_((StepKind.CONTACT, StepKind.INTEGRATION)),
            later.c.starts_at >= _visit.c.starts_at,
            later.c.state.in_(sorted(UNDER_WAY | LET_GO)),
        )
    )
    asked = (
        addressed()
        .add_columns(_visit.c.released_at)
        .where(
            true() if site is None else _visit.c.site_id == site,
            _visit.c.kind == StepKind.DOSING,
            _visit.c.starts_at >= now - KEPT,
            _visit.c.state.in_(sorted(LET_GO)),
            _visit.c.released_at.is_not(None),
            ~exists(select(_follow_up.c.settled_at).where(_follow_up.c.appointment_id == _visit.c.id)),
            ~seen,
        )
    )
    with reading() as connection:
        found = [_from(row) for row in connection.execute(asked)]
        due = [one for one in found if one.since <= now]
        contacts = _contacts_of({one.visit.patient for one in due})
    return tuple(
        sorted(
            (one for one in due if not _is_asked_by_protocol(one, contacts)),
            key=lambda one: (one.due, one.visit.appointment),
        )
    )


def settle_follow_up(appointment: str, site: str, at: datetime, by: str) -> bool:
    """Note that somebody has asked after the patient; say whether that is new."""
    connection = writing()
    insert_one = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    row = insert_one(_follow_up).values(
        appointment_id=appointment, site_id=site, settled_at=at, settled_by=by
    )
    statement = row.on_conflict_do_nothing().returning(_follow_up.c.appointment_id)
    return bool(connection.execute(statement).all())


def followed_up(appointment: str) -> FollowedUp | None:
    """Return when and by whom a patient was asked after a visit, `None` where nobody noted it."""
    asked = select(_follow_up.c.settled_at, _follow_up.c.settled_by)
    with reading() as connection:
        row = connection.execute(asked.where(_follow_up.c.appointment_id == appointment)).one_or_none()
    return None if row is None else FollowedUp(*row)


def _from(row: Any) -> FollowUp:
    visit = visit_of(row)
    since = row.released_at + timedelta(hours=visit.times.follow_up_from)
    return FollowUp(visit, since, row.released_at + timedelta(hours=visit.times.follow_up_until))


def _contacts_of(patients: Iterable[str]) -> dict[str, list[datetime]]:
    asked = select(_visit.c.patient_id, _visit.c.starts_at).where(
        _visit.c.patient_id.in_(sorted(patients)),
        _visit.c.kind == StepKind.CONTACT,
        _visit.c.state.not_in(sorted(CALLED_OFF)),
    )
    found: dict[str, list[datetime]] = {}
    with reading() as connection:
        for row in connection.execute(asked):
            found.setdefault(row.patient_id, []).append(row.starts_at)
    return found


def _is_asked_by_protocol(one: FollowUp, contacts: dict[str, list[datetime]]) -> bool:
    return any(one.visit.start < start <= one.due for start in contacts.get(one.visit.patient, ()))
