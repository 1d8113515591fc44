"""A mail server and a provider of texts that now and then refuse, stall or hang up, and remember what they have taken."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from random import Random
from typing import Any

from aiosmtpd.smtp import Envelope, Session

from tests.reminders.mail_server import MailServer, free_port, serving
from tests.reminders.sms_server import SmsServer, texting

TOLD_AT = "https://visits.example.org/m/"
"""Where texts are to be told of; the reference of each stands behind it."""

PATIENCE = 0.6
"""Seconds for which senders wait for an answer here; a server that stalls does so for longer."""


@dataclass
class WildMailServer(MailServer):
    """Takes most messages. At the first look at some recipients it is busy, at some messages it stalls or hangs up.

    Whom it refuses is in `answers`. `unsure` are the messages that it has taken without a word, by Message-ID.
    """

    random: Random = field(default_factory=Random)
    met: set[str] = field(default_factory=set)
    unsure: Counter[str] = field(default_factory=Counter)
    done: Counter[str] = field(default_factory=Counter)

    async def handle_RCPT(
        self, server: object, session: Session, envelope: Envelope, address: str, options: object
    ) -> str:
        """Take or refuse a recipient."""
        if address not in self.met and address not in self.answers:
            self.met.add(address)
            dice = self.random.random()
            if dice < 0.05:
                self.done["busy"] += 1
                return "451 come back later"
            if dice < 0.07:
                self.done["stalled before it took anything"] += 1
                await asyncio.sleep(3 * PATIENCE)
        if (answer := self.answers.get(address, "250")) != "250":
            self.done[f"refused ({answer[:3]})"] += 1
        return await super().handle_RCPT(server, session, envelope, address, options)

    async def handle_DATA(self, server: Any, session: Session, envelope: Envelope) -> str:
        """Take a message, and say so, or not."""
        answer = await super().handle_DATA(server, session, envelope)
        dice = self.random.random()
        if dice < 0.06:
            self._unsaid("hung up after it had taken a message")
            server.transport.abort()
        elif dice < 0.08:
            self._unsaid("stalled after it had taken a message")
            await asyncio.sleep(3 * PATIENCE)
        return answer

    def _unsaid(self, what: str) -> None:
        self.done[what] += 1
        self.unsure[name_of(self.messages[-1])] += 1


class _Once(set[str]):
    """Whatever is in it is there when it is asked for the first time, and not again."""

    def __init__(self) -> None:
        self.found: set[str] = set()

    def __contains__(self, one: object) -> bool:
        if not super().__contains__(one):
            return False
        self.found.add(str(one))
        self.discard(str(one))
        return True


@dataclass
class WildTexts(SmsServer):
    """Takes most texts; of `silent` numbers nobody hears whether it did, the first time."""

    silent: _Once = field(default_factory=_Once)

    def unsure(self) -> Counter[str]:
        """Return the texts that it has taken without a word, by reference."""
        return Counter({reference_of(form) for form in self.taken if form["To"] in self.silent.found})


def name_of(message: Message) -> str:
    """Return the reference in a Message-ID."""
    return str(message["Message-ID"]).strip("<>").partition("@")[0]


def reference_of(form: dict[str, str]) -> str:
    """Return the reference of a text."""
    return form["StatusCallback"].removeprefix(TOLD_AT)


@contextmanager
def wild_servers(random: Random) -> Iterator[tuple[WildMailServer, WildTexts]]:
    """Run both meanwhile."""
    mail, texts = WildMailServer(free_port(), random=random), WildTexts()
    with serving(mail), texting(texts):
        yield mail, texts
