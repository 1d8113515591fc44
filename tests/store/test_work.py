"""Transactions: all or nothing, one moment for all reads, and what the database's refusals are called."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, func, insert, select, text, update

from scheduler.app import create_app_without_pages
from scheduler.config import settings_from
from scheduler.domain.claims import Claim
from scheduler.domain.errors import Conflict, StoreNotReady
from scheduler.domain.interval import Interval
from scheduler.store import ledger
from scheduler.store.base import table_of
from scheduler.store.claim_rows import claim
from scheduler.store.database import db
from scheduler.store.locks import lock
from scheduler.store.tables_places import ClosureRow, SiteRow
from scheduler.store.work import noting, reading, unit_of_work, writing
from tests.databases import let_go, make_app
from tests.postgres_server import PostgresServer
from tests.store.stored_clinic import SAVED_AT, hours, keep_clinic, watching

pytestmark = pytest.mark.usefixtures("clinic_context")

site = table_of(SiteRow)


def rename(name: str) -> None:
    writing().execute(update(site).values(name=name))


def name() -> str:
    with reading() as connection:
        return str(connection.execute(select(site.c.name)).scalar_one())


def in_threads(app: Flask, number: int, work: Callable[[int], str]) -> list[str]:
    """Run the work in so many threads at once, each in a context of its own; return what they say, sorted."""
    together = threading.Barrier(number)

    def run(which: int) -> str:
        with app.app_context():
            together.wait()
            return work(which)

    with ThreadPoolExecutor(number) as pool:
        return sorted(pool.map(run, range(number)))


def test_what_is_committed_is_on_the_disk(sqlite_url: str, tmp_path: Path) -> None:
    settings = settings_from({"DATABASE_URL": sqlite_url, "VAR_FOLDER": str(tmp_path)})
    app = create_app_without_pages(settings)
    with app.app_context(), db.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == 2
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
    let_go(app)


def test_a_note_alone_does_not_wait_for_the_disk(database_url: str, tmp_path: Path) -> None:
    settings = settings_from({"DATABASE_URL": database_url, "VAR_FOLDER": str(tmp_path)})
    app = create_app_without_pages(settings)
    asked = "PRAGMA synchronous" if database_url.startswith("sqlite") else "SHOW synchronous_commit"

    def waits() -> object:
        return writing().exec_driver_sql(asked).scalar_one()

    def wait(connection: Any, _record: object) -> None:
        # The server of the tests waits for nothing.
        connection.execute("SET synchronous_commit TO on")
        connection.commit()

    with app.app_context():
        if not database_url.startswith("sqlite"):
            event.listen(db.engine, "connect", wait)
        with noting():
            assert waits() in (1, "off")
            rename("Another")
        with unit_of_work():
            before = waits()
        assert before in (2, "on")
        with pytest.raises(KeyError), noting():
            raise KeyError
        with unit_of_work():
            assert waits() == before
        assert name() == "Another"
    let_go(app)


def test_what_is_written_is_kept_at_the_end() -> None:
    with unit_of_work():
        rename("Another")
        assert name() == "Another"
    assert name() == "Another"


def test_nothing_is_kept_when_anything_fails() -> None:
    before = name()
    with pytest.raises(KeyError), unit_of_work():
        rename("Another")
        raise KeyError
    assert name() == before


def test_a_write_needs_a_unit_of_work() -> None:
    with pytest.raises(RuntimeError, match="unit of work"):
        rename("Another")
    with pytest.raises(RuntimeError, match="unit of work"), reading():
        rename("Another")


def test_units_of_work_do_not_nest() -> None:
    with pytest.raises(RuntimeError, match="open already"), unit_of_work(), unit_of_work():
        pass
    with pytest.raises(RuntimeError, match="open already"), reading(), unit_of_work():
        pass
    with pytest.raises(RuntimeError, match="open already"), reading(), noting():
        pass


def test_all_reads_in_one_transaction_see_one_moment(app_context: Flask) -> None:
    before = name()

    def write() -> None:
        with app_context.app_context(), unit_of_work():
            rename("Another")

    with reading():
        assert name() == before
        writer = threading.Thread(target=write)
        writer.start()
        writer.join()
        assert name() == before
    assert name() == "Another"


def test_no_update_is_lost_between_many_writers(app_context: Flask) -> None:
    """Each reads, adds one and writes: without the lock some would write over what others wrote."""
    with unit_of_work():
        rename("0")

    def add(_which: int) -> str:
        for _ in range(10):
            with unit_of_work():
                lock(["site-1"], [])
                rename(str(int(name()) + 1))
        return "done"

    in_threads(app_context, 4, add)
    assert name() == "40"


def test_locks_are_taken_in_one_order_whatever_they_are_named_in(app_context: Flask) -> None:
    def cross(which: int) -> str:
        patients = ["patient-1", "patient-2"]
        for _ in range(10):
            with unit_of_work():
                lock([], patients if which % 2 else reversed(patients))
        return "done"

    assert in_threads(app_context, 4, cross) == ["done"] * 4


def test_of_many_who_want_one_lane_as_many_get_it_as_there_are_lanes(app_context: Flask) -> None:
    """Without any lock: the database's own constraint decides."""

    def book(_which: int) -> str:
        try:
            with unit_of_work():
                ledger.take([watching(0, 2)])
        except Conflict:
            return "lost"
        return "won"

    outcomes = in_threads(app_context, 6, book)
    # Two writers who looked at the same moment may both choose the first lane, and one of them loses it.
    assert 1 <= outcomes.count("won") <= 2
    held = [one for one in ledger.all_claims() if one.resource == "nurse-1"]
    assert len(held) == outcomes.count("won")
    assert len({one.lane for one in held}) == len(held)


def test_with_the_lock_nobody_loses_a_lane_that_is_free(app_context: Flask) -> None:
    def book(_which: int) -> str:
        try:
            with unit_of_work():
                lock(["site-1"], [])
                ledger.take([watching(0, 2)])
        except Conflict:
            return "lost"
        return "won"

    assert in_threads(app_context, 5, book) == ["lost"] * 3 + ["won"] * 2


@pytest.mark.parametrize("interval", [hours(0, 2), hours(1, 3)])
def test_a_claim_refused_by_the_database_is_a_lost_race(interval: Interval) -> None:
    with unit_of_work():
        ledger.take([watching(0, 2)])

    def row(claimed: Claim) -> dict[str, object]:
        return {
            "site_id": "site-1",
            "resource_id": claimed.resource,
            "purpose": claimed.purpose,
            "lane": 0,
            "starts_at": interval.start,
            "ends_at": interval.end,
            "appointment_id": claimed.appointment,
            "phases": (),
        }

    with pytest.raises(Conflict, match="Somebody else took one of these times"), unit_of_work():
        writing().execute(insert(claim).values(row(watching(0, 1))))
    with reading() as connection:
        of_nurse = select(func.count()).where(claim.c.resource_id == "nurse-1")
        assert connection.execute(of_nurse).scalar_one() == 1


@pytest.mark.postgres
def test_a_deadlock_is_a_lost_race_that_may_be_tried_again(postgres_url: str, tmp_path: Path) -> None:
    app = make_app(postgres_url, tmp_path)
    met = threading.Barrier(2)

    def cross(which: int) -> str:
        first, second = ("patient-1", "patient-2") if which else ("patient-2", "patient-1")
        try:
            with unit_of_work():
                lock([], [first])
                met.wait()
                lock([], [second])
        except Conflict as conflict:
            return str(conflict)
        return "won"

    with app.app_context():
        keep_clinic()
    outcomes = in_threads(app, 2, cross)
    let_go(app)
    assert outcomes[1] == "won"
    assert "retry" in outcomes[0]


def test_a_mistake_of_the_program_is_not_called_a_conflict() -> None:
    closure = table_of(ClosureRow)
    row = {"site_id": "nowhere", "first_day": SAVED_AT.date(), "last_day": SAVED_AT.date(), "reason": ""}
    with pytest.raises(Exception, match=r"FOREIGN KEY|closure_site_id_fk"), unit_of_work():
        writing().execute(insert(closure).values(row))


def test_a_database_without_tables_says_the_command(tmp_path: Path, postgres: PostgresServer) -> None:
    for url in (f"sqlite:///{tmp_path / 'bare.sqlite3'}", postgres.create_database("without_tables")):
        app = make_app(url, tmp_path)
        with app.app_context(), pytest.raises(StoreNotReady, match="flask --app wsgi db upgrade"):
            name()
        let_go(app)
    postgres.drop_database("without_tables")


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:////nowhere/at/all.sqlite3",
        "postgresql+psycopg://nobody@/nothing?host=%2Fnowhere",
        "postgresql+psycopg://nobody@127.0.0.1:1/nothing",
    ],
)
def test_a_database_out_of_reach_is_named(url: str, tmp_path: Path) -> None:
    app = make_app(url, tmp_path)
    with app.app_context(), pytest.raises(StoreNotReady, match="cannot be reached"):
        name()
    let_go(app)


def test_connections_behave_as_this_room_relies_on(database_url: str) -> None:
    with reading() as connection:
        if database_url.startswith("sqlite"):
            pragmas = ("journal_mode", "foreign_keys", "busy_timeout")
            found = [connection.execute(text(f"PRAGMA {name}")).scalar() for name in pragmas]
            assert found == ["wal", 1, 10_000]
        else:
            asked = ("timezone", "lock_timeout", "transaction_isolation", "transaction_read_only")
            found = [connection.execute(text(f"SHOW {name}")).scalar() for name in asked]
            assert found == ["UTC", "10s", "repeatable read", "on"]
