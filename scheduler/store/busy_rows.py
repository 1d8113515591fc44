"""Reads and writes the times at which calendars elsewhere say that staff are taken, source by source."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from sqlalchemy import Connection, delete, select, update

from scheduler.domain.interval import BusyTimes, Interval
from scheduler.store.base import table_of
from scheduler.store.columns import instant_from, instant_text
from scheduler.store.rows import only, put
from scheduler.store.tables_people import BusySourceRow, BusyTimesRow

_times = table_of(BusyTimesRow)
_source = table_of(BusySourceRow)

TimesBySource: TypeAlias = Sequence[tuple[str, tuple[Interval, ...]]]


def load_busy_times(connection: Connection, site: str | None = None) -> Mapping[str, TimesBySource]:
    """Return the times of each member of staff by the id of their source; of one site or, for `None`, of all."""
    query = select(_times).where(*only(_times.c.site_id, site)).order_by(_times.c.source_id)
    found: dict[str, list[tuple[str, tuple[Interval, ...]]]] = defaultdict(list)
    for row in connection.execute(query):
        times = tuple(Interval(instant_from(start), instant_from(end)) for start, end in row.times)
        found[row.staff_id].append((row.source_id, times))
    return found


def write_busy_times(connection: Connection, source: str, owner: Mapping[str, str], times: BusyTimes) -> None:
    """Write all times of a source in place of those that were known; `owner` holds `staff_id` and `site_id`."""
    kept = [[instant_text(time.start), instant_text(time.end)] for time in times]
    put(connection, _times, {"source_id": source, **owner, "times": kept})


def erase_busy_times(connection: Connection, source: str) -> None:
    """Take out all times of a source."""
    connection.execute(delete(_times).where(_times.c.source_id == source))


def follow_to_site(connection: Connection, person: str, site: str) -> None:
    """Let the sources of somebody who came from another site follow."""
    for table in (_source, _times):
        moved = update(table).where(table.c.staff_id == person, table.c.site_id != site)
        connection.execute(moved.values(site_id=site))
