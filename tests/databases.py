"""Fresh databases for tests: copies of one that was migrated once, since copying is much quicker than migrating."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from tests.postgres_server import PostgresServer

if TYPE_CHECKING:
    from flask import Flask

    from scheduler.domain.clock import Clock


def make_app(url: str, folder: Path, clock: Clock | None = None) -> Flask:
    """Build the application for the database at this address, with its private folder in this folder."""
    # Imported late, here and below: most tests need neither a database nor a web framework.
    from scheduler.app import create_app
    from scheduler.config import settings_from

    settings = settings_from(
        {"DATABASE_URL": url, "VAR_FOLDER": str(folder / "var"), "SECRET_KEY": "only-for-tests " * 3}
    )
    app = create_app(settings, clock)
    app.testing = True
    return app


def let_go(app: Flask) -> None:
    """Close every connection that the application keeps open."""
    from scheduler.store.database import db

    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def migrate(url: str, folder: Path) -> None:
    """Bring the database at this address up to date, as `flask db upgrade` does, and let go of it."""
    from flask_migrate import upgrade

    app = make_app(url, folder)
    with app.app_context():
        upgrade()
    let_go(app)


@dataclass(frozen=True)
class SqliteTemplate:
    """A migrated SQLite file to copy."""

    file: Path

    def copy_to(self, folder: Path) -> str:
        """Return the address of a new copy in the folder."""
        target = folder / "trellis.sqlite3"
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
