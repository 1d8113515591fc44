"""What became of texts that were sent, which visits they told of, and what came back for somebody to see to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, true, update
from sqlalchemy.dialects import postgresql, sqlite

from scheduler.domain.contact import ContactWay
from scheduler.domain.message_words import TO_ESCORTS
from scheduler.store.base import table_of
from scheduler.store.reminder_facts import AWAITED
from scheduler.store.reminders import UNDER_WAY, ReminderState
from scheduler.store.tables_contact import ContactConsentRow, TextTaskRow
from scheduler.store.tables_outbound import ReminderRow, ToldRow
from scheduler.store.tables_treatment import AppointmentRow
from scheduler.store.work import reading, writing

_consent = table_of(ContactConsentRow)
_reminder = table_of(ReminderRow)
_task = table_of(TextTaskRow)
_told = table_of(ToldRow)
_visit = table_of(AppointmentRow)


@dataclass(frozen=True, slots=True)
class TextedVisit:
    """A visit to come that a text told of, at the time it has still; `reference` is that of the text."""

    reference: str
    patient: str
    site: str
    appointment: str
    start: datetime
    sequence: int


@dataclass(frozen=True, slots=True)
class TextTask:
    """Something a patient texted that somebody is to see to; `id` is the provider's of that text."""

    id: str
    patient: str
    site: str
    kind: str
    received_at: datetime


def note_arrived(reference: str, at: datetime, *, at_the_phone: bool) -> int:
    """Note that a text was taken by the network, or that it has arrived; return how many messages it held.

    It counts as sent also where its sender died before noting that, so that it does not leave twice.
    """
    mine = _reminder.c.reference == reference
    connection = writing()
    connection.execute(
        update(_reminder)
        .where(mine, _reminder.c.state.in_((*UNDER_WAY, ReminderState.VOID)))
        .values(state=ReminderState.SENT, sent_at=at, problem="")
    )
    if not at_the_phone:
        return 0
    sent = (mine, _reminder.c.state == ReminderState.SENT, _reminder.c.delivered_at.is_(None))
    return connection.execute(update(_reminder).where(*sent).values(delivered_at=at)).rowcount


def note_undelivered(reference: str, problem: str) -> int:
    """Note that a text did not arrive, so that nobody was told by it; return how many messages it held."""
    mine = (
        _reminder.c.reference == reference,
        _reminder.c.state.in_((ReminderState.SENT, *UNDER_WAY)),
        _reminder.c.delivered_at.is_(None),
    )
    connection = writing()
    lost = connection.execute(
        update(_reminder)
        .where(*mine)
        .values(state=ReminderState.FAILED, sent_at=None, problem=problem)
        .returning(_reminder.c.id)
    )
    ids = [row.id for row in lost]
    connection.execute(update(_told).where(_told.c.reminder_id.in_(ids)).values(may_be_known=False))
    return len(ids)


def texted_visits(recipient_hash: str, now: datetime) -> tuple[TextedVisit, ...]:
    """Return the visits to come that texts to this number told of and that still stand at that time, the last text first."""
    asked = (
        select(
            _reminder.c.reference,
            _visit.c.patient_id,
            _visit.c.site_id,
            _visit.c.id,
            _visit.c.starts_at,
            _told.c.sequence,
        )
        .join(_told, _told.c.reminder_id == _reminder.c.id)
        .join(_visit, _visit.c.id == _told.c.appointment_id)
        .where(
            _reminder.c.recipient_hash == recipient_hash,
            _reminder.c.channel == ContactWay.SMS,
            _reminder.c.state == ReminderState.SENT,
            _told.c.may_be_known,
            _told.c.stands,
            _told.c.visit_starts_at == _visit.c.starts_at,
            _visit.c.starts_at > now,
            _visit.c.state.in_(AWAITED),
        )
        .order_by(_reminder.c.sent_at.desc(), _reminder.c.id.desc(), _visit.c.starts_at)
    )
    with reading() as connection:
        return tuple(TextedVisit(*row) for row in connection.execute(asked))


def patients_at(recipient_hash: str) -> tuple[tuple[str, str], ...]:
    """Return the patients for whom this number was ever recorded or written to, each with their site."""
    consented = select(_consent.c.patient_id, _consent.c.site_id).where(
        _consent.c.recipient_hash == recipient_hash, _consent.c.way == ContactWay.SMS
    )
    written = (
        select(_visit.c.patient_id, _visit.c.site_id)
        .join(_reminder, _reminder.c.appointment_id == _visit.c.id)
        .where(
            _reminder.c.recipient_hash == recipient_hash,
            _reminder.c.channel == ContactWay.SMS,
            _reminder.c.kind.not_in(TO_ESCORTS),
        )
    )
    with reading() as connection:
        found = {row.patient_id: row.site_id for row in connection.execute(written)}
        found |= {row.patient_id: row.site_id for row in connection.execute(consented)}
    return tuple(sorted(found.items()))


def add_tasks(tasks: Iterable[TextTask]) -> int:
    """Keep what somebody is to see to; a text that is told again adds nothing. Return how many are new."""
    rows = [
        {
            "id": one.id,
            "patient_id": one.patient,
            "site_id": one.site,
            "kind": one.kind,
            "received_at": one.received_at,
            "settled_by": "",
        }
        for one in tasks
    ]
    if not rows:
        return 0
    connection = writing()
    insert_many = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    statement = insert_many(_task).on_conflict_do_nothing().returning(_task.c.id)
    return len(connection.execute(statement, rows).all())


def open_tasks(site: str | None) -> tuple[TextTask, ...]:
    """Return what nobody has seen to yet at a site, or at any for `None`, the oldest first."""
    asked = (
        select(_task)
        .where(true() if site is None else _task.c.site_id == site, _task.c.settled_at.is_(None))
        .order_by(_task.c.received_at, _task.c.id)
    )
    with reading() as connection:
        return tuple(_task_of(row) for row in connection.execute(asked))


def settle_tasks(patient: str, at: datetime, by: str) -> int:
    """Note that somebody has seen to all that a patient texted; return how many waited."""
    mine = (_task.c.patient_id == patient, _task.c.settled_at.is_(None))
    return writing().execute(update(_task).where(*mine).values(settled_at=at, settled_by=by)).rowcount


def _task_of(row: Any) -> TextTask:
    return TextTask(row.id, row.patient_id, row.site_id, row.kind, row.received_at)
