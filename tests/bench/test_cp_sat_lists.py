"""CP-SAT on lists finds what trying every combination finds: the earliest series, and the gentlest way to move a visit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import product
from random import Random

import pytest

from bench.checker import windows_broken
from bench.cp_sat_lists import Moved, Moving, earliest, move
from bench.dates import Dates
from bench.scale import Scale
from bench.solved import Verdict
from bench.treatment import the_protocol
from scheduler.domain.treatment import Counting, Protocol

BY_HOURS = the_protocol(infusions=1)
BY_DATES = replace(
    BY_HOURS,
    windows=tuple(
        # The window from the one talk to the other stays as it is, so that both kinds stand side by side.
        window if window.to_step == "P2" else replace(window, counted=Counting.CALENDAR)
        for window in BY_HOURS.windows
    ),
)
SCALE = Scale(datetime(2027, 2, 27, tzinfo=UTC))
"""Fifteen days before the clocks change in Chicago, about which starts are drawn."""
DATES = Dates(SCALE, "America/Chicago")
DAY = 288

either = pytest.mark.parametrize("protocol", [BY_HOURS, BY_DATES], ids=["by hours", "by dates"])


def _lists(random: Random) -> dict[str, list[int]]:
    """Draw a few starts for each step, about where the windows want them; now and then too far from there."""
    spread = random.choice((2, 12)) * 96
    around = {"S1": 0, "P1": 3, "P2": 5, "D1": 8, "I1": 10}
    return {
        key: sorted({15 * DAY + day * DAY + 3 * random.randrange(-spread, spread) for _ in range(5)})
        for key, day in around.items()
    }


def _series(protocol: Protocol, lists: Mapping[str, Sequence[int]]) -> Iterator[dict[str, int]]:
    for chosen in product(*lists.values()):
        starts = dict(zip(lists, chosen, strict=True))
        instants = {key: SCALE.at(slot) for key, slot in starts.items()}
        if not windows_broken(protocol, instants, DATES.zone):
            yield starts


@either
@pytest.mark.parametrize("seed", range(8))
def test_the_earliest_series_is_found_over_all_therapists(protocol: Protocol, seed: int) -> None:
    random = Random(seed)
    lists = {therapist: _lists(random) for therapist in ("therapist-1", "therapist-2")}
    ends = [
        max(SCALE.at(starts[step.key]) + step.length for step in protocol.steps)
        for one in lists.values()
        for starts in _series(protocol, one)
    ]
    found = earliest(protocol, lists, DATES)
    assert found.finish == min(ends, default=None)
    assert found.verdict is (Verdict.FOUND if ends else Verdict.NONE)


@either
@pytest.mark.parametrize("seed", range(8))
def test_a_visit_is_moved_with_the_fewest_others_and_the_least_shift(protocol: Protocol, seed: int) -> None:
    lists = _lists(Random(seed + 100))
    every = list(_series(protocol, lists))
    if not every:
        assert earliest(protocol, {"therapist-1": lists}, DATES).verdict is Verdict.NONE
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
    found = move(protocol, Moving("D1", now, allowed, DATES, fixed))
    assert found.proven
    if costs:
        assert (found.others, found.shift) == min(costs)
    else:
        assert found == Moved({}, 0, 0, proven=True)
