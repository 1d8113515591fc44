"""Databases for writers in processes of their own: a SQLite file, and a PostgreSQL server that keeps what it commits."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from flask import Flask

from scheduler.app import create_app_without_pages
from scheduler.config import settings_from
from scheduler.domain.clock import Clock
from scheduler.store.database import db
from tests.postgres_server import DURABLE, postgres_server


@contextmanager
def on_sqlite() -> Iterator[str]:
    """Give the address of a SQLite file that does not exist yet."""
    with TemporaryDirectory() as folder:
        yield f"sqlite:///{Path(folder) / 'bench.sqlite3'}"


@contextmanager
def on_postgresql() -> Iterator[str]:
    """Give the address of an empty database on a server of its own."""
    with postgres_server(DURABLE) as server:
        yield server.create_database("bench")


DATABASES: Mapping[str, Callable[[], AbstractContextManager[str]]] = {
    "postgresql": on_postgresql,
    "sqlite": on_sqlite,
}


@contextmanager
def migrated(url: str, clock: Clock | None = None) -> Iterator[Flask]:
    """Open the application on a database inside its context, after bringing the tables up to date."""
    from flask_migrate import upgrade

    settings = settings_from({"DATABASE_URL": url, "SECRET_KEY": "for the benchmark alone " * 2})
    app = create_app_without_pages(settings, clock)
    with app.app_context():
        upgrade()
        try:
            yield app
        finally:
            db.session.remove()
            db.engine.dispose()
