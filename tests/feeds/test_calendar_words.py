"""What calendars of staff call visits is the clinic's choice, and they say it at once; patients' calendars never do."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from icalendar import Calendar

from scheduler.access.permissions import SYSTEM
from scheduler.booking.change_calendar_words import ChangeCalendarWords, change_calendar_words
from scheduler.domain import calendar_words as words
from scheduler.domain.calendar_words import USUAL_WORDS, CalendarWords, PatientShown
from scheduler.domain.clock import StandingClock
from scheduler.feeds.subscriptions import SubscriptionRequest, make_subscription
from scheduler.store import clinic as kept
from scheduler.store.subscriptions import SubscriptionKind
from tests.feeds.stored_visits import BOOKED_AT, keep_series

OWN = CalendarWords("L", "A", "N", "F", "B", "T", PatientShown.ID)
KINDS = {
    SubscriptionKind.PATIENT: "patient-1",
    SubscriptionKind.STAFF: "therapist-1",
    SubscriptionKind.ROOM: "dosing-1",
    SubscriptionKind.SITE: "site-1",
}


@pytest.fixture
def standing_clock() -> StandingClock:
    """Give a clock that stands at the instant of the booking."""
    return StandingClock(BOOKED_AT)


def path_to(app: Flask, kind: SubscriptionKind, busy_only: bool = False) -> str:
    """Make a subscription and return its path."""
    with app.app_context():
        request = SubscriptionRequest(kind, KINDS[kind], "", busy_only)
        made = make_subscription(request, SYSTEM, StandingClock(BOOKED_AT))
    assert isinstance(made, str)
    return made


def choose(app: Flask, chosen: CalendarWords) -> None:
    """Let the site's calendars say these words."""
    with app.app_context():
        change_calendar_words(ChangeCalendarWords("site-1", chosen), SYSTEM, StandingClock(BOOKED_AT))
        assert kept.site("site-1").calendar_words == chosen


def summaries(content: bytes) -> set[str]:
    """Return what visits are called."""
    return {str(event["SUMMARY"]) for event in Calendar.from_ical(content).events}


@pytest.mark.parametrize("kind", [SubscriptionKind.STAFF, SubscriptionKind.ROOM, SubscriptionKind.SITE])
def test_a_choice_is_read_at_once_and_so_is_the_next(clinic: Flask, kind: SubscriptionKind) -> None:
    with clinic.app_context():
        keep_series()
    path, client = path_to(clinic, kind), clinic.test_client()
    first = client.get(path)
    before = summaries(first.data)
    condition = {"If-None-Match": first.headers["ETag"]}
    assert client.get(path, headers=condition).status_code == 304
    codes = {USUAL_WORDS.code_of(one): OWN.code_of(one) for one in words.KINDS}
    follows = {
        PatientShown.INITIALS: " RS",
        PatientShown.ID: " patient-1",
        PatientShown.FIRST_NAME: " Robin",
        PatientShown.NOTHING: "",
    }
    for shown, tail in follows.items():
        choose(clinic, replace(OWN, patient=shown))
        changed = client.get(path, headers=condition)
        assert changed.status_code == 200
        assert summaries(changed.data) == {codes[one[:1]] + tail for one in before}
        condition = {"If-None-Match": changed.headers["ETag"]}
        assert client.get(path, headers=condition).status_code == 304
    choose(clinic, USUAL_WORDS)
    assert client.get(path).headers["ETag"] == first.headers["ETag"]


def test_patients_and_shared_times_say_what_they_always_say(clinic: Flask) -> None:
    with clinic.app_context():
        keep_series()
    client = clinic.test_client()
    paths = [path_to(clinic, SubscriptionKind.PATIENT), path_to(clinic, SubscriptionKind.SITE, True)]
    before = [client.get(path).data for path in paths]
    choose(clinic, OWN)
    assert [client.get(path).data for path in paths] == before


def test_a_program_that_asks_by_time_hears_of_it_too(clinic: Flask, standing_clock: StandingClock) -> None:
    with clinic.app_context():
        keep_series()
    path, client = path_to(clinic, SubscriptionKind.STAFF), clinic.test_client()
    condition = {"If-Modified-Since": client.get(path).headers["Last-Modified"]}
    assert client.get(path, headers=condition).status_code == 304
    standing_clock.advance(timedelta(minutes=5))
    choose(clinic, OWN)
    assert client.get(path, headers=condition).status_code == 200
