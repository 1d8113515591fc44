"""Resolve a conflict in one of the ways to mend it: the series is changed in one commit, or not at all."""

from __future__ import annotations

from dataclasses import dataclass

from scheduler.access.permissions import Actor, Permission, may
from scheduler.booking.acts import Act
from scheduler.booking.changed_series import ChangedVisit, SeriesAtHand, as_chosen
from scheduler.booking.holds import locked_now
from scheduler.booking.mending import mends
from scheduler.booking.one_change import best_of, make, with_other_ways
from scheduler.booking.outcomes import NotAllowed, PlannedChange, Refused, SeriesChanged
from scheduler.booking.request import nonsense
from scheduler.booking.retrying import retried_or_refused
from scheduler.booking.see_conflicts import mending_of, see_ways_to_mend
from scheduler.domain.clock import Clock
from scheduler.domain.errors import NotFound
from scheduler.domain.series import Series
from scheduler.domain.telling import told
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
class ConflictResolved(SeriesChanged):
    """The series that was changed; `left` are the open conflicts that it still has."""

    left: tuple[VisitConflict, ...] = ()


def resolve_conflict(
    command: ResolveConflict, actor: Actor, clock: Clock
) -> ConflictResolved | Refused | NotAllowed:
    """Change the series so that the rule is kept again, or say what is against it and what else would do."""
    if not may(actor, Permission.RESOLVE_CONFLICT):
        return NotAllowed(Permission.RESOLVE_CONFLICT)
    act = Act(VERB, Permission.RESOLVE_CONFLICT, command, actor, clock.now())
    outcome = retried_or_refused(lambda: _attempt(act), told("Look at what is free now, and choose again."))
    return with_other_ways(outcome, lambda: see_ways_to_mend(command.conflict, actor, clock))


def _attempt(act: Act[ResolveConflict]) -> ConflictResolved | Refused | NotAllowed:
    with unit_of_work():
        try:
            seen = conflicts.conflict(act.command.conflict)
        except NotFound:
            why = told("There is no conflict '%(conflict)s'.", conflict=act.command.conflict)
            return Refused(reasons=(nonsense("unknown_conflict", why, told("Choose one from the inbox.")),))
        if not act.may_at(seen.site):
            return act.not_allowed
        series = locked_now(seen.series, act.now)
        outcome = act.once(
            seen.site,
            # Read again within the lock: somebody may have resolved it meanwhile.
            do=lambda: make(act, _change(act, conflicts.conflict(seen.id), series), Resolution.MENDED),
            again=lambda _: SeriesChanged(series),
        )
        if not isinstance(outcome, SeriesChanged):
            return outcome
        left = conflicts.open_conflicts(series=[series.id])
        return ConflictResolved(outcome.series, outcome.change, left)


def _change(act: Act[ResolveConflict], found: VisitConflict, series: Series) -> PlannedChange | Refused:
    """Return the chosen change, or the best."""
    if found.resolved_at is not None:
        why = told("This conflict is resolved already.")
        return Refused(reasons=(nonsense("resolved_already", why, told("Nothing needs to be done.")),))
    if act.command.visits is None:
        return best_of(mending_of(found, act.now))
    planned = as_chosen(SeriesAtHand.of(series, act.now), act.command.visits)
    if isinstance(planned, PlannedChange) and not planned.refusing and not mends(planned, found):
        why = told("This would not put right that %(why)s.", why=found.why)
        return Refused(reasons=(nonsense("does_not_mend", why, told("Choose one of the ways that do.")),))
    return planned
