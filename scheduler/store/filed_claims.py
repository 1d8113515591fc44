"""The claims of a site as they are kept from request to request: read by the list, not by the row, and kept in columns."""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain, repeat
from operator import sub
from typing import Any, TypeAlias

from sqlalchemy import Connection, Text, func, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from scheduler.domain.claim_book import ClaimKey, ClaimsInOrder, Kind, kind_of
from scheduler.domain.claims import Claim, Purpose
from scheduler.domain.interval import in_microseconds
from scheduler.domain.names import Names
from scheduler.store.base import table_of
from scheduler.store.claim_rows import ROLES, claim
from scheduler.store.columns import instant_from, words_from
from scheduler.store.tables_ledger import ResourceRow

_resource = table_of(ResourceRow)


@dataclass(frozen=True, slots=True)
class Filed:
    """The claims filed under one resource and purpose, with the numbers of their rows in the same order."""

    claims: ClaimsInOrder = field(default_factory=ClaimsInOrder)
    rows: array[int] = field(default_factory=lambda: array("q"))

    def without(self, row: int) -> Filed:
        """Return it without the claim of a row, if it is there."""
        if row not in self.rows:
            return self
        place = self.rows.index(row)
        return Filed(self.claims.leaving(place), self.rows[:place] + self.rows[place + 1 :])

    def with_one(self, row: int, claim: Claim) -> Filed:
        """Return it with the claim of one more row."""
        claims, place = self.claims.entering(claim)
        return Filed(claims, self.rows[:place] + array("q", [row]) + self.rows[place:])


def claims_of_site(connection: Connection, site: str, since: datetime) -> Mapping[ClaimKey, Filed]:
    """Return what the rooms and staff of a site are claimed for, without claims that were over by an instant."""
    here = select(_resource.c.id).where(_resource.c.site_id == site, _resource.c.kind.in_(["room", "staff"]))
    lane = (claim.c.resource_id, claim.c.purpose, claim.c.lane)
    # All lists of a lane are made in one pass over its rows, so they are in one order, whatever that is.
    query = (
        select(
            *lane,
            _ListText(claim.c.id),
            _ListText(claim.c.starts_at),
            _ListText(claim.c.ends_at),
            _ListText(claim.c.appointment_id),
            func.aggregate_strings(_WHAT, _BETWEEN),
        )
        .where(claim.c.resource_id.in_(here), claim.c.ends_at > since)
        .group_by(*lane)
    )
    lanes: dict[ClaimKey, list[_Lane]] = {}
    reader = _Reader()
    with connection.execute(query) as result:
        for resource, purpose, *columns in result.cursor.fetchall():
            lanes.setdefault((resource, Purpose(purpose)), []).append(reader.lane(columns))
    names = Names.of(reader.numbers)
    return {key: _filed(key, found, names) for key, found in lanes.items()}


#: What ends one text and begins the next.
_BETWEEN = "\n"

#: Role and phases of a claim in one text: the list of the phases begins with a bracket, which no role has. Between the
#: words of a list any space will do, and within them JSON writes a new line in other ways.
_WHAT = func.coalesce(claim.c.role, "").concat(func.replace(claim.c.phases, _BETWEEN, " "))

#: The claims on one lane: its number, and rows, starts, kinds and numbers of the visits.
_Lane: TypeAlias = tuple[int, Sequence[int], Sequence[int], Sequence[Kind], Sequence[int]]


class _Numbers(dict[str, int]):
    """The ids that were asked for, numbered from 0."""

    def __missing__(self, id: str) -> int:
        number = self[id] = len(self)
        return number


class _Instants(dict[str, int]):
    """The instants that texts of the database say, in microseconds since 1970; the same ones come again and again."""

    def __missing__(self, text: str) -> int:
        instant = self[text] = in_microseconds(instant_from(text))
        return instant


class _Kinds(dict[tuple[int, int, str], Kind]):
    """The kind of claim that a lane, a length in microseconds, and role and phases as they are read say."""

    def __missing__(self, said: tuple[int, int, str]) -> Kind:
        lane, length, what = said
        role, bracket, phases = what.partition("[")
        kind = self[said] = kind_of(length, words_from(bracket + phases), ROLES[role or None], lane)
        return kind


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads lane by lane; what many claims say is looked up, not made again."""

    numbers: _Numbers = field(default_factory=_Numbers)
    instants: _Instants = field(default_factory=_Instants)
    kinds: _Kinds = field(default_factory=_Kinds)

    def lane(self, columns: Iterable[Any]) -> _Lane:
        """Return what the lists of one lane say."""
        lane, *lists, what = columns
        rows, starts, ends, visits = map(json.loads, lists)
        begins = list(map(self.instants.__getitem__, starts))
        lengths = map(sub, map(self.instants.__getitem__, ends), begins)
        said = zip(repeat(lane, len(rows)), lengths, what.split(_BETWEEN), strict=True)
        kinds = list(map(self.kinds.__getitem__, said))
        return lane, rows, begins, kinds, list(map(self.numbers.__getitem__, visits))


def _filed(key: ClaimKey, lanes: Iterable[_Lane], names: Names) -> Filed:
    _, *columns = zip(*sorted(lanes, key=lambda lane: lane[0]), strict=True)
    rows, starts, kinds, visits = (list(chain.from_iterable(column)) for column in columns)
    # Lanes follow each other, and this keeps their order: what starts at the same time stays by lane.
    order = sorted(range(len(starts)), key=starts.__getitem__)
    claims = ClaimsInOrder(
        key=key,
        starts=array("q", map(starts.__getitem__, order)),
        kinds=tuple(map(kinds.__getitem__, order)),
        visits=array("I", map(visits.__getitem__, order)),
        names=names,
    )
    return Filed(claims, array("q", map(rows.__getitem__, order)))


class _ListText(FunctionElement[str]):
    """A column of a group of rows as the text of one JSON list."""

    name = "list_text"
    type = Text()
    inherit_cache = True


@compiles(_ListText, "sqlite")
def _list_on_sqlite(element: _ListText, compiler: SQLCompiler, **options: Any) -> str:
    return f"json_group_array({compiler.process(element.clauses, **options)})"


@compiles(_ListText, "postgresql")
def _list_on_postgresql(element: _ListText, compiler: SQLCompiler, **options: Any) -> str:
    return f"CAST(json_agg({compiler.process(element.clauses, **options)}) AS TEXT)"
