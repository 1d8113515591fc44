"""A server with a small clinic of its own, and people at real browsers of different sizes."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, expect

from scheduler.domain.clock import StandingClock
from tests.browser.person import Person, Screen, person_at
from tests.databases import SqliteTemplate, let_go, make_app
from tests.processes import PATIENCE
from tests.serving import serving
from tests.web.small_clinic import NOW, filled

if TYPE_CHECKING:
    from flask import Flask


# Playwright expects within five seconds, a busy machine may need more.
expect.set_options(timeout=PATIENCE * 1000)


@dataclass(frozen=True)
class Served:
    """A running server: its application, its clock and its address."""

    app: Flask
    clock: StandingClock
    address: str


@pytest.fixture(scope="session")
def clinic_template(
    sqlite_template: SqliteTemplate, tmp_path_factory: pytest.TempPathFactory
) -> SqliteTemplate:
    """Give a database with the small clinic to copy."""
    return filled(sqlite_template, tmp_path_factory.mktemp("clinic"))


@pytest.fixture
def served(clinic_template: SqliteTemplate, tmp_path: Path) -> Iterator[Served]:
    """Give a server with a clinic that nobody else touches."""
    quiet = logging.getLogger("werkzeug")
    level_before = quiet.level
    quiet.setLevel(logging.ERROR)
    clock = StandingClock(NOW)
    app = make_app(clinic_template.copy_to(tmp_path), tmp_path, clock)
    with serving(app) as address:
        yield Served(app, clock, address)
    let_go(app)
    quiet.setLevel(level_before)


@pytest.fixture
def person(browser: Browser, served: Served) -> Iterator[Callable[[Screen], Person]]:
    """Give a way to seat somebody at a screen: `person(Screen(390))`; what went wrong there fails the test."""
    seated: list[Person] = []

    def seat(screen: Screen) -> Person:
        one = person_at(browser, served.address, screen)
        seated.append(one)
        return one

    yield seat
    for one in seated:
        one.leave()
