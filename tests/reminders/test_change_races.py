"""Many senders at once find the same changes: each patient is told of them in one message."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from flask import Flask

from scheduler.reminders.dispatch import dispatch
from scheduler.reminders.policy import POLICY
from tests.builders import a_patient, at
from tests.databases import Filling
from tests.feeds.stored_visits import BOOKED_AT, CONFIRMED_AT, a_plain_visit, keep_clinic, keep_visits
from tests.reminders.changing import move
from tests.reminders.recording import RecordingChannel

MANY = 12
START = at("2026-12-10 14:00")
CHANGED_AT = BOOKED_AT + timedelta(hours=2)


def keep_many_moved() -> None:
    """Store many patients with two visits each, confirmed and then moved."""
    keep_clinic([a_patient(f"patient-{number}") for number in range(MANY)])
    names = [(f"first-{number}", f"second-{number}") for number in range(MANY)]
    for number, (first, second) in enumerate(names):
        patient = f"patient-{number}"
        later = START + timedelta(days=7)
        keep_visits(
            a_plain_visit(START, first, patient=patient),
            a_plain_visit(later, second, patient=patient),
            series=f"series-{number}",
        )
    assert dispatch(CONFIRMED_AT, RecordingChannel()).sent == MANY
    for first, second in names:
        move({first: START + timedelta(hours=1), second: START + timedelta(days=8)}, CHANGED_AT)


@pytest.fixture
def filling() -> Filling:
    """Give what the database holds."""
    return keep_many_moved


def test_senders_in_many_threads_tell_each_change_once(app: Flask) -> None:
    at_once = Barrier(4)
    told: list[str] = []

    def one_pass(_number: int) -> None:
        channel = RecordingChannel()
        at_once.wait(30)
        with app.app_context():
            dispatch(CHANGED_AT + POLICY.undo_delay, channel)
        told.extend(str(message["To"]) for message in channel.sent)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(one_pass, range(4)))
    assert sorted(told) == sorted(f"patient-{number}@example.org" for number in range(MANY))
