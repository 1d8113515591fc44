"""Takes in the cohorts of a clinic file: a closed one stays as it is, and its id is nobody else's."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol as Shape

from sqlalchemy import Connection, select

from scheduler.domain.cohorts import Cohort
from scheduler.domain.errors import Fault, InvalidValue
from scheduler.store.base import table_of
from scheduler.store.cohorts import cohorts, load_cohorts, write_cohort
from scheduler.store.protocol_rows import load_protocols
from scheduler.store.tables_ledger import ResourceRow
from scheduler.store.work import reading

_resource = table_of(ResourceRow)


class Tally(Shape):
    """Whatever writes what is new or differs, and counts it."""

    def write(
        self, wanted: Iterable[Cohort], stored: Iterable[Cohort], write: Callable[[Cohort], None]
    ) -> None:
        """Write what is new or differs, and count."""


def against_cohorts(connection: Connection, wanted: Sequence[Cohort]) -> Sequence[Fault]:
    """Say which cohorts have the id of something else, or would change although they are closed."""
    return tuple(_against(connection, wanted))


def _against(connection: Connection, wanted: Sequence[Cohort]) -> Iterator[Fault]:
    known = {one.id: one for one in load_cohorts(connection)}
    ids = [one.id for one in wanted]
    taken = set(connection.execute(select(_resource.c.id).where(_resource.c.id.in_(ids))).scalars())
    for position, one in enumerate(wanted):
        path, before = f"cohorts[{position}]", known.get(one.id)
        if before is None and one.id in taken:
            yield Fault(f"{path}.id", f"'{one.id}' is the id of something else already", "give it its own")
        elif before is not None and not before.is_open and _as_told(before) != one:
            mend = "its visits are booked; change it in the program, or give the new group an id of its own"
            yield Fault(path, f"the cohort '{one.id}' is closed", mend)


def write_cohorts(wanted: Iterable[Cohort], at: datetime, tally: Tally) -> None:
    """Write the cohorts that are new or differ; their protocols and patients are stored already."""
    tally.write(wanted, map(_as_told, cohorts()), lambda one: write_cohort(one, most_members(one), at))


def most_members(cohort: Cohort) -> int:
    """Return how many members a cohort's protocol takes. Raises `InvalidValue` where it is no protocol for groups."""
    with reading() as connection:
        versions = load_protocols(connection, cohort.protocol)
    terms = versions[-1].group if versions else None
    if terms is None:
        raise InvalidValue(f"'{cohort.protocol}' is no protocol for groups")
    return terms.most


def _as_told(cohort: Cohort) -> Cohort:
    return replace(cohort, series="")
