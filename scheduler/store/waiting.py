"""Who waits for a series, and which standing series would come earlier."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, func, insert, select, update

from scheduler.domain.errors import NotFound
from scheduler.domain.waiting import EarlierWish, LeftBecause, WaitingEntry
from scheduler.store.appointments import STANDING
from scheduler.store.base import table_of
from scheduler.store.tables_treatment import AppointmentRow, SeriesRow
from scheduler.store.tables_waiting import EarlierWishRow, WaitingEntryRow
from scheduler.store.work import reading, writing

_entry = table_of(WaitingEntryRow)
_earlier = table_of(EarlierWishRow)
_visit = table_of(AppointmentRow)
_series = table_of(SeriesRow)


def add_entry(entry: WaitingEntry) -> None:
    """Put a patient on the list."""
    writing().execute(
        insert(_entry).values(
            id=entry.id,
            site_id=entry.site,
            patient_id=entry.patient,
            protocol_key=entry.protocol,
            wishes=dict(entry.wishes),
            since=entry.since,
            noted_by=entry.by,
            until_day=entry.until,
            ended_at=None,
            ended_by="",
            ended_because="",
        )
    )


def change_entry(
    entry: WaitingEntry, protocol: str, wishes: Mapping[str, Any], until: date | None
) -> WaitingEntry:
    """Let somebody who waits wish for something else, and return the entry; since when they wait stays."""
    values = {"protocol_key": protocol, "wishes": dict(wishes), "until_day": until}
    writing().execute(update(_entry).where(_entry.c.id == entry.id).values(values))
    return replace(entry, protocol=protocol, wishes=wishes, until=until)


def end_entry(id: str, at: datetime, by: str, because: LeftBecause) -> bool:
    """Note that a patient waits no more, and say whether that is new."""
    values = {"ended_at": at, "ended_by": by, "ended_because": because.value}
    ended = update(_entry).where(_entry.c.id == id, _entry.c.ended_at.is_(None)).values(values)
    return writing().execute(ended).rowcount > 0


def entry_ended_by(series: str) -> WaitingEntry | None:
    """Return the entry that ended because a series was booked, the last one where there are several; or `None`."""
    booked = select(_series.c.patient_id, _series.c.protocol_key, _series.c.created_at)
    with reading() as connection:
        row = connection.execute(booked.where(_series.c.id == series)).one_or_none()
    if row is None:
        return None
    wanted = (_entry.c.patient_id == row.patient_id, _entry.c.protocol_key == row.protocol_key)
    # Ended with the booking itself, or later with that of what was held first.
    ended = (_entry.c.ended_because == LeftBecause.BOOKED.value, _entry.c.ended_at >= row.created_at)
    return next(reversed(_load([*wanted, *ended])), None)


def wait_on(id: str) -> None:
    """Let the patient of an entry that ended wait on, as if it had not."""
    values = {"ended_at": None, "ended_by": "", "ended_because": ""}
    writing().execute(update(_entry).where(_entry.c.id == id).values(values))


def waiting_entry(id: str) -> WaitingEntry:
    """Return an entry of the list, ended or not. Raises `NotFound`."""
    found = _load([_entry.c.id == id])
    if not found:
        raise NotFound(f"There is no entry '{id}' of the waiting list")
    return found[0]


def open_entries(site: str) -> tuple[WaitingEntry, ...]:
    """Return who waits at a site, whoever waits longest first."""
    return _load([_entry.c.site_id == site, _entry.c.ended_at.is_(None)])


def entry_of(patient: str, protocol: str) -> WaitingEntry | None:
    """Return how a patient waits for a series by a protocol, `None` where they do not."""
    wanted = (_entry.c.patient_id == patient, _entry.c.protocol_key == protocol, _entry.c.ended_at.is_(None))
    return next(iter(_load(wanted)), None)


def all_entries() -> tuple[WaitingEntry, ...]:
    """Return every entry there is, those that ended as well, by since when."""
    return _load([])


def wish_earlier(wish: EarlierWish) -> bool:
    """Note that the patient of a series would come earlier, and say whether that is new."""
    if earlier_wish(wish.series) is not None:
        return False
    row = {"series_id": wish.series, "site_id": wish.site, "since": wish.since, "noted_by": wish.by}
    writing().execute(insert(_earlier).values(row))
    return True


def withdraw_earlier(series: str) -> bool:
    """Note that the patient of a series would not come earlier any more, and say whether that is new."""
    return writing().execute(delete(_earlier).where(_earlier.c.series_id == series)).rowcount > 0


def earlier_wish(series: str) -> EarlierWish | None:
    """Return since when the patient of a series would come earlier, `None` where that is not so."""
    return next(iter(_wishes([_earlier.c.series_id == series])), None)


def earlier_wishes(site: str, now: datetime) -> tuple[EarlierWish, ...]:
    """Return those of a site of which a standing visit is still to start, whoever waits longest first."""
    ahead = select(_visit.c.series_id).where(
        _visit.c.starts_at > now, _visit.c.site_id == site, _visit.c.series_id.is_not(None), STANDING
    )
    return _wishes([_earlier.c.site_id == site, _earlier.c.series_id.in_(ahead)])


def all_earlier_wishes() -> tuple[EarlierWish, ...]:
    """Return every one there is."""
    return _wishes([])


def count_waiting(site: str, now: datetime) -> int:
    """Return how many wait at a site or would come earlier."""
    entries = select(func.count()).where(_entry.c.site_id == site, _entry.c.ended_at.is_(None))
    with reading() as connection:
        return int(connection.execute(entries).scalar_one()) + len(earlier_wishes(site, now))


def _load(where: Sequence[ColumnElement[bool]]) -> tuple[WaitingEntry, ...]:
    with reading() as connection:
        rows = connection.execute(select(_entry).where(*where).order_by(_entry.c.since, _entry.c.id)).all()
    return tuple(
        WaitingEntry(
            id=row.id,
            site=row.site_id,
            patient=row.patient_id,
            protocol=row.protocol_key,
            wishes=row.wishes,
            since=row.since,
            by=row.noted_by,
            until=row.until_day,
            ended_at=row.ended_at,
            ended_because=LeftBecause(row.ended_because) if row.ended_because else None,
        )
        for row in rows
    )


def _wishes(where: Sequence[ColumnElement[bool]]) -> tuple[EarlierWish, ...]:
    query = select(_earlier).where(*where).order_by(_earlier.c.since, _earlier.c.series_id)
    with reading() as connection:
        rows = connection.execute(query).all()
    return tuple(EarlierWish(row.series_id, row.site_id, row.since, row.noted_by) for row in rows)
