"""A calendar address that was revoked, and one that a program goes on reading when its patient is long discharged."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar

from scheduler.access.permissions import SYSTEM
from scheduler.booking.cancel_series import CancelSeries, SeriesCancelled, cancel_series
from scheduler.booking.outcomes import CalledOffBy, CancelReason
from scheduler.domain.clock import StandingClock
from scheduler.feeds.publication import KEPT
from scheduler.feeds.subscriptions import SubscriptionRequest, end_subscription, make_subscription
from scheduler.feeds.tokens import new_token
from scheduler.store.series import all_series
from scheduler.store.subscriptions import SubscriptionKind, subscriptions_of
from tests.builders import AS_OF
from tests.cases.clinic_of_the_cases import PATIENT


@pytest.fixture
def standing_clock() -> StandingClock:
    """Give a clock that stands at the beginning of the example."""
    return StandingClock(AS_OF)


@pytest.fixture
def address(app: Flask, example_with_pages: Flask, standing_clock: StandingClock) -> str:
    """Give the path of the first patient's calendar."""
    with app.app_context():
        made = make_subscription(
            SubscriptionRequest(SubscriptionKind.PATIENT, PATIENT, ""), SYSTEM, standing_clock
        )
    assert isinstance(made, str)
    return made


@pytest.fixture
def program(app: Flask) -> FlaskClient:
    """Give a program that reads calendars."""
    return app.test_client()


def test_a_revoked_address_answers_like_one_that_never_was(
    app: Flask, program: FlaskClient, address: str, standing_clock: StandingClock
) -> None:
    """Case 13: "Feed token revoked"."""
    assert program.get(address).status_code == 200
    with app.app_context():
        [one] = subscriptions_of(SubscriptionKind.PATIENT, PATIENT)
        assert end_subscription(one.id, SYSTEM, standing_clock) is None
    revoked, unknown = program.get(address), program.get(f"/feeds/{new_token()}.ics")
    assert (revoked.status_code, revoked.data) == (404, unknown.data)
    headers = [
        sorted((name, value) for name, value in answer.headers if name != "Date")
        for answer in (revoked, unknown)
    ]
    assert headers[0] == headers[1]


def visits_in(program: FlaskClient, address: str) -> list[str]:
    """Return the states of the visits that the calendar tells of."""
    answer = program.get(address)
    assert answer.status_code == 200
    return [str(event.get("STATUS")) for event in Calendar.from_ical(answer.data).events]


def test_a_calendar_read_on_after_the_last_visit_is_a_calendar_that_runs_empty(
    program: FlaskClient, address: str, standing_clock: StandingClock, app: Flask
) -> None:
    """Case 13: "feed polled by a client for a discharged patient", whose series took place to its end."""
    assert len(visits_in(program, address)) == 22
    with app.app_context():
        last = max(visit.discharge for visit in all_series()[0].appointments)
    standing_clock.instant = last + KEPT
    assert len(visits_in(program, address)) == 1, "the review is thirty days back"
    standing_clock.instant = last + KEPT + timedelta(days=1)
    assert visits_in(program, address) == []
    assert b"BEGIN:VCALENDAR" in program.get(address).data


def test_of_a_series_that_was_stopped_the_calendar_takes_every_visit_back(
    program: FlaskClient, address: str, standing_clock: StandingClock, app: Flask
) -> None:
    """Case 13: the same, for a patient who left before the end: programs take visits out that they have shown."""
    with app.app_context():
        [series] = all_series()
        command = CancelSeries(series.id, CalledOffBy.CLINIC, CancelReason.CLINICAL_DECISION)
        assert isinstance(cancel_series(command, SYSTEM, standing_clock), SeriesCancelled)
    assert visits_in(program, address) == ["CANCELLED"] * 22
    standing_clock.advance(KEPT + timedelta(days=1))
    assert visits_in(program, address) == []
