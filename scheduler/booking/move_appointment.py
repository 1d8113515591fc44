"""Move a visit, with all that must follow: the whole series is changed in one commit, or not at all."""

from __future__ import annotations

from dataclasses import dataclass

from scheduler.access.permissions import Actor, Permission, may
from scheduler.booking.acts import Act
from scheduler.booking.changed_series import ChangedVisit, SeriesAtHand, as_chosen
from scheduler.booking.holds import locked_now
from scheduler.booking.one_change import best_of, made_before, make, with_other_ways
from scheduler.booking.outcomes import NotAllowed, PlannedChange, Refused, SeriesChanged
from scheduler.booking.preview_move import WantedMove, movable, preview_move, ways_to_move
from scheduler.booking.retrying import retried_or_refused
from scheduler.domain.appointment import Appointment
from scheduler.domain.clock import Clock
from scheduler.domain.series import Series
from scheduler.domain.telling import told
from scheduler.store.work import unit_of_work

VERB = "move_appointment"


@dataclass(frozen=True, slots=True)
class MoveAppointment:
    """Move the wanted visit in the best way, or exactly as `visits` say: every visit of the series that changes with it.

    A request repeated with the same `idempotency_key` moves nothing again.
    """

    wanted: WantedMove
    visits: tuple[ChangedVisit, ...] | None = None
    idempotency_key: str | None = None


def move_appointment(
    command: MoveAppointment, actor: Actor, clock: Clock
) -> SeriesChanged | Refused | NotAllowed:
    """Move a visit and what must follow, or say everything that is against it and how else it could be done."""
    if not may(actor, Permission.MOVE_APPOINTMENT):
        return NotAllowed(Permission.MOVE_APPOINTMENT)
    act = Act(VERB, Permission.MOVE_APPOINTMENT, command, actor, clock.now())
    outcome = retried_or_refused(lambda: _attempt(act), told("Look at what is free now, and move again."))
    return with_other_ways(outcome, lambda: preview_move(command.wanted, actor, clock))


def _attempt(act: Act[MoveAppointment]) -> SeriesChanged | Refused | NotAllowed:
    with unit_of_work():
        # What was answered stays answered, also when it could not be done any more.
        if (earlier := made_before(act)) is not None:
            return earlier
        visit = movable(act.command.wanted.appointment, act.actor)
        if not isinstance(visit, Appointment):
            return visit
        series = locked_now(visit.series, act.now)
        if (earlier := made_before(act)) is not None:
            return earlier
        return act.told(series.site, make(act, _change(act, series)))


def _change(act: Act[MoveAppointment], series: Series) -> PlannedChange | Refused | NotAllowed:
    """Return the chosen change, or the best."""
    if act.command.visits is not None:
        return as_chosen(SeriesAtHand.of(series, act.now), act.command.visits)
    found = ways_to_move(act.command.wanted, act.actor, act.now)
    return found if isinstance(found, Refused | NotAllowed) else best_of(found)
