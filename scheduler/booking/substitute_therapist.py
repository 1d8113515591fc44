"""Substitute a therapist for one visit or the rest of a series, with what must move: one commit, or nothing."""

from __future__ import annotations

from dataclasses import dataclass

from scheduler.access.permissions import Actor, Permission, may
from scheduler.booking.acts import Act
from scheduler.booking.changed_series import ChangedVisit, SeriesAtHand, as_chosen
from scheduler.booking.holds import locked_now
from scheduler.booking.one_change import best_of, made_before, make, with_other_ways
from scheduler.booking.outcomes import NotAllowed, PlannedChange, Refused, SeriesChanged, Ways
from scheduler.booking.preview_substitute import (
    SubstitutePreview,
    WantedSubstitute,
    preview_substitute,
    substitutable,
    ways_to_substitute,
)
from scheduler.booking.retrying import retried_or_refused
from scheduler.domain.clock import Clock
from scheduler.domain.series import Series
from scheduler.domain.telling import told
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


def substitute_therapist(
    command: SubstituteTherapist, actor: Actor, clock: Clock
) -> SeriesChanged | Refused | NotAllowed:
    """Give visits to another therapist, or say everything that is against it and who else could take them."""
    if not may(actor, Permission.SUBSTITUTE_THERAPIST):
        return NotAllowed(Permission.SUBSTITUTE_THERAPIST)
    act = Act(VERB, Permission.SUBSTITUTE_THERAPIST, command, actor, clock.now())
    outcome = retried_or_refused(lambda: _attempt(act), told("Look at who is free now, and choose again."))
    return with_other_ways(outcome, lambda: _changes(preview_substitute(command.wanted, actor, clock)))


def _attempt(act: Act[SubstituteTherapist]) -> SeriesChanged | Refused | NotAllowed:
    with unit_of_work():
        # What was answered stays answered, also when it could not be done any more.
        if (earlier := made_before(act)) is not None:
            return earlier
        seen = substitutable(act.command.wanted, act.actor)
        if not isinstance(seen, Series):
            return seen
        series = locked_now(seen.id, act.now)
        if (earlier := made_before(act)) is not None:
            return earlier
        return act.told(series.site, make(act, _change(act, series)))


def _change(act: Act[SubstituteTherapist], series: Series) -> PlannedChange | Refused | NotAllowed:
    """Return the chosen change, or the best."""
    if act.command.visits is not None:
        return as_chosen(SeriesAtHand.of(series, act.now), act.command.visits)
    found = _changes(ways_to_substitute(act.command.wanted, act.actor, act.now))
    return best_of(found) if isinstance(found, Ways) else found


def _changes(found: SubstitutePreview | Refused | NotAllowed) -> Ways | Refused | NotAllowed:
    """Return the ways as changes of the series, whoever takes the visits in them."""
    if not isinstance(found, SubstitutePreview):
        return found
    return Ways(tuple(way.change for way in found.ways), found.reasons)
