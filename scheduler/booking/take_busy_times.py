"""Take in what a calendar elsewhere says about somebody: the times, and the visits that these break, in one commit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from scheduler.access.permissions import Actor
from scheduler.booking.changing_facts import ChangeOfFacts, Consequences, bring_up_to_date, consequences_of
from scheduler.booking.holds import let_lapse
from scheduler.domain.interval import NOT_BUSY, BusyTimes, Interval, without
from scheduler.domain.staff_changes import BusyTimesChanged
from scheduler.store.audit import AuditEntry, record
from scheduler.store.busy_sources import BusySource, keep_times, times_beside, times_of

VERB = "busy_times_changed"


@dataclass(frozen=True, slots=True)
class BusyTimesTaken:
    """How many conflicts came into the inbox by the times of a source, and how many left it."""

    conflicts: int = 0
    resolved: int = 0


def take_busy_times(source: BusySource, times: BusyTimes, actor: Actor, now: datetime) -> BusyTimesTaken:
    """Keep the times in place of those the source said before; nothing is written where they are the same.

    Within the unit of work of whoever asks, after the site's lock. No visit is changed by it. The audit tells how many times
    there are, never which.
    """
    before = times_of(source)
    if before == times:
        return BusyTimesTaken()
    beside = times_beside(source)
    together = BusyTimes([*times, *beside])
    change = BusyTimesChanged(source.staff, together, _differing(BusyTimes([*before, *beside]), together))
    let_lapse(source.site, now)
    # Asked while the store still says what held until now.
    found = consequences_of(ChangeOfFacts(source.site, change), now)
    keep_times(source, times)
    taken = BusyTimesTaken()
    if isinstance(found, Consequences) and change.differing is not None:
        taken = BusyTimesTaken(*bring_up_to_date(found, change.word, now))
    details = {
        "source": source.id,
        "times": len(times.found),
        "conflicts": taken.conflicts,
        "resolved": taken.resolved,
    }
    record(AuditEntry(now, actor.id, VERB, "staff", source.staff, details, source.site))
    return taken


def give_back_busy_times(source: BusySource, actor: Actor, now: datetime) -> BusyTimesTaken:
    """Keep no times of a source any more: it is to be removed."""
    return take_busy_times(source, NOT_BUSY, actor, now)


def _differing(before: BusyTimes, after: BusyTimes) -> Interval | None:
    """Return the stretch in which all that differs lies, `None` when nothing does."""
    parts = [*without(before, after), *without(after, before)]
    if not parts:
        return None
    return Interval(min(part.start for part in parts), max(part.end for part in parts))
