"""One sender's hands: each message is taken up, handed over and noted, at most one of them left and not noted yet."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from time import monotonic

from scheduler.domain.errors import Conflict, InvalidValue
from scheduler.reminders.answer_links import linked
from scheduler.reminders.channels import Channel, NotSent, OptedOut, Rejected, Unanswered, Unreachable
from scheduler.reminders.contents import Contents, Office
from scheduler.reminders.one_text import Later, Noted, noted
from scheduler.reminders.policy import next_attempt
from scheduler.store.contacts import opt_out
from scheduler.store.reminders import TEXT, Lease, lease_some, mark_failed, mark_sent, put_back
from scheduler.store.told import take_back
from scheduler.store.work import unit_of_work

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=10)
"""Longer than any single message can take to leave, so that a lease runs out only when its sender has died."""

_HELD = timedelta(minutes=2)
"""How long messages are kept from other senders before their turn: what a sender that dies had not begun waits no longer."""

_PATIENCE_WITH_STORE = 3


@dataclass(frozen=True, slots=True)
class Pass:
    """One pass: its channel, and what the time is as it goes on."""

    channel: Channel
    office: Office
    public_url: str | None
    began: datetime
    began_monotonic: float

    def now(self) -> datetime:
        """Return the instant the pass was given, and the time it has taken since."""
        return self.began + timedelta(seconds=monotonic() - self.began_monotonic)


class Hands:
    """Hands messages over one after the other.

    That one has left is noted in the transaction that takes the next one up, so before that is handed over: should this
    sender die, one message at most has left without a note of it. Whoever ends with a sender calls `settle`.
    """

    def __init__(self, this: Pass) -> None:
        self._this = this
        self._left: tuple[Lease, datetime] | None = None

    def hand_over(self, lease: Lease, contents: Contents) -> str | Later:
        """Hand one message over if it is still the lease's own; return which count it belongs to. Raises `Unreachable`.

        `Later` says that it is a text that must not leave today.
        """
        taken = self._taken_up(lease, contents)
        if not isinstance(taken, Noted):
            return taken or "skipped"
        try:
            self._this.channel.send(taken.contents.letter, self._this.now())
        except (NotSent, InvalidValue) as problem:
            if not isinstance(problem, Unanswered):
                with unit_of_work():
                    take_back(taken.notes)
            self._note_failure(taken.lease, problem)
            if isinstance(problem, Unreachable):
                raise
            return "failed"
        self._left = taken.lease, self._this.now()
        return "sent"

    def settle(self) -> None:
        """Note what has left. It cannot be called back, so a busy database is asked more than once."""
        for _ in range(_PATIENCE_WITH_STORE):
            if self._left is None:
                return
            try:
                self._settle_once()
            except Conflict:
                which = self._left[0].id
                log.warning("the ledger is busy; message %s has left and is noted as soon as possible", which)
        if self._left is not None:
            self._settle_once()

    def _settle_once(self) -> None:
        with unit_of_work():
            self._mark_left()
        self._left = None

    def _mark_left(self) -> None:
        if self._left is not None:
            mark_sent(*self._left)

    def take_some(self, most: int) -> tuple[Lease, ...]:
        """Take messages that wait, so many at most, and note what has left."""
        now = self._this.now()
        with unit_of_work():
            self._mark_left()
            taken = lease_some(self._this.channel.name, now, now + _HELD, most)
        self._left = None
        return taken

    def put_back(self, leases: Sequence[Lease]) -> None:
        """Give messages back that were not tried; where the database is busy their leases run out soon."""
        if leases:
            with suppress(Conflict), unit_of_work():
                for lease in leases:
                    put_back(lease, None)

    def _taken_up(self, lease: Lease, contents: Contents) -> Noted | Later | None:
        if lease.channel == TEXT:
            # Its patient is locked: who holds that lock must never wait for what this sender has not noted yet.
            self.settle()
        try:
            return self._noted(lease, contents)
        except Conflict:
            # Somebody changes this visit at the same moment: what has left must not wait for that.
            self.settle()
            return self._noted(lease, contents)

    def _noted(self, lease: Lease, contents: Contents) -> Noted | Later | None:
        """Note what has left, and before the next leaves what it may say: should this sender die, that is known."""
        now = self._this.now()
        with unit_of_work():
            self._mark_left()
            found = noted(lease, contents, now, now + LEASE)
            if isinstance(found, Noted) and self._this.public_url is not None:
                found = replace(
                    found, contents=linked(found.contents, found.lease, self._this.public_url, now)
                )
        self._left = None
        return found

    def _note_failure(self, lease: Lease, problem: NotSent | InvalidValue) -> None:
        now = self._this.now()
        for_good = isinstance(problem, Rejected | InvalidValue)
        retry_at = None if for_good else next_attempt(lease.attempts, now)
        log.warning(
            "message %s (%s) was not sent at attempt %s: %s; %s",
            *(lease.id, lease.kind, lease.attempts, problem),
            "given up" if retry_at is None else "tried again later",
        )
        with unit_of_work():
            mark_failed(lease, str(problem), retry_at)
            if isinstance(problem, OptedOut):
                opt_out(lease.channel, lease.recipient_hash, now)
