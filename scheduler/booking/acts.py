"""An act as somebody asks for it: what it is called, what it needs, who asks and when; asked for twice, it is done once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from scheduler.access.permissions import Actor, Permission, may_at
from scheduler.booking.once import Subject, answered_before, note_answer
from scheduler.booking.outcomes import NotAllowed, Refused
from scheduler.store.refused import note_refusals


class Keyed(Protocol):
    """What a command has that may come twice."""

    @property
    def idempotency_key(self) -> str | None:
        """The key that the same request comes with again, `None` where each is a new one."""


Command = TypeVar("Command", bound=Keyed, covariant=True)
Outcome = TypeVar("Outcome")


@dataclass(frozen=True, slots=True)
class Act(Generic[Command]):
    """One act: `verb` is what audit and keys know it by, `now` the instant that was read once for all of it."""

    verb: str
    permission: Permission
    command: Command
    actor: Actor
    now: datetime

    def may_at(self, site: str) -> bool:
        """Say whether the actor may do this at a site."""
        return may_at(self.actor, self.permission, site)

    @property
    def not_allowed(self) -> NotAllowed:
        """The answer to whoever may not do this."""
        return NotAllowed(self.permission)

    def answered_before(self) -> str | Refused | None:
        """Return the id of what the same request was done to or made, `None` when it is new."""
        return answered_before(self.verb, self.command, self.command.idempotency_key)

    def note_answer(self, subject: Subject) -> None:
        """Keep that this was done to, or made, `subject`. Raises `Conflict` as `once.note_answer` does."""
        note_answer(self.verb, self.command, self.command.idempotency_key, subject, self.now)

    def once(
        self, site: str, do: Callable[[], Outcome], again: Callable[[str], Outcome]
    ) -> Outcome | Refused | NotAllowed:
        """Do it at a site where the actor may, within its locks; `again` answers a request that was answered before.

        `again` is told the id that was noted then. Whoever does it notes the answer, in the same unit of work.
        """
        if not self.may_at(site):
            return self.not_allowed
        earlier = self.answered_before()
        if isinstance(earlier, Refused):
            return earlier
        return self.told(site, do()) if earlier is None else again(earlier)

    def told(self, site: str, outcome: Outcome) -> Outcome:
        """Return an outcome, and where rules refused it count them at the site, within the unit of work."""
        return counted(site, self.verb, outcome, self.now)


def counted(site: str, verb: str, outcome: Outcome, now: datetime) -> Outcome:
    """Return the outcome of a request, and where rules refused it count them at the site, within the unit of work.

    Nobody is named: a clinic learns from it which rules stand in the way most, and not in whose.
    """
    if isinstance(outcome, Refused) and outcome.findings:
        note_refusals(site, verb, (finding.rule for finding in outcome.findings), now)
    return outcome
