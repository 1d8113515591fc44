"""Fresh databases for tests: migrated once and filled once, since copying is much quicker than either.

On SQLite every test gets a copy of a file. On PostgreSQL, where a copy is hundreds of files, tests get the same database
one after another, brought back each time to what it held at first (`tests/postgres_reuse.py`).
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from tests.compiled_once import TEMPLATES, share_statements
from tests.postgres_reuse import ReusedDatabase
from tests.postgres_server import PostgresServer

if TYPE_CHECKING:
    from flask import Flask
    from sqlalchemy import Engine

    from scheduler.config import Settings
    from scheduler.domain.clock import Clock

Filling = Callable[[], object]
"""What stores something in an empty database, inside an application's context.

What it stores is kept and copied for as long as the tests run: a function of a module, not one made for each test.
"""


def nothing() -> None:
    """Store nothing: the filling of an empty database."""


def make_app(url: str, folder: Path, clock: Clock | None = None) -> Flask:
    """Build the application for the database at this address, with its private folder in this folder."""
    # Imported late, here and below: most tests need neither a database nor a web framework.
    from scheduler.app import create_app

    app = _for_tests(create_app(_settings(url, folder), clock))
    app.jinja_env.bytecode_cache = TEMPLATES
    return app


def make_app_without_pages(url: str, folder: Path, clock: Clock | None = None) -> Flask:
    """Build the same for tests that send no requests: to register the pages takes longer than most tests."""
    from scheduler.app import create_app_without_pages

    return _for_tests(create_app_without_pages(_settings(url, folder), clock))


def _settings(url: str, folder: Path) -> Settings:
    from scheduler.config import settings_from

    return settings_from(
        {"DATABASE_URL": url, "VAR_FOLDER": str(folder / "var"), "SECRET_KEY": "only-for-tests " * 3}
    )


def _for_tests(app: Flask) -> Flask:
    from scheduler.store.database import db

    app.testing = True
    with app.app_context():
        share_statements(db.engine)
        if db.engine.name == "sqlite":
            _write_without_waiting(db.engine)
    return app


def _write_without_waiting(engine: Engine) -> None:
    """Leave it to the machine when SQLite's files reach the disk: tests kill processes, they never pull the plug."""
    from sqlalchemy import event

    def prepare(connection: Any, _record: object) -> None:
        connection.execute("PRAGMA synchronous=OFF")

    event.listen(engine, "connect", prepare)


def let_go(app: Flask) -> None:
    """Close every connection that the application keeps open."""
    from scheduler.store.database import db

    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def migrate(url: str, folder: Path) -> None:
    """Bring the database at this address up to date, as `flask db upgrade` does, and let go of it."""
    from flask_migrate import upgrade

    app = make_app_without_pages(url, folder)
    with app.app_context():
        upgrade()
    let_go(app)


def fill(url: str, folder: Path, filling: Filling) -> None:
    """Fill the database at this address, and let go of it."""
    assert "<locals>" not in filling.__qualname__, (
        f"{filling.__qualname__} would be filled anew for each test"
    )
    app = make_app_without_pages(url, folder)
    with app.app_context():
        filling()
    let_go(app)


@dataclass(frozen=True)
class SqliteTemplate:
    """A migrated SQLite file to copy."""

    file: Path
    copy_name = "trellis.sqlite3"

    def copy_to(self, folder: Path) -> str:
        """Return the address of a new copy in the folder."""
        target = folder / self.copy_name
        shutil.copyfile(self.file, target)
        return f"sqlite:///{target}"


@dataclass(frozen=True)
class PostgresTemplate:
    """A migrated PostgreSQL database to copy."""

    server: PostgresServer
    name: str

    def copy(self) -> tuple[str, str]:
        """Return the name and the address of a new copy."""
        name = f"test_{uuid4().hex}"
        return name, self.server.create_database(name, template=self.name)


@dataclass
class SqliteShelf:
    """SQLite files to copy, one for each filling, made when the first test asks."""

    empty: SqliteTemplate
    folder: Path
    filled: dict[Filling, SqliteTemplate] = field(default_factory=dict)

    def copy_to(self, folder: Path, filling: Filling) -> str:
        """Return the address of a new copy in the folder."""
        if filling not in self.filled:
            place = self.folder / str(len(self.filled))
            place.mkdir()
            fill(self.empty.copy_to(place), place, filling)
            self.filled[filling] = SqliteTemplate(place / self.empty.copy_name)
        return self.filled[filling].copy_to(folder)


@dataclass
class PostgresShelf:
    """PostgreSQL databases to hand out again and again, one for each filling, made when the first test asks."""

    empty: PostgresTemplate
    folder: Path
    filled: dict[Filling, ReusedDatabase] = field(default_factory=dict)

    def hand_out(self, filling: Filling) -> str:
        """Return the address of a database that holds what the filling stores, and that nobody is connected to."""
        kept = self.filled.get(filling)
        if kept is None or not kept.bring_back():
            if kept is not None:
                self.empty.server.drop_database(kept.name)
            kept = self.filled[filling] = self._made(filling)
        return self.empty.server.url(kept.name)

    def _made(self, filling: Filling) -> ReusedDatabase:
        name, url = self.empty.copy()
        fill(url, self.folder, filling)
        return ReusedDatabase(self.empty.server, name)

    def close(self) -> None:
        """Close the connections to the databases."""
        for kept in self.filled.values():
            kept.close()
