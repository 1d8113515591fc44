"""The links by which patients answer messages: whom each belongs to, and which visits its message told of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, insert, select

from scheduler.domain.appointment import AppointmentState
from scheduler.store.base import table_of
from scheduler.store.reminder_facts import AwaitedVisit, addressed, visit_of
from scheduler.store.reminders import Lease
from scheduler.store.tables_outbound import AnswerLinkRow, ReminderRow, ToldRow
from scheduler.store.tables_treatment import AppointmentRow
from scheduler.store.work import reading, writing

_link = table_of(AnswerLinkRow)
_reminder = table_of(ReminderRow)
_told = table_of(ToldRow)
_KEEPING = insert(_link)
_visit = table_of(AppointmentRow)


@dataclass(frozen=True, slots=True)
class AnswerLink:
    """One link: the message it went with, and the hash of the address that this went to by its channel."""

    message: int
    channel: str
    recipient_hash: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class ToldVisit:
    """A visit as it is now, and what the message said of it: that it is at `told_start`, as calendars counted then."""

    visit: AwaitedVisit
    state: AppointmentState
    told_start: datetime
    told_sequence: int


def keep_link(lease: Lease, site: str, token_hash: str, made_at: datetime, expires_at: datetime) -> None:
    """Keep a link of a message that is about to leave."""
    row = {
        "token_hash": token_hash,
        "site_id": site,
        "reminder_id": lease.id,
        "made_at": made_at,
        "expires_at": expires_at,
    }
    writing().execute(_KEEPING, row)


def link_with(token_hash: str) -> AnswerLink | None:
    """Return the link whose secret has this hash, expired or not; `None` where there is none."""
    asked = (
        select(_reminder.c.id, _reminder.c.channel, _reminder.c.recipient_hash, _link.c.expires_at)
        .join(_reminder, _reminder.c.id == _link.c.reminder_id)
        .where(_link.c.token_hash == token_hash)
    )
    with reading() as connection:
        row = connection.execute(asked).one_or_none()
    return None if row is None else AnswerLink(*row)


def forget_links(expired_before: datetime) -> int:
    """Forget the links that ended before this instant; return how many."""
    return writing().execute(delete(_link).where(_link.c.expires_at < expired_before)).rowcount


def visits_told_by(message: int) -> tuple[ToldVisit, ...]:
    """Return the visits that a message said would take place, by start; each as it said last, where it was tried twice."""
    latest = (
        select(func.max(_told.c.id))
        .where(_told.c.reminder_id == message, _told.c.may_be_known)
        .group_by(_told.c.appointment_id)
    )
    asked = (
        addressed()
        .add_columns(_told.c.visit_starts_at.label("told_start"), _told.c.sequence.label("told_sequence"))
        .join(_told, _told.c.appointment_id == _visit.c.id)
        .where(_told.c.id.in_(latest), _told.c.stands)
    )
    with reading() as connection:
        return tuple(
            ToldVisit(visit_of(row), AppointmentState(row.state), row.told_start, row.told_sequence)
            for row in connection.execute(asked)
        )
