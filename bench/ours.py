"""Our side of every comparison: the one place of the benchmark that knows how the planner is asked."""

from __future__ import annotations

from bench.cp_sat_lists import Lists
from bench.instances import Query
from bench.naive import FreeStarts
from bench.scale import Scale
from bench.solved import Solved, Verdict
from scheduler.domain import people, places
from scheduler.domain.claims import ROOM_CAPACITY, Placement, Purpose, capacity_of
from scheduler.domain.diary import Diary
from scheduler.domain.people import Role
from scheduler.domain.treatment import Protocol, Step
from scheduler.planner import supply
from scheduler.planner.propose import Answer, Proposal, Wishes, propose
from scheduler.planner.starts import FeasibleStarts
from scheduler.planner.supply import Supply
from scheduler.planner.timeline import Grid
from scheduler.store import claim_rows, snapshots


def answer(diary: Diary, protocol: Protocol, query: Query, limit: int) -> Answer:
    """Ask the planner for so many proposals; this alone is what is timed."""
    return propose(diary, protocol, Wishes(query.earliest, query.latest, query.therapist, limit))


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
    grid, scale = Grid.over(diary.horizon), Scale.over(diary.horizon)
    feasible = FeasibleStarts(Supply(diary, grid), protocol, max(query.earliest, diary.as_of), query.latest)
    shift = scale.before(grid.origin)
    return {
        person.id: {
            step.key: [shift + slot for slot in _bits(feasible.of(step, person.id))]
            for step in protocol.steps
        }
        for person in diary.having(Role.THERAPIST)
        if query.therapist in (None, person.id)
    }


def _bits(mask: int) -> list[int]:
    return [place for place, bit in enumerate(reversed(f"{mask:b}")) if bit == "1"]


def free_starts(diary: Diary, step: Step, query: Query) -> FreeStarts:
    """Return every free start of one step, whatever the rest of the series, with the therapists who could take it."""
    grid = Grid.over(diary.horizon)
    protocol = Protocol("one", 1, "", "", "", (step,), (), 1)
    feasible = FeasibleStarts(Supply(diary, grid), protocol, max(query.earliest, diary.as_of), query.latest)
    able: dict[int, list[str]] = {}
    for person in diary.having(Role.THERAPIST):
        for slot in _bits(feasible.of(step, person.id)):
            able.setdefault(slot, []).append(person.id)
    return {grid.at(slot): frozenset(people) for slot, people in sorted(able.items())}


def forget() -> None:
    """Let go of everything that is kept in the process from one request to the next, as after a start."""
    snapshots._SHELVES.clear()
    for kept in (claim_rows._claim, people._at_work, places.weekly_times, supply._open, supply._at_work):
        kept.cache_clear()
    supply._TAKEN._kept.clear()


def get_ready(diary: Diary) -> object:
    """Make everything the planner needs to know of a site, whoever asks; what was kept and still holds is kept."""
    made = Supply(diary, Grid.over(diary.horizon))
    for person in diary.staff.values():
        made.working(person)
        for purpose, lanes in capacity_of(person).items():
            made.free(person.id, purpose, lanes)
    for room in diary.rooms.values():
        made.free(room.id, Purpose.OCCUPY, ROOM_CAPACITY[Purpose.OCCUPY])
    return made._free, made._working
