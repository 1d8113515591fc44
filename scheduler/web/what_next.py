"""After a visit that did not go as planned: what its page leads to, a new time, a decision, or the end of the series."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from scheduler.access.permissions import Actor, Permission, may
from scheduler.booking.cancel_series import can_end
from scheduler.booking.decline_visits import declinable
from scheduler.booking.replan_series import REPLANNED
from scheduler.booking.visit_facts import VisitFacts
from scheduler.domain.appointment import Appointment, AppointmentState
from scheduler.domain.treatment import StepKind
from scheduler.domain.visit_day import HOLDS_NEXT_DOSE, SIDE_EXITS
from scheduler.rules.windows import in_time

_ENDED_OTHERWISE = SIDE_EXITS | {
    AppointmentState.CANCELLED_BY_PATIENT,
    AppointmentState.CANCELLED_BY_CLINIC,
}


@dataclass(frozen=True, slots=True)
class WhatNext:
    """What may follow. `is_missing` says that the visit is to be booked again, `until` by when its protocol wants it.

    `until` is `None` where nothing asks; `is_late` that it is past. `waiting` is the next dose, which waits until the
    prescriber has decided, `None` where none is booked or none waits. The rest is what the actor may do.
    """

    is_missing: bool
    until: datetime | None
    is_late: bool
    waiting: Appointment | None
    may_replan: bool
    may_decline: bool
    may_end: bool
    may_start_anew: bool


def what_next(facts: VisitFacts, actor: Actor) -> WhatNext | None:
    """Return what follows from a visit that ended otherwise than planned, `None` for every other."""
    visit, series = facts.visit, facts.series
    if series is None or visit.state not in _ENDED_OTHERWISE:
        return None
    is_missing = visit.id in {one.id for one in series.missing}
    until = _latest_start(facts) if is_missing else None
    return WhatNext(
        is_missing=is_missing,
        until=until,
        is_late=until is not None and until < facts.now,
        waiting=_next_dose(facts),
        may_replan=is_missing and series.state in REPLANNED and may(actor, Permission.MOVE_APPOINTMENT),
        may_decline=is_missing
        and visit.step in declinable(series)
        and may(actor, Permission.MOVE_APPOINTMENT),
        may_end=can_end(series, facts.now) and may(actor, Permission.CANCEL_SERIES),
        may_start_anew=visit.kind is StepKind.DOSING and may(actor, Permission.BOOK_SERIES),
    )


def _next_dose(facts: VisitFacts) -> Appointment | None:
    """Return the next dose of the series where this visit makes it wait."""
    visit, series = facts.visit, facts.series
    if series is None or visit.kind is not StepKind.DOSING or visit.state not in HOLDS_NEXT_DOSE:
        return None
    ahead = (one for one in series.standing if one.kind is StepKind.DOSING and one.start > facts.now)
    return next(ahead, None)


def _latest_start(facts: VisitFacts) -> datetime | None:
    """Return the last instant at which the protocol wants the visit to start, by the visits that stand before it."""
    if facts.judged is None:
        return None
    question = facts.judged.question
    bounds = [
        in_time(question, window, before)[1]
        for window in question.protocol.windows
        if window.to_step == facts.visit.step and (before := question.visit(window.from_step)) is not None
    ]
    return min((bound.at for bound in bounds if bound is not None), default=None)
