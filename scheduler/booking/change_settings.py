"""Choose the numbers that a site keeps to; before they are saved, the visits that this would break are told."""

from __future__ import annotations

from scheduler.access.permissions import Actor, Permission, may_at
from scheduler.booking.changing_facts import (
    ChangeOfFacts,
    Consequences,
    FactsChanged,
    change_facts,
    consequences_of,
)
from scheduler.booking.outcomes import NotAllowed, Refused
from scheduler.booking.retrying import retried
from scheduler.domain.clock import Clock
from scheduler.domain.site_settings import NumbersChosen
from scheduler.store.work import reading

VERB = "change_settings"


def preview_change_settings(
    wanted: ChangeOfFacts[NumbersChosen], actor: Actor, clock: Clock
) -> Consequences | Refused | NotAllowed:
    """Say which visits other numbers would break, and write nothing."""
    allowed = may_at(actor, Permission.CHANGE_SETTINGS, wanted.site)
    with reading():
        return consequences_of(wanted, clock.now()) if allowed else NotAllowed(Permission.CHANGE_SETTINGS)


def change_settings(
    wanted: ChangeOfFacts[NumbersChosen], actor: Actor, clock: Clock
) -> FactsChanged | Refused | NotAllowed:
    """Choose the numbers. No visit is changed by it: what it breaks is in the inbox of conflicts afterwards."""
    if not may_at(actor, Permission.CHANGE_SETTINGS, wanted.site):
        return NotAllowed(Permission.CHANGE_SETTINGS)
    now = clock.now()
    return retried(lambda: change_facts(wanted, VERB, actor, now))
