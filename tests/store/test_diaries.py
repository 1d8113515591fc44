"""A diary holds the facts about one site and one patient, and every claim that shares a moment with the horizon."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from scheduler.domain.appointment import AppointmentState
from scheduler.domain.claim_book import ClaimBook
from scheduler.domain.claims import Purpose
from scheduler.domain.errors import NotFound
from scheduler.domain.interval import Interval
from scheduler.store import appointments, ledger
from scheduler.store.diaries import load_diary
from scheduler.store.work import unit_of_work
from tests import builders
from tests.store.stored_clinic import (
    NOON,
    SAVED_AT,
    a_clinic,
    a_talk,
    hours,
    keep_clinic,
    keep_series,
    watching,
)

pytestmark = pytest.mark.usefixtures("clinic_context")


def test_a_diary_holds_the_facts_of_its_site_and_patient() -> None:
    given = a_clinic()
    diary = load_diary("patient-1", builders.HORIZON, as_of=SAVED_AT)
    assert diary.site == given.sites[0]
    assert diary.patient == given.patients[0]
    assert diary.rooms == {room.id: room for room in given.rooms}
    assert diary.staff == {person.id: person for person in given.staff}
    assert (diary.horizon, diary.as_of) == (builders.HORIZON, SAVED_AT)
    assert load_diary("patient-1", builders.HORIZON, as_of=SAVED_AT, site="site-1") == diary


def test_what_is_not_there_is_named() -> None:
    with pytest.raises(NotFound, match="no patient 'nobody'"):
        load_diary("nobody", builders.HORIZON, as_of=SAVED_AT)
    with pytest.raises(NotFound, match="no site 'nowhere'"):
        load_diary("patient-1", builders.HORIZON, as_of=SAVED_AT, site="nowhere")


def test_claims_of_rooms_staff_and_this_patient_are_there_and_other_patients_are_not() -> None:
    keep_series()
    diary = load_diary("patient-2", builders.HORIZON, as_of=SAVED_AT)
    everybody = {claim for claim in ledger.all_claims() if claim.interval.overlaps(builders.HORIZON)}
    assert set(diary.claims) == {claim for claim in everybody if claim.resource != "patient-1"}
    own = load_diary("patient-1", builders.HORIZON, as_of=SAVED_AT)
    assert set(own.claims) == {claim for claim in everybody if claim.resource != "patient-2"}
    assert len(own.claims) == len(set(own.claims))


def test_the_patients_claims_at_another_site_are_there_too() -> None:
    other = builders.a_site(id="site-2")
    room = builders.a_room("far-1", site="site-2")
    keep_clinic(
        sites=(*a_clinic().sites, other),
        rooms=(*a_clinic().rooms, room),
        appointments=(a_talk(id="far-talk", site="site-2", room="far-1", staff={}, patient="patient-1"),),
    )
    here = load_diary("patient-1", builders.HORIZON, as_of=SAVED_AT)
    assert [claim.resource for claim in here.claims if claim.appointment == "far-talk"] == ["patient-1"]
    there = load_diary("patient-1", builders.HORIZON, as_of=SAVED_AT, site="site-2")
    assert {claim.resource for claim in there.claims} == {"patient-1", "far-1"}
    assert set(there.rooms) == {"far-1"}


def test_the_horizon_is_half_open() -> None:
    with unit_of_work():
        ledger.take([watching(-2, 0), watching(0, 1), watching(1, 2), watching(2, 3)])

    def watched(horizon: Interval) -> list[Interval]:
        diary = load_diary("patient-1", horizon, as_of=SAVED_AT)
        return [claim.interval for claim in diary.taken("nurse-1", Purpose.WATCH, horizon)]

    assert watched(hours(0, 2)) == [hours(0, 1), hours(1, 2)]
    assert watched(hours(0.5, 2.5)) == [hours(0, 1), hours(1, 2), hours(2, 3)]


def test_a_visit_called_off_claims_nothing() -> None:
    with unit_of_work():
        appointments.call_off(["talk-1"], AppointmentState.NO_SHOW, SAVED_AT)
    assert load_diary("patient-2", builders.HORIZON, as_of=SAVED_AT).book == ClaimBook.of([])


def test_claims_read_again_after_a_change_are_the_changed_ones() -> None:
    """Claims are kept in memory by what their row says, never longer than the row says it."""
    before = load_diary("patient-2", builders.HORIZON, as_of=SAVED_AT)
    keep_clinic(appointments=(a_talk(start=NOON + timedelta(minutes=30)),))
    after = load_diary("patient-2", builders.HORIZON, as_of=SAVED_AT)
    moved = {replace(claim, interval=hours(0.5, 1.5)) for claim in before.claims}
    assert set(after.claims) == moved
