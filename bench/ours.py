"""Our side of every comparison: the one place of the benchmark that knows how the planner is asked."""

from __future__ import annotations

from collections.abc import Mapping, Set
from datetime import datetime
from itertools import islice

from bench.cp_sat_lists import Lists
from bench.instances import Query
from bench.naive import FreeStarts
from bench.scale import Scale
from bench.solved import Solved, Verdict
from scheduler.domain import people, places
from scheduler.domain.claims import Placement
from scheduler.domain.clock import local_day, whole_local_day
from scheduler.domain.diary import Diary
from scheduler.domain.interval import Interval
from scheduler.domain.treatment import Protocol, Step
from scheduler.planner import given_time, slots, supply
from scheduler.planner.alternatives import candidate_of, classes, earliest_of
from scheduler.planner.moving import Shifted, rescheduled_starts
from scheduler.planner.narrowing import Narrowing
from scheduler.planner.proposal import Answer, Proposal
from scheduler.planner.propose import proposal_of, propose
from scheduler.planner.question import Question
from scheduler.planner.slots import Slots
from scheduler.planner.standing import Standing
from scheduler.planner.steps import needed_steps
from scheduler.planner.wishes import Wishes
from scheduler.store import snapshots

#: A question, and the therapist and starts of each series found.
Classes = tuple[Question, tuple[tuple[str, tuple[int, ...]], ...]]
#: A question, and the therapist and starts of the earliest series; `None` when there is none.
Earliest = tuple[Question, tuple[str, list[int]] | None]


def wishes(query: Query, limit: int) -> Wishes:
    """Return the wishes of a query."""
    return Wishes(query.earliest, query.latest, query.therapist, limit)


def narrowed(diary: Diary, protocol: Protocol, query: Query) -> Protocol:
    """Return the protocol with the visits alone that a query asks for, as a request does it. No row pays for it."""
    today = local_day(diary.as_of, diary.site.zone)
    return needed_steps(protocol, query.patient, today, query.declined, query.included)


def answer(diary: Diary, protocol: Protocol, query: Query, limit: int) -> Answer:
    """Ask the planner for so many proposals, with rooms, people and explanations."""
    return propose(diary, protocol, wishes(query, limit))


def earliest(diary: Diary, protocol: Protocol, query: Query) -> Earliest:
    """Find the therapist and the starts of the earliest complete series, or that there is none."""
    question = Question.of(diary, protocol, wishes(query, 1))
    return question, earliest_of(question)


def found(protocol: Protocol, given: Earliest) -> Solved:
    """Return an earliest series in the words of the benchmark, with the rooms and people that it can have."""
    question, starts = given
    if starts is None:
        return Solved(Verdict.NONE)
    return _solved(protocol, proposal_of(question, candidate_of(question, *starts)), Verdict.FOUND)


def solved(protocol: Protocol, given: Answer) -> tuple[Solved, ...]:
    """Return the planner's proposals in the words of the benchmark, the proof that there is none as one of them."""
    if not given.proposals:
        return (Solved(Verdict.NONE if given.exact else Verdict.TIMED_OUT),)
    verdict = Verdict.FOUND if given.exact else Verdict.TIMED_OUT
    return tuple(_solved(protocol, proposal, verdict) for proposal in given.proposals)


def _solved(protocol: Protocol, proposal: Proposal, verdict: Verdict) -> Solved:
    visits = proposal.series.appointments
    return Solved(
        verdict=verdict,
        finish=proposal.finish,
        starts={visit.step: visit.start for visit in visits},
        therapist=proposal.therapist,
        placements=tuple(
            Placement(
                step=protocol.step(visit.step),
                start=visit.start,
                patient=visit.patient,
                room=visit.room,
                staff=visit.staff,
                relief=visit.relief,
            )
            for visit in visits
        ),
    )


def best_of_classes(diary: Diary, protocol: Protocol, query: Query, number: int) -> Classes:
    """Find the earliest series of each class of therapist and week of the first dose, as many as wanted, the first first."""
    question = Question.of(diary, protocol, wishes(query, number))
    return question, tuple(islice(classes(Narrowing.all_of(question)), number))


def found_in(protocol: Protocol, given: Classes) -> tuple[Solved, ...]:
    """Return the series of classes in the words of the benchmark; the proof that there is none where there is none."""
    question, each = given
    solved = (found(protocol, (question, (therapist, list(starts)))) for therapist, starts in each)
    return tuple(solved) or (Solved(Verdict.NONE),)


def lists(diary: Diary, protocol: Protocol, query: Query) -> Lists:
    """Return the planner's feasible starts of every step, by therapist: what some peers are given for nothing."""
    question = Question.of(diary, protocol, wishes(query, 1))
    shift = Scale.over(diary.horizon).before(question.grid.origin)
    last = question.grid.slots
    return {
        therapist: {
            step.key: [shift + slot for slot in question.choices(therapist).between(number, 0, last)]
            for number, step in enumerate(protocol.steps)
        }
        for therapist in question.therapists
    }


def free_starts(diary: Diary, step: Step, query: Query) -> Slots:
    """Find every free start of one step, whatever the rest of the series."""
    return slots.free_starts(diary, step, Interval(query.earliest, query.latest), query.therapist)


def by_start(found: Slots) -> FreeStarts:
    """Return free starts with the therapists who could take each."""
    return {start: frozenset(found.therapists_at(start)) for start in found.free}


def move(
    diary: Diary,
    protocol: Protocol,
    case: tuple[Query, str, Mapping[str, datetime]],
    step: str,
    fixed: Set[str],
) -> Mapping[str, datetime] | None:
    """Find the starts of a series when one step must leave its local day; `case` is who asks, the therapist, the starts."""
    query, therapist, now = case
    question = Question.of(diary, protocol, Wishes(query.earliest, query.latest, therapist, 1))
    grid, number, choices = question.grid, question.outline.numbers[step], question.choices(therapist)
    day = whole_local_day(local_day(now[step], question.zone), question.zone)
    every = frozenset(question.outline.numbers.values())
    standing = Standing(
        starts=grid.slots_of([now[one.key] for one in protocol.steps]),
        may_move=every.difference([question.outline.numbers[key] for key in fixed]),
        may_stay=every - {number},
    )
    elsewhere = choices.without(number, [grid.touching(day)])
    found = rescheduled_starts(question.network, elsewhere, standing)
    if not isinstance(found, Shifted):
        return None
    return dict(zip(question.outline.numbers, grid.instants(found.starts), strict=True))


def forget() -> None:
    """Let go of everything that is kept in the process from one request to the next, as after a start."""
    snapshots._SHELVES.clear()
    for kept in (people._at_work, places.weekly_times, given_time.open_time, given_time.working_time):
        kept.cache_clear()
    supply._LATEST.clear()


def get_ready(diary: Diary, protocol: Protocol) -> object:
    """Make everything the planner needs to know of a site for a protocol, whoever asks, and return it.

    What was kept and still holds is kept.
    """
    question = Question.of(diary, protocol, Wishes(diary.horizon.start, diary.horizon.end))
    return {therapist: question.rows(therapist) for therapist in question.therapists}
