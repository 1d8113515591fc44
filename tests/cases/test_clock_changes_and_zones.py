"""The night when the clocks change lies between a dose and what follows it; and patients live in other zones."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta

import pytest

from scheduler.access.permissions import SYSTEM
from scheduler.domain.clock import local
from scheduler.domain.fasting import fasting_before
from scheduler.domain.places import WeeklyHours
from scheduler.feeds.publication import publication
from scheduler.feeds.subscriptions import SubscriptionRequest, make_subscription
from scheduler.reminders.dispatch import dispatch
from scheduler.reminders.policy import POLICY, MessageKind
from scheduler.rules.finding import Level
from scheduler.store.reminders import ReminderState, all_reminders
from scheduler.store.series import all_series
from scheduler.store.subscriptions import SubscriptionKind
from tests.booking.small_clinic import small_clinic
from tests.builders import AS_OF, a_site, at
from tests.bundled_protocols import a_bundled_protocol
from tests.cases.clinic_of_the_cases import (
    PATIENT,
    Example,
    about,
    clock,
    days_later,
    store_clinic,
    the,
    told,
)
from tests.reminders.recording import RecordingChannel

DENVER = "America/Denver"
EVERY_DAY = tuple(WeeklyHours(day, time(8), time(18)) for day in range(7))


def store_clinic_open_every_day() -> None:
    """Store a clinic that is at work on Saturdays and Sundays as well."""
    staff = tuple(replace(one, hours=EVERY_DAY) for one in small_clinic().staff)
    store_clinic(sites=(a_site(hours=EVERY_DAY),), staff=staff)


SPRING, AUTUMN = days_later(100), days_later(338)
"""The first dose on the eve of a change of the clocks, on Saturday from 10:00 to 12:45: 13 March and 6 November 2027."""

AFTER_24_HOURS = pytest.mark.parametrize(
    ("example", "in_time", "too_soon"),
    [
        pytest.param(SPRING, "2027-03-14 13:45", "2027-03-14 13:44", id="an hour is left out"),
        pytest.param(AUTUMN, "2027-11-07 11:45", "2027-11-07 11:44", id="an hour comes twice"),
    ],
)


@AFTER_24_HOURS
@pytest.mark.usefixtures("app_context")
def test_24_hours_over_the_night_when_the_clocks_change_are_24_hours(
    example: dict[str, str], in_time: str, too_soon: str
) -> None:
    """Case 11: "DST change inside the 24-72 h window", where it opens."""
    store_clinic_open_every_day()
    assert Example({**example, "C1": too_soon}).refused() == {("FOLLOW-1", ("D1", "C1"))}
    assert not about(Example({**example, "C1": in_time}).booked().findings, "FOLLOW-1")


@pytest.mark.parametrize(
    ("talk", "is_late"), [("2027-03-16 13:45", False), ("2027-03-16 13:46", True)], ids=["in time", "late"]
)
@pytest.mark.usefixtures("app_context")
def test_72_hours_over_that_night_are_72_hours(talk: str, is_late: bool) -> None:
    """Case 11: "DST change inside the 24-72 h window", where it closes: on Tuesday at 13:45, not at 12:45."""
    store_clinic_open_every_day()
    booked = Example({**SPRING, "C1": "2027-03-14 13:45", "I1": talk}).booked()
    assert bool(about(booked.findings, "INTEG-2")) is is_late


@pytest.mark.parametrize(
    ("talk", "is_warned"), [("2027-03-14 14:00", False), ("2027-03-14 13:59", True)], ids=["over", "not over"]
)
@pytest.mark.usefixtures("app_context")
def test_24_hours_without_driving_over_that_night_are_24_hours(talk: str, is_warned: bool) -> None:
    """Case 11: "DST change inside ... the no-drive interval": until Sunday 13:45, when one arrives for 14:00."""
    store_clinic_open_every_day()
    booked = Example({**SPRING, "C1": "2027-03-14 13:45", "I1": talk}).booked()
    assert told(booked.findings, Level.WARN) == ({("DRIVE-1", ("D1", "I1"))} if is_warned else set())


@pytest.mark.parametrize(
    ("start", "eats_until", "drinks_until"),
    [
        pytest.param("2027-03-13 08:00", "02:00 MST", "06:00 MST", id="an ordinary night"),
        pytest.param("2027-03-14 08:00", "01:00 MST", "06:00 MDT", id="an hour is left out"),
        pytest.param("2027-11-07 07:00", "01:00 MST", "05:00 MST", id="an hour comes twice"),
        pytest.param("2027-11-07 06:30", "01:30 MDT", "04:30 MST", id="in the first of the two"),
    ],
)
def test_fasting_is_counted_in_hours_that_elapse_and_told_by_the_clinics_clock(
    start: str, eats_until: str, drinks_until: str
) -> None:
    """Case 11: "DST change inside ... the fasting cut-off": six hours without food, two without drink."""
    fasting = fasting_before(a_bundled_protocol().step("D1"), at(start))
    assert fasting is not None
    told_as = [
        f"{local(instant, DENVER):%H:%M %Z}"
        for instant in (fasting.solids_until, fasting.clear_liquids_until)
        if instant is not None
    ]
    assert told_as == [eats_until, drinks_until]


def test_who_gets_no_dose_eats_as_usual() -> None:
    """Case 11: the same; a talk asks for nothing."""
    assert fasting_before(a_bundled_protocol().step("I1"), AS_OF) is None


def keep_somebody_from_new_york() -> None:
    """Store the clinic and the worked example, for a patient whose clock is two hours ahead of the clinic's."""
    patients = tuple(
        replace(one, zone="America/New_York") if one.id == PATIENT else one for one in small_clinic().patients
    )
    store_clinic(patients=patients)
    Example().booked()


@pytest.mark.usefixtures("app_context")
def test_a_patient_from_another_zone_is_told_of_visits_by_the_clinics_clock_and_of_calls_by_their_own() -> (
    None
):
    """Case 11: "patient in another time zone from the site"."""
    keep_somebody_from_new_york()
    channel = RecordingChannel()
    assert dispatch(AS_OF + POLICY.undo_delay, channel).sent == 1
    body = channel.sent[0].get_body(("plain",))
    assert body is not None
    text = body.get_content()
    assert "Thursday, December 3, 2026 at 10:00 AM MST" in text
    assert "Friday, December 4, 2026 at 3:00 PM EST (by phone: we call you)" in text


@pytest.mark.usefixtures("app_context")
def test_reminders_come_when_the_patients_own_clock_shows_ten_in_the_morning() -> None:
    """Case 11: the same; at 08:00 in Denver it is ten in New York."""
    keep_somebody_from_new_york()
    channel = RecordingChannel()
    dispatch(AS_OF + POLICY.undo_delay, channel)
    a_day_before = at("2026-12-02 08:00")
    dispatch(a_day_before - timedelta(seconds=1), channel)
    known = len(channel.sent)
    dispatch(a_day_before, channel)
    assert len(channel.sent) == known + 1
    dose = the(all_series()[0], "D1")
    [reminded] = [
        one for one in all_reminders() if (one.kind, one.appointment) == (MessageKind.ONE_DAY, dose.id)
    ]
    assert (reminded.state, reminded.due) == (ReminderState.SENT, a_day_before)


@pytest.mark.usefixtures("app_context")
def test_a_calendar_holds_instants_so_that_every_clock_shows_its_own_time() -> None:
    """Case 11: the same for a feed: 10:00 in Denver is 17:00 UTC in winter and 16:00 in summer."""
    store_clinic_open_every_day()
    Example({**SPRING, "C1": "2027-03-14 13:45"}).booked()
    request = SubscriptionRequest(SubscriptionKind.PATIENT, PATIENT, "https://example.org")
    address = make_subscription(request, SYSTEM, clock())
    assert isinstance(address, str)
    found = publication(address.rpartition("/")[2].removesuffix(".ics"), AS_OF)
    assert found is not None
    content = found.body.decode()
    assert "DTSTART:20270313T170000Z" in content
    assert "DTSTART:20270317T160000Z" in content
