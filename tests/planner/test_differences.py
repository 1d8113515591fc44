"""What is said to tell proposals apart: only what is true of them, and never nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import time

import pytest

from scheduler.domain.treatment import Protocol
from scheduler.planner.proposal import Proposal
from scheduler.planner.propose import propose
from scheduler.planner.wishes import Wishes
from tests.builders import AS_OF, a_diary, a_small_protocol, an_induction_protocol, at

UNTIL = at("2027-01-25 00:00")


def proposals(protocol: Protocol, **wishes: object) -> tuple[Proposal, ...]:
    asked = replace(Wishes(AS_OF, UNTIL), **wishes)  # type: ignore[arg-type]  # the tests name the fields they mean
    return propose(a_diary(), protocol, asked).proposals


@pytest.mark.parametrize(
    "protocol", [a_small_protocol(), an_induction_protocol()], ids=["small", "induction"]
)
@pytest.mark.parametrize(
    "wishes",
    [{}, {"rather": "therapist-2"}, {"weekdays": frozenset({1, 3})}, {"first": ("fewest_trips",)}],
    ids=str,
)
def test_each_proposal_says_something_that_the_first_does_not(
    protocol: Protocol, wishes: dict[str, object]
) -> None:
    first, *others = proposals(protocol, **wishes)
    assert first.stands_out
    for other in others:
        assert other.stands_out
        told = {first.therapist, wishes.get("rather")}
        assert ("another therapist" in other.stands_out) == (other.therapist not in told)
        assert set(other.stands_out) - set(first.stands_out)


def test_one_proposal_needs_no_comparison() -> None:
    (only,) = proposals(a_small_protocol(), limit=1)
    assert only.stands_out == ()


def test_the_first_says_what_it_is_first_for() -> None:
    assert proposals(a_small_protocol())[0].stands_out[0] == "earliest finish"
    wished = proposals(an_induction_protocol(), rather="therapist-2", limit=3)
    assert wished[0].stands_out == ("wished therapist",)
    asked = proposals(an_induction_protocol(), rather="therapist-2", first=("wished_therapist",), limit=3)
    assert asked[0].stands_out[0] == "wished therapist", "said even where all keep it"
    trips = proposals(an_induction_protocol(), first=("fewest_trips",), limit=3)
    assert trips[0].stands_out[0] == "fewest trips"


def test_where_all_are_as_good_the_first_still_says_why_it_is_first() -> None:
    every = proposals(an_induction_protocol(), limit=3)
    assert len({one.finish for one in every}) == 1
    assert every[0].stands_out == ("earliest finish",)


def test_the_week_of_the_first_dose_is_compared() -> None:
    later = [one.stands_out for one in proposals(a_small_protocol())]
    assert "first dose a week later" in later[2]
    assert "first dose 2 weeks later" in later[4]


def test_how_early_visits_are_is_said_only_where_it_was_asked_for_first() -> None:
    """The dates say it themselves."""
    usual = proposals(an_induction_protocol())
    assert not any("early visits" in words for one in usual for words in one.stands_out)
    assert proposals(an_induction_protocol(), first=("early_visits",))[0].stands_out[0] == "early visits"


def test_what_is_only_kept_better_is_not_said_to_be_kept() -> None:
    suits: dict[str, object] = {"weekdays": frozenset({1, 3}), "from_time": time(10), "until_time": time(15)}
    words = [one.stands_out[0] for one in proposals(a_small_protocol(), **suits, first=("shortest_span",))]
    assert words[1] == "nearest to patient's days and times"
    assert "nearer to patient's days and times" in words[2:]
    first, *_ = proposals(a_small_protocol(), **suits, first=("patients_times",))
    assert first.stands_out[0] == "nearest to patient's days and times"
