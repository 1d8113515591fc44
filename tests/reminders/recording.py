"""A channel that keeps what it was given and fails when told to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from email.message import EmailMessage
from threading import Lock

from scheduler.reminders.messages import Letter, compose
from scheduler.reminders.phone_numbers import text_number
from scheduler.reminders.short_messages import compose_short


class RecordingTexts:
    """Keeps every text as number and words. `before` is called with each number and may raise what a channel raises."""

    name = "sms"
    sender = "+13035550100"

    def __init__(self, before: Callable[[str], None] = lambda _number: None) -> None:
        self.sent: list[tuple[str, str]] = []
        self.references: list[str] = []
        self._before = before

    def send(self, letter: Letter, at: datetime) -> None:
        """Keep the message."""
        number, words = text_number(letter.recipient), compose_short(letter)
        self._before(number)
        self.sent.append((number, words))
        self.references.append(letter.reference)

    def close(self) -> None:
        """Nothing is held open."""


class RecordingChannel:
    """Keeps every message. `before` is called with each one and may raise what a channel raises."""

    name = "email"
    sender = "appointments@example.org"

    def __init__(self, before: Callable[[EmailMessage], None] = lambda _message: None) -> None:
        self.sent: list[EmailMessage] = []
        self.closed = 0
        self._before = before
        self._lock = Lock()

    def send(self, letter: Letter, at: datetime) -> None:
        """Keep the message."""
        message = compose(letter, self.sender, at)
        self._before(message)
        with self._lock:
            self.sent.append(message)

    def close(self) -> None:
        """Count it."""
        self.closed += 1

    def references(self) -> list[str]:
        """Return the Message-IDs in the order of sending."""
        return [str(message["Message-ID"]) for message in self.sent]
