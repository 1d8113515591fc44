"""The database of an application: its engine, how connections to it behave, and where its migrations lie."""

from __future__ import annotations

from pathlib import Path
from time import monotonic, sleep
from typing import Any

from flask import Flask
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, Engine, event, make_url
from sqlalchemy.exc import OperationalError

from scheduler.config import PROJECT_FOLDER, Settings
from scheduler.store import (
    tables_accounts,
    tables_changes,
    tables_ledger,
    tables_life,
    tables_outbound,
    tables_people,
    tables_places,
    tables_stamps,
    tables_treatment,
    tables_waiting,
)
from scheduler.store.base import Row

db = SQLAlchemy(model_class=Row)
migrate = Migrate()

MIGRATIONS = PROJECT_FOLDER / "migrations"

#: Every module of tables; importing them is what makes the tables known to migrations.
TABLES = (
    tables_accounts,
    tables_changes,
    tables_ledger,
    tables_life,
    tables_outbound,
    tables_people,
    tables_places,
    tables_stamps,
    tables_treatment,
    tables_waiting,
)

#: Execution option of a connection that only reads.
READING = "trellis_reading"

#: How long a writer waits for another before it gives up, in milliseconds.
PATIENCE = 10_000

#: How soon a writer looks again whether SQLite's lock is free, in seconds: far shorter than a booking holds it.
LOOK_AGAIN = 0.002

#: What SQLite waits for at a commit: a visit that somebody was told of survives a power cut as well.
SYNCHRONOUS = "FULL"


def init_store(app: Flask, settings: Settings) -> None:
    """Give the application its database. Nothing is read or written yet, save that the file is made private."""
    url = make_url(settings.database_url)
    is_sqlite = url.get_backend_name() == "sqlite"
    app.config["SQLALCHEMY_DATABASE_URI"] = settings.database_url
    # Values stay out of error texts: they may name people, and error texts reach the logs.
    options = {} if is_sqlite else _postgres_options()
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {"hide_parameters": True, **options}
    if is_sqlite and url.database:
        _make_private(Path(url.database))
    db.init_app(app)
    migrate.init_app(app, db, directory=str(MIGRATIONS), render_as_batch=True, compare_type=True)
    if is_sqlite:
        with app.app_context():
            _watch_sqlite(db.engine)


def _postgres_options() -> dict[str, Any]:
    # Connections speak UTC, so that every instant arrives in UTC whatever the server's own zone is.
    speak = f"-c timezone=UTC -c lock_timeout={PATIENCE}"
    return {"pool_pre_ping": True, "connect_args": {"options": speak}}


def _make_private(file: Path) -> None:
    # SQLite gives its journal files the mode of the database itself.
    if file.parent.is_dir() and not file.exists():
        file.touch(mode=0o600)


def _watch_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        # The driver's own idea of transactions loses updates: we say BEGIN ourselves.
        connection.isolation_level = None
        for pragma in (
            "journal_mode=WAL",
            f"synchronous={SYNCHRONOUS}",
            "foreign_keys=ON",
            f"busy_timeout={PATIENCE}",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if connection.get_execution_options().get(READING, False):
            connection.exec_driver_sql("BEGIN DEFERRED")
        else:
            _begin_to_write(connection)


def _begin_to_write(connection: Connection) -> None:
    """Take the one write lock of the file, waiting for it as long as others do, and no longer than `PATIENCE`.

    SQLite itself looks the less often the longer it has waited, up to ten times a second: among several writers whoever
    has come last then wins, and some never do. Here everybody looks as often, so that each has the same chance.
    """
    end = monotonic() + PATIENCE / 1000
    connection.exec_driver_sql("PRAGMA busy_timeout=0")
    try:
        while True:
            try:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                return
            except OperationalError as error:
                if "database is locked" not in str(error.orig) or monotonic() >= end:
                    raise
            sleep(LOOK_AGAIN)
    finally:
        connection.exec_driver_sql(f"PRAGMA busy_timeout={PATIENCE}")
