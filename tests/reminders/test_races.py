"""Many senders at once, as threads and as processes, one of them killed: every message still leaves once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from mailbox import Maildir
from pathlib import Path
from time import monotonic, sleep

import pytest
from flask import Flask

from scheduler.reminders.dispatch import LEASE, Counts, dispatch
from scheduler.store.reminders import ReminderState, all_reminders
from tests.builders import a_patient, at
from tests.feeds.stored_visits import BOOKED_AT, a_plain_visit, keep_clinic, keep_visits
from tests.reminders.recording import RecordingChannel

MANY = 40

SENDER = """
import sys
from datetime import datetime
from pathlib import Path
from time import sleep
from tests.databases import make_app
from scheduler.reminders.channels import MaildirChannel
from scheduler.reminders.dispatch import dispatch

url, folder, now, pause = sys.argv[1:]

class SlowMaildir(MaildirChannel):
    def send(self, message):
        super().send(message)
        sleep(float(pause))

app = make_app(url, Path(folder))
print("ready", flush=True)
sys.stdin.readline()
with app.app_context():
    print(dispatch(datetime.fromisoformat(now), SlowMaildir(Path(folder) / "mailbox", "a@example.org")).sent)
"""


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
    senders = [ready_sender(database_url, tmp_path, BOOKED_AT.isoformat(), pause=0.02) for _ in range(3)]
    for sender in senders:
        let_go(sender)
    printed = [finished(sender) for sender in senders]
    assert sum(printed) == MANY
    assert sum(1 for number in printed if number) > 1, "the processes never ran at the same time"
    assert sorted(delivered(tmp_path).values()) == [1] * MANY
    assert states(many_due) == Counter({ReminderState.SENT: MANY})


def test_a_sender_killed_in_the_middle_loses_nothing(
    many_due: Flask, database_url: str, tmp_path: Path
) -> None:
    doomed = ready_sender(database_url, tmp_path, BOOKED_AT.isoformat(), pause=0.1)
    let_go(doomed)
    wait_until_some_left(tmp_path, doomed)
    os.kill(doomed.pid, signal.SIGKILL)
    doomed.communicate(timeout=30)
    assert 0 < len(delivered(tmp_path)) < MANY

    later = BOOKED_AT + LEASE + timedelta(minutes=1)
    heir = ready_sender(database_url, tmp_path, later.isoformat(), pause=0)
    let_go(heir)
    finished(heir)
    copies = delivered(tmp_path)
    assert len(copies) == MANY
    # Only of the message in hand can nobody tell whether it had left; sent again, it has the same name.
    assert sum(copies.values()) <= MANY + 1
    assert states(many_due) == Counter({ReminderState.SENT: MANY})


def ready_sender(url: str, folder: Path, now: str, pause: float) -> subprocess.Popen[str]:
    """Start a process that will make one pass and print how many messages it sent, and wait until it is ready."""
    sender = subprocess.Popen(
        [sys.executable, "-c", SENDER, url, str(folder), now, str(pause)],
        cwd=Path(__file__).resolve().parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert sender.stdout is not None
    assert sender.stdout.readline() == "ready\n", sender.communicate()
    return sender


def let_go(sender: subprocess.Popen[str]) -> None:
    """Let a sender begin its pass."""
    assert sender.stdin is not None
    sender.stdin.write("go\n")
    sender.stdin.flush()


def finished(sender: subprocess.Popen[str]) -> int:
    """Wait for a sender and return how many messages it sent."""
    printed, complaints = sender.communicate(timeout=120)
    assert sender.returncode == 0, complaints
    return int(printed)


def wait_until_some_left(folder: Path, sender: subprocess.Popen[str]) -> None:
    """Wait until a few messages are in the mailbox."""
    deadline = monotonic() + 60
    while sum(delivered(folder).values()) < 5:
        assert sender.poll() is None, sender.communicate()
        assert monotonic() < deadline, "the sender sends nothing"
        sleep(0.02)


def delivered(folder: Path) -> Counter[str]:
    """Return how often each message is in the mailbox, by its Message-ID."""
    mailbox = folder / "mailbox"
    if not (mailbox / "cur").exists():
        return Counter()  # "cur" is the last part of a mailbox to be made
    return Counter(str(message["Message-ID"]) for message in Maildir(mailbox))


def states(app: Flask) -> Counter[ReminderState]:
    """Return how many messages are in each state."""
    with app.app_context():
        return Counter(reminder.state for reminder in all_reminders())
