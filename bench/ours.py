"""Our side of every comparison: the one place of the benchmark that knows how the planner is asked."""

from __future__ import annotations

from bench.cp_sat_lists import Lists
from bench.instances import Query
from bench.naive import FreeStarts
from bench.scale import Scale
from bench.solved import Solved, Verdict
from scheduler.domain import people, places
from scheduler.domain.claims import Placement
from scheduler.domain.diary import Diary
from scheduler.domain.treatment import Protocol, Step
from scheduler.planner import supply
from scheduler.planner.alternatives import candidate_of, earliest_of
from scheduler.planner.proposal import Answer, Proposal
from scheduler.planner.propose import proposal_of, propose
from scheduler.planner.question import Question
from scheduler.planner.wishes import Wishes
from scheduler.store import claim_rows, snapshots

#: A question, and the therapist and starts of the earliest series; `None` when there is none.
Earliest = tuple[Question, tuple[str, list[int]] | None]


def wishes(query: Query, limit: int) -> Wishes:
    """Return the wishes of a query."""
    return Wishes(query.earliest, query.latest, query.therapist, limit)


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
            Placement(protocol.step(visit.step), visit.start, visit.patient, visit.room, visit.staff)
            for visit in visits
        ),
    )


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


def free_starts(diary: Diary, step: Step, query: Query) -> FreeStarts:
    """Return every free start of one step, whatever the rest of the series, with the therapists who could take it."""
    protocol = Protocol("one", 1, "", "", "", (step,), (), 1)
    question = Question.of(diary, protocol, wishes(query, 1))
    able: dict[int, list[str]] = {}
    for therapist in question.therapists:
        for slot in question.choices(therapist).between(0, 0, question.grid.slots):
            able.setdefault(slot, []).append(therapist)
    return {question.grid.at(slot): frozenset(people) for slot, people in sorted(able.items())}


def forget() -> None:
    """Let go of everything that is kept in the process from one request to the next, as after a start."""
    snapshots._SHELVES.clear()
    for kept in (claim_rows._claim, people._at_work, places.weekly_times, supply._open, supply._at_work):
        kept.cache_clear()
    supply._LATEST.clear()


def get_ready(diary: Diary, protocol: Protocol) -> object:
    """Make everything the planner needs to know of a site for a protocol, whoever asks, and return it.

    What was kept and still holds is kept.
    """
    question = Question.of(diary, protocol, Wishes(diary.horizon.start, diary.horizon.end))
    return {
        (step.key, therapist): question.rows(therapist)[number]
        for therapist in question.therapists
        for number, step in enumerate(protocol.steps)
    }
