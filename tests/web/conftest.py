"""Fixtures of the pages: a clinic that is filled once and copied for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from scheduler.domain.clock import StandingClock
from scheduler.domain.series import Series
from tests.databases import Filling, SqliteTemplate, let_go, make_app, nothing
from tests.web.small_clinic import NOW, Visitor, booked_series, filled, keep_small_clinic, visitor

if TYPE_CHECKING:
    from flask import Flask


@pytest.fixture(scope="session")
def clinic_template(
    sqlite_template: SqliteTemplate, tmp_path_factory: pytest.TempPathFactory
) -> SqliteTemplate:
    """Give a database with the small clinic to copy."""
    return filled(sqlite_template, tmp_path_factory.mktemp("clinic"))


@pytest.fixture
def filling(request: pytest.FixtureRequest) -> Filling:
    """Give what the database of `app` holds: the small clinic, for tests that ask for it."""
    return keep_small_clinic if "with_clinic" in request.fixturenames else nothing


@pytest.fixture
def with_clinic() -> None:
    """Let the database of `app`, of each kind in turn, hold the small clinic."""


@pytest.fixture
def clock() -> StandingClock:
    """Give the clock that the clinic reads; it moves when a test moves it."""
    return StandingClock(NOW)


@pytest.fixture
def clinic_app(clinic_template: SqliteTemplate, tmp_path: Path, clock: StandingClock) -> Iterator[Flask]:
    """Give an application with a clinic of its own."""
    app = make_app(clinic_template.copy_to(tmp_path), tmp_path, clock)
    yield app
    let_go(app)


@pytest.fixture
def series(clinic_app: Flask) -> Series:
    """Give the first series that is booked there."""
    return booked_series(clinic_app)[0]


@pytest.fixture
def signed_in(clinic_app: Flask) -> Callable[[str], Visitor]:
    """Give a way to sign somebody in: `signed_in("desk")`."""
    return lambda username: visitor(clinic_app, username)


@pytest.fixture
def desk(clinic_app: Flask) -> Visitor:
    """Give the front desk, signed in."""
    return visitor(clinic_app, "desk")
