"""What a writer of claims must know of the ledger, in one question: every question more keeps others waiting."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, literal, null, or_, select, union_all

from scheduler.domain.claims import Claim, Purpose
from scheduler.store.base import table_of
from scheduler.store.claim_rows import claim
from scheduler.store.lanes import Span
from scheduler.store.tables_ledger import LaneRow
from scheduler.store.tables_treatment import AppointmentRow

_lane = table_of(LaneRow)
_visit = table_of(AppointmentRow)

#: What is claimed: a resource, and what for.
Key = tuple[str, Purpose]

MOST_VISITS = 200
"""Of how many visits is asked at once: databases take no question that is as long as one likes."""

_STANDING, _LANES, _SITE = "standing", "lanes", "site"


@dataclass(frozen=True, slots=True)
class Around:
    """What is claimed already of the same resources wherever a new claim lies, the capacities, and the sites of visits.

    Capacities leave out what has none, and sites the visits that are not stored.
    """

    standing: Mapping[Key, list[Span]] = field(default_factory=lambda: defaultdict(list))
    capacities: Mapping[Key, int] = field(default_factory=dict)
    sites: Mapping[str, str] = field(default_factory=dict)


def look_around(wanted: Iterable[Claim], connection: Connection) -> Around:
    """Return what must be known to enter these claims."""
    standing: dict[Key, list[Span]] = defaultdict(list)
    capacities: dict[Key, int] = {}
    sites: dict[str, str] = {}
    known: set[int] = set()
    for claims in _in_portions(wanted):
        asked = union_all(_standing(claims), _lanes(claims), _sites(claims))
        for kind, name, other, number, row, start, end in connection.execute(asked):
            if kind == _LANES:
                capacities[name, Purpose(other)] = number
            elif kind == _SITE:
                sites[name] = other
            elif row not in known:
                # What stands beside visits of two portions is found with each.
                known.add(row)
                # A purpose is a word of its own, so the plain text finds the same entry.
                standing[name, other].append(Span(start, end, number, row))
    return Around(standing, capacities, sites)


def _in_portions(wanted: Iterable[Claim]) -> Iterator[list[Claim]]:
    """Yield the claims of so many visits at a time: a series is one portion, and a whole clinic that is imported many."""
    by_visit: dict[str, list[Claim]] = defaultdict(list)
    for one in wanted:
        by_visit[one.appointment].append(one)
    visits = list(by_visit.values())
    for begin in range(0, len(visits), MOST_VISITS):
        yield [one for claims in visits[begin : begin + MOST_VISITS] for one in claims]


def _standing(claims: Iterable[Claim]) -> Select[Any]:
    columns = (
        claim.c.resource_id,
        claim.c.purpose,
        claim.c.lane,
        claim.c.id,
        claim.c.starts_at,
        claim.c.ends_at,
    )
    by_visit: dict[str, list[Claim]] = defaultdict(list)
    for one in claims:
        by_visit[one.appointment].append(one)
    return select(literal(_STANDING), *columns).where(or_(*map(_beside, by_visit.values())))


def _beside(claims: Iterable[Claim]) -> ColumnElement[bool]:
    """Return what holds for whatever stands beside the claims of one visit, and for some more of the same days."""
    listed = list(claims)
    return and_(
        claim.c.resource_id.in_(sorted({one.resource for one in listed})),
        claim.c.ends_at > min(one.interval.start for one in listed),
        claim.c.starts_at < max(one.interval.end for one in listed),
    )


def _lanes(claims: Iterable[Claim]) -> Select[Any]:
    resources = sorted({one.resource for one in claims})
    columns = (_lane.c.resource_id, _lane.c.purpose)
    return (
        select(literal(_LANES), *columns, func.count(), null(), null(), null())
        .where(_lane.c.resource_id.in_(resources))
        .group_by(*columns)
    )


def _sites(claims: Iterable[Claim]) -> Select[Any]:
    visits = sorted({one.appointment for one in claims})
    columns = (_visit.c.id, _visit.c.site_id)
    return select(literal(_SITE), *columns, null(), null(), null(), null()).where(_visit.c.id.in_(visits))
