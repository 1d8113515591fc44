"""A real SMTP server on this machine, and a message for it."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import Message
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope, Session

from scheduler.reminders.messages import Letter, VisitLine
from scheduler.reminders.policy import MessageKind

NOW = datetime(2026, 12, 2, 17, tzinfo=UTC)


def a_letter(reference: str = "one", recipient: str = "robin@example.org") -> Letter:
    """Return a reminder."""
    visit = VisitLine(datetime(2026, 12, 3, 17, tzinfo=UTC), "America/Denver", by_phone=False)
    return Letter(
        reference, MessageKind.ONE_DAY, recipient, "Maple House – Süd", "555-0100", "12 Elm St", (visit,)
    )


@dataclass
class MailServer:
    """A real SMTP server that keeps what it takes. `answers` maps a recipient to what it is answered."""

    port: int
    answers: dict[str, str] = field(default_factory=dict)
    data_answer: str = "250 OK"
    messages: list[Message] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)
    sessions: set[int] = field(default_factory=set)

    async def handle_RCPT(
        self, _server: object, _session: Session, envelope: Envelope, address: str, _options: object
    ) -> str:
        """Take or refuse a recipient."""
        answer = self.answers.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, _server: object, session: Session, envelope: Envelope) -> str:
        """Take or refuse a message."""
        self.sessions.add(id(session))
        if self.data_answer.startswith("250"):
            assert isinstance(envelope.content, bytes)
            self.messages.append(message_from_bytes(envelope.content))
            self.senders.append(str(envelope.mail_from))
        return self.data_answer


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def serving(mail: MailServer, **options: Any) -> Iterator[MailServer]:
    """Run the server meanwhile."""
    controller = Controller(mail, hostname="127.0.0.1", port=mail.port, **options)
    controller.start()
    try:
        yield mail
    finally:
        controller.stop()
