"""The calendars elsewhere that members of staff have named: how each is doing, and the times that it says."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, delete, insert, select, update

from scheduler.domain.errors import NotFound
from scheduler.domain.interval import BusyTimes, Interval
from scheduler.store.base import table_of
from scheduler.store.busy_rows import erase_busy_times, load_busy_times, write_busy_times
from scheduler.store.tables_people import BusySourceRow
from scheduler.store.tables_treatment import AppointmentRow
from scheduler.store.work import reading, writing

_source = table_of(BusySourceRow)
_visit = table_of(AppointmentRow)


class SourceKind(StrEnum):
    """How the times come."""

    ADDRESS = "address"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class BusySource:
    """One calendar elsewhere.

    `host` is the server of its address, all of it that is ever shown; `sealed_address` is readable with the program's key
    alone; both are empty for a file. `next_try_at` is when it is fetched next, `None` for a file. `last_good_at` is when
    it was last found to be as known here, `read_whole_at` when it last came whole, `read_until` how far its times reach.
    `failures` counts the tries that failed since; `problem` says why the last did, `remark` what could not be read as meant.
    """

    id: str
    site: str
    staff: str
    kind: SourceKind
    name: str
    added_at: datetime
    host: str = ""
    sealed_address: str = ""
    etag: str = ""
    last_modified: str = ""
    next_try_at: datetime | None = None
    last_tried_at: datetime | None = None
    last_good_at: datetime | None = None
    read_whole_at: datetime | None = None
    read_until: datetime | None = None
    failures: int = 0
    problem: str = ""
    remark: str = ""


def busy_sources_of(person: str) -> tuple[BusySource, ...]:
    """Return the calendars of a member of staff, oldest first."""
    return _load([_source.c.staff_id == person])


def busy_source(id: str) -> BusySource:
    """Return one. Raises `NotFound`."""
    found = _load([_source.c.id == id])
    if not found:
        raise NotFound("There is no such calendar; it may have been removed meanwhile.")
    return found[0]


def sources_due(now: datetime) -> tuple[BusySource, ...]:
    """Return those that are to be fetched by now, the one that waits longest first."""
    return tuple(sorted(_load([_source.c.next_try_at <= now]), key=lambda one: (one.next_try_at, one.id)))


def claim_source(source: BusySource, until: datetime) -> bool:
    """Put the next try off, so that nobody else fetches it meanwhile; say whether nobody was quicker."""
    mine = update(_source).where(_source.c.id == source.id, _source.c.next_try_at == source.next_try_at)
    return writing().execute(mine.values(next_try_at=until)).rowcount == 1


def add_source(source: BusySource) -> None:
    """Keep a new one."""
    writing().execute(insert(_source).values(_row(source)))


def save_source(source: BusySource) -> bool:
    """Write how one is doing, and say whether it is still there."""
    changed = update(_source).where(_source.c.id == source.id).values(_row(source))
    return writing().execute(changed).rowcount == 1


def remove_source(source: BusySource) -> None:
    """Take one out, with its times."""
    erase_busy_times(writing(), source.id)
    writing().execute(delete(_source).where(_source.c.id == source.id))


def times_of(source: BusySource) -> BusyTimes:
    """Return what a source says now."""
    return BusyTimes(_of_staff(source, {source.id}))


def times_beside(source: BusySource) -> BusyTimes:
    """Return what all other sources of the same person say."""
    others = {one.id for one in busy_sources_of(source.staff)} - {source.id}
    return BusyTimes(_of_staff(source, others))


def keep_times(source: BusySource, times: BusyTimes) -> None:
    """Write all that a source says, in place of what it said."""
    write_busy_times(writing(), source.id, {"staff_id": source.staff, "site_id": source.site}, times)


def calendar_uids_at(site: str, during: Interval) -> frozenset[str]:
    """Return the UIDs by which calendars know the visits of a site that share a moment with a stretch of time."""
    query = select(_visit.c.calendar_uid).where(
        _visit.c.site_id == site, _visit.c.starts_at < during.end, _visit.c.ends_at > during.start
    )
    with reading() as connection:
        return frozenset(connection.execute(query).scalars())


def _of_staff(source: BusySource, ids: Iterable[str]) -> list[Interval]:
    wanted = set(ids)
    with reading() as connection:
        kept = load_busy_times(connection, source.site).get(source.staff, ())
    return [time for id, times in kept if id in wanted for time in times]


_COLUMNS = {"site": "site_id", "staff": "staff_id"}


def _row(source: BusySource) -> dict[str, Any]:
    named = {field.name: getattr(source, field.name) for field in fields(source)}
    return {_COLUMNS.get(name, name): value for name, value in named.items()} | {"kind": source.kind.value}


def _load(where: Iterable[ColumnElement[bool]]) -> tuple[BusySource, ...]:
    query = select(_source).where(*where).order_by(_source.c.added_at, _source.c.id)
    with reading() as connection:
        rows = connection.execute(query).all()
    return tuple(_from(row) for row in rows)


def _from(row: Any) -> BusySource:
    values = {field.name: getattr(row, _COLUMNS.get(field.name, field.name)) for field in fields(BusySource)}
    return BusySource(**{**values, "kind": SourceKind(row.kind)})
