"""Look at the inbox of conflicts: what is put right meanwhile leaves it, and for each conflict there are ways to mend it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from scheduler.access.permissions import Actor, Permission, may, may_at
from scheduler.booking.changed_series import SeriesAtHand
from scheduler.booking.inbox import judged_anew, known_already, let_go, take_in, told_otherwise
from scheduler.booking.mending import ways_to_mend
from scheduler.booking.outcomes import NotAllowed, PlannedChange
from scheduler.booking.retrying import retried
from scheduler.domain.clock import Clock
from scheduler.domain.series import Series
from scheduler.domain.telling import told
from scheduler.planner.proposal import Reason
from scheduler.store import conflicts
from scheduler.store import series as stored
from scheduler.store.conflicts import Resolution, VisitConflict
from scheduler.store.locks import lock
from scheduler.store.work import reading, unit_of_work


@dataclass(frozen=True, slots=True)
class SeriesInConflict:
    """A series with its open conflicts, by when their visits start."""

    series: Series
    conflicts: tuple[VisitConflict, ...]


@dataclass(frozen=True, slots=True)
class WaysToMend:
    """A conflict with the others of its series and the ways to mend it, best first; without any, the reasons.

    `conflict` may be resolved by now: then there are neither.
    """

    conflict: VisitConflict
    others: tuple[VisitConflict, ...]
    series: Series
    ways: tuple[PlannedChange, ...] = ()
    reasons: tuple[Reason, ...] = ()


def see_conflicts(site: str, actor: Actor, clock: Clock) -> tuple[SeriesInConflict, ...] | NotAllowed:
    """Return the series of a site with open conflicts, the most urgent first, after closing what is put right."""
    if not may_at(actor, Permission.SEE_CONFLICTS, site):
        return NotAllowed(Permission.SEE_CONFLICTS)
    _bring_up_to_date(site, clock.now())
    with reading():
        return _by_series(conflicts.open_conflicts(site))


def see_accepted(site: str, actor: Actor) -> tuple[SeriesInConflict, ...] | NotAllowed:
    """Return the series of a site with conflicts that were accepted and last, by when their visits start."""
    if not may_at(actor, Permission.SEE_CONFLICTS, site):
        return NotAllowed(Permission.SEE_CONFLICTS)
    with reading():
        return _by_series(conflicts.accepted_conflicts(site))


def _by_series(found: Iterable[VisitConflict]) -> tuple[SeriesInConflict, ...]:
    by_series: dict[str, list[VisitConflict]] = {}
    for one in found:
        by_series.setdefault(one.series, []).append(one)
    return tuple(SeriesInConflict(stored.series(id), tuple(theirs)) for id, theirs in by_series.items())


def see_ways_to_mend(conflict: str, actor: Actor, clock: Clock) -> WaysToMend | NotAllowed:
    """Return the ways to mend one conflict, as resolving it does, and write nothing. Raises `NotFound`."""
    if not may(actor, Permission.SEE_CONFLICTS):
        return NotAllowed(Permission.SEE_CONFLICTS)
    now = clock.now()
    with reading():
        found = conflicts.conflict(conflict)
        if not may_at(actor, Permission.SEE_CONFLICTS, found.site):
            return NotAllowed(Permission.SEE_CONFLICTS)
        return mending_of(found, now)


def mending_of(found: VisitConflict, now: datetime) -> WaysToMend:
    """Return a conflict with the ways to mend it, within the transaction of the request."""
    series = stored.series(found.series)
    others = tuple(one for one in conflicts.open_conflicts(series=[series.id]) if one.id != found.id)
    if found.resolved_at is not None:
        return WaysToMend(found, others, series)
    if not series.standing:
        nothing = Reason(
            "nothing_stands",
            told("No visit of the series stands any more."),
            told("Nothing needs to be done."),
        )
        return WaysToMend(found, others, series, reasons=(nothing,))
    ways, reasons = ways_to_mend(found, others, SeriesAtHand.of(series, now))
    return WaysToMend(found, others, series, ways, reasons)


def _bring_up_to_date(site: str, now: datetime) -> None:
    """Close what is put right and tell the rest as it is now; where nothing is, nothing is written and nobody waits."""
    with reading():
        kept = conflicts.lasting_conflicts(site)
        judged = tuple(judged_anew((one.series for one in kept), now))
        if not any(told_otherwise(judged, now)):
            return

    def attempt() -> None:
        with unit_of_work():
            lock([site], [])
            again = tuple(judged_anew(dict.fromkeys(one.series for one in kept), now))
            let_go(again, Resolution.ELSEWHERE, now)
            take_in(known_already(again), "", now)

    retried(attempt)
