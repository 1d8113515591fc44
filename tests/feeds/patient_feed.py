"""A patient's feed at the instant of the booking: fixtures for tests that read one by its path."""

from __future__ import annotations

import pytest
from flask import Flask

from scheduler.access.permissions import SYSTEM
from scheduler.domain.clock import StandingClock
from scheduler.feeds.subscriptions import SubscriptionRequest, make_subscription
from scheduler.store.subscriptions import SubscriptionKind
from tests.feeds.stored_visits import BOOKED_AT, keep_series


@pytest.fixture
def standing_clock() -> StandingClock:
    """Give a clock that stands at the instant of the booking."""
    return StandingClock(BOOKED_AT)


@pytest.fixture
def path(clinic: Flask, standing_clock: StandingClock) -> str:
    """Store a series and give the path of its patient's feed."""
    with clinic.app_context():
        keep_series()
        request = SubscriptionRequest(SubscriptionKind.PATIENT, "patient-1", "")
        address = make_subscription(request, SYSTEM, standing_clock)
    assert isinstance(address, str)
    return address
