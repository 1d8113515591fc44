"""What patients answered about visits, and up to where the mailbox of answers was read."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, insert, select, true, update
from sqlalchemy.dialects import postgresql, sqlite

from scheduler.domain.answers import WAITING, Answer, AnswerWay, VisitAnswer
from scheduler.store.base import table_of
from scheduler.store.reminder_facts import AWAITED
from scheduler.store.tables_outbound import ReadMailboxRow, ReminderRow, ToldRow, VisitAnswerRow
from scheduler.store.tables_treatment import AppointmentRow
from scheduler.store.work import reading, writing

_answer = table_of(VisitAnswerRow)
_mailbox = table_of(ReadMailboxRow)
_reminder = table_of(ReminderRow)
_told = table_of(ToldRow)
_visit = table_of(AppointmentRow)


@dataclass(frozen=True, slots=True)
class Issued:
    """The last invitation to a visit that went to one address, or its withdrawal, when it does not stand."""

    appointment: str
    start: datetime
    stands: bool
    sequence: int


def issued_to(uid: str, recipient_hash: str) -> Issued | None:
    """Return the last invitation of this UID that went to this address, `None` where none did."""
    asked = (
        select(_told)
        .join(_visit, _visit.c.id == _told.c.appointment_id)
        .join(_reminder, _reminder.c.id == _told.c.reminder_id)
        .where(
            _visit.c.calendar_uid == uid,
            _told.c.invited,
            _told.c.may_be_known,
            _reminder.c.recipient_hash == recipient_hash,
        )
        .order_by(_told.c.id.desc())
        .limit(1)
    )
    with reading() as connection:
        row = connection.execute(asked).one_or_none()
    if row is None:
        return None
    return Issued(row.appointment_id, row.visit_starts_at, row.stands, row.sequence)


def answer_to(appointment: str) -> VisitAnswer | None:
    """Return the last answer to a visit, `None` where there is none."""
    return answers_to([appointment]).get(appointment)


def answers_to(appointments: Collection[str]) -> Mapping[str, VisitAnswer]:
    """Return the last answers to visits, by visit; those without an answer are left out."""
    return {one.appointment: one for one in _answers(_answer.c.appointment_id.in_(sorted(appointments)))}


def waiting_answers(site: str | None, after: datetime) -> tuple[VisitAnswer, ...]:
    """Return each answer that waits for somebody, of visits to come that still have the time it was given to; by start.

    Of one site, or of all for `None`.
    """
    return _answers(
        true() if site is None else _answer.c.site_id == site,
        _answer.c.answer.in_(sorted(WAITING)),
        _answer.c.settled_at.is_(None),
        _answer.c.visit_starts_at > after,
        _visit.c.starts_at == _answer.c.visit_starts_at,
        _visit.c.state.in_(AWAITED),
    )


def keep_answer(answer: VisitAnswer) -> None:
    """Keep an answer in place of the one before; for use within the lock of its visit."""
    connection = writing()
    connection.execute(delete(_answer).where(_answer.c.appointment_id == answer.appointment))
    row = {
        "appointment_id": answer.appointment,
        "site_id": answer.site,
        "answer": answer.answer.value,
        "visit_starts_at": answer.start,
        "sequence": answer.sequence,
        "answered_at": answer.answered_at,
        "received_at": answer.received_at,
        "settled_at": answer.settled_at,
        "way": answer.way.value,
    }
    connection.execute(insert(_answer).values(row))


def settle_answer(appointment: str, at: datetime) -> bool:
    """Note that somebody has seen to an answer that waits; say whether there was one."""
    mine = (
        _answer.c.appointment_id == appointment,
        _answer.c.answer.in_(sorted(WAITING)),
        _answer.c.settled_at.is_(None),
    )
    return writing().execute(update(_answer).where(*mine).values(settled_at=at)).rowcount == 1


def read_up_to(mailbox_hash: str) -> tuple[str, int]:
    """Return up to which message a mailbox was read, and by which validity that number counts; nothing is '' and 0."""
    asked = select(_mailbox.c.validity, _mailbox.c.last_read).where(_mailbox.c.mailbox_hash == mailbox_hash)
    with reading() as connection:
        row = connection.execute(asked).one_or_none()
    return ("", 0) if row is None else (row.validity, row.last_read)


def note_read(mailbox_hash: str, validity: str, last_read: int) -> None:
    """Note up to where a mailbox was read."""
    connection = writing()
    insert_one = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    place = {"validity": validity, "last_read": last_read}
    statement = insert_one(_mailbox).values(mailbox_hash=mailbox_hash, **place)
    connection.execute(statement.on_conflict_do_update(index_elements=["mailbox_hash"], set_=place))


def _answers(*where: ColumnElement[bool]) -> tuple[VisitAnswer, ...]:
    asked = (
        select(_answer)
        .join(_visit, _visit.c.id == _answer.c.appointment_id)
        .where(*where)
        .order_by(_answer.c.visit_starts_at, _answer.c.appointment_id)
    )
    with reading() as connection:
        return tuple(_from(row) for row in connection.execute(asked))


def _from(row: Any) -> VisitAnswer:
    return VisitAnswer(
        appointment=row.appointment_id,
        site=row.site_id,
        answer=Answer(row.answer),
        start=row.visit_starts_at,
        sequence=row.sequence,
        answered_at=row.answered_at,
        received_at=row.received_at,
        settled_at=row.settled_at,
        way=AnswerWay(row.way),
    )
