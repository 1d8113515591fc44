"""Many senders at once, as threads and as processes, one of them killed: every message still leaves once."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest
from flask import Flask

from scheduler.reminders.dispatch import dispatch
from scheduler.reminders.handing_over import LEASE
from scheduler.store.reminders import ReminderState, all_reminders
from tests.builders import a_patient, at
from tests.databases import Filling
from tests.feeds.stored_visits import CONFIRMED_AT, a_plain_visit, keep_clinic, keep_visits
from tests.processes import processes
from tests.reminders.recording import RecordingChannel
from tests.reminders.sender import Sender, delivered, meet

MANY = 40


def keep_many() -> None:
    """Store many patients with one visit each; nobody has been told of it yet."""
    keep_clinic([a_patient(f"patient-{number}") for number in range(MANY)])
    for number in range(MANY):
        visit = a_plain_visit(at("2026-12-03 14:00"), f"visit-{number}", patient=f"patient-{number}")
        keep_visits(visit, series=f"series-{number}")


@pytest.fixture
def filling() -> Filling:
    """Give what the database holds."""
    return keep_many


@pytest.fixture
def many_due(app: Flask) -> Flask:
    """Give the application, with much to send."""
    return app


def test_senders_in_many_threads_send_each_message_once(many_due: Flask) -> None:
    at_once = Barrier(6)
    sent: list[str] = []

    def one_pass(_number: int) -> int:
        # Each holds its first message until all have one, so that all are at it at the same time.
        first = iter([at_once])
        channel = RecordingChannel(before=lambda _message: meet(next(first, None)))
        with many_due.app_context():
            counted = dispatch(CONFIRMED_AT, channel).sent
        sent.extend(channel.references())
        return counted

    with ThreadPoolExecutor(6) as pool:
        counts = list(pool.map(one_pass, range(6)))
    assert sum(counts) == MANY
    assert all(counts)
    assert len(sent) == len(set(sent)) == MANY


def test_senders_in_many_processes_send_each_message_once(
    many_due: Flask, database_url: str, tmp_path: Path
) -> None:
    at_once = processes().Barrier(3)
    senders = [Sender(database_url, tmp_path, CONFIRMED_AT, at_once=at_once) for _ in range(3)]
    for sender in senders:
        sender.begin()
    sent = [sender.sent() for sender in senders]
    assert sum(sent) == MANY
    assert all(sent)
    assert sorted(delivered(tmp_path).values()) == [1] * MANY
    assert states(many_due) == Counter({ReminderState.SENT: MANY})


def test_a_sender_killed_in_the_middle_loses_nothing(
    many_due: Flask, database_url: str, tmp_path: Path
) -> None:
    doomed = Sender(database_url, tmp_path, CONFIRMED_AT, pause=0.1)
    doomed.begin()
    doomed.wait_until_some_left()
    doomed.kill()
    assert 0 < len(delivered(tmp_path)) < MANY

    later = CONFIRMED_AT + LEASE + timedelta(minutes=1)
    heir = Sender(database_url, tmp_path, later)
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
