"""What is taken of a resource, brought up to date from what it was, is what laying all claims anew gives."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from scheduler.domain.claim_book import ClaimsInOrder
from scheduler.domain.claims import Claim, Purpose
from scheduler.domain.interval import Interval
from scheduler.planner.taken import Taken
from scheduler.planner.timeline import Grid
from tests.builders import a_claim

GRID = Grid(datetime(2026, 11, 1, tzinfo=UTC), 2)


@st.composite
def claims(draw: st.DrawFn) -> Claim:
    """Draw a claim on one nurse, within the grid or beyond it, to the microsecond."""
    start = GRID.origin + timedelta(minutes=draw(st.integers(-300, 3100)))
    length = timedelta(
        minutes=draw(st.integers(0, 600)), microseconds=draw(st.sampled_from([1, 300_000_000]))
    )
    return a_claim("nurse-1", Purpose.WATCH, Interval.lasting(start, length))


LISTS = st.lists(claims(), max_size=12)


@given(LISTS, LISTS, LISTS, st.integers(1, 3))
def test_bringing_up_to_date_is_laying_anew(
    stay: list[Claim], gone: list[Claim], come: list[Claim], capacity: int
) -> None:
    before, now = ClaimsInOrder.of([*stay, *gone]), ClaimsInOrder.of([*stay, *come])
    assert Taken.by(before, capacity, GRID).after(before, now, GRID) == Taken.by(now, capacity, GRID)


@given(LISTS, st.integers(1, 3))
def test_claims_are_rounded_outwards(found: list[Claim], capacity: int) -> None:
    there = ClaimsInOrder.of(found)
    spans = [GRID.touching(claim.interval) for claim in found]
    assert Taken.by(there, capacity, GRID).layers == GRID.layers(spans, capacity)
    stretches = zip(there.starts, there.ends, strict=True)
    assert GRID.touched(stretches) == [GRID.touching(claim.interval) for claim in there.found]
