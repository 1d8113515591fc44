"""Choose whose public holidays are proposed to a site as closures; nothing is closed by it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from scheduler.access.permissions import Actor, Permission, may_at
from scheduler.booking.outcomes import NotAllowed, Refused
from scheduler.booking.public_holidays import is_known
from scheduler.booking.request import nonsense
from scheduler.booking.retrying import retried
from scheduler.booking.site_choice import Chooser, SiteChosen, choose
from scheduler.domain.clock import Clock
from scheduler.domain.telling import told

VERB = "change_holiday_region"


@dataclass(frozen=True, slots=True)
class ChangeHolidayRegion:
    """Propose the holidays of this region, or none for the empty one. The same key twice changes nothing again."""

    site: str
    region: str
    idempotency_key: str | None = None


def change_holiday_region(
    command: ChangeHolidayRegion, actor: Actor, clock: Clock
) -> SiteChosen | Refused | NotAllowed:
    """Choose the region; nothing is written where it is that one already. Raises `NotFound` for an unknown site."""
    if not may_at(actor, Permission.CHANGE_PLACES, command.site):
        return NotAllowed(Permission.CHANGE_PLACES)
    if command.region and not is_known(command.region):
        why = told("No public holidays are known of '%(region)s'.", region=command.region)
        return Refused(reasons=(nonsense("unknown_region", why, told("Choose one of the list.")),))
    now = clock.now()
    by = Chooser(VERB, actor, now)
    return retried(lambda: choose(command, by, lambda site: replace(site, holiday_region=command.region)))
