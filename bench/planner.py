"""The planner beside exact solvers and naive searches, on clinics made from seeds; every part by its name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from bench import alternatives, cp_sat, cp_sat_lists, free_starts, from_database, in_memory, moving, ours
from bench.agreement import must_agree, must_stand, tally
from bench.clinics import clinic
from bench.dates import Dates
from bench.instances import LARGE, MEDIUM, SMALL, Query, Size
from bench.measure import Result, each_in_turn, ratio_line
from bench.scale import Scale
from bench.solved import Solved

QUERIES: Mapping[Size, int] = {SMALL: 40, MEDIUM: 6, LARGE: 12}
"""How many patients ask for a series; a full model of the medium clinic takes some five seconds for each."""
FULL: Mapping[Size, float] = {SMALL: 2000, MEDIUM: 2000, LARGE: 1000}
"""How many times quicker than the full model the planner is to be."""
ON_LISTS = 25
"""How many times quicker than CP-SAT on our lists."""


def earliest(size: Size) -> list[Result]:
    """The earliest complete series, beside CP-SAT with everything to find out by itself."""
    instance = clinic(size)
    queries = instance.queries(QUERIES[size])
    protocol = instance.protocol
    pairs = each_in_turn(
        queries,
        lambda query: ours.earliest(instance.diary(query), protocol, query),
        lambda query: cp_sat.earliest(instance.diary(query), protocol, query),
    )
    for pair in pairs:
        mine = ours.found(protocol, pair.mine)
        for answer in (mine, pair.peers):
            must_stand(instance.diary(pair.case), protocol, pair.case, answer)
        must_agree(pair.case, mine, pair.peers)
    note = f"peer: {tally(pair.peers for pair in pairs)}"
    return [
        ratio_line(f"planner/earliest/{size.name}", "CP-SAT, full model, 2 workers", pairs, FULL[size], note)
    ]


def earliest_on_lists(size: Size) -> list[Result]:
    """The same, beside CP-SAT that is given our lists of feasible starts and need not make them."""
    instance = clinic(size)
    queries = instance.queries(3 * QUERIES[size])
    protocol = instance.protocol
    dates = Dates(Scale.over(instance.horizon), instance.site.zone)
    lists = {query.patient.id: ours.lists(instance.diary(query), protocol, query) for query in queries}

    def theirs(query: Query) -> Solved:
        return cp_sat_lists.earliest(protocol, lists[query.patient.id], dates)

    pairs = each_in_turn(queries, lambda query: ours.earliest(instance.diary(query), protocol, query), theirs)
    for pair in pairs:
        mine = ours.found(protocol, pair.mine)
        must_stand(instance.diary(pair.case), protocol, pair.case, pair.peers)
        must_agree(pair.case, mine, pair.peers)
    note = f"peer: {tally(pair.peers for pair in pairs)}"
    name = f"planner/earliest-on-lists/{size.name}"
    return [ratio_line(name, "CP-SAT, given our lists", pairs, ON_LISTS, note)]


PARTS: Mapping[str, Callable[[], list[Result]]] = {
    **{f"planner/earliest/{size.name}": partial(earliest, size) for size in QUERIES},
    **{f"planner/earliest-on-lists/{size.name}": partial(earliest_on_lists, size) for size in QUERIES},
    **alternatives.PARTS,
    **free_starts.PARTS,
    **in_memory.PARTS,
    **moving.PARTS,
    **from_database.PARTS,
}
"""Every part by the id of its row."""
