"""The clinics of the benchmark are true ledgers, the same each time, and neither empty nor full."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bench.checker import overbooked
from bench.instances import SMALL, Instance, make
from scheduler.domain.claims import Purpose, capacity_of
from scheduler.domain.people import Role


@pytest.fixture(scope="module")
def small() -> Instance:
    return make(SMALL)


def test_no_capacity_is_exceeded(small: Instance) -> None:
    capacities = {
        (person.id, purpose): lanes
        for person in small.staff.values()
        for purpose, lanes in capacity_of(person).items()
    }
    assert not overbooked(small.claims, capacities)


def test_everybody_is_booked_while_at_work_alone(small: Instance) -> None:
    for person in small.staff.values():
        working = person.working_times(small.site, small.horizon)
        for purpose in Purpose:
            for claim in small.book.on(person.id, purpose).found:
                assert any(time.contains(claim.interval) for time in working)


def test_about_as_much_is_booked_as_was_asked_for(small: Instance) -> None:
    hours = taken = timedelta(0)
    for person in small.staff.values():
        if Role.THERAPIST in person.roles:
            hours += sum(
                (time.duration for time in person.working_times(small.site, small.horizon)), timedelta(0)
            )
            claims = small.book.on(person.id, Purpose.OCCUPY).found
            taken += sum((claim.interval.duration for claim in claims), timedelta(0))
    assert SMALL.booked - 0.05 < taken / hours < SMALL.booked + 0.02


def test_the_same_seed_makes_the_same_clinic_and_queries(small: Instance) -> None:
    again = make(SMALL)
    assert again.visits == small.visits
    assert again.queries(4) == small.queries(4)
    assert make(SMALL, clinic=1).visits != small.visits


def test_every_other_patient_has_limits(small: Instance) -> None:
    assert [bool(query.patient.unavailable) for query in small.queries(4)] == [False, True, False, True]
