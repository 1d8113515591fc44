"""From the database to the answer: cold, beside CP-SAT and beside the bare driver; and after one booking."""

from __future__ import annotations

import gc
import sqlite3
import tracemalloc
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from functools import partial
from statistics import median
from time import perf_counter

from bench import cp_sat, ours
from bench.agreement import must_agree, must_stand, tally
from bench.clinics import clinic
from bench.instances import LARGE, MEDIUM, Query, Size
from bench.measure import Disagreement, Result, compared_line, each_in_turn, limit_line, ratio_line
from bench.solved import Solved
from bench.stored_clinic import StoredClinic, stored
from scheduler.domain.claims import Placement
from scheduler.domain.diary import Diary
from scheduler.domain.treatment import StepKind
from scheduler.planner.proposal import Answer
from scheduler.store.diaries import load_diary

QUERIES = 3
COLD = 30
"""At the medium clinic, where this was set: the load is the same for both sides, and CP-SAT is done sooner elsewhere."""
DRIVER = 3
"""How many times as long as the driver takes to fetch the rows the whole way may take, the answer included."""
KINDS = (StepKind.DOSING, StepKind.INTEGRATION)
UPDATED = 15
ROUNDS = 3
MEMORY = 3
"""Megabytes that one clinic may take in the process."""

ROWS_OF_A_SITE = """
    SELECT id, resource_id, purpose, lane, starts_at, ends_at, appointment_id, role, phases FROM claim
    WHERE resource_id IN (SELECT id FROM resource WHERE site_id = ? AND kind IN ('room', 'staff'))
"""


def run(size: Size) -> list[Result]:
    """Fill a database with a clinic once, and measure everything that begins there."""
    with _stored(size) as desk:
        return [_cold(desk), _beside_driver(desk), *_updates(desk), _memory(desk)]


def run_cold(size: Size) -> list[Result]:
    """Measure the first question of a process alone."""
    with _stored(size) as desk:
        return [_cold(desk)]


@contextmanager
def _stored(size: Size) -> Iterator[StoredClinic]:
    instance = clinic(size)
    with stored(instance, instance.queries(QUERIES)) as desk:
        yield desk


def _load(desk: StoredClinic, query: Query) -> Diary:
    horizon = desk.instance.horizon
    return load_diary(query.patient.id, horizon, horizon.start)


def _cold_answer(desk: StoredClinic, query: Query) -> Answer:
    ours.forget()
    return ours.answer(_load(desk, query), desk.instance.protocol, query, 1)


def _cold(desk: StoredClinic) -> Result:
    protocol = desk.instance.protocol

    def theirs(query: Query) -> Solved:
        ours.forget()
        return cp_sat.earliest(_load(desk, query), protocol, query)

    pairs = each_in_turn(desk.queries, partial(_cold_answer, desk), theirs, repeats=3)
    for pair in pairs:
        mine = ours.solved(protocol, pair.mine)[0]
        must_stand(_load(desk, pair.case), protocol, pair.case, mine)
        must_agree(pair.case, mine, pair.peers)
    note = f"peer: {tally(pair.peers for pair in pairs)}"
    name, peer = f"planner/cold/{desk.instance.name}", "CP-SAT, full model, with the same load"
    if desk.instance.name != MEDIUM.name:
        return compared_line(name, peer, pairs, note)
    return ratio_line(name, peer, pairs, COLD, note)


def _beside_driver(desk: StoredClinic) -> Result:
    with closing(sqlite3.connect(desk.file)) as peer:
        pairs = each_in_turn(
            desk.queries,
            partial(_cold_answer, desk),
            lambda _: peer.execute(ROWS_OF_A_SITE, (desk.instance.site.id,)).fetchall(),
            repeats=3,
        )
    if len(pairs[0].peers) != len(desk.instance.book):
        raise Disagreement(f"the driver read {len(pairs[0].peers)} rows of {len(desk.instance.book)} claims")
    name = f"planner/database-to-answer/{desk.instance.name}"
    return ratio_line(name, f"the driver fetching the same {len(pairs[0].peers)} rows", pairs, 1 / DRIVER)


def _updates(desk: StoredClinic) -> Iterator[Result]:
    """What the process knows is brought up to date after a booking, beside knowing nothing and making all of it."""
    query = desk.queries[0]
    answer = ours.solved(desk.instance.protocol, _cold_answer(desk, query))[0]
    for kind in KINDS:
        visit = next(visit for visit in answer.placements if visit.step.kind is kind)
        mine, anew = _timed_updates(desk, query, visit)
        name = f"planner/stored-update-{kind}/{desk.instance.name}"
        ratio = anew / mine
        wanted = f"at least {UPDATED:,g} times"
        yield Result(name, mine, "loading and making everything anew", anew, ratio, wanted, ratio >= UPDATED)


def _timed_updates(desk: StoredClinic, query: Query, visit: Placement) -> tuple[float, float]:
    times: tuple[list[float], list[float]] = ([], [])
    for number in range(ROUNDS):
        ours.get_ready(_load(desk, query), desk.instance.protocol)
        desk.book(visit, f"one-more-{visit.step.kind}-{number}")
        updated, state, diary = _ready(desk, query)
        ours.forget()
        anew, state_anew, diary_anew = _ready(desk, query)
        if state != state_anew or diary.book != diary_anew.book:
            raise Disagreement("what was brought up to date differs from what was made anew")
        times[0].append(updated)
        times[1].append(anew)
        desk.call_off(f"one-more-{visit.step.kind}-{number}")
    return median(times[0]), median(times[1])


def _ready(desk: StoredClinic, query: Query) -> tuple[float, object, Diary]:
    gc.collect()
    begun = perf_counter()
    diary = _load(desk, query)
    state = ours.get_ready(diary, desk.instance.protocol)
    return perf_counter() - begun, state, diary


def _memory(desk: StoredClinic) -> Result:
    """All that is kept of one clinic, its claims included, as Python counts it."""
    ours.forget()
    gc.collect()
    tracemalloc.start()
    kept = ours.get_ready(_load(desk, desk.queries[0]), desk.instance.protocol)
    gc.collect()
    megabytes = tracemalloc.get_traced_memory()[0] / 1e6
    tracemalloc.stop()
    del kept
    return limit_line(f"planner/memory/{desk.instance.name}", megabytes, MEMORY, "MB", "claims included")


PARTS: Mapping[str, Callable[[], list[Result]]] = {
    f"planner/cold/{MEDIUM.name}": partial(run_cold, MEDIUM),
    f"planner/database/{LARGE.name}": partial(run, LARGE),
}
"""Every part by the clinic that is stored once for all of its rows."""
