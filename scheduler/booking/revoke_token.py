"""Revoke an API token: from the next request on, it is as if it had never been."""

from __future__ import annotations

from dataclasses import dataclass

from scheduler.access.permissions import Actor, Permission, may
from scheduler.booking.outcomes import NotAllowed
from scheduler.domain.clock import Clock
from scheduler.domain.errors import NotFound
from scheduler.store.api_tokens import api_token, mark_revoked
from scheduler.store.audit import AuditEntry, record
from scheduler.store.work import unit_of_work


@dataclass(frozen=True, slots=True)
class RevokeToken:
    """Revoke the token with this name."""

    name: str


def revoke_token(command: RevokeToken, actor: Actor, clock: Clock) -> None | NotAllowed:
    """End the token; one that has ended stays ended. Raises `NotFound`."""
    if not may(actor, Permission.MANAGE_ACCOUNTS):
        return NotAllowed(Permission.MANAGE_ACCOUNTS)
    now = clock.now()
    with unit_of_work():
        found = api_token(command.name)
        if found is None:
            raise NotFound(f"there is no token '{command.name}'")
        if found.revoked_at is None:
            mark_revoked(found.name, now)
            record(AuditEntry(now, actor.id, "revoke_token", "api_token", found.name, {}, found.site))
    return None
