"""The ledger of messages: each is one unique row, leased by one sender at a time and accounted for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, Update, and_, bindparam, exists, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from scheduler.domain.appointment import CALLED_OFF
from scheduler.store.base import table_of
from scheduler.store.tables_outbound import ReminderRow
from scheduler.store.tables_treatment import AppointmentRow
from scheduler.store.work import reading, writing

_reminder = table_of(ReminderRow)
_visit = table_of(AppointmentRow)

CONFIRMATION = "confirmation"
"""The kind that speaks of a whole series; its row hangs on the visit of the series that was made first."""

CHANGE = "change"
"""The kind that speaks of whatever a patient has not been told of yet; its row hangs on their first visit at the site.

Its version is its number, so that two senders who find the same at once enter one message.
"""

TEXT = "sms"
"""The way by which several messages may leave as one."""


class ReminderState(StrEnum):
    """The life of a message. `FAILED`, `VOID` and `TOO_LATE` are ends that people can see."""

    PENDING = "pending"
    LEASED = "leased"
    SENT = "sent"
    FAILED = "failed"
    VOID = "void"
    TOO_LATE = "too_late"


UNDER_WAY = (ReminderState.PENDING, ReminderState.LEASED)
"""The states of messages that are still to leave."""

_OF_ONE_VISIT = _reminder.c.kind.not_in((CONFIRMATION, CHANGE))


@dataclass(frozen=True, slots=True)
class NewReminder:
    """A message to enter. Appointment, version, kind, channel and recipient together are unique.

    `visit_start` is the time it speaks about. `state` is `PENDING`, or the end that it has reached without being sent.
    """

    site: str
    appointment: str
    version: int
    kind: str
    channel: str
    recipient_hash: str
    visit_start: datetime
    due: datetime
    state: ReminderState
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Lease:
    """One message that one sender has for itself until `until` (not included).

    `attempts` counts the one to come; in the ledger it stands from `take_up` on.
    """

    id: int
    appointment: str
    version: int
    kind: str
    channel: str
    recipient_hash: str
    visit_start: datetime
    attempts: int
    until: datetime


@dataclass(frozen=True, slots=True)
class Reminder:
    """A message as people see it. `sent_at` is `None` unless it was sent; `problem` is empty unless something was wrong."""

    appointment: str
    version: int
    kind: str
    channel: str
    due: datetime
    state: ReminderState
    attempts: int
    sent_at: datetime | None
    problem: str


def enter(reminders: Iterable[NewReminder]) -> int:
    """Enter messages, leaving out those whose key is there already; return how many are new."""
    # One order for everybody, so that two senders never wait for each other in a circle.
    rows = [
        {
            "site_id": new.site,
            "appointment_id": new.appointment,
            "appointment_version": new.version,
            "kind": new.kind,
            "channel": new.channel,
            "recipient_hash": new.recipient_hash,
            "visit_starts_at": new.visit_start,
            "due_at": new.due,
            "state": new.state,
            "attempts": 0,
            "problem": new.problem,
        }
        for new in sorted(
            reminders, key=lambda r: (r.appointment, r.version, r.kind, r.channel, r.recipient_hash)
        )
    ]
    if not rows:
        return 0
    connection = writing()
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    statement = insert(_reminder).on_conflict_do_nothing().returning(_reminder.c.id)
    return len(connection.execute(statement, rows).all())


def lease_some(channel: str, now: datetime, until: datetime, most: int) -> tuple[Lease, ...]:
    """Take messages that may be tried now, those that have waited longest, so many at most; by when they were due.

    A lease that has run out is anybody's again: its sender has died. Two senders never get the same row.
    """
    connection = writing()
    rows = connection.execute(_abandoned(channel, now, most)).all()
    if len(rows) < most:
        rows = [*rows, *connection.execute(_waiting(channel, now, most - len(rows)))]
    if rows:
        mine = _reminder.c.id.in_([row.id for row in rows])
        connection.execute(
            update(_reminder)
            .where(mine)
            .values(state=ReminderState.LEASED, leased_until=until, went_with=None, text_day=None)
        )
    return tuple(
        Lease(
            id=row.id,
            appointment=row.appointment_id,
            version=row.appointment_version,
            kind=row.kind,
            channel=row.channel,
            recipient_hash=row.recipient_hash,
            visit_start=row.visit_starts_at,
            attempts=row.attempts + 1,
            until=until,
        )
        for row in sorted(rows, key=lambda row: (row.due_at, row.id))
    )


def _waiting(channel: str, now: datetime, most: int) -> Select[Any]:
    may_be_tried = or_(_reminder.c.wait_until.is_(None), _reminder.c.wait_until <= now)
    return _ready(channel, most).where(_reminder.c.state == ReminderState.PENDING, may_be_tried)


def _abandoned(channel: str, now: datetime, most: int) -> Select[Any]:
    has_run_out = _reminder.c.leased_until <= now
    return _ready(channel, most).where(_reminder.c.state == ReminderState.LEASED, has_run_out)


def _ready(channel: str, most: int) -> Select[Any]:
    # Of one state and by nothing but the due time: read off the index, also where a hundred thousand wait.
    return (
        select(_reminder)
        .where(_reminder.c.channel == channel)
        .order_by(_reminder.c.due_at)
        .limit(most)
        .with_for_update(skip_locked=True)
    )


def take_up(lease: Lease, until: datetime, reference: str) -> Lease | None:
    """Begin an attempt: the message is the lease's own until then, and handed over by this name.

    `None` says that it is no longer the lease's own, and must not leave. Written rather than read, so that nobody makes the
    message void between this look and its leaving.
    """
    values = {"leased_until": until, "attempts": lease.attempts, "reference": reference, "problem": ""}
    taken = _settle(lease, (ReminderState.LEASED,), **values)
    return replace(lease, until=until) if taken else None


def mark_sent(lease: Lease, at: datetime) -> bool:
    """Account for a message that has left; say whether the lease still held.

    A message that was made void while it was on its way has left nevertheless, and the ledger says so. What went along with
    it has left, too.
    """
    if lease.channel == TEXT:
        _settle_along(
            lease, (*UNDER_WAY, ReminderState.VOID), state=ReminderState.SENT, sent_at=at, problem=""
        )
    return _settle(lease, (*UNDER_WAY, ReminderState.VOID), state=ReminderState.SENT, sent_at=at, problem="")


def mark_failed(lease: Lease, problem: str, retry_at: datetime | None) -> bool:
    """Account for a failed attempt, to be tried again at `retry_at`, or never when that is `None`.

    What went along with it waits for itself again, until then.
    """
    if lease.channel == TEXT:
        free_along(lease, retry_at)
    state = ReminderState.FAILED if retry_at is None else ReminderState.PENDING
    return _settle(lease, UNDER_WAY, state=state, wait_until=retry_at, problem=problem)


def put_back(lease: Lease, wait_until: datetime | None) -> bool:
    """Give a message back that was not tried, not to be taken before `wait_until`; at once where that is `None`."""
    return _settle(
        lease, UNDER_WAY, state=ReminderState.PENDING, wait_until=wait_until, attempts=lease.attempts - 1
    )


def give_up(lease: Lease, state: ReminderState, problem: str) -> bool:
    """End a message unsent, in the state given."""
    return _settle(lease, UNDER_WAY, state=state, problem=problem)


def free_along(lease: Lease, wait_until: datetime | None) -> None:
    """Let what was to go along with a text wait for itself again, not to be taken before `wait_until`."""
    freed = {"went_with": None, "leased_until": None, "reference": "", "wait_until": wait_until}
    _settle_along(lease, [ReminderState.LEASED], state=ReminderState.PENDING, **freed)


def _settle_along(lease: Lease, states: Sequence[ReminderState], **values: Any) -> None:
    along = (
        _reminder.c.went_with == lease.id,
        _reminder.c.leased_until == lease.until,
        _reminder.c.state.in_(states),
    )
    writing().execute(update(_reminder).where(*along).values(**values))


def _settle(lease: Lease, states: tuple[ReminderState, ...], **values: Any) -> bool:
    held = {"of_message": lease.id, "held_until": lease.until}
    return writing().execute(_settling(states), {**held, **values}).rowcount == 1


@lru_cache
def _settling(states: tuple[ReminderState, ...]) -> Update:
    """Return what changes a message that a lease still has, in one of these states; made once, as it is done for each."""
    return update(_reminder).where(
        _reminder.c.id == bindparam("of_message"),
        # The end of the lease tells it from a later one on the same row.
        _reminder.c.leased_until == bindparam("held_until"),
        # Another text of the same patient may have taken it along meanwhile.
        _reminder.c.went_with.is_(None),
        _reminder.c.state.in_(states),
    )


def mark_void(appointments: Iterable[str]) -> int:
    """Make every message void that is still to be sent about these visits; return how many.

    For use in the transaction that calls the visits off, after their state was written. A confirmation stays as long as
    another visit of its series stands, and a message of a change finds out for itself what it has to tell.
    """
    ids = sorted(set(appointments))
    if not ids:
        return 0
    anchor, other = _visit.alias("anchor"), _visit.alias("other")
    something_stands = exists(
        select(other.c.id)
        .join(anchor, anchor.c.series_id == other.c.series_id)
        .where(anchor.c.id == _reminder.c.appointment_id, other.c.state.not_in(sorted(CALLED_OFF)))
    )
    whole_series = and_(_reminder.c.kind == CONFIRMATION, ~something_stands)
    return _make_void(ids, or_(_OF_ONE_VISIT, whole_series))


def mark_late_entries(appointments: Iterable[str]) -> int:
    """Make void what was entered about visits that were called off meanwhile; return how many.

    For use in the transaction that enters messages: what is due was looked up before it began.
    """
    called_off = exists(
        select(_visit.c.id).where(
            _visit.c.id == _reminder.c.appointment_id, _visit.c.state.in_(sorted(CALLED_OFF))
        )
    )
    ids = sorted(set(appointments))
    return _make_void(ids, and_(_OF_ONE_VISIT, called_off)) if ids else 0


def mark_outdated(appointments: Iterable[str]) -> int:
    """Make every message void that is still to be sent about another time than these visits have now; return how many.

    For use in the transaction that changes the visits, after their times were written. What speaks of the time that a
    visit still has stays to be sent.
    """
    ids = sorted(set(appointments))
    present = select(_visit.c.starts_at).where(_visit.c.id == _reminder.c.appointment_id).scalar_subquery()
    moved = and_(_OF_ONE_VISIT, _reminder.c.visit_starts_at != present)
    return _make_void(ids, moved) if ids else 0


def _make_void(ids: Sequence[str], which: ColumnElement[bool]) -> int:
    void = update(_reminder).where(
        _reminder.c.appointment_id.in_(ids), _reminder.c.state.in_(UNDER_WAY), which
    )
    values = {"state": ReminderState.VOID, "problem": "the visit was called off or moved"}
    return writing().execute(void.values(values)).rowcount


def all_reminders() -> tuple[Reminder, ...]:
    """Return every message of the ledger, by due time."""
    return _seen(select(_reminder).order_by(_reminder.c.due_at, _reminder.c.id))


def confirmations_of(series: str) -> tuple[Reminder, ...]:
    """Return the messages that confirm a series whole: the first, and those that were asked for again."""
    asked = (
        select(_reminder)
        .join(_visit, _visit.c.id == _reminder.c.appointment_id)
        .where(_visit.c.series_id == series, _reminder.c.kind == CONFIRMATION)
    )
    return _seen(asked.order_by(_reminder.c.appointment_version, _reminder.c.id))


def _seen(asked: Select[Any]) -> tuple[Reminder, ...]:
    with reading() as connection:
        return tuple(
            Reminder(
                appointment=row.appointment_id,
                version=row.appointment_version,
                kind=row.kind,
                channel=row.channel,
                due=row.due_at,
                state=ReminderState(row.state),
                attempts=row.attempts,
                sent_at=row.sent_at,
                problem=row.problem,
            )
            for row in connection.execute(asked)
        )
