"""Messages are entered and made ready some at a time: nothing of that is seen from outside."""

from __future__ import annotations

from email.message import EmailMessage

import pytest

from scheduler.reminders import dispatch as dispatching
from scheduler.reminders import due
from scheduler.reminders.dispatch import Counts, dispatch
from scheduler.store.reminders import ReminderState, all_reminders
from tests.builders import a_patient, at
from tests.databases import Filling
from tests.feeds.stored_visits import CONFIRMED_AT, a_plain_visit, cancel, keep_clinic, keep_visits
from tests.reminders.recording import RecordingChannel

MANY = 12
VISIT = at("2026-12-03 14:00")
THREE_DAYS_BEFORE = at("2026-11-30 10:00")

pytestmark = pytest.mark.usefixtures("app_context")


def keep_many() -> None:
    """Store patients with a visit each, who know of it."""
    keep_clinic([a_patient(f"patient-{n}", email=f"p{n}@example.org") for n in range(MANY)])
    for n in range(MANY):
        keep_visits(a_plain_visit(VISIT, f"visit-{n}", patient=f"patient-{n}"), series=f"series-{n}")
    assert dispatch(CONFIRMED_AT, RecordingChannel()).sent == MANY


@pytest.fixture
def filling() -> Filling:
    """Give what the database holds."""
    return keep_many


def reminders(state: ReminderState) -> int:
    """Return how many reminders are in a state."""
    return sum(one.kind == "three_days" and one.state is state for one in all_reminders())


def test_each_that_left_is_noted_before_the_next_one_leaves() -> None:
    noted = []
    channel = RecordingChannel(before=lambda _message: noted.append(reminders(ReminderState.SENT)))
    assert dispatch(THREE_DAYS_BEFORE, channel).sent == MANY
    assert noted == list(range(MANY))


def test_what_a_sender_that_stops_had_not_begun_waits_for_the_next_as_if_it_had_never_been_taken() -> None:
    channel = RecordingChannel()
    assert dispatch(THREE_DAYS_BEFORE, channel, go_on=lambda: len(channel.sent) < 5).sent == 5
    untouched = [one.attempts for one in all_reminders() if one.state is ReminderState.PENDING]
    assert untouched == [0] * (MANY - 5)
    assert dispatch(THREE_DAYS_BEFORE, channel) == Counts(due=MANY - 5, sent=MANY - 5)
    assert len(set(channel.references())) == MANY


def test_a_visit_called_off_while_its_message_is_ready_is_not_reminded_of() -> None:
    def call_off(message: EmailMessage) -> None:
        if message["To"] == "p11@example.org":
            # This one is taken together with three others, this visit's among them.
            cancel("visit-4", at=THREE_DAYS_BEFORE)

    channel = RecordingChannel(before=call_off)
    assert dispatch(THREE_DAYS_BEFORE, channel) == Counts(due=MANY, sent=MANY - 1, skipped=1)
    assert "p4@example.org" not in [message["To"] for message in channel.sent]
    assert reminders(ReminderState.VOID) == 1


def test_what_was_made_ready_long_ago_is_looked_up_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatching, "_FRESH_SECONDS", 0.0)

    def correct(message: EmailMessage) -> None:
        if message["To"] == "p11@example.org":
            keep_clinic([a_patient("patient-4", email="new@example.org")], at=THREE_DAYS_BEFORE)

    channel = RecordingChannel(before=correct)
    assert dispatch(THREE_DAYS_BEFORE, channel) == Counts(due=MANY, sent=MANY - 1, skipped=1)
    assert "p4@example.org" not in [message["To"] for message in channel.sent]
    assert dispatch(THREE_DAYS_BEFORE, channel).sent == 1
    assert channel.sent[-1]["To"] == "new@example.org"


def test_however_many_are_due_all_are_entered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(due, "_PORTION", 5)
    assert dispatch(THREE_DAYS_BEFORE, RecordingChannel()).sent == MANY
    assert dispatch(THREE_DAYS_BEFORE, RecordingChannel()) == Counts()
