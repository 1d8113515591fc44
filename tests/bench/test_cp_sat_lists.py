"""CP-SAT on lists finds what trying every combination finds: the earliest series, and the gentlest way to move a visit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import product
from random import Random

import pytest

from bench.checker import windows_broken
from bench.cp_sat_lists import Moved, Moving, earliest, move
from bench.scale import Scale
from bench.solved import Verdict
from bench.treatment import the_protocol

PROTOCOL = the_protocol(infusions=1)
SCALE = Scale(datetime(2027, 3, 8, tzinfo=UTC))
DAY = 288


def _lists(random: Random) -> dict[str, list[int]]:
    """Draw a few starts for each step, about where the windows want them; now and then too far from there."""
    spread = random.choice((2, 12)) * 96
    around = {"S1": 0, "P1": 3, "P2": 5, "D1": 8, "I1": 10}
    return {
        key: sorted({15 * DAY + day * DAY + 3 * random.randrange(-spread, spread) for _ in range(5)})
        for key, day in around.items()
    }


def _series(lists: Mapping[str, Sequence[int]]) -> Iterator[dict[str, int]]:
    for chosen in product(*lists.values()):
        starts = dict(zip(lists, chosen, strict=True))
        if not windows_broken(PROTOCOL, {key: SCALE.at(slot) for key, slot in starts.items()}):
            yield starts


@pytest.mark.parametrize("seed", range(8))
def test_the_earliest_series_is_found_over_all_therapists(seed: int) -> None:
    random = Random(seed)
    lists = {therapist: _lists(random) for therapist in ("therapist-1", "therapist-2")}
    ends = [
        max(SCALE.at(starts[step.key]) + step.length for step in PROTOCOL.steps)
        for one in lists.values()
        for starts in _series(one)
    ]
    found = earliest(PROTOCOL, lists, SCALE)
    assert found.finish == min(ends, default=None)
    assert found.verdict is (Verdict.FOUND if ends else Verdict.NONE)


@pytest.mark.parametrize("seed", range(8))
def test_a_visit_is_moved_with_the_fewest_others_and_the_least_shift(seed: int) -> None:
    lists = _lists(Random(seed + 100))
    every = list(_series(lists))
    if not every:
        assert earliest(PROTOCOL, {"therapist-1": lists}, SCALE).verdict is Verdict.NONE
        return
    now = every[0]
    allowed = {**lists, "D1": [start for start in lists["D1"] if start // DAY != now["D1"] // DAY]}
    fixed = frozenset({"S1"})
    costs = [
        (
            sum(one[key] != now[key] for key in now if key != "D1"),
            sum(abs(one[key] - now[key]) for key in now),
        )
        for one in every
        if one["D1"] in allowed["D1"] and one["S1"] == now["S1"]
    ]
    found = move(PROTOCOL, Moving("D1", now, allowed, fixed))
    assert found.proven
    if costs:
        assert (found.others, found.shift) == min(costs)
    else:
        assert found == Moved({}, 0, 0, proven=True)
