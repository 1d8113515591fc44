"""The history of messages: what was, will or could not be told about a visit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, exists, or_, select

from scheduler.store.base import table_of
from scheduler.store.reminders import CHANGE, CONFIRMATION, ReminderState
from scheduler.store.tables_outbound import ReminderRow, ToldRow
from scheduler.store.tables_people import PatientRow
from scheduler.store.tables_treatment import AppointmentRow
from scheduler.store.work import reading

_reminder = table_of(ReminderRow)
_told = table_of(ToldRow)
_visit = table_of(AppointmentRow)
_patient = table_of(PatientRow)


@dataclass(frozen=True, slots=True)
class MessageAbout:
    """One message of the ledger, without its address. `sent_at` is `None` unless it left; `problem` may be empty.

    `went_with` is the kind of the message whose text told this one too, empty for one that leaves by itself.
    """

    kind: str
    channel: str
    state: ReminderState
    due: datetime
    sent_at: datetime | None
    problem: str
    went_with: str = ""


def messages_about(appointment: str) -> tuple[MessageAbout, ...]:
    """Return every message that speaks of a visit, or was to, by when it was due."""
    told = exists(
        select(_told.c.id).where(_told.c.reminder_id == _reminder.c.id, _told.c.appointment_id == appointment)
    )
    series = select(_visit.c.series_id).where(_visit.c.id == appointment).scalar_subquery()
    of_series = _reminder.c.appointment_id.in_(select(_visit.c.id).where(_visit.c.series_id == series))
    # One that left says itself of which visits it spoke; one that did not was to speak of all.
    unsent = _reminder.c.state != ReminderState.SENT
    head = _reminder.alias("head")
    asked = (
        select(_reminder, head.c.kind.label("head_kind"))
        .outerjoin(head, head.c.id == _reminder.c.went_with)
        .where(
            or_(
                and_(
                    _reminder.c.appointment_id == appointment, _reminder.c.kind.not_in((CONFIRMATION, CHANGE))
                ),
                and_(_reminder.c.kind == CONFIRMATION, of_series, or_(told, unsent)),
                and_(_reminder.c.kind == CHANGE, told),
            )
        )
        .order_by(_reminder.c.due_at, _reminder.c.id)
    )
    with reading() as connection:
        return tuple(
            MessageAbout(
                row.kind,
                row.channel,
                ReminderState(row.state),
                row.due_at,
                row.sent_at,
                row.problem,
                row.head_kind or "",
            )
            for row in connection.execute(asked)
        )
