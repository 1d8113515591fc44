"""Which of several processes does the work of the timetable: one at a time, and another soon after it died."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from scheduler.domain.clock import Clock
from scheduler.store.leadership import leadership_of, resign, take_lead
from scheduler.store.work import unit_of_work

log = logging.getLogger(__name__)

WORK = "timetable"
"""The name of the lease."""

LOOKS_PER_LEASE = 3
"""How often a lease is renewed before it would lapse, so that a look or two may fail without another taking over."""


class Leader:
    """One process among those that could do the work; it leads for `lease` after each look that found it may.

    What leads merely spares work: each piece of it can be done by several at once. So a process that was held up, and finds
    that its lease is over, may finish what it is at.
    """

    def __init__(self, clock: Clock, lease: timedelta) -> None:
        self.name = secrets.token_hex(8)
        self._clock, self._lease = clock, lease
        self._until: datetime | None = None

    def look(self) -> bool:
        """Renew the lease, or take it where nobody has it; say whether this process leads since now.

        Raises what the store raises, and leads on until the lease lapses.
        """
        now, led = self._clock.now(), self.leads()
        held = leadership_of(WORK)
        # Who stands by only reads, so that on SQLite it keeps no writer waiting.
        may = held is None or held.holder == self.name or held.until <= now
        until = now + self._lease
        if may:
            with unit_of_work():
                may = take_lead(WORK, self.name, now, until)
        self._until = until if may else None
        if led != may:
            log.info("this process leads" if may else "another process leads")
        return may and not led

    def leads(self) -> bool:
        """Say whether this process does the work now, by its own clock."""
        return self._until is not None and self._clock.now() < self._until

    def resign(self) -> None:
        """Let another take over at once."""
        if self._until is not None:
            self._until = None
            with unit_of_work():
                resign(WORK, self.name)

    def when_leading(self, work: Callable[[], None]) -> Callable[[], None]:
        """Return the work, which is left to another process while that leads."""

        def work_of_the_leader() -> None:
            if self.leads():
                work()

        return work_of_the_leader
