"""Loading the diaries of many patients at once gives what loading them one by one gives."""

from __future__ import annotations

from datetime import timedelta

import pytest

from scheduler.domain.claims import Claim
from scheduler.domain.diary import Diary
from scheduler.domain.errors import NotFound
from scheduler.domain.interval import Interval
from scheduler.store.diaries import load_diaries, load_diary
from tests.store.stored_clinic import NOON, SAVED_AT, keep_series

HORIZON = Interval(NOON - timedelta(days=20), NOON + timedelta(days=60))

pytestmark = pytest.mark.usefixtures("clinic_context")


def claims_of(diary: Diary) -> set[Claim]:
    return set(diary.claims)


def test_each_has_its_own_claims_and_all_share_the_clinics() -> None:
    keep_series()
    many = list(load_diaries(["patient-2", "patient-1"], HORIZON, SAVED_AT, "site-1"))
    assert [diary.patient.id for diary in many] == ["patient-2", "patient-1"]
    for diary in many:
        alone = load_diary(diary.patient.id, HORIZON, SAVED_AT, "site-1")
        assert claims_of(diary) == claims_of(alone)
        assert len(diary.claims) == len(alone.claims)
        assert (diary.patient, diary.rooms, diary.staff) == (alone.patient, alone.rooms, alone.staff)


def test_nobody_asked_for_gives_nothing() -> None:
    assert list(load_diaries([], HORIZON, SAVED_AT, "site-1")) == []


def test_an_unknown_patient_is_said() -> None:
    with pytest.raises(NotFound):
        list(load_diaries(["patient-1", "nobody"], HORIZON, SAVED_AT, "site-1"))
