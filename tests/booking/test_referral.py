"""When a patient was referred: entered at the desk or told by a file, and counted from by the first series since."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from scheduler.booking.book_series import Booked, BookSeries, book_series
from scheduler.booking.export_clinic import export_clinic
from scheduler.booking.keep_patient import (
    ChangePatient,
    NotSound,
    PatientKept,
    RegisterPatient,
    change_patient,
    register_patient,
)
from scheduler.clinic_file import read_clinic
from scheduler.domain.clock import StandingClock
from scheduler.domain.people import Patient
from scheduler.domain.series import Series
from scheduler.store import clinic
from scheduler.store.insight_facts import referrals_of
from tests.booking.small_clinic import COURSE, clock
from tests.booking.the_day import DESK
from tests.clinic_file.documents import clinic_faults, small_clinic

pytestmark = pytest.mark.usefixtures("small_clinic")

ROBIN = {"given_name": "Robin", "family_name": "Sage", "birth_date": "1984-05-17"}
ZONE = "America/Denver"


def a_week_ago() -> date:
    return (clock().now() - timedelta(days=7)).date()


def entered(referred_on: str) -> Patient:
    outcome = register_patient(
        RegisterPatient("site-1", {**ROBIN, "referred_on": referred_on}), DESK, clock()
    )
    assert isinstance(outcome, PatientKept), outcome
    return outcome.patient


def booked(patient: str, later: timedelta = timedelta()) -> Series:
    at = StandingClock(clock().now() + later)
    outcome = book_series(BookSeries(patient, COURSE), DESK, at)
    assert isinstance(outcome, Booked), outcome
    return outcome.series


def test_the_day_is_kept_changed_and_exported() -> None:
    day = a_week_ago()
    made = entered(day.isoformat())
    assert clinic.patient(made.id).referred_on == day
    told = next(one for one in export_clinic(clock())["resources"] if one["id"] == made.id)
    assert told["referred_on"] == day.isoformat()
    assert isinstance(change_patient(ChangePatient(made.id, {"referred_on": ""}), DESK, clock()), PatientKept)
    assert clinic.patient(made.id).referred_on is None


@pytest.mark.parametrize("wrong", ["2999-01-01", "1970-01-01", "last week"])
def test_a_day_that_cannot_be_is_refused(wrong: str) -> None:
    told = {**ROBIN, "referred_on": wrong}
    outcome = register_patient(RegisterPatient("site-1", told), DESK, clock())
    assert isinstance(outcome, NotSound)
    assert [fault.path for fault in outcome.faults] == ["referred_on"]


def test_the_first_series_since_the_referral_is_counted_from_it() -> None:
    day = a_week_ago()
    patient = entered(day.isoformat()).id
    first = booked(patient)
    assert referrals_of([first.id], ZONE) == {first.id: day}
    # One who is referred again waits from then on.
    again = {"referred_on": (day - timedelta(days=3)).isoformat()}
    assert isinstance(change_patient(ChangePatient(patient, again), DESK, clock()), PatientKept)
    assert referrals_of([first.id], ZONE) == {first.id: day - timedelta(days=3)}
    assert referrals_of([], ZONE) == {}


def test_without_a_referral_before_it_a_series_follows_none() -> None:
    assert referrals_of([booked(entered("").id).id], ZONE) == {}


def test_the_clinic_file_tells_it() -> None:
    document = small_clinic()
    document["patients"][0]["referred_on"] = "2026-10-01"
    assert read_clinic(document).patients[0].referred_on == date(2026, 10, 1)
    document["patients"][0]["referred_on"] = "in October"
    assert len(clinic_faults(document)) == 1
