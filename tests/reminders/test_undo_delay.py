"""After a booking nothing leaves for some minutes, in which it can be undone unnoticed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from scheduler.reminders.dispatch import Counts, dispatch
from scheduler.reminders.policy import POLICY, MessageKind
from scheduler.store.reminders import ReminderState, all_reminders
from tests.builders import at
from tests.feeds.stored_visits import CONFIRMED_AT, a_plain_visit, cancel, keep_clinic, keep_visits
from tests.reminders.changing import body, move
from tests.reminders.recording import RecordingChannel

pytestmark = pytest.mark.usefixtures("app_context")

THURSDAY = at("2026-12-03 14:00")
THREE_DAYS_BEFORE = at("2026-11-30 10:00")


def test_nothing_is_sent_of_a_booking_that_is_taken_back_before_anybody_is_told() -> None:
    keep_clinic()
    keep_visits(a_plain_visit(THURSDAY))
    cancel("visit-1", at=CONFIRMED_AT - timedelta(seconds=1))
    channel = RecordingChannel()
    for later in (timedelta(), timedelta(minutes=5), timedelta(days=1)):
        assert dispatch(CONFIRMED_AT + later, channel) == Counts()
    assert not channel.sent


def test_a_booking_that_is_corrected_at_once_is_confirmed_as_it_ends_and_in_one_message() -> None:
    keep_clinic()
    keep_visits(a_plain_visit(THURSDAY))
    move({"visit-1": THURSDAY + timedelta(hours=1)}, CONFIRMED_AT - timedelta(seconds=1))
    channel = RecordingChannel()
    assert dispatch(CONFIRMED_AT, channel) == Counts()
    assert dispatch(CONFIRMED_AT + POLICY.undo_delay, channel).sent == 1
    assert dispatch(CONFIRMED_AT + timedelta(hours=1), channel) == Counts()
    assert "3:00" in body(channel.sent[0])


def test_a_reminder_that_is_due_just_after_the_booking_waits_until_it_can_no_longer_be_undone() -> None:
    keep_clinic()
    keep_visits(a_plain_visit(THURSDAY), at=THREE_DAYS_BEFORE - timedelta(minutes=1))
    channel = RecordingChannel()
    assert dispatch(THREE_DAYS_BEFORE + timedelta(minutes=3), channel) == Counts()
    assert dispatch(THREE_DAYS_BEFORE + timedelta(minutes=4), channel).sent == 2
    assert [one.state for one in all_reminders() if one.kind == MessageKind.THREE_DAYS] == [
        ReminderState.SENT
    ]
