"""The history of messages: what was, will or could not be told about a visit, and what failed and waits for a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select, true

from scheduler.domain.appointment import CALLED_OFF
from scheduler.store.base import table_of
from scheduler.store.reminder_facts import AWAITED
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
    """One message of the ledger, without its address. `sent_at` is `None` unless it left; `problem` may be empty."""

    kind: str
    channel: str
    state: ReminderState
    due: datetime
    sent_at: datetime | None
    problem: str


@dataclass(frozen=True, slots=True)
class FailedMessage:
    """A message that did not reach its patient, of a visit that is still to come.

    `appointment` is the visit that it hangs on, `start` the time it is about, for several the last.
    `email` and `recipient_hash` tell whether the patient still has the address that it went to.
    """

    appointment: str
    patient: str
    email: str
    recipient_hash: str
    kind: str
    start: datetime
    problem: str


def messages_about(appointment: str) -> tuple[MessageAbout, ...]:
    """Return every message that speaks of a visit, or was to, by when it was due."""
    told = exists(
        select(_told.c.id).where(_told.c.reminder_id == _reminder.c.id, _told.c.appointment_id == appointment)
    )
    series = select(_visit.c.series_id).where(_visit.c.id == appointment).scalar_subquery()
    of_series = _reminder.c.appointment_id.in_(select(_visit.c.id).where(_visit.c.series_id == series))
    # One that left says itself of which visits it spoke; one that did not was to speak of all.
    unsent = _reminder.c.state != ReminderState.SENT
    asked = (
        select(_reminder)
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
                row.kind, row.channel, ReminderState(row.state), row.due_at, row.sent_at, row.problem
            )
            for row in connection.execute(asked)
        )


def failed_messages(site: str | None, after: datetime) -> tuple[FailedMessage, ...]:
    """Return what failed for good of the visits of a site that are still to come after an instant, by start.

    Of one site, or of all for `None`. Left out is what was told since in another message.
    """
    return _failed(
        true() if site is None else _reminder.c.site_id == site,
        _reminder.c.state == ReminderState.FAILED,
        _reminder.c.visit_starts_at > after,
        or_(_stands_then(), _told_to_nobody(CONFIRMATION, after), _told_to_nobody(CHANGE, after)),
    )


def _stands_then() -> ColumnElement[bool]:
    """Say of a message about one visit that this is still to come at that time."""
    return and_(
        _reminder.c.kind.not_in((CONFIRMATION, CHANGE)),
        _visit.c.state.in_(AWAITED),
        _visit.c.starts_at == _reminder.c.visit_starts_at,
    )


def _told_to_nobody(kind: str, after: datetime) -> ColumnElement[bool]:
    """Say of a message about several visits that no later one of its kind is there, and that some are still to come."""
    later, other = _reminder.alias(f"later_{kind}"), _visit.alias(f"other_{kind}")
    overtaken = exists(
        select(later.c.id).where(
            later.c.appointment_id == _reminder.c.appointment_id,
            later.c.kind == kind,
            later.c.id > _reminder.c.id,
        )
    )
    if kind == CHANGE:
        return and_(_reminder.c.kind == kind, ~overtaken)
    ahead = exists(
        select(other.c.id).where(
            other.c.series_id == _visit.c.series_id,
            other.c.state.not_in(sorted(CALLED_OFF)),
            other.c.starts_at > after,
        )
    )
    return and_(_reminder.c.kind == kind, ~overtaken, ahead)


def _failed(*where: ColumnElement[bool]) -> tuple[FailedMessage, ...]:
    asked: Select[Any] = (
        select(_reminder, _visit.c.patient_id, _patient.c.email)
        .join(_visit, _visit.c.id == _reminder.c.appointment_id)
        .join(_patient, _patient.c.id == _visit.c.patient_id)
        .where(*where)
        .order_by(_reminder.c.visit_starts_at, _reminder.c.id)
    )
    with reading() as connection:
        rows: Sequence[Any] = connection.execute(asked).all()
    return tuple(
        FailedMessage(
            row.appointment_id,
            row.patient_id,
            row.email,
            row.recipient_hash,
            row.kind,
            row.visit_starts_at,
            row.problem,
        )
        for row in rows
    )
