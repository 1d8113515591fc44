"""Choose when a site lets reminders leave; what is due is derived anew from the next pass on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from scheduler.access.permissions import Actor, Permission, may_at
from scheduler.booking.outcomes import NotAllowed, Refused
from scheduler.booking.retrying import retried
from scheduler.booking.site_choice import Chooser, SiteChosen, choose
from scheduler.domain.clock import Clock
from scheduler.domain.reminder_times import ReminderTimes
from scheduler.store.audit import history

VERB = "change_reminder_times"


@dataclass(frozen=True, slots=True)
class ChangeReminderTimes:
    """Let the reminders of a site keep to these times. A request repeated with the same key changes nothing again."""

    site: str
    times: ReminderTimes
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class Chosen:
    """Who chose one number here, and when."""

    by: str
    at: datetime


def change_reminder_times(
    command: ChangeReminderTimes, actor: Actor, clock: Clock
) -> SiteChosen | Refused | NotAllowed:
    """Choose the times; nothing is written where they are those already. Raises `NotFound` for an unknown site.

    A reminder that was sent stays sent, and one that waits keeps to the new times. One that is due earlier by them, and
    whose new time has passed, is sent at the next pass as long as it is of use.
    """
    if not may_at(actor, Permission.CHANGE_REMINDER_TIMES, command.site):
        return NotAllowed(Permission.CHANGE_REMINDER_TIMES)
    now = clock.now()
    by = Chooser(VERB, actor, now)
    return retried(lambda: choose(command, by, lambda site: replace(site, reminder_times=command.times)))


def who_chose(site: str) -> dict[str, Chosen]:
    """Return who chose each number of a site last on the page, by its name; those nobody changed there are left out."""
    found = {}
    for entry in history("site", site):
        if entry.verb == VERB:
            for name in entry.details:
                found[name] = Chosen(entry.actor, entry.at)
    return found
