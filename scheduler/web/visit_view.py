"""One visit on its day as people on the floor read it: its path, the next step, what it waits for, what happened."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from scheduler.access.permissions import Actor
from scheduler.booking.day_conditions import PossibleMove, overrun, possible_moves
from scheduler.booking.decide_gate import may_decide
from scheduler.booking.extend_stay import StayReason
from scheduler.booking.override_rule import may_override
from scheduler.booking.undo_advance import last_step_of
from scheduler.booking.visit_facts import VisitFacts
from scheduler.domain.appointment import NOT_BEGUN, UNDER_WAY, Appointment, AppointmentState
from scheduler.domain.fasting import Fasting, fasting_before
from scheduler.domain.notice import Timeliness
from scheduler.domain.people import GateDecision
from scheduler.domain.treatment import StepKind
from scheduler.domain.visit_day import PATH, DayReason, VisitEvent, moves_from, path_of
from scheduler.rules.checklist import Checkpoint
from scheduler.rules.finding import Finding, Level
from scheduler.rules.gate_families import family_of
from scheduler.rules.wording import sentence
from scheduler.store.visit_events import events_of
from scheduler.web.answer_words import who_noted
from scheduler.web.speech import Spoken, mark, said
from scheduler.web.words import lower_first, moment_in, state_words

_S = AppointmentState

#: What the button of a step says.
VERBS = Spoken(
    {
        _S.CONFIRMED: mark("Confirm the visit"),
        _S.CHECKED_IN: mark("Check in"),
        _S.CLEARED: mark("Clear for the dose"),
        _S.DOSING: mark("Start the dose"),
        _S.OBSERVING: mark("Start observation"),
        _S.RECOVERING: mark("Start recovery"),
        _S.DISCHARGED: mark("Discharge"),
        _S.CLOSED: mark("Close the visit"),
        _S.SAME_DAY_HOLD: mark("Stop for today"),
        _S.NO_SHOW: mark("Did not come"),
        _S.LEFT_BEFORE_RELEASE: mark("Left before release"),
    }
)

#: What a way out means, said before it is taken.
MEANINGS = Spoken(
    {
        _S.SAME_DAY_HOLD: mark(
            "The clinic stops the visit. Its time is free again, and it does not count as an absence."
        ),
        _S.NO_SHOW: mark(
            "Its time is free again. After a dose that was missed, the prescriber decides before the next one."
        ),
        _S.LEFT_BEFORE_RELEASE: mark("The next dose waits until the prescriber has decided."),
    }
)

REASONS = Spoken(
    {
        DayReason.ATE: mark("Has eaten"),
        DayReason.NO_DRIVER: mark("Nobody to take the patient home"),
        DayReason.BLOOD_PRESSURE: mark("Blood pressure"),
        DayReason.UNWELL: mark("Not well today"),
        DayReason.CLINIC_CANNOT: mark("The clinic cannot today"),
        DayReason.AGAINST_ADVICE: mark("Against advice"),
        DayReason.WITHOUT_A_WORD: mark("Without a word"),
        DayReason.NOTED_ELSEWHERE: mark("Done, and kept in the patient's record"),
        DayReason.DECLINED: mark("The patient declined"),
        DayReason.OTHER: mark("Another reason"),
        DayReason.UNDONE: mark("taken back"),
    }
)


NOTICES = Spoken({Timeliness.IN_TIME: mark("In time"), Timeliness.LATE: mark("Late")})


@dataclass(frozen=True, slots=True)
class PathStep:
    """One state of the path: `place` is 'done', 'left-out', 'now' or 'ahead'."""

    name: str
    place: str


@dataclass(frozen=True, slots=True)
class NextStep:
    """A step as its button says it. Without being `open` it is told by `reasons` and open gates why not."""

    to: str
    verb: str
    meaning: str
    reasons: tuple[str, ...]
    gates: int
    is_open: bool
    choices: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class CheckpointLine:
    """One entry of what the visit needs, with what the actor may do; `is_counted` is for what may cover so many visits."""

    entry: Checkpoint
    due: str
    is_late: bool
    is_counted: bool
    may_pass: bool
    may_hold: bool
    may_override: bool
    may_withdraw: bool


@dataclass(frozen=True, slots=True)
class EventLine:
    """One thing that happened, in words."""

    at: str
    what: str
    reason: str
    by: str


@dataclass(frozen=True, slots=True)
class VisitView:
    """All that the page shows. `step` is the next one of the path, `None` at its end; `overrun` is empty when in time."""

    path: tuple[PathStep, ...]
    step: NextStep | None
    others: tuple[NextStep, ...]
    needs: tuple[CheckpointLine, ...]
    broken: tuple[Finding, ...]
    events: tuple[EventLine, ...]
    may_undo: str
    overrun: str
    extend_as: tuple[StayReason, ...]
    fasting: Fasting | None


def visit_view(facts: VisitFacts, actor: Actor) -> VisitView:
    """Put a visit into words for an actor."""
    visit = facts.visit
    steps = possible_moves(facts, actor)
    first = _first(steps, facts)
    undone = last_step_of(visit, actor, facts.now)
    # A group goes as its members go: each of them has a page of their own.
    under_way = visit.state in UNDER_WAY and bool(visit.series) and not facts.is_of_cohort
    return VisitView(
        path=tuple(_path(visit)),
        step=_next_step(first) if first else None,
        others=tuple(_others(steps, first, facts)),
        needs=tuple(_needs(facts, actor)),
        broken=tuple(
            one for one in facts.findings if one.level is Level.BLOCK and visit.id in one.appointments
        ),
        events=tuple(_event(one, facts.site.zone) for one in reversed(events_of(visit.id))),
        may_undo=lower_first(VERBS.get(undone.state, "")) if undone else "",
        overrun=overrun(facts) if under_way else "",
        extend_as=_extend_as(visit) if under_way else (),
        fasting=_fasting(facts),
    )


def _fasting(facts: VisitFacts) -> Fasting | None:
    """Return what the patient is asked before a visit that has not begun."""
    visit = facts.visit
    if facts.judged is None or facts.is_of_cohort or visit.state not in NOT_BEGUN:
        return None
    return fasting_before(facts.judged.question.step_of(visit), visit.start)


def next_verb(visit: Appointment, actor: Actor, *, is_its_day: bool) -> str:
    """Return what the actor could do next with a visit, by the table alone; empty when it is for others to say."""
    forward = [move for move in moves_from(visit) if move.to in PATH and actor.role.value in move.by]
    if not forward:
        return ""
    return VERBS[forward[-1].to if is_its_day else forward[0].to]


def _first(steps: Iterable[PossibleMove], facts: VisitFacts) -> PossibleMove | None:
    """Return the step that the page offers first: on the day of the visit the patient is checked in, before it confirmed."""
    forward = [one for one in steps if one.move.to in PATH]
    if not forward:
        return None
    return forward[-1] if facts.today >= facts.day else forward[0]


def _others(
    steps: Iterable[PossibleMove], first: PossibleMove | None, facts: VisitFacts
) -> Iterator[NextStep]:
    for one in steps:
        if one is not first and not one.is_for_others and not facts.is_of_cohort:
            yield _next_step(one)


def _next_step(one: PossibleMove) -> NextStep:
    return NextStep(
        to=one.move.to.value,
        verb=VERBS[one.move.to],
        meaning=MEANINGS.get(one.move.to, ""),
        reasons=(
            *(f"{reason.why} {reason.mend}" for reason in one.reasons),
            *(f"{sentence(finding.why)} {sentence(finding.mend)}" for finding in one.broken),
        ),
        gates=len(one.gates),
        is_open=one.is_open,
        choices=tuple((reason.value, REASONS[reason]) for reason in one.move.reasons),
    )


def _path(visit: Appointment) -> Iterator[PathStep]:
    states = path_of(visit)
    past = {event.state for event in events_of(visit.id)} | {_S.BOOKED}
    if visit.state not in states:
        yield from (PathStep(state_words(state), "done") for state in states if state in past)
        yield PathStep(state_words(visit.state), "now")
        return
    here = states.index(visit.state)
    for place, state in enumerate(states):
        before = "done" if state in past else "left-out"
        yield PathStep(state_words(state), before if place < here else "now" if place == here else "ahead")


def _needs(facts: VisitFacts, actor: Actor) -> Iterator[CheckpointLine]:
    for entry in facts.checklist:
        asked = entry.gate or ""
        yield CheckpointLine(
            entry=entry,
            due=moment_in(entry.due, facts.site.zone) if entry.due else "",
            is_late=entry.blocks and entry.due is not None and entry.due <= facts.now,
            is_counted=family_of(asked).judged_with in ("payment", "order"),
            may_pass=bool(asked) and may_decide(actor, asked, GateDecision.PASS),
            may_hold=bool(asked) and may_decide(actor, asked, GateDecision.HOLD),
            may_override=entry.blocks and may_override(actor, entry.override_role),
            may_withdraw=entry.override is not None and may_override(actor, entry.override.role),
        )


def _event(event: VisitEvent, zone: str) -> EventLine:
    return EventLine(
        at=moment_in(event.at, zone),
        what=_what(event),
        reason=_why(event),
        by=said("by %(name)s", name=event.noted_by) if event.way is None else who_noted(event),
    )


def _what(event: VisitEvent) -> str:
    # Nobody takes a step back but by "undo"; this is a patient whom the time does not suit after all.
    if (event.former, event.state, event.reason) == (_S.CONFIRMED, _S.BOOKED, None):
        return said("Not confirmed any more")
    return state_words(event.state)


def _why(event: VisitEvent) -> str:
    if event.notice is not None:
        return NOTICES[event.notice]
    return REASONS[event.reason] if event.reason else ""


def _extend_as(visit: Appointment) -> tuple[StayReason, ...]:
    is_given = visit.kind is StepKind.DOSING and visit.state in (_S.DOSING, _S.OBSERVING)
    return (StayReason.OVERRUN, StayReason.SUPPLEMENTAL_DOSE) if is_given else (StayReason.OVERRUN,)
