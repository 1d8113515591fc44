"""Undo the last move of a series before its patient is told: what it moved goes back, as one change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from scheduler.access.permissions import Actor, Permission, may
from scheduler.booking.acts import Act
from scheduler.booking.changed_series import SeriesAtHand, as_chosen
from scheduler.booking.move_appointment import VERB as MOVE
from scheduler.booking.noted_change import deeds, last_move
from scheduler.booking.one_change import changed_once
from scheduler.booking.outcomes import NotAllowed, PlannedChange, Refused, SeriesChanged
from scheduler.booking.request import nonsense
from scheduler.booking.retrying import retried_or_refused
from scheduler.domain.clock import Clock
from scheduler.domain.series import Series
from scheduler.domain.telling import told
from scheduler.store.members import visits_with
from scheduler.store.told import known_starts

VERB = "undo_move"


@dataclass(frozen=True, slots=True)
class UndoMove:
    """Take back the move of this series that was made at this instant.

    A request repeated with the same `idempotency_key` moves nothing again.
    """

    series: str
    made_at: datetime
    idempotency_key: str | None = None


def undo_move(command: UndoMove, actor: Actor, clock: Clock) -> SeriesChanged | Refused | NotAllowed:
    """Move back what a move has moved, judged as every move is, or say why that cannot be done any more."""
    if not may(actor, Permission.MOVE_APPOINTMENT):
        return NotAllowed(Permission.MOVE_APPOINTMENT)
    act = Act(VERB, Permission.MOVE_APPOINTMENT, command, actor, clock.now())
    attempt = partial(changed_once, act, command.series, partial(_back, act))
    return retried_or_refused(attempt, told("Look at what is free now, and move the visit again."))


def was_told(series: Series, moved: frozenset[str]) -> bool:
    """Say whether the patient was told, or is being told, of one of these visits at the time that it has now.

    Of a group's visits, whether any member was told of theirs with it.
    """
    visits = [visit for visit in series.standing if visit.id in moved]
    visits += visits_with(moved)
    known = known_starts(visit.id for visit in visits)
    return any(known.get(visit.id) == visit.start for visit in visits)


def _back(act: Act[UndoMove], series: Series) -> PlannedChange | Refused:
    """Return the change that takes the move back, under the locks of the series."""
    last = next((one for one in reversed(deeds(series.id))), None)
    if last is None or (last.verb, last.at) != (MOVE, act.command.made_at):
        why = told("The series was changed since that move, or the move is undone already.")
        return Refused(
            reasons=(nonsense("changed_meanwhile", why, told("Look at the series as it is now.")),)
        )
    move = last_move(last)
    if was_told(series, frozenset(visit.appointment for visit in move.visits)):
        why = told("The patient was told of the new time meanwhile.")
        mend = told("Move the visit once more; the patient is told of that too.")
        return Refused(reasons=(nonsense("told_meanwhile", why, mend),))
    return as_chosen(SeriesAtHand.of(series, act.now), move.visits)
