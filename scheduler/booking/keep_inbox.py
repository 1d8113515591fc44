"""Keep the inbox of conflicts of a site: every rule is asked about every series, and what is broken is kept until mended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from scheduler.access.permissions import Actor, Permission, may_at
from scheduler.booking.inbox import judged_anew, known_already, let_go, refusals_of, take_in
from scheduler.booking.judging import SeriesFindings, findings_in, standing_at
from scheduler.booking.outcomes import NotAllowed
from scheduler.booking.retrying import retried
from scheduler.domain.clock import Clock
from scheduler.store import conflicts
from scheduler.store.audit import AuditEntry, record
from scheduler.store.conflicts import Resolution
from scheduler.store.locks import lock
from scheduler.store.work import reading, unit_of_work

VERB = "recheck"
"""What the audit calls it; by this entry the next night knows that this one is done."""


@dataclass(frozen=True, slots=True)
class KeepInbox:
    """Keep the inbox of one site."""

    site: str


@dataclass(frozen=True, slots=True)
class InboxKept:
    """How many series were looked at, how many findings they have by level, and what came into the inbox and left it."""

    series: int
    findings: Mapping[str, int]
    new: int
    resolved: int


def keep_inbox(command: KeepInbox, actor: Actor, clock: Clock) -> InboxKept | NotAllowed:
    """Ask every rule, and write what changed in the inbox. Raises `NotFound` for an unknown site."""
    if not may_at(actor, Permission.SEE_FINDINGS, command.site):
        return NotAllowed(Permission.SEE_FINDINGS)
    now = clock.now()
    with reading():
        judged = tuple(
            SeriesFindings(series, findings_in(diary, series))
            for series, diary in standing_at(command.site, now)
        )
    return retried(lambda: _attempt(command.site, judged, actor, now))


def _attempt(site: str, judged: tuple[SeriesFindings, ...], actor: Actor, now: datetime) -> InboxKept:
    """Write within the site's lock, which is held for the few series alone of which something is to be said."""
    levels = Counter(finding.level.value for one in judged for finding in one.findings)
    with unit_of_work():
        lock([site], [])
        broken = [one.series.id for one in refusals_of(judged)]
        kept = [one.series for one in conflicts.lasting_conflicts(site)]
        # What was seen without the lock may have been mended meanwhile.
        again = tuple(judged_anew([*broken, *kept], now))
        new = len(take_in(refusals_of(again), VERB, now))
        take_in(known_already(again), VERB, now)
        resolved = len(let_go(again, Resolution.ELSEWHERE, now))
        found = dict(sorted(levels.items()))
        details = {"series": len(judged), "findings": found, "new": new, "resolved": resolved}
        record(AuditEntry(now, actor.id, VERB, "site", site, details, site))
    return InboxKept(len(judged), found, new, resolved)
