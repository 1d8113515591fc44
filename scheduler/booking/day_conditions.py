"""What stands in the way of a move of the day, every reason at once, with the numbers and the clinic's own time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from scheduler.access.permissions import Actor
from scheduler.booking.visit_facts import VisitFacts
from scheduler.domain.appointment import AppointmentState
from scheduler.domain.visit_day import GOING_ON_REASONS, GRACE, Condition, DayMove, DayReason, moves_from
from scheduler.planner.proposal import Reason
from scheduler.rules.finding import Finding
from scheduler.rules.wording import day_words, listed, measured


def moves_of(facts: VisitFacts) -> Iterator[DayMove]:
    """Yield the moves of the table for a visit as it stands.

    Once the patient may be let go, that asks why where vital signs that must be looked at are not noted.
    """
    may_go = facts.now >= facts.earliest_end
    for move in moves_from(facts.visit):
        asks_why = may_go and move.to is AppointmentState.DISCHARGED and facts.vitals_missing
        yield replace(move, reasons=GOING_ON_REASONS) if asks_why else move


def move_to(facts: VisitFacts, to: AppointmentState) -> DayMove | Reason:
    """Return the row of the table by which a visit may go on to a state, or why there is none."""
    found = next((move for move in moves_of(facts) if move.to is to), None)
    if found is not None:
        return found
    visit = facts.visit
    why = f"{_name(facts)} is {_words(visit.state)}, and does not become {_words(to)} from there."
    steps = [_words(move.to) for move in moves_of(facts)]
    mend = (
        f"It may become {listed(steps).replace(' and ', ' or ')}." if steps else "Nothing follows from there."
    )
    return Reason("no_such_step", why, mend, visit.step)


def against_move(move: DayMove, facts: VisitFacts, actor: Actor) -> Iterator[Reason]:
    """Yield what forbids a move but the rules: the role, and each condition that does not hold."""
    if facts.is_of_cohort:
        why = f"{_name(facts)} is held with a whole group, and goes as its members go."
        mend = "Note each member on the page of their own visit."
        yield Reason("each_member", why, mend, facts.visit.step)
        return
    if actor.role.value not in move.by:
        named = listed(sorted(role.replace("_", " ") for role in move.by)).replace(" and ", " or ")
        why = f"That {_name(facts)} is {_words(move.to)} is for the {named} to say."
        yield Reason("not_the_role", why, f"Ask the {named}.", facts.visit.step)
    for condition, why_not in _WHY_NOT.items():
        if condition in move.conditions and (reason := why_not(facts)) is not None:
            yield reason


def open_gates(move: DayMove, facts: VisitFacts) -> tuple[Finding, ...]:
    """Return the open gates that forbid a move."""
    return facts.waits_for if Condition.GATES_SETTLED in move.conditions else ()


def broken_rules(move: DayMove, facts: VisitFacts) -> tuple[Finding, ...]:
    """Return what is found of the visit that would refuse its booking, and forbids a move."""
    return facts.forbidden_by if Condition.NOTHING_FORBIDS in move.conditions else ()


def against_reason(move: DayMove, reason: DayReason | None, facts: VisitFacts) -> Reason | None:
    """Return what is wrong with the reason that was given, `None` when it is one of the choices or none is asked for."""
    if reason in move.reasons or (reason is None and not move.reasons):
        return None
    choices = listed(one.value.replace("_", " ") for one in move.reasons).replace(" and ", " or ")
    if not move.reasons:
        why = f"No reason is kept for a visit that is {_words(move.to)}."
        return Reason("reason", why, "Leave the reason out.", facts.visit.step)
    why = f"A visit that is {_words(move.to)} has a reason."
    if move.to is AppointmentState.DISCHARGED:
        missing = listed(f"{time.what} ({facts.said(time.due)})" for time in facts.vitals_missing)
        why = f"Vital signs are not noted {missing}, and going on without them has a reason."
    return Reason("reason", why, f"Choose one: {choices}.", facts.visit.step)


def _not_its_day(facts: VisitFacts) -> Reason | None:
    if facts.day == facts.today:
        return None
    why = f"{_name(facts)} is on {day_words(facts.day)}, and today is {day_words(facts.today)}."
    return Reason("not_its_day", why, "Wait for its day, or move the visit.", facts.visit.step)


def _time_over(facts: VisitFacts) -> Reason | None:
    """Rules judge no visit whose time is over, so that none may begin after its planned end."""
    visit = facts.visit
    if facts.now < visit.discharge:
        return None
    why = f"{_name(facts)} was to be over at {facts.said(visit.discharge)}, and now it is {facts.said(facts.now)}."
    return Reason("time_over", why, "Note that the patient did not come, or book another time.", visit.step)


def _grace_not_over(facts: VisitFacts) -> Reason | None:
    late_from = facts.visit.start + GRACE
    if facts.now >= late_from:
        return None
    minutes = -(-(late_from - facts.now).total_seconds() // 60)
    why = f"The patient is waited for until {facts.said(late_from)}; that is {minutes:.0f} min from now."
    return Reason("grace", why, "Wait until then, or cancel the visit.", facts.visit.step)


def _minimum_not_reached(facts: VisitFacts) -> Reason | None:
    missing = facts.earliest_end - facts.now
    if missing.total_seconds() <= 0:
        return None
    minutes = -(-missing.total_seconds() // 60)
    late = "" if facts.earliest_end == facts.visit.discharge else ", for the dose began late"
    why = f"{_name(facts)} is over at {facts.said(facts.earliest_end)} at the earliest{late}; {minutes:.0f} min are missing."
    mend = "Wait until then. Should the patient go all the same, note that they left before release."
    return Reason("minimum_end", why, mend, facts.visit.step)


_WHY_NOT = {
    Condition.ITS_DAY: _not_its_day,
    Condition.GATES_SETTLED: _time_over,
    Condition.GRACE_OVER: _grace_not_over,
    Condition.MINIMUM_REACHED: _minimum_not_reached,
}


def overrun(facts: VisitFacts) -> str:
    """Return by how much a visit under way is past its planned end, in words; empty when it is not."""
    past = facts.now - facts.visit.discharge
    return measured(past) if past.total_seconds() > 0 else ""


def _name(facts: VisitFacts) -> str:
    return facts.visit.step or facts.visit.title


def _words(state: AppointmentState) -> str:
    return state.value.replace("_", " ")


@dataclass(frozen=True, slots=True)
class PossibleMove:
    """One row of the table for a visit as it stands, with everything that forbids it to an actor now.

    `broken` are rules that nobody lets pass, `gates` those that are settled or overridden.
    """

    move: DayMove
    reasons: tuple[Reason, ...]
    broken: tuple[Finding, ...]
    gates: tuple[Finding, ...]

    @property
    def is_open(self) -> bool:
        """Say whether the actor may take the step this moment."""
        return not self.reasons and not self.broken and not self.gates

    @property
    def is_for_others(self) -> bool:
        """Say whether another role is asked for."""
        return any(reason.code == "not_the_role" for reason in self.reasons)


def possible_moves(facts: VisitFacts, actor: Actor) -> tuple[PossibleMove, ...]:
    """Return every row of the table for a visit as it stands, whether or not the actor may take it now."""
    return tuple(
        PossibleMove(
            move,
            tuple(against_move(move, facts, actor)),
            broken_rules(move, facts),
            open_gates(move, facts),
        )
        for move in moves_of(facts)
    )
