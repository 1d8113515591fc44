"""The migrations, run from nothing, give exactly the tables that the program knows."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask_migrate import downgrade, upgrade
from sqlalchemy import Connection, create_engine, text

from scheduler.store import tables_stamps
from scheduler.store.database import db
from scheduler.store.tables_changes import FACTS, POSTGRES_FUNCTIONS
from tests.databases import let_go, make_app, migrate
from tests.postgres_server import PostgresServer

CATALOGUE = {
    "columns": """
        SELECT table_name, column_name, data_type, is_nullable, column_default, is_identity, identity_generation
        FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2""",
    "constraints": """
        SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2""",
    "indexes": "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1, 2",
    "triggers": """
        SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid)
        FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1, 2""",
    "functions": """
        SELECT proname, pg_get_functiondef(oid) FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace AND proname SIMILAR TO '(note|raise|stamp)!_%' ESCAPE '!' ORDER BY 1""",
}

Found = TypeVar("Found")


@pytest.fixture
def empty_sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'empty.sqlite3'}"


def test_sqlite_gets_the_tables_that_the_program_knows(empty_sqlite_url: str, tmp_path: Path) -> None:
    migrate(empty_sqlite_url, tmp_path)
    made = f"sqlite:///{tmp_path / 'made.sqlite3'}"
    migrated, known = _sqlite_schema(empty_sqlite_url), _sqlite_schema(made, create=True)
    migrated.pop("table alembic_version")
    assert migrated == known
    assert {
        name
        for name in migrated
        if name.startswith("trigger ") and "_note_" not in name and "_stamp" not in name
    } == {
        "trigger claim_guard_insert",
        "trigger claim_guard_update",
        "trigger lane_guard_delete",
        "trigger lane_guard_update",
    }


@pytest.mark.postgres
def test_postgres_gets_the_tables_that_the_program_knows(postgres_url: str, postgres: PostgresServer) -> None:
    made = postgres.create_database("made_from_metadata")
    try:
        migrated, known = _postgres_schema(postgres_url), _postgres_schema(made, create=True)
    finally:
        postgres.drop_database("made_from_metadata")
    for what in CATALOGUE:
        assert migrated[what] == known[what]
    assert len(migrated["triggers"]) > len(FACTS)
    assert len(migrated["functions"]) == len(POSTGRES_FUNCTIONS) + len(tables_stamps.POSTGRES_FUNCTIONS)
    exclusions = [row for row in migrated["constraints"] if row[1] == "claim_lane_taken_twice"]
    assert [row[2] for row in exclusions] == [
        "EXCLUDE USING gist (resource_id WITH =, purpose WITH =, lane WITH =, "
        "tstzrange(starts_at, ends_at) WITH &&)"
    ]


def test_alembic_finds_nothing_left_to_do(app_context: object) -> None:
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, db.metadata) == []


def test_the_way_back_leaves_nothing_and_the_way_up_works_again(database_url: str, tmp_path: Path) -> None:
    app = make_app(database_url, tmp_path)
    with app.app_context():
        downgrade(revision="base")
        with db.engine.connect() as connection:
            assert db.inspect(connection).get_table_names() == ["alembic_version"]
        upgrade()
        with db.engine.connect() as connection:
            assert set(db.metadata.tables) < set(db.inspect(connection).get_table_names())
    let_go(app)


def _sqlite_schema(url: str, *, create: bool = False) -> dict[str, str]:
    """Return each table, index and trigger with the statement that made it, its parts in one order."""

    def read(connection: Connection) -> dict[str, str]:
        rows = connection.execute(text("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL"))
        return {f"{kind} {name}": _in_order(sql) for kind, name, sql in rows}

    return _looked_into(url, read, create=create)


def _in_order(statement: str) -> str:
    plain = re.sub(r"\s+", " ", statement).strip()
    if not plain.startswith("CREATE TABLE"):
        return plain
    head, _, body = plain.partition("(")
    parts = re.split(r", (?=CONSTRAINT |[a-z_]+ [A-Z]+)", body.removesuffix(")"))
    return f"{head}({', '.join(sorted(part.strip() for part in parts))})"


def _postgres_schema(url: str, *, create: bool = False) -> dict[str, list[tuple[object, ...]]]:
    def read(connection: Connection) -> dict[str, list[tuple[object, ...]]]:
        found = {what: connection.execute(text(query)).all() for what, query in CATALOGUE.items()}
        return {
            what: [tuple(row) for row in rows if row[0] != "alembic_version"] for what, rows in found.items()
        }

    return _looked_into(url, read, create=create)


def _looked_into(url: str, read: Callable[[Connection], Found], *, create: bool) -> Found:
    engine = create_engine(url)
    try:
        if create:
            db.metadata.create_all(engine)
        with engine.connect() as connection:
            return read(connection)
    finally:
        engine.dispose()
