"""A sender of messages as a process of its own: makes one pass when it is told to, and says how many messages left."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from mailbox import Maildir
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from time import monotonic, sleep
from typing import Protocol

from scheduler.reminders.dispatch import dispatch
from scheduler.reminders.maildir_channel import MaildirChannel
from scheduler.reminders.messages import Letter
from tests.databases import let_go, make_app_without_pages
from tests.processes import PATIENCE, processes


class Meeting(Protocol):
    """Lets all go on at once when the last has come."""

    def wait(self, timeout: float | None = None) -> object:
        """Wait for the others."""


def meet(others: Meeting | None) -> None:
    """Wait for the others, if there are any."""
    if others is not None:
        others.wait(PATIENCE)


class Sender:
    """A process that is ready for its pass.

    It keeps its first message until `at_once` lets all go on, and rests for `pause` seconds after each.
    """

    def __init__(
        self,
        database_url: str,
        folder: Path,
        now: datetime,
        *,
        pause: float = 0,
        at_once: Meeting | None = None,
    ) -> None:
        self._wire, other = processes().Pipe()
        self._folder = folder
        self.process: BaseProcess = processes().Process(
            target=_one_pass, args=(database_url, folder, now, _Manner(pause, at_once), other)
        )
        self.process.start()
        other.close()
        assert self._heard() == "ready"

    def begin(self) -> None:
        """Let the sender begin its pass."""
        self._wire.send("go")

    def sent(self) -> int:
        """Wait until the pass is made, and return how many messages were sent."""
        sent = self._heard()
        self.process.join(PATIENCE)
        assert self.process.exitcode == 0
        return int(sent)

    def wait_until_some_left(self) -> None:
        """Wait until a few messages are in the mailbox."""
        deadline = monotonic() + PATIENCE
        while sum(delivered(self._folder).values()) < 5:
            assert self.process.is_alive()
            assert monotonic() < deadline, "the sender sends nothing"
            sleep(0.02)

    def kill(self) -> None:
        """End the process without warning."""
        self.process.kill()
        self.process.join(PATIENCE)
        assert self.process.exitcode == -9

    def _heard(self) -> str:
        assert self._wire.poll(PATIENCE), "the sender says nothing"
        return str(self._wire.recv())


@dataclass(frozen=True)
class _Manner:
    """How a process sends."""

    pause: float
    at_once: Meeting | None


class _Mailbox(MaildirChannel):
    """A mailbox that is written to in a manner."""

    def __init__(self, folder: Path, manner: _Manner) -> None:
        super().__init__(folder / "mailbox", "a@example.org")
        self._pause = manner.pause
        self._first = iter([manner.at_once])

    def send(self, letter: Letter, at: datetime) -> None:
        meet(next(self._first, None))
        super().send(letter, at)
        sleep(self._pause)


def _one_pass(database_url: str, folder: Path, now: datetime, manner: _Manner, wire: Connection) -> None:
    app = make_app_without_pages(database_url, folder)
    wire.send("ready")
    wire.recv()
    with app.app_context():
        sent = dispatch(now, _Mailbox(folder, manner)).sent
    let_go(app)
    wire.send(str(sent))


def delivered(folder: Path) -> Counter[str]:
    """Return how often each message is in the mailbox, by its Message-ID."""
    mailbox = folder / "mailbox"
    if not (mailbox / "cur").exists():
        return Counter()  # "cur" is the last part of a mailbox to be made
    return Counter(str(message["Message-ID"]) for message in Maildir(mailbox))
