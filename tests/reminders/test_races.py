"""Many senders at once, as threads and as processes, one of them killed: every message still leaves once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from time import sleep

import pytest
from flask import Flask

from scheduler.reminders.dispatch import LEASE, Counts, dispatch
from scheduler.store.reminders import ReminderState, all_reminders
from tests.builders import a_patient, at
from tests.feeds.stored_visits import BOOKED_AT, a_plain_visit, keep_clinic, keep_visits
from tests.reminders.recording import RecordingChannel
from tests.reminders.sender import Sender, delivered

MANY = 40


@pytest.fixture
def many_due(app: Flask) -> Iterator[Flask]:
    """Store many patients with one visit each; nobody has been told of it yet."""
    with app.app_context():
        keep_clinic([a_patient(f"patient-{number}") for number in range(MANY)])
        for number in range(MANY):
            visit = a_plain_visit(at("2026-12-03 14:00"), f"visit-{number}", patient=f"patient-{number}")
            keep_visits(visit, series=f"series-{number}")
    yield app


def test_senders_in_many_threads_send_each_message_once(many_due: Flask) -> None:
    channel = RecordingChannel(before=lambda _message: sleep(0.01))

    def one_pass(_number: int) -> Counts:
        with many_due.app_context():
            return dispatch(BOOKED_AT, channel)

    with ThreadPoolExecutor(6) as pool:
        counts = list(pool.map(one_pass, range(6)))
    assert sum(count.sent for count in counts) == MANY
    assert len(channel.references()) == len(set(channel.references())) == MANY
    assert sum(1 for count in counts if count.sent) > 1, "the threads never ran at the same time"


def test_senders_in_many_processes_send_each_message_once(
    many_due: Flask, database_url: str, tmp_path: Path
) -> None:
    senders = [Sender(database_url, tmp_path, BOOKED_AT, pause=0.02) for _ in range(3)]
    for sender in senders:
        sender.begin()
    sent = [sender.sent() for sender in senders]
    assert sum(sent) == MANY
    assert sum(1 for number in sent if number) > 1, "the processes never ran at the same time"
    assert sorted(delivered(tmp_path).values()) == [1] * MANY
    assert states(many_due) == Counter({ReminderState.SENT: MANY})


def test_a_sender_killed_in_the_middle_loses_nothing(
    many_due: Flask, database_url: str, tmp_path: Path
) -> None:
    doomed = Sender(database_url, tmp_path, BOOKED_AT, pause=0.1)
    doomed.begin()
    doomed.wait_until_some_left()
    doomed.kill()
    assert 0 < len(delivered(tmp_path)) < MANY

    later = BOOKED_AT + LEASE + timedelta(minutes=1)
    heir = Sender(database_url, tmp_path, later, pause=0)
    heir.begin()
    heir.sent()
    copies = delivered(tmp_path)
    assert len(copies) == MANY
    # Only of the message in hand can nobody tell whether it had left; sent again, it has the same name.
    assert sum(copies.values()) <= MANY + 1
    assert states(many_due) == Counter({ReminderState.SENT: MANY})


def states(app: Flask) -> Counter[ReminderState]:
    """Return how many messages are in each state."""
    with app.app_context():
        return Counter(reminder.state for reminder in all_reminders())
