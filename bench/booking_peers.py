"""Ways to book into the ledger: ours, and the peers without locks, with serializable transactions, with exclusion alone.

Each is one transaction that reads what is taken, decides, and writes the rows of the visits and of their claims. All go
through the same toolkit and driver, so that ways of keeping order are compared and nothing else. The peers keep a plain
table with one index, and none of what ours keeps besides: the log of changes, the reference to a lane.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    ForeignKey,
    Identity,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    and_,
    create_engine,
    event,
    func,
    insert,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.exc import DBAPIError

from bench.booking_clinic import FIRST_DAY, PLACES, SITE, WantedVisit
from scheduler.domain.appointment import AppointmentState
from scheduler.domain.errors import Conflict
from scheduler.domain.treatment import StepKind
from scheduler.store import ledger
from scheduler.store.base import table_of
from scheduler.store.columns import Instant
from scheduler.store.database import PATIENCE, SYNCHRONOUS, db
from scheduler.store.locks import lock
from scheduler.store.refusals import BUSY_STATES, EXCLUSION
from scheduler.store.tables_treatment import AppointmentRow
from scheduler.store.work import unit_of_work, writing

visit = table_of(AppointmentRow)

CAPACITY = {
    f"{kind}-{number}": capacity for kind, (many, _, capacity, _) in PLACES.items() for number in range(many)
}

MOST_TRIES = 10
"""How often a peer that lost tries again before it gives up."""

_metadata = MetaData()


def _peer_table(name: str) -> Table:
    return Table(
        name,
        _metadata,
        Column("id", BigInteger().with_variant(Integer, "sqlite"), Identity(), primary_key=True),
        Column("resource_id", String, nullable=False),
        Column("purpose", String, nullable=False),
        Column("lane", Integer, nullable=False),
        Column("starts_at", Instant(), nullable=False),
        Column("ends_at", Instant(), nullable=False),
        Column("appointment_id", ForeignKey(visit.c.id), nullable=False),
    )


plain = _peer_table("bench_plain_claim")
Index(None, plain.c.resource_id, plain.c.ends_at)
exclusive = _peer_table("bench_exclusive_claim")
exclusive.append_constraint(
    ExcludeConstraint(
        (exclusive.c.resource_id, "="),
        (exclusive.c.lane, "="),
        (func.tstzrange(exclusive.c.starts_at, exclusive.c.ends_at), "&&"),
        using="gist",
    ).ddl_if(dialect="postgresql")
)


def create_peer_tables() -> None:
    """Create the tables of the peers beside ours."""
    foreign = visit.to_metadata(_metadata)
    with db.engine.begin() as connection:
        _metadata.create_all(connection, [plain, exclusive])
    _metadata.remove(foreign)


class GivenUp(Exception):
    """A peer lost so often that it gave up."""


class Tries:
    """Counts how often transactions were made again."""

    again = 0


def ours(wanted: Sequence[WantedVisit], tries: Tries) -> bool:
    """Book as every use case writes: lock the site and the patient, look, write; again when a race was lost all the same."""
    for _ in range(MOST_TRIES):
        try:
            with unit_of_work():
                lock([SITE], [wanted[0].patient])
                writing().execute(insert(visit), _visit_rows(wanted))
                ledger.take(claim for one in wanted for claim in one.claims)
            return True
        except ledger.Overbooked:
            return False
        except Conflict:
            tries.again += 1
    raise GivenUp


def naive(wanted: Sequence[WantedVisit], tries: Tries) -> bool:
    """Look, and write when all is free; nobody is kept from doing the same in between."""
    with _plain_engine(db.engine).connect() as connection, connection.begin():
        lanes = _free_lanes(connection, plain, wanted)
        if lanes is None:
            return False
        _write(connection, plain, wanted, lanes)
    return True


def serializable(wanted: Sequence[WantedVisit], tries: Tries) -> bool:
    """Do the same in serializable transactions, again when the database ends one."""

    def attempt() -> bool:
        with (
            db.engine.connect().execution_options(isolation_level="SERIALIZABLE") as connection,
            connection.begin(),
        ):
            lanes = _free_lanes(connection, plain, wanted)
            if lanes is None:
                return False
            _write(connection, plain, wanted, lanes)
        return True

    return _retried(attempt, tries)


def excluding(wanted: Sequence[WantedVisit], tries: Tries) -> bool:
    """Look for a free lane and write; the exclusion constraint is all that keeps order."""

    def attempt() -> bool:
        with db.engine.connect() as connection, connection.begin():
            lanes = _free_lanes(connection, exclusive, wanted)
            if lanes is None:
                return False
            _write(connection, exclusive, wanted, lanes)
        return True

    return _retried(attempt, tries)


Way = Callable[[Sequence[WantedVisit], Tries], bool]

WAYS: Mapping[str, Way] = {
    "ours": ours,
    "naive": naive,
    "serializable": serializable,
    "excluding": excluding,
}

TABLES: Mapping[str, str] = {
    "ours": "claim",
    "naive": plain.name,
    "serializable": plain.name,
    "excluding": exclusive.name,
}


def _retried(attempt: Callable[[], bool], tries: Tries) -> bool:
    for _ in range(MOST_TRIES):
        try:
            return attempt()
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) not in BUSY_STATES | {EXCLUSION}:
                raise
            tries.again += 1
    raise GivenUp


@cache
def _plain_engine(engine: Engine) -> Engine:
    """Return what a program connects with that thinks of no transactions: on SQLite as the driver has it by itself.

    There a transaction begins with the first write, and what was read before was read outside of it.
    """
    if engine.dialect.name != "sqlite":
        return engine
    made = create_engine(engine.url, connect_args={"timeout": PATIENCE / 1000})

    @event.listens_for(made, "connect")
    def prepare(connection: Any, _record: object) -> None:
        # The disk is waited for as long as by ours.
        connection.execute(f"PRAGMA synchronous={SYNCHRONOUS}")

    return made


def _free_lanes(
    connection: Connection, table: Table, wanted: Iterable[WantedVisit]
) -> Mapping[tuple[str, str], int] | None:
    """Return a lane for each visit and resource, or `None` when one of them is full at some moment."""
    claims = [claim for one in wanted for claim in one.claims]
    overlapping = or_(
        *(
            and_(
                table.c.resource_id == claim.resource,
                table.c.ends_at > claim.interval.start,
                table.c.starts_at < claim.interval.end,
            )
            for claim in claims
        )
    )
    query = select(table.c.resource_id, table.c.lane, table.c.starts_at, table.c.ends_at)
    taken: dict[str, list[tuple[int, datetime, datetime]]] = defaultdict(list)
    for resource, lane, start, end in connection.execute(query.where(overlapping)):
        taken[resource].append((lane, start, end))
    lanes = {}
    for claim in claims:
        start, end = claim.interval.start, claim.interval.end
        used = {lane for lane, begin, over in taken[claim.resource] if begin < end and over > start}
        free = next((lane for lane in range(CAPACITY[claim.resource]) if lane not in used), None)
        if free is None:
            return None
        lanes[claim.appointment, claim.resource] = free
    return lanes


def _write(
    connection: Connection,
    table: Table,
    wanted: Iterable[WantedVisit],
    lanes: Mapping[tuple[str, str], int],
) -> None:
    listed = list(wanted)
    connection.execute(insert(visit), _visit_rows(listed))
    rows = [
        {
            "resource_id": claim.resource,
            "purpose": claim.purpose.value,
            "lane": lanes[claim.appointment, claim.resource],
            "starts_at": claim.interval.start,
            "ends_at": claim.interval.end,
            "appointment_id": claim.appointment,
        }
        for one in listed
        for claim in one.claims
    ]
    # In one order for everybody: two that wait for each other would lose more.
    connection.execute(insert(table), sorted(rows, key=lambda row: (row["resource_id"], row["starts_at"])))


def _visit_rows(wanted: Iterable[WantedVisit]) -> list[dict[str, Any]]:
    return [
        {
            "id": one.id,
            "site_id": SITE,
            "series_id": None,
            "patient_id": one.patient,
            "room_id": None,
            "step": "D1",
            "kind": StepKind.DOSING.value,
            "title": "Dosing visit",
            "state": AppointmentState.BOOKED.value,
            "version": 1,
            "starts_at": one.interval.start,
            "ends_at": one.interval.end,
            "calendar_uid": one.id,
            "sequence": 0,
            "created_at": FIRST_DAY,
            "changed_at": FIRST_DAY,
            "began_at": None,
            "released_at": None,
        }
        for one in wanted
    ]
