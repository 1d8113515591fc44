"""Fixtures of the cases of groups: the clinic with a cohort of six, and the same with the visits of the cohort booked."""

from __future__ import annotations

import pytest
from flask import Flask

from scheduler.domain.series import Series
from scheduler.store.series import series_of_patient
from tests.cases.groups.group_clinic import COHORT, booked_group, store_group_clinic
from tests.databases import Filling, nothing


def keep_group() -> None:
    """Store the clinic, with the best visits of its cohort."""
    store_group_clinic()
    booked_group()


@pytest.fixture
def filling(request: pytest.FixtureRequest) -> Filling:
    """Give what the database holds: nothing, the clinic, or the group's visits as well, for tests that ask for it."""
    if {"group", "group_with_pages"} & set(request.fixturenames):
        return keep_group
    return store_group_clinic if "group_clinic" in request.fixturenames else nothing


@pytest.fixture
def group_clinic(app_context: Flask) -> Flask:
    """Give the application inside its context, with the clinic stored and nothing booked."""
    return app_context


@pytest.fixture
def group(app_context: Flask) -> Series:
    """Give the series of the cohort's visits as it is booked."""
    (series,) = series_of_patient(COHORT)
    return series


@pytest.fixture
def group_with_pages(app: Flask) -> Flask:
    """Give the application with its pages outside any context, with the group's visits booked."""
    return app
