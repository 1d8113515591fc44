"""What the reminders need to know: visits ahead with whom to write to, and which messages the ledger has already."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, exists, select, type_coerce

from scheduler.domain.appointment import CALLED_OFF, AppointmentState
from scheduler.domain.interval import Interval
from scheduler.domain.message_words import MessageWords, words_from
from scheduler.domain.reminder_times import USUAL_TIMES, ReminderTimes, times_from
from scheduler.domain.series import SeriesState
from scheduler.domain.treatment import StepKind
from scheduler.store.base import handfuls, table_of
from scheduler.store.people_rows import IS_SOMEBODY
from scheduler.store.reminders import CONFIRMATION, ReminderState
from scheduler.store.tables_outbound import ReminderRow
from scheduler.store.tables_people import PatientRow
from scheduler.store.tables_places import SiteRow
from scheduler.store.tables_treatment import AppointmentRow, SeriesRow
from scheduler.store.work import reading

_visit = table_of(AppointmentRow)
_series = table_of(SeriesRow)
_patient = table_of(PatientRow)
_site = table_of(SiteRow)
_reminder = table_of(ReminderRow)

AWAITED = (AppointmentState.BOOKED, AppointmentState.CONFIRMED)
"""Visits in these states are to come; everything else is pencilled in, under way, over or called off."""

_IN_VAIN = (ReminderState.VOID, ReminderState.FAILED)
"""Messages in these states told nobody anything: should the address be corrected, another may."""


@dataclass(frozen=True, slots=True)
class AwaitedVisit:
    """One visit to come, or called off, whom to write to about it, and the site's neutral words.

    `set_at` is when it got its present time, or was last changed otherwise. `patient_zone` is where the patient lives,
    the site's zone by default. `email`, `patient_phone`, `phone` and `address` may be
    empty; `series` is `None` for a visit outside any.
    `sequence` is what its calendars count, which was raised last at `changed_at`. `stands` is false when it is called off.
    `times` are when the site lets messages leave. `languages` are what the patient reads and what the site speaks, in this
    order; the first may be empty. `words` are those that the site chose for its messages.
    """

    appointment: str
    version: int
    sequence: int
    stands: bool
    patient: str
    series: str | None
    kind: StepKind
    start: datetime
    created_at: datetime
    changed_at: datetime
    set_at: datetime
    site: str
    site_zone: str
    patient_zone: str
    email: str
    patient_phone: str
    public_name: str
    phone: str
    address: str
    times: ReminderTimes = USUAL_TIMES
    languages: tuple[str, ...] = ()
    words: MessageWords = ()


@dataclass(frozen=True, slots=True)
class Unconfirmed:
    """A booked series whose patient has not been told of it, and is not about to be.

    `anchor` is the visit of the series that was made first, called off or not; `visits` are those to come, by start.
    `tried` are the hashes of the addresses to which a confirmation failed or was given up.
    """

    anchor: str
    visits: tuple[AwaitedVisit, ...]
    tried: frozenset[str]


@dataclass(frozen=True, slots=True)
class Entered:
    """What a message in the ledger is about."""

    appointment: str
    kind: str
    recipient_hash: str
    visit_start: datetime


def awaited_within(starting: Interval) -> tuple[str, ...]:
    """Return which visits are to come that start within the interval, by start."""
    asked = select(_visit.c.id).where(
        _visit.c.starts_at >= starting.start,
        _visit.c.starts_at < starting.end,
        _visit.c.state.in_(AWAITED),
    )
    with reading() as connection:
        return tuple(connection.execute(asked.order_by(_visit.c.starts_at, _visit.c.id)).scalars())


def awaited_visits(appointments: Iterable[str]) -> tuple[AwaitedVisit, ...]:
    """Return those of these visits that are to come."""
    with reading():
        return tuple(
            visit
            for ids in handfuls(appointments)
            for visit in visits_from(_awaited().where(_visit.c.id.in_(ids)))
        )


def awaited_of(patient: str, site: str, starting: Interval) -> tuple[AwaitedVisit, ...]:
    """Return one patient's visits to come at a site that start within the interval."""
    theirs = (_visit.c.patient_id == patient, _visit.c.site_id == site)
    return visits_from(
        _awaited().where(*theirs, _visit.c.starts_at >= starting.start, _visit.c.starts_at < starting.end)
    )


def awaited_of_series_with(appointment: str, after: datetime) -> tuple[AwaitedVisit, ...]:
    """Return the visits to come, starting later than `after`, of the series that this visit belongs to; by start."""
    series = select(_visit.c.series_id).where(_visit.c.id == appointment).scalar_subquery()
    return visits_from(_awaited().where(_visit.c.series_id == series, _visit.c.starts_at > after))


def unconfirmed_within(after: datetime) -> tuple[str, ...]:
    """Return which booked series nobody was told of yet that have visits to come after this instant."""
    asked = (
        select(_series.c.id)
        .join(_visit, _visit.c.series_id == _series.c.id)
        .where(_visit.c.state.in_(AWAITED), *_untold_of(after))
        .distinct()
    )
    with reading() as connection:
        return tuple(sorted(connection.execute(asked).scalars()))


def _untold_of(after: datetime) -> tuple[ColumnElement[bool], ...]:
    return (_visit.c.starts_at > after, _series.c.state == SeriesState.BOOKED, _untold())


@cache
def _untold() -> ColumnElement[bool]:
    maker = _visit.alias("told")
    told = exists(
        select(_reminder.c.id)
        .join(maker, maker.c.id == _reminder.c.appointment_id)
        .where(
            maker.c.series_id == _series.c.id,
            _reminder.c.kind == CONFIRMATION,
            _reminder.c.state.not_in(_IN_VAIN),
        )
    )
    return ~told


def unconfirmed_series(series: Iterable[str], after: datetime) -> tuple[Unconfirmed, ...]:
    """Return those of these series that are booked, that nobody was told of yet, with visits after this instant."""
    ahead = _awaited().join(_series, _series.c.id == _visit.c.series_id).where(*_untold_of(after))
    by_series: dict[str, list[AwaitedVisit]] = {}
    with reading():
        for ids in handfuls(series):
            for visit in visits_from(ahead.where(_series.c.id.in_(ids))):
                by_series.setdefault(visit.series or "", []).append(visit)
        anchors = _anchors(by_series)
        tried = _tried(anchors.values())
    return tuple(
        Unconfirmed(anchors[series], tuple(visits), tried.get(anchors[series], frozenset()))
        for series, visits in by_series.items()
    )


def entered_about(appointments: Iterable[str]) -> Mapping[Entered, bool]:
    """Return what the ledger has about these visits, leaving out what was made void.

    With each stands whether it has failed for good.
    """
    question = select(
        _reminder.c.appointment_id,
        _reminder.c.kind,
        _reminder.c.recipient_hash,
        _reminder.c.visit_starts_at,
        _reminder.c.state,
    ).where(_reminder.c.state != ReminderState.VOID)
    found: dict[Entered, bool] = {}
    with reading() as connection:
        for ids in handfuls(appointments):
            for *about, state in connection.execute(question.where(_reminder.c.appointment_id.in_(ids))):
                entered = Entered(*about)
                found[entered] = state == ReminderState.FAILED and found.get(entered, True)
    return found


def _anchors(series: Iterable[str]) -> dict[str, str]:
    """Return the visit made first of each series: the same for life, whatever is moved or added."""
    first: dict[str, str] = {}
    for handful in handfuls(series):
        question = (
            select(_visit.c.series_id, _visit.c.id)
            .where(_visit.c.series_id.in_(handful))
            .order_by(_visit.c.created_at, _visit.c.id)
        )
        with reading() as connection:
            for series_id, visit in connection.execute(question):
                first.setdefault(series_id, visit)
    return first


def _tried(anchors: Iterable[str]) -> dict[str, frozenset[str]]:
    """Return to which addresses the confirmations that hang on these visits were meant, by hash."""
    found: dict[str, frozenset[str]] = {}
    for handful in handfuls(anchors):
        question = select(_reminder.c.appointment_id, _reminder.c.recipient_hash).where(
            _reminder.c.appointment_id.in_(handful), _reminder.c.kind == CONFIRMATION
        )
        with reading() as connection:
            for anchor, recipient in connection.execute(question):
                found[anchor] = found.get(anchor, frozenset()) | {recipient}
    return found


@cache
def _awaited() -> Select[Any]:
    return addressed().where(_visit.c.state.in_(AWAITED))


@cache
def addressed() -> Select[Any]:
    """Return the question for visits of whichever state, with whom to write to; `visits_from` reads the answer.

    It is put together once: every pass of a sender asks it many times, and to do so takes longer than the answer.
    """
    return (
        select(
            _visit.c.id,
            _visit.c.version,
            _visit.c.state,
            _visit.c.patient_id,
            _visit.c.series_id,
            _visit.c.kind,
            _visit.c.starts_at,
            _visit.c.sequence,
            _visit.c.created_at,
            _visit.c.changed_at,
            _visit.c.site_id,
            _patient.c.email,
            _patient.c.phone.label("patient_phone"),
            _patient.c.zone.label("patient_zone"),
            _patient.c.language.label("patient_language"),
            _site.c.language.label("site_language"),
            _site.c.zone.label("site_zone"),
            _site.c.public_name,
            _site.c.phone,
            _site.c.address,
            # As text: it is the same for every visit of a site, and read once.
            type_coerce(_site.c.reminder_times, Text).label("reminder_times"),
            type_coerce(_site.c.message_words, Text).label("message_words"),
        )
        .join(_patient, _patient.c.id == _visit.c.patient_id)
        .join(_site, _site.c.id == _visit.c.site_id)
        .where(IS_SOMEBODY)
        .order_by(_visit.c.starts_at, _visit.c.id)
    )


def visits_from(question: Select[Any]) -> tuple[AwaitedVisit, ...]:
    """Return the visits that such a question finds, in its order."""
    with reading() as connection:
        return tuple(visit_of(row) for row in connection.execute(question))


def visit_of(row: Any) -> AwaitedVisit:
    """Return the visit of one row of such a question."""
    return AwaitedVisit(
        appointment=row.id,
        version=row.version,
        sequence=row.sequence,
        stands=row.state not in CALLED_OFF,
        patient=row.patient_id,
        series=row.series_id,
        kind=StepKind(row.kind),
        start=row.starts_at,
        created_at=row.created_at,
        changed_at=row.changed_at,
        # A change that kept the time raises the sequence too, so this may be later than the truth, never earlier.
        set_at=row.created_at if row.sequence == 0 else row.changed_at,
        site=row.site_id,
        site_zone=row.site_zone,
        patient_zone=row.patient_zone or row.site_zone,
        email=row.email,
        patient_phone=row.patient_phone,
        public_name=row.public_name,
        phone=row.phone,
        address=row.address,
        times=_times(row.reminder_times),
        languages=(row.patient_language, row.site_language),
        words=_words(row.message_words),
    )


@lru_cache(maxsize=64)
def _times(text: str | None) -> ReminderTimes:
    """Return when a site lets messages leave, from the text that is kept of it."""
    return times_from(None if text is None else json.loads(text))


@lru_cache(maxsize=64)
def _words(text: str | None) -> MessageWords:
    """Return the words that a site chose for its messages, from the text that is kept of them."""
    return words_from(None if text is None else json.loads(text))
