"""Fixtures of the API's tests: the small clinic, and programs that sign their requests with tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scheduler.domain.clock import StandingClock
from tests.api.program import Program, a_program
from tests.booking.small_clinic import MONDAY, keep_course, keep_course_at_two_sites, store_small_clinic
from tests.databases import Filling

if TYPE_CHECKING:
    from flask import Flask


@pytest.fixture
def filling(request: pytest.FixtureRequest) -> Filling:
    """Give what the database holds: the small clinic, with a booked course for tests that ask for it."""
    if "with_two_sites" in request.fixturenames:
        return keep_course_at_two_sites
    return keep_course if "with_course" in request.fixturenames else store_small_clinic


@pytest.fixture
def standing_clock() -> StandingClock:
    """Give the clock of the small clinic."""
    return StandingClock(MONDAY)


@pytest.fixture
def with_course() -> None:
    """Let the database hold the course of the first patient."""


@pytest.fixture
def with_two_sites() -> None:
    """Let the database hold the same, and a second site."""


@pytest.fixture
def desk(app: Flask) -> Program:
    """Give a program that may what the front desk may."""
    return a_program(app, "front_desk")
