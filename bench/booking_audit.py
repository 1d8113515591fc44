"""Looks at what a run left with SQL and a sweep of its own: it knows nothing of lanes, and asks none of our code."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, text

from bench.booking_clinic import PARTS, PLACES
from bench.booking_peers import TABLES


@dataclass(frozen=True, slots=True)
class Left:
    """What was found: claims beyond a capacity, visits with not all of their claims, and what was said and is not there.

    `invented` are visits that are there although nobody was told so.
    """

    double: int
    half: int
    lost: int
    invented: int

    @property
    def is_right(self) -> bool:
        """Say whether all is as it should be."""
        return self == Left(0, 0, 0, 0)


def audited(connection: Connection, table: str, booked: Iterable[str], visits: int) -> Left:
    """Look at the claims in a table, after a run that told of these visits, so many of them in each series."""
    rows = connection.execute(
        text(f"SELECT resource_id, starts_at, ends_at, appointment_id FROM {table}")
    ).all()
    kept = set(connection.execute(text("SELECT id FROM appointment")).scalars())
    by_visit = Counter(visit for *_, visit in rows)
    told = set(booked)
    series = Counter(visit.rpartition("-")[0] for visit in kept)
    half = sum(by_visit[visit] != PARTS for visit in kept) + len(by_visit.keys() - kept)
    half += sum(number != visits for number in series.values())
    return Left(_double(rows), half, len(told - kept), len(kept - told))


def _double(rows: Iterable[tuple[str, object, object, str]]) -> int:
    """Count the claims that begin when their resource serves as many visits as it can already."""
    events: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for resource, start, end, _ in rows:
        # The same instant is the same text, and their order is the order of time; what ends at a moment ends before
        # what begins then.
        events[resource] += [(str(start), 1), (str(end), -1)]
    found = 0
    for resource, changes in events.items():
        capacity, served = PLACES[resource.rpartition("-")[0]][2], 0
        for _, change in sorted(changes):
            served += change
            found += change > 0 and served > capacity
    return found


def cleared(connection: Connection) -> None:
    """Take out what a run left, in whichever table."""
    if connection.dialect.name == "postgresql":
        # Also what lies about of it: the next run begins with tables as new.
        connection.execute(text("TRUNCATE appointment, site_change CASCADE"))
        return
    for name in (*dict.fromkeys(TABLES.values()), "appointment", "site_change"):
        connection.execute(text(f"DELETE FROM {name}"))
