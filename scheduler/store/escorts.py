"""Those who take patients home: how they are reached, which visits they wait for, and what is still to be sent to them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, delete, insert, select, update

from scheduler.domain.appointment import UNDER_WAY as PATIENT_IS_THERE
from scheduler.domain.escort import Escort
from scheduler.domain.interval import Interval
from scheduler.domain.message_words import TO_ESCORTS
from scheduler.store.base import table_of
from scheduler.store.reminder_facts import AWAITED, AwaitedVisit, addressed, visit_of
from scheduler.store.reminders import UNDER_WAY, ReminderState
from scheduler.store.tables_contact import EscortRow
from scheduler.store.tables_outbound import ReminderRow
from scheduler.store.tables_treatment import AppointmentRow
from scheduler.store.work import reading, writing

_escort = table_of(EscortRow)
_reminder = table_of(ReminderRow)
_visit = table_of(AppointmentRow)

_NOT_RELEASED = sorted({*AWAITED, *PATIENT_IS_THERE})


@dataclass(frozen=True, slots=True)
class EscortedVisit:
    """A visit from which somebody takes the patient home, who may be written to; `release` is when it is expected to end."""

    visit: AwaitedVisit
    release: datetime
    escort: Escort


def escort_of(appointment: str) -> Escort | None:
    """Return how the one is reached who takes a patient home from a visit, `None` where nobody is on file."""
    with reading() as connection:
        row = connection.execute(select(_escort).where(_escort.c.appointment_id == appointment)).one_or_none()
    return None if row is None else _from(row)


def all_escorts() -> tuple[Escort, ...]:
    """Return every one on file, by visit."""
    with reading() as connection:
        return tuple(
            _from(row) for row in connection.execute(select(_escort).order_by(_escort.c.appointment_id))
        )


def keep_escort(escort: Escort, site: str) -> None:
    """Keep how somebody is reached, in place of who was on file for that visit; without any address nobody is."""
    connection = writing()
    connection.execute(delete(_escort).where(_escort.c.appointment_id == escort.appointment))
    if escort.phone or escort.email:
        row = {
            "appointment_id": escort.appointment,
            "site_id": site,
            "phone": escort.phone,
            "email": escort.email,
            "agreed_at": escort.agreed_at,
            "agreed_by": escort.agreed_by,
        }
        connection.execute(insert(_escort).values(row))


def escorted_visits(ending: Interval) -> tuple[EscortedVisit, ...]:
    """Return the visits that are to end within the interval and from which the patient was not let go yet, with consent."""
    wanted = (_visit.c.ends_at >= ending.start, _visit.c.ends_at < ending.end)
    with reading() as connection:
        return tuple(_escorted(row) for row in connection.execute(_asked().where(*wanted)))


def escorted_visit(appointment: str) -> EscortedVisit | None:
    """Return one such visit, `None` where it was called off, is over, or there is no consent to write to anybody."""
    with reading() as connection:
        row = connection.execute(_asked().where(_visit.c.id == appointment)).one_or_none()
    return None if row is None else _escorted(row)


def void_messages(appointments: Collection[str], problem: str) -> int:
    """Make void what is still to be sent to those who take patients home from these visits; return how much."""
    mine = (
        _reminder.c.appointment_id.in_(sorted(appointments)),
        _reminder.c.kind.in_(TO_ESCORTS),
        _reminder.c.state.in_(UNDER_WAY),
    )
    values = {"state": ReminderState.VOID, "problem": problem}
    return writing().execute(update(_reminder).where(*mine).values(values)).rowcount


def patients_escorted_by(recipient_hash: str) -> tuple[tuple[str, str], ...]:
    """Return the patients about whom this address was written to as that of who takes them home, each with the site."""
    asked = (
        select(_visit.c.patient_id, _visit.c.site_id)
        .join(_reminder, _reminder.c.appointment_id == _visit.c.id)
        .where(_reminder.c.recipient_hash == recipient_hash, _reminder.c.kind.in_(TO_ESCORTS))
        .distinct()
        .order_by(_visit.c.patient_id)
    )
    with reading() as connection:
        return tuple((row.patient_id, row.site_id) for row in connection.execute(asked))


@cache
def _asked() -> Select[Any]:
    return (
        addressed()
        .add_columns(
            _visit.c.ends_at,
            _escort.c.phone.label("escort_phone"),
            _escort.c.email.label("escort_email"),
            _escort.c.agreed_at,
            _escort.c.agreed_by,
        )
        .join(_escort, _escort.c.appointment_id == _visit.c.id)
        .where(_visit.c.state.in_(_NOT_RELEASED), _escort.c.agreed_at.is_not(None))
    )


def _escorted(row: Any) -> EscortedVisit:
    escort = Escort(row.id, row.escort_phone, row.escort_email, row.agreed_at, row.agreed_by)
    return EscortedVisit(visit_of(row), row.ends_at, escort)


def _from(row: Any) -> Escort:
    return Escort(row.appointment_id, row.phone, row.email, row.agreed_at, row.agreed_by)
