"""What the tests of feeds share: the application served on this machine, for programs that fetch."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.databases import Filling, nothing
from tests.feeds.stored_visits import keep_clinic
from tests.serving import serving


@pytest.fixture
def filling(request: pytest.FixtureRequest) -> Filling:
    """Give what the database holds: the clinic, for tests that ask for it."""
    return keep_clinic if {"clinic", "clinic_context"} & set(request.fixturenames) else nothing


@pytest.fixture
def clinic(app: Flask) -> Flask:
    """Give the application with the clinic stored, outside any context."""
    return app


@pytest.fixture
def clinic_context(app_context: Flask) -> Flask:
    """Give the application without its pages inside its context, with the clinic stored."""
    return app_context


@pytest.fixture
def served(app: Flask) -> Iterator[str]:
    """Serve the application, and give its address."""
    with serving(app) as address:
        yield address
