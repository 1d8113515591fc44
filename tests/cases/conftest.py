"""Fixtures of the cases: the clinic that they happen in, and the worked example booked there."""

from __future__ import annotations

import pytest
from flask import Flask

from scheduler.domain.series import Series
from scheduler.store.series import all_series
from tests.cases.clinic_of_the_cases import Example, store_clinic
from tests.databases import Filling, nothing


def keep_example() -> None:
    """Store the clinic, with the first patient booked as in the worked example."""
    store_clinic()
    Example().booked()


@pytest.fixture
def filling(request: pytest.FixtureRequest) -> Filling:
    """Give what the database holds: nothing, the clinic, or the worked example as well, for tests that ask for it."""
    if {"example", "example_with_pages"} & set(request.fixturenames):
        return keep_example
    return store_clinic if "clinic" in request.fixturenames else nothing


@pytest.fixture
def clinic(app_context: Flask) -> Flask:
    """Give the application inside its context, with the clinic stored."""
    return app_context


@pytest.fixture
def example(app_context: Flask) -> Series:
    """Give the worked example as it is booked."""
    (series,) = all_series()
    return series


@pytest.fixture
def example_with_pages(app: Flask) -> Flask:
    """Give the application with its pages outside any context, with the worked example booked."""
    return app
