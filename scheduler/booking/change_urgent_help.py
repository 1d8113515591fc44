"""Choose whom patients of a site call in urgent need; every page of theirs shows it from then on."""

from __future__ import annotations

from dataclasses import dataclass, replace

from scheduler.access.permissions import Actor, Permission, may_at
from scheduler.booking.outcomes import NotAllowed, Refused
from scheduler.booking.request import nonsense
from scheduler.booking.retrying import retried
from scheduler.booking.site_choice import Chooser, SiteChosen, choose
from scheduler.domain.clock import Clock
from scheduler.domain.telling import told
from scheduler.domain.urgent_help import MOST, UrgentHelp

VERB = "change_urgent_help"


@dataclass(frozen=True, slots=True)
class ChangeUrgentHelp:
    """Show patients of a site this list, in this order. A request repeated with the same key changes nothing again."""

    site: str
    urgent_help: tuple[UrgentHelp, ...]
    idempotency_key: str | None = None


def change_urgent_help(
    command: ChangeUrgentHelp, actor: Actor, clock: Clock
) -> SiteChosen | Refused | NotAllowed:
    """Choose the list; nothing is written where it is that already. Raises `NotFound` for an unknown site."""
    if not may_at(actor, Permission.CHANGE_SETTINGS, command.site):
        return NotAllowed(Permission.CHANGE_SETTINGS)
    if len(command.urgent_help) > MOST:
        why = told(
            "These are %(number)s, and a list to be read in need holds %(most)s at most.",
            number=len(command.urgent_help),
            most=MOST,
        )
        return Refused(reasons=(nonsense("too_many", why, told("Leave some out.")),))
    by = Chooser(VERB, actor, clock.now())
    return retried(lambda: choose(command, by, lambda site: replace(site, urgent_help=command.urgent_help)))
