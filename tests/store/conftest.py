"""Fixtures of the store's tests: a small clinic that is stored already."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.databases import Filling, nothing
from tests.store.stored_clinic import keep_clinic


@pytest.fixture
def filling(request: pytest.FixtureRequest) -> Filling:
    """Give what the database holds: the small clinic, for tests that ask for it."""
    return keep_clinic if "clinic_context" in request.fixturenames else nothing


@pytest.fixture
def clinic_context(app_context: Flask) -> Flask:
    """Give the application inside its context, with the small clinic stored."""
    return app_context
