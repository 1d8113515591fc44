"""Choose the language in which one reads the pages, and how dates and times are written there; for oneself alone."""

from __future__ import annotations

from dataclasses import dataclass, replace

from scheduler.access.permissions import Actor, Permission, may
from scheduler.booking.outcomes import NotAllowed
from scheduler.booking.retrying import retried
from scheduler.domain.clock import Clock
from scheduler.domain.errors import NotFound
from scheduler.domain.manners import Manner
from scheduler.store import accounts
from scheduler.store.audit import AuditEntry, record
from scheduler.store.work import unit_of_work


@dataclass(frozen=True, slots=True)
class ChooseManner:
    """Let the pages speak to me in this manner from now on."""

    manner: Manner


@dataclass(frozen=True, slots=True)
class MannerChosen:
    """It is chosen."""

    manner: Manner


def choose_manner(command: ChooseManner, actor: Actor, clock: Clock) -> MannerChosen | NotAllowed:
    """Keep the choice with the actor's own account; nothing is written where it is that already.

    Raises `NotFound` where no account is behind the actor.
    """
    if not may(actor, Permission.CHOOSE_OWN_MANNER):
        return NotAllowed(Permission.CHOOSE_OWN_MANNER)
    return retried(lambda: _choose(command, actor, clock))


def _choose(command: ChooseManner, actor: Actor, clock: Clock) -> MannerChosen:
    now = clock.now()
    with unit_of_work():
        account = accounts.account(actor.id)
        if account is None:
            raise NotFound(f"there is no account '{actor.id}'")
        if account.manner is not command.manner:
            accounts.save_account(replace(account, manner=command.manner))
            details = {"from": account.manner.value, "to": command.manner.value}
            record(
                AuditEntry(now, actor.id, "choose_manner", "account", account.username, details, account.site)
            )
    return MannerChosen(command.manner)
