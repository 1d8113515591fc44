"""The arithmetic of many claims at once, and the words in which lengths and times are told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.domain.interval import Interval
from scheduler.rules.load import most_at_once, where_load
from scheduler.rules.wording import (
    credential_name,
    gate_name,
    limit,
    listed,
    measured,
    sentence,
    stretch,
    stretches,
)
from tests.builders import ZONE, at, between

START = at("2026-12-03 10:00")
MINUTE = timedelta(minutes=1)
DURING = Interval(START, START + 60 * MINUTE)


@st.composite
def spans(draw: st.DrawFn) -> list[Interval]:
    """Draw stretches of whole minutes around the hour that is looked at."""
    pairs = draw(st.lists(st.tuples(st.integers(-20, 80), st.integers(1, 60)), max_size=8))
    return [Interval.lasting(START + begin * MINUTE, length * MINUTE) for begin, length in pairs]


@given(spans(), st.integers(0, 4))
def test_the_stretches_are_those_where_counting_minute_by_minute_says_so(
    found: list[Interval], limit: int
) -> None:
    minutes = [START + n * MINUTE for n in range(60)]
    loads = {minute: sum(span.holds(minute) for span in found) for minute in minutes}
    thin, crowded = where_load(DURING, found, at_most=limit), where_load(DURING, found, at_least=limit + 1)
    for minute, load in loads.items():
        assert any(part.holds(minute) for part in thin) == (load <= limit)
        assert any(part.holds(minute) for part in crowded) == (load > limit)
    assert sum((part.duration for part in thin + crowded), timedelta(0)) == DURING.duration
    assert most_at_once(DURING, found) == max(loads.values())


@pytest.mark.parametrize(
    ("length", "as_measured", "as_limit"),
    [
        (timedelta(0), "0 min", "0 min"),
        (timedelta(minutes=15), "15 min", "15 min"),
        (timedelta(hours=47), "47 h 0 min", "47 h"),
        (timedelta(hours=48), "48 h 0 min", "48 h"),
        (timedelta(hours=-2, minutes=-15), "2 h 15 min", "2 h 15 min"),
        (timedelta(hours=72, minutes=30), "72 h 30 min", "72 h 30 min"),
        (timedelta(days=5), "5 d 0 h 0 min", "5 d"),
        (timedelta(days=7, hours=3), "7 d 3 h 0 min", "7 d 3 h"),
        (timedelta(days=11, minutes=1), "11 d 0 h 1 min", "11 d 1 min"),
        (timedelta(minutes=9, seconds=30), "9 min 30 s", "9 min 30 s"),
    ],
)
def test_lengths_are_told_in_days_from_five_on(length: timedelta, as_measured: str, as_limit: str) -> None:
    assert measured(length) == as_measured
    assert limit(length) == as_limit


def test_a_stretch_names_its_day_once_and_its_zone_again_when_the_clock_changed() -> None:
    assert (
        stretch(between("2026-12-03 10:20", "2026-12-03 12:35"), ZONE) == "Thu 3 Dec 2026 10:20 MST to 12:35"
    )
    overnight = between("2026-12-03 22:00", "2026-12-04 06:00")
    assert stretch(overnight, ZONE) == "Thu 3 Dec 2026 22:00 MST to Fri 4 Dec 2026 06:00 MST"
    forward = between("2027-03-14 01:00", "2027-03-14 03:30")
    assert stretch(forward, ZONE) == "Sun 14 Mar 2027 01:00 MST to Sun 14 Mar 2027 03:30 MDT"
    pair = (between("2026-12-03 10:00", "2026-12-03 11:00"), between("2026-12-03 12:00", "2026-12-03 13:00"))
    assert stretches(pair, ZONE) == "Thu 3 Dec 2026 10:00 MST to 11:00 and Thu 3 Dec 2026 12:00 MST to 13:00"


def test_names_are_told_as_people_say_them() -> None:
    assert credential_name("bls") == "BLS"
    assert credential_name("therapist_licence") == "therapist licence"
    assert gate_name("clearance.medical") == "medical clearance"
    assert gate_name("order.prescription") == "prescription order"
    assert gate_name("payment") == "payment"
    assert [listed(words) for words in ([], ["D1"], ["D1", "D2"], ["D1", "D2", "D3"])] == [
        "none",
        "D1",
        "D1 and D2",
        "D1, D2 and D3",
    ]
    assert sentence("no decision is recorded") == "No decision is recorded."
    assert sentence("Why?") == "Why?"
