"""Texts that leave as one: whether one has left for a patient on a day, and which messages go along with which."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_, select, update

from scheduler.domain.contact import ContactWay
from scheduler.store.base import table_of
from scheduler.store.reminders import Lease, NewReminder, ReminderState, enter
from scheduler.store.tables_outbound import ReminderRow
from scheduler.store.tables_treatment import AppointmentRow
from scheduler.store.work import reading, writing

_reminder = table_of(ReminderRow)
_visit = table_of(AppointmentRow)


@dataclass(frozen=True, slots=True)
class Standing:
    """How the ledger stands about one message: whether it may still be taken along, and whether it has failed for good."""

    waits: bool
    failed: bool


@dataclass(frozen=True, slots=True)
class About:
    """What a reminder of the ledger is about, and to which address it goes."""

    appointment: str
    kind: str
    visit_start: datetime
    recipient_hash: str


def text_left_on(day: date, patient: str, lease: Lease, now: datetime) -> bool:
    """Say whether another text than this one has left for a patient on a day of theirs, or is on its way.

    For use within the lock of the patient, where texts are decided upon one after the other.
    """
    on_its_way = and_(
        _reminder.c.state.in_((ReminderState.LEASED, ReminderState.VOID)), _reminder.c.leased_until > now
    )
    asked = (
        select(_reminder.c.id)
        .join(_visit, _visit.c.id == _reminder.c.appointment_id)
        .where(
            _visit.c.patient_id == patient,
            _reminder.c.text_day == day,
            _reminder.c.id != lease.id,
            or_(_reminder.c.state == ReminderState.SENT, on_its_way),
        )
    )
    with reading() as connection:
        return bool(connection.execute(select(exists(asked))).scalar_one())


def text_at_once_waits(patient: str, kinds: Collection[str], now: datetime) -> bool:
    """Say whether a text of one of these kinds is just about to leave for a patient, undecided by its sender."""
    ready = and_(
        _reminder.c.state == ReminderState.PENDING,
        or_(_reminder.c.wait_until.is_(None), _reminder.c.wait_until <= now),
    )
    undecided = and_(
        _reminder.c.state == ReminderState.LEASED,
        _reminder.c.leased_until > now,
        _reminder.c.text_day.is_(None),
        _reminder.c.went_with.is_(None),
    )
    asked = (
        select(_reminder.c.id)
        .join(_visit, _visit.c.id == _reminder.c.appointment_id)
        .where(
            _visit.c.patient_id == patient,
            _reminder.c.channel == ContactWay.SMS,
            _reminder.c.kind.in_(sorted(kinds)),
            or_(ready, undecided),
        )
    )
    with reading() as connection:
        return bool(connection.execute(select(exists(asked))).scalar_one())


def take_day(lease: Lease, day: date) -> None:
    """Note that a text is about to leave on this day of its patient's; for use within the lock of the patient."""
    writing().execute(update(_reminder).where(_reminder.c.id == lease.id).values(text_day=day))


def standing_of(appointments: Collection[str], now: datetime) -> Mapping[About, Standing]:
    """Return how the reminders of these visits stand in the ledger, leaving out what was made void."""
    asked = select(_reminder, _may_go_along(now).label("waits")).where(
        _reminder.c.appointment_id.in_(sorted(appointments)), _reminder.c.state != ReminderState.VOID
    )
    found: dict[About, Standing] = {}
    with reading() as connection:
        for row in connection.execute(asked):
            about = About(row.appointment_id, row.kind, row.visit_starts_at, row.recipient_hash)
            failed = row.state == ReminderState.FAILED
            before = found.get(about, Standing(waits=True, failed=True))
            found[about] = Standing(before.waits and bool(row.waits), before.failed and failed)
    return found


def take_along(lease: Lease, reminders: Iterable[NewReminder], now: datetime) -> tuple[NewReminder, ...]:
    """Let other messages go along with a text that is about to leave, and return those that do.

    Each is entered if it is not there yet, and leased as the text is. What another sender has but has not decided upon is
    taken from it. For use within the lock of the patient.
    """
    return tuple(
        one for one in reminders if _take(lease, one, now) or (_enter(one) and _take(lease, one, now))
    )


def _enter(reminder: NewReminder) -> bool:
    """Enter a message that is not there yet, whichever version of its visit it was entered for."""
    there = select(_reminder.c.id).where(_same(reminder), _reminder.c.state != ReminderState.VOID)
    with reading() as connection:
        if connection.execute(select(exists(there))).scalar_one():
            return False
    return enter([reminder]) == 1


def _same(reminder: NewReminder) -> ColumnElement[bool]:
    # By what it is about, not by its key: one that was entered before the visit changed otherwise has an older version.
    return and_(
        _reminder.c.appointment_id == reminder.appointment,
        _reminder.c.kind == reminder.kind,
        _reminder.c.visit_starts_at == reminder.visit_start,
        _reminder.c.channel == reminder.channel,
        _reminder.c.recipient_hash == reminder.recipient_hash,
    )


def _take(lease: Lease, reminder: NewReminder, now: datetime) -> bool:
    mine = (_same(reminder), _reminder.c.id != lease.id, _may_go_along(now))
    values: dict[str, Any] = {
        "state": ReminderState.LEASED,
        "leased_until": lease.until,
        "attempts": _reminder.c.attempts + 1,
        "went_with": lease.id,
        "text_day": None,
        "problem": "",
    }
    return writing().execute(update(_reminder).where(*mine).values(values)).rowcount > 0


def note_reference_along(lease: Lease, reference: str) -> None:
    """Note by which name a text is handed over for all that goes along with it."""
    along = (_reminder.c.went_with == lease.id, _reminder.c.leased_until == lease.until)
    writing().execute(update(_reminder).where(*along).values(reference=reference))


def _may_go_along(now: datetime) -> ColumnElement[bool]:
    undecided = and_(_reminder.c.text_day.is_(None), _reminder.c.went_with.is_(None))
    leased = and_(_reminder.c.state == ReminderState.LEASED, or_(undecided, _reminder.c.leased_until <= now))
    return and_(
        _reminder.c.channel == ContactWay.SMS, or_(_reminder.c.state == ReminderState.PENDING, leased)
    )
