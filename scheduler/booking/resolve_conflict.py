"""Resolve a conflict in one of the ways to mend it: the series is changed in one commit, or not at all."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from scheduler.access.permissions import Actor, Permission, may, may_at
from scheduler.booking.changed_series import ChangedVisit, SeriesAtHand, as_chosen, write
from scheduler.booking.holds import locked_now
from scheduler.booking.mending import mends
from scheduler.booking.once import answered_before, note_answer
from scheduler.booking.outcomes import NotAllowed, PlannedChange, Refused
from scheduler.booking.request import nonsense
from scheduler.booking.retrying import retried
from scheduler.booking.see_conflicts import WaysToMend, mending_of, see_ways_to_mend
from scheduler.domain.clock import Clock
from scheduler.domain.errors import Conflict, NotFound
from scheduler.domain.series import Series
from scheduler.planner.change import Move
from scheduler.rules.finding import Finding
from scheduler.store import conflicts
from scheduler.store.conflicts import Resolution, VisitConflict
from scheduler.store.work import unit_of_work

VERB = "resolve_conflict"


@dataclass(frozen=True, slots=True)
class ResolveConflict:
    """Resolve the conflict with this id in the best way, or exactly as `visits` say.

    A request repeated with the same `idempotency_key` changes nothing again.
    """

    conflict: str
    visits: tuple[ChangedVisit, ...] | None = None
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class ConflictResolved:
    """The series as it stands in the store, what moved, what keeps its time with others, and what the rules still ask for.

    `left` are the open conflicts that the series still has. Where an earlier request of the same key did it, the rest is
    empty.
    """

    series: Series
    left: tuple[VisitConflict, ...]
    moves: tuple[Move, ...] = ()
    reassigned: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()


def resolve_conflict(
    command: ResolveConflict, actor: Actor, clock: Clock
) -> ConflictResolved | Refused | NotAllowed:
    """Change the series so that the rule is kept again, or say what is against it and what else would do."""
    if not may(actor, Permission.RESOLVE_CONFLICT):
        return NotAllowed(Permission.RESOLVE_CONFLICT)
    now = clock.now()
    try:
        outcome = retried(lambda: _attempt(command, actor, now))
    except Conflict as conflict:
        lost = nonsense("race_lost", str(conflict), "Look at what is free now, and choose again.")
        outcome = Refused(reasons=(lost,), race_lost=True)
    if isinstance(outcome, Refused) and (outcome.findings or outcome.race_lost):
        found = see_ways_to_mend(command.conflict, actor, clock)
        if isinstance(found, WaysToMend):
            return replace(outcome, ways=found.ways)
    return outcome


def _attempt(
    command: ResolveConflict, actor: Actor, now: datetime
) -> ConflictResolved | Refused | NotAllowed:
    with unit_of_work():
        try:
            seen = conflicts.conflict(command.conflict)
        except NotFound:
            why = f"There is no conflict '{command.conflict}'."
            return Refused(reasons=(nonsense("unknown_conflict", why, "Choose one from the inbox."),))
        if not may_at(actor, Permission.RESOLVE_CONFLICT, seen.site):
            return NotAllowed(Permission.RESOLVE_CONFLICT)
        series = locked_now(seen.series, now)
        earlier = answered_before(VERB, command, command.idempotency_key)
        if isinstance(earlier, Refused):
            return earlier
        if earlier is not None:
            return ConflictResolved(series, conflicts.open_conflicts(series=[series.id]))
        # Read again within the lock: somebody may have resolved it meanwhile.
        change = _change(command, conflicts.conflict(seen.id), series, now)
        if isinstance(change, Refused):
            return change
        after = write(change, VERB, actor, now, Resolution.MENDED)
        note_answer(VERB, command, command.idempotency_key, after, now)
        left = conflicts.open_conflicts(series=[after.id])
        return ConflictResolved(after, left, change.moves, change.reassigned, change.findings)


def _change(
    command: ResolveConflict, found: VisitConflict, series: Series, now: datetime
) -> PlannedChange | Refused:
    """Return the chosen change, or the best."""
    if found.resolved_at is not None:
        why = "This conflict is resolved already."
        return Refused(reasons=(nonsense("resolved_already", why, "Nothing needs to be done."),))
    if command.visits is None:
        mending = mending_of(found, now)
        return mending.ways[0] if mending.ways else Refused(reasons=mending.reasons)
    planned = as_chosen(SeriesAtHand.of(series, now), command.visits)
    if isinstance(planned, Refused):
        return planned
    if planned.refusing:
        return Refused(findings=planned.refusing)
    if not mends(planned, found):
        why = f"This would not put right that {found.why}."
        return Refused(reasons=(nonsense("does_not_mend", why, "Choose one of the ways that do."),))
    return planned
