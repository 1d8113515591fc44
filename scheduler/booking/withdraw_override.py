"""Withdraw an override: what it let pass is open again from this moment."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from scheduler.access.permissions import AccountRole, Actor, Permission, may, may_at
from scheduler.booking.once import answered_before, note_answer
from scheduler.booking.one_visit import against, locked_visit
from scheduler.booking.outcomes import NotAllowed, Refused
from scheduler.booking.override_rule import may_override
from scheduler.booking.request import nonsense
from scheduler.booking.retrying import retried
from scheduler.booking.state_names import account_role_name
from scheduler.domain.clock import Clock
from scheduler.domain.errors import NotFound
from scheduler.domain.override import Override
from scheduler.domain.telling import told
from scheduler.store import overrides
from scheduler.store.audit import AuditEntry, record
from scheduler.store.work import unit_of_work

VERB = "withdraw_override"


@dataclass(frozen=True, slots=True)
class WithdrawOverride:
    """Take back the override with this id; a request repeated with the same `idempotency_key` takes nothing back again."""

    override: str
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class OverrideWithdrawn:
    """The override as it is kept; one that was withdrawn before stays as it was."""

    override: Override


def withdraw_override(
    command: WithdrawOverride, actor: Actor, clock: Clock
) -> OverrideWithdrawn | Refused | NotAllowed:
    """Take an override back; by the role that could make it."""
    if not may(actor, Permission.OVERRIDE_RULE):
        return NotAllowed(Permission.OVERRIDE_RULE)
    now = clock.now()
    return retried(lambda: _attempt(command, actor, now))


def _attempt(
    command: WithdrawOverride, actor: Actor, now: datetime
) -> OverrideWithdrawn | Refused | NotAllowed:
    with unit_of_work():
        try:
            visit = locked_visit(overrides.override(command.override).appointment)
        except NotFound:
            why = told("There is no override '%(override)s'.", override=command.override)
            return Refused(reasons=(nonsense("unknown_override", why, told("Choose one from its visit.")),))
        if not may_at(actor, Permission.OVERRIDE_RULE, visit.site):
            return NotAllowed(Permission.OVERRIDE_RULE)
        made = overrides.override(command.override)
        if not may_override(actor, made.role):
            named = account_role_name(AccountRole(made.role))
            why = told(
                "The %(named)s let %(rule)s pass, and this account is for the %(role)s.",
                named=named,
                rule=made.rule,
                role=account_role_name(actor.role),
            )
            return against("not_the_role", why, told("Ask the %(named)s.", named=named), visit)
        earlier = answered_before(VERB, command, command.idempotency_key)
        if isinstance(earlier, Refused):
            return earlier
        if made.withdrawn_at is not None:
            return OverrideWithdrawn(made)
        overrides.mark_withdrawn(made.id, now)
        details = {"rule": made.rule, "override": made.id}
        record(AuditEntry(now, actor.id, VERB, "appointment", visit.id, details, visit.site))
        note_answer(VERB, command, command.idempotency_key, made, now)
        return OverrideWithdrawn(replace(made, withdrawn_at=now))
