"""What stands in the way of a move of the day, every reason at once, with the numbers and the clinic's own time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from scheduler.access.permissions import AccountRole, Actor
from scheduler.booking.state_names import account_role_name, day_reason_name, visit_state_name
from scheduler.booking.visit_facts import VisitFacts
from scheduler.domain.appointment import AppointmentState
from scheduler.domain.telling import told, told_either
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
    why = told(
        "%(name)s is %(now)s, and does not become %(next)s from there.",
        name=_name(facts),
        now=visit_state_name(visit.state),
        next=visit_state_name(to),
    )
    steps = [visit_state_name(move.to) for move in moves_of(facts)]
    mend = (
        told("It may become %(states)s.", states=told_either(steps))
        if steps
        else told("Nothing follows from there.")
    )
    return Reason("no_such_step", why, mend, visit.step)


def against_move(move: DayMove, facts: VisitFacts, actor: Actor) -> Iterator[Reason]:
    """Yield what forbids a move but the rules: the role, and each condition that does not hold."""
    if facts.is_of_cohort:
        why = told("%(name)s is held with a whole group, and goes as its members go.", name=_name(facts))
        mend = told("Note each member on the page of their own visit.")
        yield Reason("each_member", why, mend, facts.visit.step)
        return
    if actor.role.value not in move.by:
        named = told_either(account_role_name(AccountRole(role)) for role in sorted(move.by))
        why = told(
            "That %(name)s is %(state)s is for the %(named)s to say.",
            name=_name(facts),
            state=visit_state_name(move.to),
            named=named,
        )
        yield Reason("not_the_role", why, told("Ask the %(named)s.", named=named), facts.visit.step)
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
    choices = told_either(day_reason_name(one) for one in move.reasons)
    if not move.reasons:
        why = told("No reason is kept for a visit that is %(state)s.", state=visit_state_name(move.to))
        return Reason("reason", why, told("Leave the reason out."), facts.visit.step)
    why = told("A visit that is %(state)s has a reason.", state=visit_state_name(move.to))
    if move.to is AppointmentState.DISCHARGED:
        missing = listed(
            told("%(what)s (%(time)s)", what=time.what, time=facts.said(time.due))
            for time in facts.vitals_missing
        )
        why = told(
            "Vital signs are not noted %(missing)s, and going on without them has a reason.", missing=missing
        )
    return Reason("reason", why, told("Choose one: %(choices)s.", choices=choices), facts.visit.step)


def _not_its_day(facts: VisitFacts) -> Reason | None:
    if facts.day == facts.today:
        return None
    why = told(
        "%(name)s is on %(day)s, and today is %(today)s.",
        name=_name(facts),
        day=day_words(facts.day),
        today=day_words(facts.today),
    )
    return Reason("not_its_day", why, told("Wait for its day, or move the visit."), facts.visit.step)


def _time_over(facts: VisitFacts) -> Reason | None:
    """Rules judge no visit whose time is over, so that none may begin after its planned end."""
    visit = facts.visit
    if facts.now < visit.discharge:
        return None
    why = told(
        "%(name)s was to be over at %(time)s, and now it is %(now)s.",
        name=_name(facts),
        time=facts.said(visit.discharge),
        now=facts.said(facts.now),
    )
    return Reason(
        "time_over", why, told("Note that the patient did not come, or book another time."), visit.step
    )


def _grace_not_over(facts: VisitFacts) -> Reason | None:
    late_from = facts.visit.start + GRACE
    if facts.now >= late_from:
        return None
    minutes = -(-(late_from - facts.now).total_seconds() // 60)
    why = told(
        "The patient is waited for until %(time)s; that is %(minutes)s min from now.",
        time=facts.said(late_from),
        minutes=f"{minutes:.0f}",
    )
    return Reason("grace", why, told("Wait until then, or cancel the visit."), facts.visit.step)


def _minimum_not_reached(facts: VisitFacts) -> Reason | None:
    missing = facts.earliest_end - facts.now
    if missing.total_seconds() <= 0:
        return None
    minutes = -(-missing.total_seconds() // 60)
    late = "" if facts.earliest_end == facts.visit.discharge else told(", for the dose began late")
    why = told(
        "%(name)s is over at %(time)s at the earliest%(late)s; %(minutes)s min are missing.",
        name=_name(facts),
        time=facts.said(facts.earliest_end),
        late=late,
        minutes=f"{minutes:.0f}",
    )
    mend = told("Wait until then. Should the patient go all the same, note that they left before release.")
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
