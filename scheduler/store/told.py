"""What patients were told last about each visit, and which visits are otherwise by now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    and_,
    bindparam,
    exists,
    func,
    insert,
    or_,
    select,
    true,
    union,
    update,
)

from scheduler.domain.appointment import CALLED_OFF
from scheduler.store.base import handfuls, table_of
from scheduler.store.reminder_facts import AWAITED, AwaitedVisit, addressed, visit_of
from scheduler.store.reminders import (
    CHANGE,
    CONFIRMATION,
    UNDER_WAY,
    Lease,
    NewReminder,
    ReminderState,
    enter,
)
from scheduler.store.tables_outbound import ReminderRow, ToldRow
from scheduler.store.tables_treatment import AppointmentRow
from scheduler.store.work import reading, writing

_visit = table_of(AppointmentRow)
_reminder = table_of(ReminderRow)
_told = table_of(ToldRow)

_NOTING = insert(_told).returning(_told.c.id)
_OVER = (ReminderState.SENT, ReminderState.TOO_LATE)
_IN_VAIN = (ReminderState.FAILED, ReminderState.TOO_LATE)


@dataclass(frozen=True, slots=True)
class Saying:
    """What a message says of a visit: that it stands at `start`, or that it is called off, which it was to be then.

    `sequence` is what calendars counted when it was said. `invited` says that an entry for the calendar goes with it.
    """

    site: str
    appointment: str
    start: datetime
    stands: bool
    sequence: int
    invited: bool = False


@dataclass(frozen=True, slots=True)
class News:
    """A visit that is otherwise than its patient was told last; `known` is `None` for one never told of."""

    visit: AwaitedVisit
    known: Saying | None

    @property
    def times(self) -> tuple[datetime, ...]:
        """Return the starts that the news are about and that were ahead when the visit was changed; maybe none."""
        before = (self.known.start,) if self.known is not None and self.known.stands else ()
        now = (self.visit.start,) if self.visit.stands else ()
        return tuple(start for start in (*before, *now) if start > self.visit.changed_at)

    @property
    def saying(self) -> Saying:
        """Return what is to be said."""
        visit, known = self.visit, self.known
        start = visit.start if visit.stands or known is None else known.start
        return Saying(visit.site, visit.appointment, start, visit.stands, visit.sequence)


@dataclass(frozen=True, slots=True)
class Desk:
    """Where the messages of changes to one patient at one site hang: on their first visit there.

    `number` is that of the last such message to one recipient, 0 for none. `busy` says that one is still to leave.
    `tried` are the sayings, as appointment, start and whether it stands, that could not be told to this recipient.
    """

    anchor: str
    number: int
    busy: bool
    tried: frozenset[tuple[str, datetime, bool]]


def news(now: datetime, since: datetime) -> tuple[News, ...]:
    """Return every visit that is otherwise than was told, by start; what was to be before `since` is left out."""
    return _news(_OF_ALL, {"now": now, "since": since})


def news_for(lease: Lease, now: datetime, since: datetime) -> tuple[News, ...]:
    """Return what a message of a change has to tell its patient, by start.

    Where an earlier attempt of it may have left, what that may have said is told again, or put right.
    """
    anchor = select(_visit.c.patient_id, _visit.c.site_id).where(_visit.c.id == lease.appointment)
    with reading() as connection:
        patient, site = connection.execute(anchor).one()
        values = {"now": now, "since": since, "patient": patient, "site": site}
        found = {one.visit.appointment: one for one in _news(_OF_ONE, values)}
        if lease.attempts > 1:
            without = _news(_OF_ONE_BUT_FOR, values | {"lease": lease.id})
            found |= {one.visit.appointment: one for one in without}
    return tuple(sorted(found.values(), key=lambda one: (one.saying.start, one.visit.appointment)))


def desk(visit: AwaitedVisit, channel: str, recipient_hash: str) -> Desk:
    """Return where a message of a change to this visit's patient hangs."""
    first = (
        select(_visit.c.id)
        .where(_visit.c.patient_id == visit.patient, _visit.c.site_id == visit.site)
        .order_by(_visit.c.created_at, _visit.c.id)
        .limit(1)
    )
    with reading() as connection:
        anchor = connection.execute(first).scalar_one()
        kept = connection.execute(
            select(_reminder).where(_reminder.c.appointment_id == anchor, _reminder.c.kind == CHANGE)
        ).all()
        mine = [row for row in kept if (row.channel, row.recipient_hash) == (channel, recipient_hash)]
        in_vain = [row.id for row in mine if row.state in _IN_VAIN]
        tried = connection.execute(
            select(_told.c.appointment_id, _told.c.visit_starts_at, _told.c.stands).where(
                _told.c.reminder_id.in_(in_vain)
            )
        )
        return Desk(
            anchor=anchor,
            number=max((row.appointment_version for row in mine), default=0),
            busy=any(row.state in UNDER_WAY for row in kept),
            tried=frozenset((row[0], row[1], row[2]) for row in tried),
        )


def enter_unsent(new: NewReminder, sayings: Iterable[Saying]) -> int:
    """Enter a message that will not be sent, with what it would have said; return how many are new: one or none."""
    entered = enter([new])
    if entered:
        key = (
            _reminder.c.appointment_id == new.appointment,
            _reminder.c.appointment_version == new.version,
            _reminder.c.kind == new.kind,
            _reminder.c.channel == new.channel,
            _reminder.c.recipient_hash == new.recipient_hash,
        )
        id = writing().execute(select(_reminder.c.id).where(*key)).scalar_one()
        _write([_row(id, saying) for saying in sayings], may_be_known=False)
    return entered


def note_told(lease: Lease, sayings: Iterable[Saying]) -> tuple[int, ...]:
    """Note what is about to be said, before the message is handed over; return the numbers of the notes.

    For use in the transaction that takes the message up.
    """
    return _write([_row(lease.id, saying) for saying in sayings], may_be_known=True)


def note_untold(lease: Lease, sayings: Iterable[Saying]) -> None:
    """Note what a message that ends unsent would have said, and that nothing counts as told by any attempt of it."""
    note_told(lease, sayings)
    writing().execute(update(_told).where(_told.c.reminder_id == lease.id).values(may_be_known=False))


def take_back(notes: Sequence[int]) -> None:
    """Note that what these notes say was surely not told after all."""
    if notes:
        writing().execute(update(_told).where(_told.c.id.in_(notes)).values(may_be_known=False))


def changed_among(appointments: Iterable[str], now: datetime, since: datetime) -> frozenset[str]:
    """Return which of these visits are otherwise than was told; what was to be before `since` is left out."""
    with reading():
        return frozenset(
            one.visit.appointment
            for ids in handfuls(appointments)
            for one in _news(_AMONG, {"now": now, "since": since, "ids": ids})
        )


def known_starts(appointments: Iterable[str]) -> Mapping[str, datetime]:
    """Return by visit the start that its patient was told last or is being told; those never told of are left out."""
    known: dict[str, datetime] = {}
    with reading() as connection:
        for ids in handfuls(appointments):
            asked = (
                select(_told.c.appointment_id, _told.c.visit_starts_at)
                .where(_told.c.appointment_id.in_(ids), _told.c.may_be_known, _told.c.stands)
                .order_by(_told.c.id)
            )
            known.update((row[0], row[1]) for row in connection.execute(asked))
    return known


def untold_imports(now: datetime, most: int) -> tuple[Saying, ...]:
    """Return what patients are to be taken to know: the visits ahead that were entered outside any series, so many at most.

    They come with an import, and were agreed upon elsewhere.
    """
    unknown = (
        _visit.c.series_id.is_(None),
        _visit.c.state.in_(AWAITED),
        _visit.c.starts_at > now,
        ~exists(select(_told.c.id).where(_told.c.appointment_id == _visit.c.id)),
    )
    wanted = select(_visit.c.id, _visit.c.site_id, _visit.c.starts_at, _visit.c.sequence).where(*unknown)
    with reading() as connection:
        return tuple(
            Saying(row.site_id, row.id, row.starts_at, True, row.sequence)
            for row in connection.execute(wanted.limit(most))
        )


def take_as_known(sayings: Iterable[Saying]) -> None:
    """Note that patients know this without having been told."""
    _write([_row(None, saying) for saying in sayings], may_be_known=True)


@dataclass(frozen=True, slots=True)
class _Questions:
    """What is asked for news: which visits are otherwise than the latest note says, and which there are no notes of.

    They are put together once, since that takes longer than to answer them; `now` and `since` come with each asking.
    """

    changed: Select[Any]
    added: Select[Any]


def _news(questions: _Questions, values: Mapping[str, Any]) -> tuple[News, ...]:
    with reading() as connection:
        changed = [
            News(
                visit_of(row), Saying(row.site_id, row.id, row.told_start, row.told_stands, row.told_sequence)
            )
            for row in connection.execute(questions.changed, values)
        ]
        added = [News(visit_of(row), None) for row in connection.execute(questions.added, values)]
    # What was changed only when its time was over, such as a visit nobody came to, is news to no one.
    return tuple(one for one in (*changed, *added) if one.times)


def _changed(which: ColumnElement[bool]) -> Select[Any]:
    """Ask for visits that are otherwise than the latest of these notes says."""
    since: BindParameter[datetime] = bindparam("since")
    recent = union(
        select(_visit.c.id).where(_visit.c.starts_at >= since),
        select(_told.c.appointment_id).where(_told.c.visit_starts_at >= since),
    )
    # Looked up for each visit by the index: grouping all that was ever told takes many times as long.
    latest = (
        select(func.max(_told.c.id))
        .where(_told.c.appointment_id == _visit.c.id, _told.c.may_be_known, which)
        .correlate(_visit)
        .scalar_subquery()
    )
    last = _told.alias("last")
    moved = or_(~last.c.stands, last.c.visit_starts_at != _visit.c.starts_at)
    return (
        addressed()
        .add_columns(
            last.c.visit_starts_at.label("told_start"),
            last.c.stands.label("told_stands"),
            last.c.sequence.label("told_sequence"),
        )
        .join(last, last.c.id == latest)
        .where(
            _visit.c.id.in_(recent),
            or_(
                and_(_visit.c.state.in_(AWAITED), moved),
                and_(_visit.c.state.in_(sorted(CALLED_OFF)), last.c.stands),
            ),
        )
    )


def _added(which: ColumnElement[bool]) -> Select[Any]:
    """Ask for visits to come of which nobody was told although their series was confirmed."""
    first = _visit.alias("first")
    confirmed = exists(
        select(_reminder.c.id)
        .join(first, first.c.id == _reminder.c.appointment_id)
        .where(
            first.c.series_id == _visit.c.series_id,
            _reminder.c.kind == CONFIRMATION,
            _reminder.c.state.in_(_OVER),
        )
    )
    known = exists(
        select(_told.c.id).where(_told.c.appointment_id == _visit.c.id, _told.c.may_be_known, which)
    )
    # What was told is nearly everything and found by the index, so that is asked first.
    to_come = (_visit.c.state.in_(AWAITED), _visit.c.starts_at > bindparam("now"))
    return addressed().where(*to_come, ~known, confirmed)


def _questions(whose: ColumnElement[bool], which: ColumnElement[bool]) -> _Questions:
    return _Questions(_changed(which).where(whose), _added(which).where(whose))


_EVERY_NOTE = true()
_ONES = and_(_visit.c.patient_id == bindparam("patient"), _visit.c.site_id == bindparam("site"))
_OTHER_NOTES = or_(_told.c.reminder_id.is_(None), _told.c.reminder_id != bindparam("lease"))

_OF_ALL = _questions(true(), _EVERY_NOTE)
_AMONG = _questions(_visit.c.id.in_(bindparam("ids", expanding=True)), _EVERY_NOTE)
_OF_ONE = _questions(_ONES, _EVERY_NOTE)
_OF_ONE_BUT_FOR = _questions(_ONES, _OTHER_NOTES)


def _row(message: int | None, saying: Saying) -> dict[str, Any]:
    return {
        "site_id": saying.site,
        "reminder_id": message,
        "appointment_id": saying.appointment,
        "visit_starts_at": saying.start,
        "stands": saying.stands,
        "sequence": saying.sequence,
        "invited": saying.invited,
    }


def _write(rows: Sequence[dict[str, Any]], *, may_be_known: bool) -> tuple[int, ...]:
    if not rows:
        return ()
    whole = [{**row, "may_be_known": may_be_known} for row in rows]
    # Most messages say one thing: a single row is written in half the time of a list with one.
    return tuple(writing().execute(_NOTING, whole[0] if len(whole) == 1 else whole).scalars())
