"""Reads and writes sites with their hours and closures, and rooms with what they are fit for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table, select

from scheduler.domain.calendar_words import USUAL_WORDS, words_from
from scheduler.domain.interval import Interval
from scheduler.domain.message_words import plain
from scheduler.domain.message_words import words_from as words_of_messages
from scheduler.domain.places import Closure, NoticeAsked, Room, Site, WeeklyHours
from scheduler.domain.reminder_times import times_from
from scheduler.domain.urgent_help import plain as plain_help
from scheduler.domain.urgent_help import urgent_help_from
from scheduler.store.base import table_of
from scheduler.store.rows import Question, by_owner, hang, of_one_or_all, put
from scheduler.store.tables_places import ClosureRow, RoomOutageRow, RoomRow, SiteHoursRow, SiteRow

_site = table_of(SiteRow)
_hours = table_of(SiteHoursRow)
_closure = table_of(ClosureRow)
_room = table_of(RoomRow)
_outage = table_of(RoomOutageRow)

_AN_HOUR = timedelta(hours=1)


# Put together once, as the hours below: these are asked for with everything that is planned or judged.
_site_of = of_one_or_all(select(_site).order_by(_site.c.id), _site.c.id)
_closures_of = of_one_or_all(
    select(_closure.c.site_id, _closure.c.first_day, _closure.c.last_day, _closure.c.reason).order_by(
        _closure.c.id
    ),
    _closure.c.site_id,
)


def load_sites(connection: Connection, site: str | None = None) -> tuple[Site, ...]:
    """Return one site or, for `None`, all of them, by id."""
    hours = load_hours(connection, _hours, "site_id", site)
    closures = by_owner(connection, *_closures_of(site))
    rows = connection.execute(*_site_of(site))
    return tuple(
        Site(
            id=row.id,
            name=row.name,
            public_name=row.public_name,
            zone=row.zone,
            hours=hours.get(row.id, ()),
            closures=tuple(Closure(*closure) for closure in closures.get(row.id, ())),
            phone=row.phone,
            address=row.address,
            calendar_words=words_from(row.calendar_words),
            reminder_times=times_from(row.reminder_times),
            language=row.language,
            message_words=words_of_messages(row.message_words),
            urgent_help=urgent_help_from(row.urgent_help),
            holiday_region=row.holiday_region,
            **_policies(row),
        )
        for row in rows
    )


def write_site(connection: Connection, site: Site) -> None:
    """Write a site with its hours and closures, in place of what was known of it."""
    row = {
        "id": site.id,
        "name": site.name,
        "public_name": site.public_name,
        "zone": site.zone,
        "phone": site.phone,
        "address": site.address,
        "notice_dosing_hours": site.notice.dosing // _AN_HOUR,
        "notice_other_hours": site.notice.other // _AN_HOUR,
        "no_decisions_hours": site.no_decisions // _AN_HOUR,
        "dormant_days": site.dormant_days,
        "calendar_words": None if site.calendar_words == USUAL_WORDS else site.calendar_words.plain(),
        "reminder_times": site.reminder_times.chosen() or None,
        "language": site.language,
        "message_words": plain(site.message_words) or None,
        "urgent_help": plain_help(site.urgent_help) or None,
        "holiday_region": site.holiday_region,
    }
    put(connection, _site, row)
    hang(connection, _hours, {"site_id": site.id}, hours_rows(site.hours))
    closures = [
        {"first_day": closure.first_day, "last_day": closure.last_day, "reason": closure.reason}
        for closure in site.closures
    ]
    hang(connection, _closure, {"site_id": site.id}, closures)


def _policies(row: Any) -> dict[str, Any]:
    """Return the hours and days that the site has set, as fields of it; what it left out keeps its usual value."""
    notice = {
        name: hours * _AN_HOUR
        for name, hours in (("dosing", row.notice_dosing_hours), ("other", row.notice_other_hours))
        if hours is not None
    }
    fields: dict[str, Any] = {"notice": NoticeAsked(**notice)}
    if row.no_decisions_hours is not None:
        fields["no_decisions"] = row.no_decisions_hours * _AN_HOUR
    if row.dormant_days is not None:
        fields["dormant_days"] = row.dormant_days
    return fields


_rooms_of = of_one_or_all(select(_room).order_by(_room.c.id), _room.c.site_id)
_outages_of = of_one_or_all(
    select(_outage.c.room_id, _outage.c.starts_at, _outage.c.ends_at).order_by(_outage.c.id),
    _outage.c.site_id,
)


def load_rooms(connection: Connection, site: str | None = None) -> tuple[Room, ...]:
    """Return the rooms of one site or, for `None`, of all, by id."""
    outages = by_owner(connection, *_outages_of(site))
    rows = connection.execute(*_rooms_of(site))
    return tuple(
        Room(
            id=row.id,
            site=row.site_id,
            name=row.name,
            capabilities=frozenset(row.capabilities),
            out_of_use=tuple(Interval(*stretch) for stretch in outages.get(row.id, ())),
            places=row.places,
        )
        for row in rows
    )


def write_room(connection: Connection, room: Room) -> None:
    """Write a room, in place of what was known of it; its resource must be there already."""
    capabilities = sorted(room.capabilities)
    row = {"id": room.id, "site_id": room.site, "name": room.name, "capabilities": capabilities}
    put(connection, _room, {**row, "places": room.places})
    hang(connection, _outage, {"room_id": room.id, "site_id": room.site}, interval_rows(room.out_of_use))


def load_hours(
    connection: Connection, table: Table, owner: str, site: str | None
) -> Mapping[str, tuple[WeeklyHours, ...]]:
    """Return the weekly patterns in a table by the column that names their owner; of one site or, for `None`, of all."""
    found = by_owner(connection, *_hours_in(table, owner)(site))
    return {name: tuple(WeeklyHours(*stretch) for stretch in stretches) for name, stretches in found.items()}


@cache
def _hours_in(table: Table, owner: str) -> Callable[[object], Question]:
    columns = table.c
    pattern = (columns.weekday, columns.opens, columns.closes, columns.valid_from, columns.valid_until)
    return of_one_or_all(select(columns[owner], *pattern).order_by(columns.id), columns.site_id)


def hours_rows(hours: Iterable[WeeklyHours]) -> list[dict[str, Any]]:
    """Return the rows of a weekly pattern, without their owner."""
    return [
        {
            "weekday": stretch.weekday,
            "opens": stretch.opens,
            "closes": stretch.closes,
            "valid_from": stretch.valid_from,
            "valid_until": stretch.valid_until,
        }
        for stretch in hours
    ]


def interval_rows(intervals: Iterable[Interval]) -> list[dict[str, Any]]:
    """Return the rows of stretches of time, without their owner."""
    return [{"starts_at": interval.start, "ends_at": interval.end} for interval in intervals]
