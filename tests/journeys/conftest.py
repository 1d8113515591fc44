"""Fixtures of the journeys: the demo clinic, loaded once on each kind of database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask

from scheduler.access.permissions import SYSTEM
from scheduler.booking.load_demo import DemoLoaded, LoadDemo, load_demo
from scheduler.cli.commands import register_commands
from scheduler.domain.clock import StandingClock
from tests.conftest import STARTING_INSTANT
from tests.databases import PostgresTemplate, SqliteTemplate, let_go, make_app

SEED = 1


@dataclass(frozen=True)
class LoadedDemo:
    """The application on the demo clinic, and what loading it said."""

    app: Flask
    outcome: DemoLoaded
    lines: tuple[str, ...]
    url: str


@pytest.fixture(scope="session", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def demo(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LoadedDemo]:
    """Give the demo clinic, loaded as of the tests' now; all tests share it and must not change it."""
    folder = tmp_path_factory.mktemp("demo")
    with _database(request, folder) as url:
        app = make_app(url, folder, StandingClock(STARTING_INSTANT))
        register_commands(app)
        lines: list[str] = []
        with app.app_context():
            outcome = load_demo(LoadDemo(SEED, lines.append), SYSTEM, app.extensions["trellis_clock"])
        assert isinstance(outcome, DemoLoaded)
        yield LoadedDemo(app, outcome, tuple(lines), url)
        let_go(app)


@contextmanager
def _database(request: pytest.FixtureRequest, folder: Path) -> Iterator[str]:
    if request.param == "sqlite":
        sqlite: SqliteTemplate = request.getfixturevalue("sqlite_template")
        yield sqlite.copy_to(folder)
        return
    postgres: PostgresTemplate = request.getfixturevalue("postgres_template")
    name, url = postgres.copy()
    yield url
    postgres.server.drop_database(name)
