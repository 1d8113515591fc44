"""Case 7, "Group of six ...": a cohort's visits are booked whole for all its members, or not at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask

from scheduler.access.permissions import SYSTEM
from scheduler.booking.book_series import Booked, BookSeries, book_series
from scheduler.booking.judging import findings_now
from scheduler.booking.outcomes import Refused
from scheduler.domain.claims import Claim, Purpose
from scheduler.domain.group_readings import key_for_group
from scheduler.domain.series import Series
from scheduler.domain.treatment import StepKind
from scheduler.store import series as stored
from scheduler.store.clinic import save_clinic
from scheduler.store.cohorts import cohort
from scheduler.store.ledger import Overbooked, all_claims, take
from scheduler.store.work import unit_of_work
from tests.booking.small_clinic import COURSE, MONDAY, booked
from tests.builders import between
from tests.cases.groups.group_clinic import (
    COHORT,
    GROUP,
    a_patient,
    at,
    book_group,
    booked_group,
    group_clinic,
    own_series,
    store_group_clinic,
)

SIX = range(1, 7)


def test_a_group_of_six_is_booked_whole_in_one_series_each(group: Series) -> None:
    for place in SIX:
        theirs = own_series(place)
        assert theirs.protocol == GROUP
        assert [(visit.step, visit.start) for visit in theirs.appointments] == [
            (visit.step, visit.start) for visit in group.appointments
        ]
        assert [visit.group_visit for visit in theirs.appointments] == [one.id for one in group.appointments]
        assert findings_now(theirs, MONDAY) == ()
    assert findings_now(group, MONDAY) == ()
    assert not cohort(COHORT).is_open


def test_room_and_people_are_claimed_once_and_each_member_claims_their_own_time_and_place(
    group: Series,
) -> None:
    dose = next(visit for visit in group.appointments if visit.step == "GD1")
    claims = all_claims()
    of_group = {(one.resource, one.purpose) for one in claims if one.appointment == dose.id}
    assert {
        ("group-1", Purpose.OCCUPY),
        ("therapist-1", Purpose.OCCUPY),
        ("therapist-2", Purpose.OCCUPY),
        ("prescriber-1", Purpose.ON_PREMISES),
        (COHORT, Purpose.OCCUPY),
    } <= of_group
    assert (
        len({one.resource for one in claims if one.appointment == dose.id and "nurse" in one.resource}) == 1
    )
    lanes = set()
    for place in SIX:
        visit = own_series(place).visit("GD1")
        assert visit is not None
        assert (visit.room, dict(visit.staff)) == (None, {})
        own = {(one.resource, one.purpose): one.lane for one in claims if one.appointment == visit.id}
        assert set(own) == {
            (f"patient-{place}", Purpose.OCCUPY),
            (f"patient-{place}", Purpose.SPACING),
            (COHORT, Purpose.PLACE),
        }
        lanes.add(own[COHORT, Purpose.PLACE])
    assert lanes == set(range(6))


def test_the_ledger_itself_refuses_a_seventh(group: Series) -> None:
    dose = next(visit for visit in group.appointments if visit.step == "GD1")
    seventh = Claim(COHORT, Purpose.PLACE, dose.interval, dose.id)
    with pytest.raises(Overbooked, match="can take 6 at once"), unit_of_work():
        take([seventh])


def test_the_group_meets_when_every_member_can_come(group_clinic: Flask) -> None:
    others = booked("patient-3", protocol=COURSE)
    group = booked_group()
    taken = [visit.interval for visit in others.appointments]
    assert not any(visit.interval.overlaps(time) for visit in group.appointments for time in taken)
    doses = [visit.start for visit in others.appointments if visit.kind is StepKind.DOSING]
    for visit in group.appointments:
        if visit.kind is StepKind.DOSING:
            assert all(abs(visit.start - dose) >= timedelta(days=7) for dose in doses)


def test_one_member_who_cannot_come_at_all_keeps_everybody_from_being_booked(app_context: Flask) -> None:
    away = a_patient(6, unavailable=(between("2027-01-01 00:00", "2027-12-31 00:00"),))
    patients = (*group_clinic().patients[:5], away, group_clinic().patients[6])
    store_group_clinic(patients=patients)
    refused = book_group()
    assert isinstance(refused, Refused)
    assert refused.reasons
    assert stored.all_series() == ()
    assert all_claims() == ()


def test_what_is_lost_to_another_writer_leaves_nothing_half_booked(
    group_clinic: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last member's claim is refused by the database: then nobody of the group is booked."""
    from scheduler.store import members

    made = members._taking_part

    def with_one_too_many(*given: object) -> object:
        visit = made(*given)  # type: ignore[arg-type]  # passed through as it came
        if visit.patient == "patient-6":
            return replace(visit, claims=(*visit.claims, *visit.claims))
        return visit

    monkeypatch.setattr(members, "_taking_part", with_one_too_many)
    refused = book_group()
    assert isinstance(refused, Refused)
    assert refused.race_lost
    assert stored.all_series() == ()
    assert all_claims() == ()


def test_nobody_has_a_group_protocol_alone_and_a_cohort_has_no_other(group_clinic: Flask) -> None:
    for patient, protocol in (
        ("patient-7", GROUP),
        ("patient-7", key_for_group(GROUP)),
        (COHORT, COURSE),
        (COHORT, GROUP),
    ):
        refused = book_series(BookSeries(patient, protocol), SYSTEM, at())
        assert isinstance(refused, Refused)
        assert [reason.code for reason in refused.reasons] == ["for_a_group"]


def test_a_group_is_not_held_and_not_booked_twice(group: Series) -> None:
    refused = book_group()
    assert isinstance(refused, Refused)
    assert [reason.code for reason in refused.reasons] == ["cohort_closed"]


def test_a_group_is_not_merely_held(group_clinic: Flask) -> None:
    refused = book_group(held_until=MONDAY + timedelta(days=2))
    assert isinstance(refused, Refused)
    assert [reason.code for reason in refused.reasons] == ["hold"]


def test_importing_the_same_file_again_changes_nothing(group: Series) -> None:
    with unit_of_work():
        changes = save_clinic(group_clinic(), MONDAY)
    assert (changes.created, changes.changed) == (0, 0)


def test_the_same_request_books_the_same_group(group_clinic: Flask) -> None:
    first = book_group(idempotency_key="group-1")
    again = book_group(idempotency_key="group-1")
    assert isinstance(first, Booked)
    assert isinstance(again, Booked)
    assert first.series.id == again.series.id
