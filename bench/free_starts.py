"""All free starts of an infusion over the next ninety days, beside plain searches through bookings and through SQL."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import ours
from bench.clinics import clinic
from bench.instances import LARGE, MEDIUM, SMALL, Query, Size
from bench.measure import Disagreement, Pair, Result, compared_line, each_in_turn, ratio_line
from bench.naive import ByDay, BySlot, ByTherapistAndSlot, FreeStarts
from scheduler.planner.slots import Slots

SPAN = timedelta(days=90)
QUERIES: Mapping[Size, int] = {SMALL: 3, MEDIUM: 2, LARGE: 2}
BY_DAY = 5_000
BY_SLOT = 30_000


def by_day(size: Size) -> list[Result]:
    """The peer looks through the bookings of the day for each therapist and start, or for each start alone."""
    peer, step = ByDay(clinic(size).diary(_queries(size)[0])), clinic(size).protocol.step("D1")
    each = _pairs(size, lambda query: peer.free_starts_by_therapist(step, query))
    quick = _pairs(size, lambda query: peer.free_starts(step, query))
    name = f"planner/free-starts/{size.name}"
    return [
        ratio_line(name, "naive scan by therapist, bookings by day", each, BY_DAY, _note(each)),
        compared_line(f"{name}/quickest", "naive scan, one look for all therapists", quick, _note(quick)),
    ]


def by_slot(size: Size) -> list[Result]:
    """The peer asks an indexed database for each therapist and start, or, as quick as can be, in memory for each start."""
    diary, step = clinic(size).diary(_queries(size)[0]), clinic(size).protocol.step("D1")
    with TemporaryDirectory() as folder:
        plain, peer = ByTherapistAndSlot(diary, Path(folder) / "bookings.sqlite3"), BySlot(diary)
        each = _pairs(size, lambda query: plain.free_starts(step, query))
        plain.engine.dispose()
    quick = _pairs(size, lambda query: peer.free_starts(step, query))
    name = f"planner/free-starts-by-sql/{size.name}"
    return [
        ratio_line(name, "one SQL query per therapist and slot, Core", each, BY_SLOT, _note(each)),
        compared_line(f"{name}/quickest", "one per slot for all therapists, in memory", quick, _note(quick)),
    ]


def _queries(size: Size) -> tuple[Query, ...]:
    instance = clinic(size)
    queries = instance.queries(QUERIES[size])
    end = instance.horizon.end
    return tuple(replace(query, latest=min(query.earliest + SPAN, end)) for query in queries)


def _pairs(size: Size, theirs: Callable[[Query], FreeStarts]) -> list[Pair[Query, Slots, FreeStarts]]:
    instance, step = clinic(size), clinic(size).protocol.step("D1")
    pairs = each_in_turn(
        _queries(size), lambda query: ours.free_starts(instance.diary(query), step, query), theirs
    )
    for pair in pairs:
        mine = ours.by_start(pair.mine)
        if mine != pair.peers:
            only_ours, only_theirs = mine.keys() - pair.peers.keys(), pair.peers.keys() - mine.keys()
            raise Disagreement(
                f"{pair.case.patient.id}: {len(only_ours)} starts only we found, {len(only_theirs)} only the peer"
            )
    return pairs


def _note(pairs: list[Pair[Query, Slots, FreeStarts]]) -> str:
    return f"{', '.join(str(len(pair.mine)) for pair in pairs)} starts, equal lists"


PARTS: Mapping[str, Callable[[], list[Result]]] = {
    **{f"planner/free-starts/{size.name}": partial(by_day, size) for size in QUERIES},
    **{f"planner/free-starts-by-sql/{size.name}": partial(by_slot, size) for size in QUERIES},
}
"""Every part by the id of its row."""
