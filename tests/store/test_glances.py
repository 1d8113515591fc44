"""What pages glance at is what reading everything would say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scheduler.domain.clock import StandingClock
from scheduler.domain.interval import Interval
from scheduler.domain.people import Role
from scheduler.store import clinic
from scheduler.store import series as stored
from scheduler.store.appointments import appointments_between
from scheduler.store.glances import (
    PatientSearch,
    is_seen_by,
    patient_lines,
    patients_named,
    room_names,
    series_in_outline,
    staff_names,
    starts_between,
)
from tests.databases import Filling
from tests.web.small_clinic import keep_small_clinic

if TYPE_CHECKING:
    from flask import Flask


@pytest.fixture
def filling() -> Filling:
    """Give what the database holds: the small clinic of the pages."""
    return keep_small_clinic


def test_glances_agree_with_what_is_stored(app: Flask, standing_clock: StandingClock) -> None:
    now = standing_clock.now()
    with app.app_context():
        site = clinic.sites()[0].id
        every = clinic.patients(site)
        lines = patient_lines(PatientSearch(site), now)
        assert [line.id for line in lines] == [patient.id for patient in every]
        assert patients_named(line.id for line in lines) == {patient.id: patient for patient in every}
        assert room_names(site) == {room.id: room.name for room in clinic.rooms(site)}
        staff = clinic.staff(site)
        assert staff_names(site) == {person.id: person.name for person in staff}
        assert set(staff_names(site, Role.PRESCRIBER)) == {p.id for p in staff if Role.PRESCRIBER in p.roles}
        for series in stored.all_series():
            outline = series_in_outline([series.id])[series.id]
            assert [(v.id, v.interval, v.staff) for v in outline.appointments] == [
                (v.id, v.interval, v.staff) for v in series.appointments
            ]
            ahead = [visit.start for visit in series.standing if visit.start > now]
            line = next(line for line in lines if line.id == series.patient)
            assert line.next_visit == min(ahead)
        assert patient_lines(PatientSearch("elsewhere"), now) == ()


def test_visits_are_counted_by_their_start_and_for_one_of_the_staff(app: Flask) -> None:
    with app.app_context():
        site = clinic.sites()[0].id
        series = stored.all_series()[0]
        whole = Interval(series.appointments[0].start, series.appointments[-1].discharge)
        visits = [v for v in appointments_between(whole, site=site) if whole.start <= v.start < whole.end]
        assert starts_between(whole, site) == tuple(visit.start for visit in visits)
        person = series.appointments[0].staff[Role.THERAPIST]
        theirs = tuple(visit.start for visit in visits if person in visit.staff.values())
        assert starts_between(whole, site, person) == theirs
        first = Interval(whole.start, series.appointments[1].start)
        assert series.appointments[1].start not in starts_between(first, site), "the end is not included"


def test_who_is_seen_by_whom_and_found_by_what(app: Flask, standing_clock: StandingClock) -> None:
    now = standing_clock.now()
    with app.app_context():
        site = clinic.sites()[0].id
        series = stored.all_series()[0]
        person = series.appointments[0].staff[Role.THERAPIST]
        assert is_seen_by(series.patient, person)
        assert not is_seen_by(series.patient, "nobody")
        seen = {line.id for line in patient_lines(PatientSearch(site, seen_by=person), now)}
        assert series.patient in seen
        assert all(is_seen_by(patient, person) for patient in seen)
        assert patient_lines(PatientSearch(site, seen_by=""), now) == ()
        patient = clinic.patient(series.patient)
        for wanted in (
            patient.family_name.upper(),
            patient.phone,
            str(patient.birth_date),
            patient.given_name[:3],
        ):
            assert patient.id in {line.id for line in patient_lines(PatientSearch(site, wanted), now)}, wanted
        for wanted in ("%", "_", "\\", "no such name"):
            assert not patient_lines(PatientSearch(site, wanted), now), wanted
        assert len(patient_lines(PatientSearch(site, limit=7), now)) == 7
