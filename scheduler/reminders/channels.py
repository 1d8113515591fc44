"""What every way for messages to leave keeps to; each way is a file of its own beside this one, named after it."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from scheduler.domain.errors import TrellisError
from scheduler.reminders.messages import Letter


class NotSent(TrellisError):
    """A message did not leave, maybe only now; the sentence names no address."""


class Rejected(NotSent):
    """This message will never be taken; trying again is no use."""


class OptedOut(Rejected):
    """Whoever has this address wants nothing more by this way."""


class Unreachable(NotSent):
    """The channel itself does not answer; other messages will fare no better just now."""


class Unanswered(Unreachable):
    """The channel fell silent while it took a message, so nobody knows whether that has left."""


class Channel(Protocol):
    """A way for messages to leave.

    `name` is what the ledger knows it by: two ways to the same inbox share it. `sender` is the address it sends from.
    """

    name: str
    sender: str

    def send(self, letter: Letter, at: datetime) -> None:
        """Write one message in the way's own form, and hand it over; `at` is now.

        Raises `Rejected`, `Unreachable` or `Unanswered`, `NotSent` for what may pass, or `InvalidValue` where the
        recipient is no address of this way.
        """

    def close(self) -> None:
        """Let go of what is held open; the next `send` opens it again."""
