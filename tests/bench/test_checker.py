"""The independent checker lets a good series pass and names what is wrong with one that was spoiled."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from bench import checker, cp_sat
from bench.instances import SMALL, Instance, Query, make
from scheduler.domain.claim_book import ClaimBook
from scheduler.domain.claims import Placement, claims_of
from scheduler.domain.diary import Diary
from scheduler.domain.interval import Interval
from scheduler.domain.people import Role

Visits = Mapping[str, Placement]


@pytest.fixture(scope="module")
def small() -> Instance:
    return make(SMALL)


@pytest.fixture(scope="module")
def query(small: Instance) -> Query:
    return small.queries(1)[0]


@pytest.fixture(scope="module")
def visits(small: Instance, query: Query) -> Visits:
    found = cp_sat.earliest(small.diary(query), small.protocol, query)
    assert found.proven
    return {visit.step.key: visit for visit in found.placements}


def _faults(small: Instance, query: Query, visits: Visits) -> tuple[str, ...]:
    return checker.faults(small.diary(query), small.protocol, query, visits.values())


def test_a_good_series_passes(small: Instance, query: Query, visits: Visits) -> None:
    assert not _faults(small, query, visits)


def _later(by: timedelta) -> Callable[[Placement], Placement]:
    return lambda visit: replace(visit, start=visit.start + by)


def _with(role: Role, person: str) -> Callable[[Placement], Placement]:
    return lambda visit: replace(visit, staff={**visit.staff, role: person})


SPOILED: tuple[tuple[str, Callable[[Placement], Placement], str], ...] = (
    ("D2", _later(timedelta(hours=96)), "from D1 start to D2 start"),
    ("I6", _later(timedelta(minutes=5)), "off the quarter"),
    ("I6", _later(timedelta(hours=12)), "outside opening hours"),
    ("D1", lambda visit: replace(visit, room="small-0-office-0"), "the room is not fit"),
    ("D1", _with(Role.PRESCRIBER, "small-0-therapist-0"), "nobody fit as prescriber"),
    ("D3", _with(Role.MEDICAL_MONITOR, ""), "nobody fit as medical_monitor"),
)


@pytest.mark.parametrize(("key", "spoil", "said"), SPOILED)
def test_a_spoiled_visit_is_named(
    small: Instance,
    query: Query,
    visits: Visits,
    key: str,
    spoil: Callable[[Placement], Placement],
    said: str,
) -> None:
    spoiled = {**visits, key: spoil(visits[key])}
    assert any(said in fault for fault in _faults(small, query, spoiled))


def test_a_missing_visit_is_named(small: Instance, query: Query, visits: Visits) -> None:
    left = {key: visit for key, visit in visits.items() if key != "I3"}
    assert "the steps are" in _faults(small, query, left)[0]


def test_another_therapist_in_between_is_named(small: Instance, query: Query, visits: Visits) -> None:
    others = [p.id for p in small.diary(query).having(Role.THERAPIST)]
    other = next(id for id in others if id != visits["I2"].staff[Role.THERAPIST])
    changed = {**visits, "I2": _with(Role.THERAPIST, other)(visits["I2"])}
    assert any("therapists change" in fault for fault in _faults(small, query, changed))


def test_what_others_have_taken_is_seen(small: Instance, query: Query, visits: Visits) -> None:
    """Book the same series for somebody else first, in full: every exclusive resource is then taken."""
    diary = small.diary(query)
    theirs = [
        claim
        for visit in visits.values()
        for claim in claims_of(replace(visit, patient="somebody"), small.staff, "theirs")
    ]
    taken: Diary = replace(diary, claims=ClaimBook.of([*diary.claims, *theirs]))
    found = checker.faults(taken, small.protocol, query, visits.values())
    assert any("therapist" in fault and "beyond 1" in fault for fault in found)
    assert any("dosing" in fault and "beyond 1" in fault for fault in found)


def test_time_that_the_patient_does_not_have_is_seen(small: Instance, query: Query, visits: Visits) -> None:
    start = visits["P2"].start
    away = replace(query.patient, unavailable=(Interval.lasting(start, timedelta(hours=1)),))
    limited = replace(query, patient=away)
    assert any("cannot come" in fault for fault in _faults(small, limited, visits))
