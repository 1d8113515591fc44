"""What a diary answers is what looking at every claim would answer."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from scheduler.domain.claims import Claim, Purpose
from scheduler.domain.interval import Interval
from tests.builders import a_claim, a_diary, at

START = at("2026-12-01 08:00")
QUARTER = timedelta(minutes=15)


@st.composite
def intervals(draw: st.DrawFn) -> Interval:
    """Draw a stretch within three days, from a quarter of an hour to a whole day."""
    return Interval.lasting(START + draw(st.integers(0, 288)) * QUARTER, draw(st.integers(1, 96)) * QUARTER)


@st.composite
def claims(draw: st.DrawFn) -> Claim:
    """Draw a claim on one of two resources, for one of two purposes."""
    resource, purpose = (
        draw(st.sampled_from(["a", "b"])),
        draw(st.sampled_from([Purpose.OCCUPY, Purpose.WATCH])),
    )
    return a_claim(resource, purpose, draw(intervals()))


@given(st.lists(claims(), max_size=30), intervals())
def test_what_is_taken_is_every_claim_that_shares_a_moment(found: list[Claim], during: Interval) -> None:
    diary = a_diary(claims=found)
    for resource in ("a", "b", "c"):
        expected = [
            claim.interval
            for claim in found
            if claim.resource == resource
            and claim.purpose is Purpose.WATCH
            and claim.interval.overlaps(during)
        ]
        taken = diary.taken(resource, Purpose.WATCH, during)
        assert [claim.interval for claim in taken] == sorted(expected)
