"""Five series that differ in therapist or in the local week of the first dose, beside CP-SAT that excludes them in turn."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from statistics import median
from time import perf_counter

from bench import cp_sat, ours
from bench.agreement import must_stand
from bench.clinics import clinic
from bench.instances import EMPTY, MEDIUM, SMALL, Query, Size
from bench.measure import Disagreement, Result, each_in_turn, limit_line, ratio_line
from bench.solved import Solved, Verdict

WANTED = 5
QUERIES: Mapping[Size, int] = {SMALL: 3, MEDIUM: 1}
"""How many patients ask; the peer takes half a minute and more for each in the medium clinic."""
TARGET = 3000
ON_EMPTY = 4
TIME_LIMIT = 0.100
"""Seconds for one patient on a calendar that is 5 % booked."""
MEMORY_LIMIT = 200
"""Megabytes for the same, with nothing kept from before."""


def alternatives(size: Size) -> list[Result]:
    """Both sides must find series that are over equally early, one for one."""
    instance, protocol = clinic(size), clinic(size).protocol
    pairs = each_in_turn(
        instance.queries(QUERIES[size]),
        lambda query: ours.best_of_classes(instance.diary(query), protocol, query, WANTED),
        lambda query: tuple(cp_sat.alternatives(instance.diary(query), protocol, query, WANTED)),
    )
    for pair in pairs:
        mine = ours.found_in(protocol, pair.mine)
        for answer in (*mine, *pair.peers):
            must_stand(instance.diary(pair.case), protocol, pair.case, answer)
        _must_cost_the_same(pair.case, mine, pair.peers)
    found = sum(answer.verdict is Verdict.FOUND for pair in pairs for answer in pair.peers)
    late = sum(answer.verdict is Verdict.TIMED_OUT for pair in pairs for answer in pair.peers)
    note = f"peer: {found} series for {len(pairs)} patients, {late} timed out"
    peer = "CP-SAT, full model, classes excluded in turn"
    return [ratio_line(f"planner/alternatives/{size.name}", peer, pairs, TARGET, note)]


def _must_cost_the_same(query: Query, ours: tuple[Solved, ...], theirs: tuple[Solved, ...]) -> None:
    """Compare the finishes as far as the peer came; the last of its answers may say that there are no more."""
    proven = [answer for answer in theirs if answer.proven]
    finishes = _finishes(proven)
    mine = _finishes(ours)
    if len(proven) == len(theirs) and mine != finishes or mine[: len(finishes)] != finishes:
        raise Disagreement(
            f"{query.patient.id}: ours are over at {_said(mine)}, the peer's at {_said(finishes)}"
        )


def _finishes(answers: list[Solved] | tuple[Solved, ...]) -> list[datetime]:
    return sorted(answer.finish for answer in answers if answer.finish is not None)


def _said(finishes: list[datetime]) -> str:
    return ", ".join(f"{finish:%d %b %H:%M}" for finish in finishes)


def on_an_empty_calendar() -> list[Result]:
    """Where nearly everything is free there is the most to choose from: time and memory stay within limits."""
    instance, protocol = clinic(EMPTY), clinic(EMPTY).protocol
    queries = instance.queries(ON_EMPTY)
    times = []
    for query in queries:
        ours.answer(instance.diary(query), protocol, query, WANTED)
        begun = perf_counter()
        answer = ours.answer(instance.diary(query), protocol, query, WANTED)
        times.append(perf_counter() - begun)
        for solved in ours.solved(protocol, answer):
            must_stand(instance.diary(query), protocol, query, solved)
    ours.forget()
    tracemalloc.start()
    for query in queries:
        ours.answer(instance.diary(query), protocol, query, WANTED)
    most = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    return [
        limit_line("planner/alternatives-empty/time", median(times), TIME_LIMIT, note="median"),
        limit_line("planner/alternatives-empty/memory", most, MEMORY_LIMIT, "MB", "at the most at once"),
    ]


PARTS: Mapping[str, Callable[[], list[Result]]] = {
    **{f"planner/alternatives/{size.name}": partial(alternatives, size) for size in QUERIES},
    "planner/alternatives-empty": on_an_empty_calendar,
}
"""Every part by the id of its row."""
