"""Choose when a site lets reminders leave; what is due is derived anew from the next pass on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from scheduler.access.permissions import Actor, Permission, may_at
from scheduler.booking.once import answered_before, note_answer
from scheduler.booking.outcomes import NotAllowed, Refused
from scheduler.booking.retrying import retried
from scheduler.domain.clock import Clock
from scheduler.domain.reminder_times import ReminderTimes
from scheduler.store.audit import AuditEntry, history, record
from scheduler.store.locks import lock
from scheduler.store.site_facts import facts_of, save_facts
from scheduler.store.work import unit_of_work

VERB = "change_reminder_times"


@dataclass(frozen=True, slots=True)
class ChangeReminderTimes:
    """Let the reminders of a site keep to these times. A request repeated with the same key changes nothing again."""

    site: str
    times: ReminderTimes
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class ReminderTimesChanged:
    """The site whose reminders keep to the times now; `id` and `site` are both its id."""

    id: str
    site: str


@dataclass(frozen=True, slots=True)
class Chosen:
    """Who chose one number here, and when."""

    by: str
    at: datetime


def change_reminder_times(
    command: ChangeReminderTimes, actor: Actor, clock: Clock
) -> ReminderTimesChanged | Refused | NotAllowed:
    """Choose the times; nothing is written where they are those already. Raises `NotFound` for an unknown site.

    A reminder that was sent stays sent, and one that waits keeps to the new times. One that is due earlier by them, and
    whose new time has passed, is sent at the next pass as long as it is of use.
    """
    if not may_at(actor, Permission.CHANGE_REMINDER_TIMES, command.site):
        return NotAllowed(Permission.CHANGE_REMINDER_TIMES)
    now = clock.now()
    return retried(lambda: _attempt(command, actor, now))


def who_chose(site: str) -> dict[str, Chosen]:
    """Return who chose each number of a site last on the page, by its name; those nobody changed there are left out."""
    found = {}
    for entry in history("site", site):
        if entry.verb == VERB:
            for name in entry.details:
                found[name] = Chosen(entry.actor, entry.at)
    return found


def _attempt(command: ChangeReminderTimes, actor: Actor, now: datetime) -> ReminderTimesChanged | Refused:
    with unit_of_work():
        lock([command.site], [])
        outcome = ReminderTimesChanged(command.site, command.site)
        earlier = answered_before(VERB, command, command.idempotency_key)
        if earlier is not None:
            return earlier if isinstance(earlier, Refused) else outcome
        before = facts_of(command.site)
        if before.site.reminder_times != command.times:
            site = replace(before.site, reminder_times=command.times)
            save_facts(before, replace(before, site=site))
            was, now_is = before.site.reminder_times.plain(), command.times.plain()
            details = {name: [was[name], value] for name, value in now_is.items() if was[name] != value}
            record(AuditEntry(now, actor.id, VERB, "site", command.site, details, command.site))
        note_answer(VERB, command, command.idempotency_key, outcome, now)
    return outcome
