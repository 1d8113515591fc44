"""The timetable as a real process: messages leave by real SMTP, SIGTERM ends it cleanly, a failure does not end it."""

from __future__ import annotations

import logging
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage, Message
from pathlib import Path
from time import monotonic, sleep

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope
from flask import Flask

from scheduler.cli.serve import STOP_PATIENCE
from scheduler.domain.appointment import AppointmentState
from scheduler.domain.clock import SystemClock, instant_at, local_day
from scheduler.domain.errors import Conflict
from scheduler.jobs.timetable import guarded
from scheduler.reminders.policy import POLICY
from scheduler.store.appointments import appointment
from scheduler.store.reminders import ReminderState, all_reminders
from tests.feeds.stored_visits import a_plain_visit, keep_clinic, keep_visits
from tests.processes import PATIENCE

ROOT = Path(__file__).resolve().parents[2]


class Inbox:
    """Keeps the messages that a real SMTP server takes."""

    def __init__(self) -> None:
        self.messages: list[Message] = []

    async def handle_DATA(self, _server: object, _session: object, envelope: Envelope) -> str:
        """Take a message."""
        assert isinstance(envelope.content, bytes)
        self.messages.append(message_from_bytes(envelope.content))
        return "250 OK"


@pytest.fixture
def inbox() -> Iterator[tuple[Inbox, str]]:
    """Run a mail server and give what it takes, and its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    kept = Inbox()
    controller = Controller(kept, hostname="127.0.0.1", port=port)
    controller.start()
    yield kept, f"smtp://127.0.0.1:{port}"
    controller.stop()


def awake_zone(now: datetime) -> str:
    """Return a zone in which it is around noon now, so that no quiet hours keep a message back."""
    # The sign of these zones' names is turned round: Etc/GMT-3 is three hours ahead.
    ahead = 12 - now.astimezone(UTC).hour
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"


@pytest.fixture
def booked(app: Flask) -> Flask:
    """Store a visit in five days, booked so long ago that its confirmation may leave this minute."""
    now = SystemClock().now() - POLICY.undo_delay
    zone = awake_zone(now)
    start = instant_at(local_day(now + timedelta(days=5), zone), datetime.min.time().replace(hour=14), zone)
    with app.app_context():
        keep_clinic(at=now, zone=zone)
        keep_visits(a_plain_visit(start), at=now)
    return app


def start_jobs(url: str, folder: Path, **environment: str) -> subprocess.Popen[str]:
    """Start `jobs run` as an operator does."""
    return subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "wsgi", "jobs", "run"],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": url, "VAR_FOLDER": str(folder / "var"), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def stopped(process: subprocess.Popen[str], how: signal.Signals) -> str:
    """Tell the process to stop, wait until it has, and return what it said."""
    began = monotonic()
    process.send_signal(how)
    said, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, said
    assert monotonic() - began < STOP_PATIENCE, "`make run` would have ended it by force"
    assert "Traceback" not in said
    return said


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_booked_series_arrives_by_mail_and_a_signal_ends_the_process(
    booked: Flask, database_url: str, tmp_path: Path, inbox: tuple[Inbox, str], how: signal.Signals
) -> None:
    kept, smtp_url = inbox
    process = start_jobs(database_url, tmp_path, SMTP_URL=smtp_url)
    deadline = monotonic() + PATIENCE
    while not kept.messages:
        assert process.poll() is None, process.communicate()[0]
        assert monotonic() < deadline, "no message arrived"
        sleep(0.1)
    said = stopped(process, how)
    [message] = kept.messages
    assert message["Subject"] == "Your appointments"
    assert message["To"] == "patient-1@example.org"
    assert "1 due, 1 sent" in said
    assert "@example.org" not in said
    with booked.app_context():
        assert [reminder.state for reminder in all_reminders()] == [ReminderState.SENT]


def test_a_yes_that_arrives_confirms_the_visit(
    booked: Flask, database_url: str, tmp_path: Path, inbox: tuple[Inbox, str]
) -> None:
    kept, smtp_url = inbox
    for folder in ("tmp", "new", "cur"):
        (tmp_path / "answers" / folder).mkdir(parents=True)
    where = {"SMTP_URL": smtp_url, "REPLIES_URL": f"maildir:{tmp_path}/answers?address=yes@example.org"}
    process = start_jobs(database_url, tmp_path, **where)
    wait_for(lambda: bool(kept.messages), process)
    stopped(process, signal.SIGTERM)
    [part] = [part for part in kept.messages[0].walk() if part.get_content_type() == "text/calendar"]
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    assert b'ORGANIZER;CN="Maple House":mailto:yes@example.org' in content
    answer = EmailMessage()
    answer["From"] = "patient-1@example.org"
    said = content.decode().replace("METHOD:REQUEST", "METHOD:REPLY").replace("NEEDS-ACTION", "ACCEPTED")
    answer.set_content(said, subtype="calendar", params={"method": "REPLY"})
    (tmp_path / "answers" / "new" / "1.example").write_bytes(bytes(answer))
    process = start_jobs(database_url, tmp_path, **where)
    wait_for(lambda: not list((tmp_path / "answers" / "new").iterdir()), process)
    assert "answers: 1 accepted" in stopped(process, signal.SIGTERM)
    with booked.app_context():
        assert appointment("visit-1").state is AppointmentState.CONFIRMED


def wait_for(condition: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    """Wait until it holds, while the process runs."""
    deadline = monotonic() + PATIENCE
    while not condition():
        assert process.poll() is None, process.communicate()[0]
        assert monotonic() < deadline, "it does not happen"
        sleep(0.1)


def test_an_unexpected_failure_is_logged_by_kind_and_place_alone(caplog: pytest.LogCaptureFixture) -> None:
    somebody = "@".join(("robin", "example.org"))

    def fail() -> None:
        raise RuntimeError(somebody)

    with caplog.at_level(logging.ERROR):
        guarded("sending messages", fail, nullcontext)()
    assert "sending messages failed with RuntimeError" in caplog.text
    assert "test_timetable.py" in caplog.text
    assert somebody not in caplog.text


def test_a_failure_with_a_sentence_of_ours_is_logged_with_it(caplog: pytest.LogCaptureFixture) -> None:
    def fail() -> None:
        raise Conflict("somebody else was writing")

    guarded("sending messages", fail, nullcontext)()
    assert "sending messages failed: somebody else was writing" in caplog.text
