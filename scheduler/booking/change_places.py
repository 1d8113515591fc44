"""Take a room out of use, shut the site or open it at other hours; the visits that this would break are told first."""

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
from scheduler.domain.place_changes import PlaceChange
from scheduler.store.work import reading

VERB = "change_places"


def preview_change_places(
    wanted: ChangeOfFacts[PlaceChange], actor: Actor, clock: Clock
) -> Consequences | Refused | NotAllowed:
    """Say which visits a change would break, and write nothing."""
    if not may_at(actor, Permission.CHANGE_PLACES, wanted.site):
        return NotAllowed(Permission.CHANGE_PLACES)
    now = clock.now()
    with reading():
        return consequences_of(wanted, now)


def change_places(
    wanted: ChangeOfFacts[PlaceChange], actor: Actor, clock: Clock
) -> FactsChanged | Refused | NotAllowed:
    """Make a change. No visit is changed by it: what it breaks is in the inbox of conflicts afterwards."""
    if not may_at(actor, Permission.CHANGE_PLACES, wanted.site):
        return NotAllowed(Permission.CHANGE_PLACES)
    now = clock.now()
    return retried(lambda: change_facts(wanted, VERB, actor, now))
