"""Taking and giving back claims: accepted exactly when capacity allows, whatever the arrangement of lanes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scheduler.domain.claims import Claim, Purpose
from scheduler.domain.errors import Conflict, InvalidValue, NotFound
from scheduler.domain.people import Role
from scheduler.store import ledger
from scheduler.store.around import look_around
from scheduler.store.work import reading, unit_of_work
from tests.store.stored_clinic import NOON, keep_series, watching

pytestmark = pytest.mark.usefixtures("clinic_context")


def take(*claims: Claim) -> None:
    with unit_of_work():
        ledger.take(claims)


def watched() -> list[Claim]:
    return [claim for claim in ledger.all_claims() if (claim.resource, claim.purpose) == ("nurse-1", "watch")]


def test_a_claim_comes_back_as_it_was_taken_with_a_lane() -> None:
    wanted = watching(0, 2, phases=("administration", "recovery"), role=Role.MEDICAL_MONITOR)
    take(wanted)
    assert watched() == [replace(wanted, lane=0)]


def test_a_lane_that_a_claim_carries_is_not_looked_at() -> None:
    take(watching(0, 2, lane=7))
    assert [claim.lane for claim in watched()] == [0]


def test_as_many_fit_at_once_as_there_are_lanes() -> None:
    take(watching(0, 2), watching(0, 2))
    with pytest.raises(Conflict):
        take(watching(1, 3))
    assert sorted((claim.lane or 0) for claim in watched()) == [0, 1]


def test_lanes_are_rearranged_where_that_makes_room() -> None:
    """From nine to ten on one lane and ten to eleven on the other must not block nine to eleven."""
    take(watching(10, 11, appointment="talk-1"))
    take(watching(10, 11))
    with unit_of_work():
        ledger.release(["talk-1"])
    take(watching(9, 10))
    assert _lanes() == {9: 0, 10: 1}
    take(watching(9, 11, phases=("long",)))
    assert len({claim.lane for claim in watched() if claim.phases == ("long",)}) == 1
    assert len(watched()) == 3


def test_rearranging_looks_beyond_the_times_asked_for() -> None:
    """Claims outside of the new one's time may be in the way of those that have to move."""
    for begin, end in ((0, 4), (-2, 1), (8, 12), (5, 9)):
        take(watching(begin, end))
    assert _lanes() == {0: 0, -2: 1, 8: 0, 5: 1}
    take(watching(3, 6))
    lanes = _lanes()
    assert lanes[0] == lanes[5] != lanes[3] == lanes[8]


def test_a_refusal_names_resource_number_and_local_time_and_writes_nothing() -> None:
    take(watching(0, 2), watching(1, 3))
    with pytest.raises(Conflict) as refused:
        take(watching(5, 6), watching(0.5, 1.5))
    sentence = str(refused.value)
    assert "'nurse-1'" in sentence
    assert "watch" in sentence
    assert "2 at once" in sentence
    assert "Thu 3 Dec 2026 13:00 MST" in sentence
    assert len(watched()) == 2


def test_what_cannot_be_claimed_at_all_is_refused() -> None:
    with pytest.raises(Conflict, match="0 at once"):
        take(replace(watching(0, 1), resource="therapist-1"))
    with pytest.raises(NotFound, match="nobody"):
        take(replace(watching(0, 1), resource="nobody"))
    with pytest.raises(NotFound, match="no-visit"):
        take(watching(0, 1, appointment="no-visit"))


def test_claims_given_back_are_free_again() -> None:
    take(watching(0, 2), watching(0, 2))
    with unit_of_work():
        ledger.release(["call-1"])
    assert watched() == []
    take(watching(0, 2), watching(0, 2))


def test_nothing_is_taken_by_taking_nothing() -> None:
    before = ledger.all_claims()
    take()
    assert ledger.all_claims() == before


def test_every_claim_is_listed_in_order() -> None:
    keep_series()
    claims = ledger.all_claims()
    assert list(claims) == sorted(
        claims, key=lambda c: (c.resource, c.purpose, c.interval.start, c.lane or 0)
    )
    assert {claim.purpose for claim in claims} == set(Purpose) - {Purpose.PLACE}


def test_a_capacity_can_be_raised() -> None:
    take(watching(0, 2), watching(0, 2))
    with unit_of_work():
        ledger.set_capacity("nurse-1", "site-1", {Purpose.OCCUPY: 1, Purpose.WATCH: 3})
    take(watching(0, 2))
    assert [claim.lane for claim in watched()] == [0, 1, 2]


def test_a_capacity_can_be_lowered_to_what_is_claimed_at_once() -> None:
    take(watching(0, 2), watching(0, 1, appointment="talk-1"))
    take(watching(2, 3), watching(1, 2, appointment="talk-1"))
    with unit_of_work():
        ledger.release(["call-1"])
        ledger.set_capacity("nurse-1", "site-1", {Purpose.OCCUPY: 1, Purpose.WATCH: 1})
    assert [claim.lane for claim in watched()] == [0, 0]
    with pytest.raises(Conflict):
        take(watching(0, 1))


def test_a_capacity_cannot_be_lowered_below_what_is_claimed() -> None:
    take(watching(0, 2), watching(1, 3))
    with (
        pytest.raises(
            InvalidValue, match=r"'nurse-1' \(watch\) can take 1 at once.*Thu 3 Dec 2026 13:00 MST"
        ),
        unit_of_work(),
    ):
        ledger.set_capacity("nurse-1", "site-1", {Purpose.OCCUPY: 1, Purpose.WATCH: 1})
    take(watching(2, 3))
    assert len(watched()) == 3


some_claims = st.lists(st.tuples(st.integers(0, 20), st.integers(1, 6), st.integers(1, 3)), max_size=10)


class Undone(Exception):
    """Ends a unit of work without keeping anything."""


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=some_claims)
def test_claims_are_accepted_exactly_when_no_moment_is_overfull(batches: list[tuple[int, int, int]]) -> None:
    held: list[tuple[int, int]] = []
    with pytest.raises(Undone), unit_of_work():
        for begin, length, number in batches:
            wanted = [(begin + shift, begin + shift + length) for shift in range(number)]
            fits = _busiest(held + wanted) <= 2
            try:
                ledger.take(watching(*pair) for pair in wanted)
            except Conflict:
                assert not fits
            else:
                assert fits
                held += wanted
        assert sorted(_hours_of(watched())) == sorted(held)
        raise Undone


def _busiest(pairs: Iterable[tuple[int, int]]) -> int:
    listed = list(pairs)
    return max((sum(begin <= hour < end for begin, end in listed) for hour in range(40)), default=0)


def _hours_of(claims: list[Claim]) -> list[tuple[int, int]]:
    return [(_hour(claim.interval.start), _hour(claim.interval.end)) for claim in claims]


def _lanes() -> dict[int, int | None]:
    """Return the lane of each claim of the nurse by the hour after noon at which it starts."""
    return {_hour(claim.interval.start): claim.lane for claim in watched()}


def _hour(instant: datetime) -> int:
    return round((instant - NOON) / timedelta(hours=1))


def test_a_whole_clinic_is_asked_about_at_once() -> None:
    standing = [watching(hour, hour + 1) for hour in (0, 2)]
    take(*standing)
    wanted = [
        replace(watching(number % 4, number % 4 + 1), appointment=f"visit-{number}") for number in range(1500)
    ]
    with reading() as connection:
        around = look_around(wanted, connection)
    [spans] = around.standing.values()
    # Each is beside visits of many portions, and counted once.
    assert sorted(span.start for span in spans) == sorted(claim.interval.start for claim in standing)
    assert around.capacities["nurse-1", Purpose.WATCH] == 2
