"""Fixtures of the command line's tests: a runner of commands, as `flask --app wsgi` would run them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from click.testing import Result
from flask import Flask

from scheduler.cli.commands import register_commands
from tests.booking.small_clinic import MONDAY, store_small_clinic
from tests.databases import Filling, nothing

Run = Callable[..., Result]


@pytest.fixture
def run(app: Flask) -> Run:
    """Give what runs a command line, without the program's name, on a migrated and empty database."""
    register_commands(app)
    app.extensions["trellis_clock"].instant = MONDAY
    runner = app.test_cli_runner()

    def invoke(line: str, input: str | None = None, more: Sequence[str] = ()) -> Result:
        return runner.invoke(args=[*line.split(), *more], input=input)

    return invoke


@pytest.fixture
def filling(request: pytest.FixtureRequest) -> Filling:
    """Give what the database holds: the small clinic, for tests that ask for it."""
    return store_small_clinic if "run_in_clinic" in request.fixturenames else nothing


@pytest.fixture
def run_in_clinic(run: Run) -> Run:
    """Give the same with the small clinic stored."""
    return run
