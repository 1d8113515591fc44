"""Fixtures of the use cases' tests: a small clinic that is stored already, and who asks."""

from __future__ import annotations

import pytest
from flask import Flask

from scheduler.access.permissions import AccountRole, Actor
from tests.booking.small_clinic import store_small_clinic
from tests.databases import Filling, nothing


@pytest.fixture
def filling(request: pytest.FixtureRequest) -> Filling:
    """Give what the database holds: the small clinic, for tests that ask for it."""
    return store_small_clinic if "small_clinic" in request.fixturenames else nothing


@pytest.fixture
def small_clinic(app_context: Flask) -> Flask:
    """Give the application inside its context, with the small clinic stored."""
    return app_context


@pytest.fixture
def desk() -> Actor:
    """Give somebody at the front desk."""
    return Actor("desk", AccountRole.FRONT_DESK, site="site-1")


@pytest.fixture
def nurse() -> Actor:
    """Give somebody who may look and not book."""
    return Actor("nurse", AccountRole.NURSE, site="site-1", staff="nurse-1")
