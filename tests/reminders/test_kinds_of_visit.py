"""Reminders that depend on the kind of visit: before a dose, and after one."""

from __future__ import annotations

from datetime import timedelta

import pytest

from scheduler.domain.interval import Interval
from scheduler.domain.treatment import StepKind
from scheduler.reminders.dispatch import dispatch
from scheduler.reminders.policy import MessageKind
from scheduler.store.around_visits import surroundings
from scheduler.store.reminder_facts import awaited_visits
from scheduler.store.reminders import ReminderState, all_reminders
from tests.builders import a_patient, at
from tests.feeds.privacy import assert_gives_nothing_away
from tests.feeds.stored_visits import CONFIRMED_AT, a_plain_visit, keep_clinic, keep_visits
from tests.reminders.changing import body, told, words
from tests.reminders.recording import RecordingChannel

pytestmark = pytest.mark.usefixtures("app_context")

DOSE = at("2026-12-10 14:00")
TALK = at("2026-12-11 12:00")


@pytest.fixture(autouse=True)
def two_visits(app_context: object) -> None:
    """Store a dose and the integration of the day after, booked and confirmed on Monday 23 November."""
    keep_clinic([a_patient(email="rs@example.org")])
    keep_visits(
        a_plain_visit(DOSE, "dose", step="D1", kind=StepKind.DOSING),
        a_plain_visit(TALK, "talk", step="I1", kind=StepKind.INTEGRATION),
    )
    dispatch(CONFIRMED_AT, RecordingChannel())


def test_a_week_before_a_dose_the_patient_is_told_that_there_is_something_to_read_and_nothing_more() -> None:
    channel = RecordingChannel()
    due = at("2026-12-03 10:00")
    assert dispatch(due - timedelta(seconds=1), channel).sent == 0
    assert dispatch(due, channel).sent == 1
    assert dispatch(due + timedelta(minutes=1), channel).sent == 0
    [message] = channel.sent
    assert message["Subject"] == "Before your appointment"
    text = body(message)
    assert "Please see your instructions, or call us" in text
    assert told(message) == [words(DOSE)]
    assert_gives_nothing_away(bytes(message), ["Robin", "Cottonwood", "fasting", "eating"])


def test_what_stands_around_visits_is_read_from_the_protocol_and_the_diary() -> None:
    found = surroundings(awaited_visits(["dose", "talk"]))
    assert found["dose"].act_by == DOSE - timedelta(hours=6)
    assert found["talk"].doses == (Interval.lasting(DOSE, timedelta(hours=1)),)


def test_integration_is_reminded_of_when_the_dose_has_been_rested_from() -> None:
    channel = RecordingChannel()
    dispatch(at("2026-12-10 09:59"), channel)
    known = len(channel.sent)
    # Ten in the morning of the day of the dose, which begins at two.
    dispatch(at("2026-12-10 10:00"), channel)
    assert len(channel.sent) == known + 1
    dispatch(at("2026-12-11 08:30"), channel)
    assert len(channel.sent) == known + 1
    [one] = [one for one in all_reminders() if (one.appointment, one.kind) == ("talk", MessageKind.ONE_DAY)]
    assert one.state is ReminderState.SENT


def test_one_that_could_not_leave_before_the_dose_waits_until_the_rest_is_over() -> None:
    channel = RecordingChannel()
    dispatch(at("2026-12-10 09:00"), channel)
    known = len(channel.sent)
    for hour in (14, 16, 20):
        assert dispatch(at(f"2026-12-10 {hour}:00"), channel).sent == 0
    assert dispatch(at("2026-12-11 08:00"), channel).sent == 1
    assert len(channel.sent) == known + 1
