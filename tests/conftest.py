"""Fixtures that all rooms share: databases, the application, a clock that stands, a real browser's address.

A test that asks for `database_url`, `app` or `app_context` runs twice: on SQLite and on PostgreSQL.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest
from argon2 import PasswordHasher
from werkzeug.routing import Rule

from scheduler.booking import passwords
from scheduler.config import ENVIRONMENT
from scheduler.domain.clock import StandingClock, use_packaged_time_zones
from tests.chromium import chromium_arguments, chromium_path
from tests.compiled_once import compiling_addresses_once
from tests.databases import (
    Filling,
    PostgresShelf,
    PostgresTemplate,
    SqliteShelf,
    SqliteTemplate,
    let_go,
    make_app,
    make_app_without_pages,
    migrate,
    nothing,
)
from tests.feeds.linter.every_calendar import look_at_every_calendar
from tests.postgres_server import PostgresServer, postgres_server

if TYPE_CHECKING:
    from flask import Flask

use_packaged_time_zones()

# A busy machine is no fault of the code: properties may take their time, and find the same thing on every machine.
hypothesis.settings.register_profile(
    "trellis",
    deadline=None,
    derandomize=True,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("trellis")

# A Monday, nine in the morning in Denver, and far from any change of the clocks.
STARTING_INSTANT = datetime(2027, 1, 4, 16, 0, tzinfo=UTC)


def pytest_configure() -> None:
    """Let no collector of garbage look at what is only being imported: all of it stays."""
    gc.disable()


def pytest_collection_finish() -> None:
    """Let the collector of garbage look less often, and not at what all tests share: it took a tenth of their time."""
    gc.enable()
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@pytest.fixture(scope="session", autouse=True)
def own_environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep every test, and every process that a test starts, away from the developer's own settings and data."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ENVIRONMENT:
            patch.delenv(name, raising=False)
        patch.setenv("VAR_FOLDER", str(tmp_path_factory.mktemp("var")))
        patch.setenv("PYTHONTZPATH", "")
        yield


@pytest.fixture(scope="session", autouse=True)
def full_strength() -> Iterator[PasswordHasher]:
    """Let passwords cost next to nothing, since tests sign in hundreds of times; give the hasher that users get."""
    users_get = passwords._hasher
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield users_get


@pytest.fixture(scope="session", autouse=True)
def addresses_are_compiled_once() -> Iterator[None]:
    """Let an application register its hundred and more pages without compiling the address of each anew."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rule, "_compile_builder", compiling_addresses_once())
        yield


@pytest.fixture(scope="session", autouse=True)
def every_calendar_is_right() -> Iterator[None]:
    """Look for faults in every calendar that any test makes the program write, by the letter of the standards."""
    with pytest.MonkeyPatch.context() as patch:
        look_at_every_calendar(patch)
        yield


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """Give the PostgreSQL server of this process of the tests, started when the first test asks for it."""
    with postgres_server() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_template(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> PostgresTemplate:
    """Give a migrated PostgreSQL database to copy."""
    migrate(postgres.create_database("migrated"), tmp_path_factory.mktemp("postgres"))
    return PostgresTemplate(postgres, "migrated")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> SqliteTemplate:
    """Give a migrated SQLite file to copy."""
    folder = tmp_path_factory.mktemp("sqlite")
    file = folder / "migrated.sqlite3"
    migrate(f"sqlite:///{file}", folder)
    return SqliteTemplate(file)


@pytest.fixture(scope="session")
def sqlite_shelf(sqlite_template: SqliteTemplate, tmp_path_factory: pytest.TempPathFactory) -> SqliteShelf:
    """Give the SQLite files to copy."""
    return SqliteShelf(sqlite_template, tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgres_shelf(
    postgres_template: PostgresTemplate, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[PostgresShelf]:
    """Give the PostgreSQL databases to hand out."""
    shelf = PostgresShelf(postgres_template, tmp_path_factory.mktemp("postgres"))
    yield shelf
    shelf.close()


@pytest.fixture
def filling() -> Filling:
    """Give what a fresh database holds: nothing, unless a room's own fixture of this name says otherwise."""
    return nothing


@pytest.fixture
def sqlite_url(sqlite_shelf: SqliteShelf, filling: Filling, tmp_path: Path) -> str:
    """Give the address of a fresh, migrated SQLite file."""
    return sqlite_shelf.copy_to(tmp_path, filling)


@pytest.fixture
def postgres_url(postgres_shelf: PostgresShelf, filling: Filling) -> str:
    """Give the address of a migrated PostgreSQL database, as good as fresh."""
    return postgres_shelf.hand_out(filling)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> str:
    """Give the address of a fresh, migrated database, of each kind in turn."""
    fixture = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    return str(request.getfixturevalue(fixture))


@pytest.fixture
def standing_clock() -> StandingClock:
    """Give the clock that `app` reads; it moves when a test moves it."""
    return StandingClock(STARTING_INSTANT)


@pytest.fixture
def app(database_url: str, tmp_path: Path, standing_clock: StandingClock) -> Iterator[Flask]:
    """Give the application on a fresh database, outside any request or application context."""
    application = make_app(database_url, tmp_path, standing_clock)
    yield application
    let_go(application)


@pytest.fixture
def app_context(database_url: str, tmp_path: Path, standing_clock: StandingClock) -> Iterator[Flask]:
    """Give the application without its pages inside its context, for tests of the store and of use cases.

    Not for tests that send requests: those would share one context, and with it who is signed in.
    """
    application = make_app_without_pages(database_url, tmp_path, standing_clock)
    with application.app_context():
        yield application
    let_go(application)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Start the machine's own Chromium; fail, and say how to get one, where there is none."""
    return {
        **browser_type_launch_args,
        "executable_path": chromium_path(),
        "args": chromium_arguments(),
    }
