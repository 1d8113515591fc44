"""A series with nothing ahead whose last dose lies far back is dormant: noted once, at night, for somebody to decide."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from scheduler.access.permissions import Actor, Permission, may_at
from scheduler.booking.outcomes import NotAllowed
from scheduler.booking.retrying import retried
from scheduler.domain.clock import Clock, local_day
from scheduler.domain.series import Series, SeriesState
from scheduler.domain.treatment import StepKind
from scheduler.store import clinic
from scheduler.store import series as stored
from scheduler.store.audit import AuditEntry, last_done, record
from scheduler.store.locks import lock
from scheduler.store.work import unit_of_work

VERB = "let_rest"


@dataclass(frozen=True, slots=True)
class LetRest:
    """Look at the series of one site."""

    site: str


def let_rest(command: LetRest, actor: Actor, clock: Clock) -> tuple[str, ...] | NotAllowed:
    """Note which series are dormant by now, and return the ids of those that were not before.

    Raises `NotFound` for an unknown site.
    """
    if not may_at(actor, Permission.SEE_FINDINGS, command.site):
        return NotAllowed(Permission.SEE_FINDINGS)
    now = clock.now()
    return retried(lambda: _attempt(command.site, actor, now))


def rests_since(series: Series, now: datetime, zone: str) -> date | None:
    """Return the clinic-local day of its last dose or, where it had none, on which something was last done about it."""
    doses = [
        visit.start for visit in series.standing if visit.kind is StepKind.DOSING and visit.discharge <= now
    ]
    since = max(doses) if doses else last_done("series", series.id)
    return local_day(since, zone) if since else None


def _attempt(site: str, actor: Actor, now: datetime) -> tuple[str, ...]:
    with unit_of_work():
        lock([site], [])
        place = clinic.site(site)
        today, found = local_day(now, place.zone), []
        for series in stored.resting_series(now, site):
            since = rests_since(series, now, place.zone)
            if since is None or (days := (today - since).days) <= place.dormant_days:
                continue
            stored.mark_series(series.id, SeriesState.DORMANT)
            details = {"from": series.state.value, "days": days}
            record(AuditEntry(now, actor.id, VERB, "series", series.id, details, site))
            found.append(series.id)
        return tuple(found)
