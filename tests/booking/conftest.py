"""Fixtures of the use cases' tests: a small clinic that is stored already, and who asks."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from flask import Flask

from scheduler.access.permissions import AccountRole, Actor
from scheduler.domain.series import Series
from scheduler.store.series import all_series
from tests.booking.small_clinic import (
    keep_course,
    keep_induction,
    keep_induction_with_the_first,
    store_small_clinic,
)
from tests.databases import Filling, nothing

FILLINGS: Mapping[str, Filling] = {
    "induction": keep_induction,
    "induction_with_the_first": keep_induction_with_the_first,
    "course": keep_course,
    "small_clinic": store_small_clinic,
}
"""What a database holds for tests that ask for a fixture, directly or not; the first one asked for counts."""


@pytest.fixture
def filling(request: pytest.FixtureRequest) -> Filling:
    """Give what the database holds: the small clinic, or a series as well, for tests that ask for it."""
    return next((FILLINGS[name] for name in FILLINGS if name in request.fixturenames), nothing)


@pytest.fixture
def small_clinic(app_context: Flask) -> Flask:
    """Give the application inside its context, with the small clinic stored."""
    return app_context


@pytest.fixture
def induction(small_clinic: Flask) -> Series:
    """Give the induction of the first patient, booked as it is best."""
    return _the_series()


@pytest.fixture
def induction_with_the_first(small_clinic: Flask) -> Series:
    """Give the same with the first therapist."""
    return _the_series()


@pytest.fixture
def course(small_clinic: Flask) -> Series:
    """Give the course of the first patient, booked as it is best."""
    return _the_series()


def _the_series() -> Series:
    (series,) = all_series()
    return series


@pytest.fixture
def desk() -> Actor:
    """Give somebody at the front desk."""
    return Actor("desk", AccountRole.FRONT_DESK, site="site-1")


@pytest.fixture
def nurse() -> Actor:
    """Give somebody who may look and not book."""
    return Actor("nurse", AccountRole.NURSE, site="site-1", staff="nurse-1")
