"""Move a visit, with all that must follow: the whole series is changed in one commit, or not at all."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from scheduler.access.permissions import Actor, Permission, may, may_at
from scheduler.booking.changed_series import ChangedVisit, SeriesAtHand, as_chosen, write
from scheduler.booking.holds import locked_now
from scheduler.booking.once import answered_before, note_answer
from scheduler.booking.outcomes import NotAllowed, PlannedChange, Refused
from scheduler.booking.preview_move import WantedMove, movable, preview_move, ways_to_move
from scheduler.booking.retrying import retried
from scheduler.domain.appointment import Appointment
from scheduler.domain.clock import Clock
from scheduler.domain.errors import Conflict
from scheduler.domain.series import Series
from scheduler.planner.change import Move
from scheduler.planner.proposal import Reason
from scheduler.rules.finding import Finding
from scheduler.store import series as stored
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


@dataclass(frozen=True, slots=True)
class AppointmentMoved:
    """The series as it stands in the store, what moved, and what the rules still ask for (gates and warnings).

    `moves` and `findings` are empty where an earlier request of the same key did it.
    """

    series: Series
    moves: tuple[Move, ...] = ()
    reassigned: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()


def move_appointment(
    command: MoveAppointment, actor: Actor, clock: Clock
) -> AppointmentMoved | Refused | NotAllowed:
    """Move a visit and what must follow, or say everything that is against it and how else it could be done."""
    if not may(actor, Permission.MOVE_APPOINTMENT):
        return NotAllowed(Permission.MOVE_APPOINTMENT)
    now = clock.now()
    try:
        outcome = retried(lambda: _attempt(command, actor, now))
    except Conflict as conflict:
        lost = Reason("race_lost", str(conflict), "Look at what is free now, and move again.", "")
        outcome = Refused(reasons=(lost,), race_lost=True)
    if isinstance(outcome, Refused) and (outcome.findings or outcome.race_lost):
        return _with_other_ways(outcome, command, actor, clock)
    return outcome


def _attempt(
    command: MoveAppointment, actor: Actor, now: datetime
) -> AppointmentMoved | Refused | NotAllowed:
    with unit_of_work():
        # What was answered stays answered, also when it could not be done any more.
        if (earlier := _moved_before(command, actor)) is not None:
            return earlier
        visit = movable(command.wanted.appointment, actor)
        if not isinstance(visit, Appointment):
            return visit
        series = locked_now(visit.series, now)
        if (earlier := _moved_before(command, actor)) is not None:
            return earlier
        change = _change(command, series, actor, now)
        if not isinstance(change, PlannedChange):
            return change
        if change.refusing:
            return Refused(findings=change.refusing)
        after = write(change, VERB, actor, now)
        note_answer(VERB, command, command.idempotency_key, after, now)
        return AppointmentMoved(after, change.moves, change.reassigned, change.findings)


def _moved_before(command: MoveAppointment, actor: Actor) -> AppointmentMoved | Refused | NotAllowed | None:
    """Return the answer to a request that was already answered under the same key."""
    earlier = answered_before(VERB, command, command.idempotency_key)
    if earlier is None or isinstance(earlier, Refused):
        return earlier
    series = stored.series(earlier)
    if not may_at(actor, Permission.MOVE_APPOINTMENT, series.site):
        return NotAllowed(Permission.MOVE_APPOINTMENT)
    return AppointmentMoved(series)


def _change(
    command: MoveAppointment, series: Series, actor: Actor, now: datetime
) -> PlannedChange | Refused | NotAllowed:
    """Return the chosen change, or the best."""
    if command.visits is None:
        preview = ways_to_move(command.wanted, actor, now)
        if isinstance(preview, Refused | NotAllowed):
            return preview
        return preview.ways[0] if preview.ways else Refused(reasons=preview.reasons)
    return as_chosen(SeriesAtHand.of(series, now), command.visits)


def _with_other_ways(refused: Refused, command: MoveAppointment, actor: Actor, clock: Clock) -> Refused:
    """Return the refusal with the ways that work now, for whoever was refused."""
    preview = preview_move(command.wanted, actor, clock)
    if isinstance(preview, Refused | NotAllowed):
        return refused
    return replace(refused, ways=preview.ways)
