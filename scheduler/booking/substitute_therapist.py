"""Substitute a therapist for one visit or the rest of a series, with what must move: one commit, or nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from scheduler.access.permissions import Actor, Permission, may, may_at
from scheduler.booking.changed_series import ChangedVisit, SeriesAtHand, as_chosen, write
from scheduler.booking.holds import locked_now
from scheduler.booking.once import answered_before, note_answer
from scheduler.booking.outcomes import NotAllowed, PlannedChange, Refused
from scheduler.booking.preview_substitute import (
    SubstitutePreview,
    WantedSubstitute,
    preview_substitute,
    substitutable,
    ways_to_substitute,
)
from scheduler.booking.request import nonsense
from scheduler.booking.retrying import retried
from scheduler.domain.clock import Clock
from scheduler.domain.errors import Conflict
from scheduler.domain.series import Series
from scheduler.planner.change import Move
from scheduler.rules.finding import Finding
from scheduler.store import series as stored
from scheduler.store.work import unit_of_work

VERB = "substitute_therapist"


@dataclass(frozen=True, slots=True)
class SubstituteTherapist:
    """Substitute in the best way, or exactly as `visits` say: every visit of the series that changes.

    A request repeated with the same `idempotency_key` changes nothing again.
    """

    wanted: WantedSubstitute
    visits: tuple[ChangedVisit, ...] | None = None
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class TherapistSubstituted:
    """The series as it stands in the store, what moved, what keeps its time, and what the rules still ask for.

    All but the series is empty where an earlier request of the same key did it.
    """

    series: Series
    moves: tuple[Move, ...] = ()
    reassigned: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()


def substitute_therapist(
    command: SubstituteTherapist, actor: Actor, clock: Clock
) -> TherapistSubstituted | Refused | NotAllowed:
    """Give visits to another therapist, or say everything that is against it and who else could take them."""
    if not may(actor, Permission.SUBSTITUTE_THERAPIST):
        return NotAllowed(Permission.SUBSTITUTE_THERAPIST)
    now = clock.now()
    try:
        outcome = retried(lambda: _attempt(command, actor, now))
    except Conflict as conflict:
        lost = nonsense("race_lost", str(conflict), "Look at who is free now, and choose again.")
        outcome = Refused(reasons=(lost,), race_lost=True)
    if isinstance(outcome, Refused) and (outcome.findings or outcome.race_lost):
        found = preview_substitute(command.wanted, actor, clock)
        if isinstance(found, SubstitutePreview):
            return replace(outcome, ways=tuple(way.change for way in found.ways))
    return outcome


def _attempt(
    command: SubstituteTherapist, actor: Actor, now: datetime
) -> TherapistSubstituted | Refused | NotAllowed:
    with unit_of_work():
        # What was answered stays answered, also when it could not be done any more.
        if (earlier := _substituted_before(command, actor)) is not None:
            return earlier
        seen = substitutable(command.wanted, actor)
        if not isinstance(seen, Series):
            return seen
        series = locked_now(seen.id, now)
        if (earlier := _substituted_before(command, actor)) is not None:
            return earlier
        change = _change(command, series, actor, now)
        if not isinstance(change, PlannedChange):
            return change
        if change.refusing:
            return Refused(findings=change.refusing)
        after = write(change, VERB, actor, now)
        note_answer(VERB, command, command.idempotency_key, after, now)
        return TherapistSubstituted(after, change.moves, change.reassigned, change.findings)


def _substituted_before(
    command: SubstituteTherapist, actor: Actor
) -> TherapistSubstituted | Refused | NotAllowed | None:
    """Return the answer to a request that was already answered under the same key."""
    earlier = answered_before(VERB, command, command.idempotency_key)
    if earlier is None or isinstance(earlier, Refused):
        return earlier
    series = stored.series(earlier)
    if not may_at(actor, Permission.SUBSTITUTE_THERAPIST, series.site):
        return NotAllowed(Permission.SUBSTITUTE_THERAPIST)
    return TherapistSubstituted(series)


def _change(
    command: SubstituteTherapist, series: Series, actor: Actor, now: datetime
) -> PlannedChange | Refused | NotAllowed:
    """Return the chosen change, or the best."""
    if command.visits is not None:
        return as_chosen(SeriesAtHand.of(series, now), command.visits)
    found = ways_to_substitute(command.wanted, actor, now)
    if not isinstance(found, SubstitutePreview):
        return found
    return found.ways[0].change if found.ways else Refused(reasons=found.reasons)
