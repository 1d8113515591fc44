"""Fixtures of the store's tests: a small clinic that is stored already."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.store.stored_clinic import keep_clinic


@pytest.fixture
def clinic_context(app_context: Flask) -> Flask:
    """Give the application inside its context, with the small clinic stored."""
    keep_clinic()
    return app_context
