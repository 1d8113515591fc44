"""The demo clinic is sound on whatever day it is loaded, and its people are at work when it says so."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from scheduler.clinic_file import Clinic, read_clinic
from scheduler.clinic_file.demo import demo_document
from scheduler.domain.clock import instant_at, whole_local_day
from scheduler.domain.interval import Interval, uncovered
from scheduler.domain.people import Role
from scheduler.domain.places import Closure
from scheduler.domain.treatment import Protocol

TODAY = date(2026, 11, 23)
DAYS = [
    date(2026, 1, 1),
    date(2026, 3, 8),
    date(2026, 10, 31),
    date(2026, 11, 26),
    date(2026, 12, 19),
    date(2026, 12, 24),
    date(2026, 12, 31),
    date(2027, 2, 28),
    date(2028, 2, 28),
    date(2028, 2, 29),
    date(2028, 3, 1),
    date(2100, 2, 28),
]


def clinic_on(day: date) -> Clinic:
    """Read the demo clinic as it is on one day."""
    return read_clinic(demo_document(day))


@pytest.mark.parametrize("day", [*DAYS, *(date(2026, 1, 5) + timedelta(days=17 * n) for n in range(45))])
def test_it_is_sound_on_any_day(day: date) -> None:
    clinic = clinic_on(day)
    site = clinic.sites[0]
    people = {person.id: person for person in clinic.staff}
    rooms = {room.id: room for room in clinic.rooms}
    horizon = Interval.lasting(instant_at(day, time.min, site.zone), timedelta(days=60))
    for visit in clinic.appointments:
        taken = Interval.lasting(visit.start, timedelta(minutes=visit.minutes))
        assert not uncovered(taken, site.open_times(horizon)), (day, visit.id)
        for person in visit.staff.values():
            assert not uncovered(taken, people[person].working_times(site, horizon)), (day, visit.id)
        if visit.room:
            assert not any(out.overlaps(taken) for out in rooms[visit.room].out_of_use)


def test_it_has_people_and_places_enough() -> None:
    clinic = clinic_on(TODAY)
    having = {role: sum(role in person.roles for person in clinic.staff) for role in Role}
    assert having == {
        Role.PRESCRIBER: 2,
        Role.ADMINISTERING_CLINICIAN: 3,
        Role.MEDICAL_MONITOR: 3,
        Role.THERAPIST: 9,
        Role.CARE_COORDINATOR: 2,
        Role.CO_THERAPIST: 0,
    }
    fit_for = {
        name: sum(name in room.capabilities for room in clinic.rooms) for name in ("iv_dosing", "im_dosing")
    }
    assert fit_for == {"iv_dosing": 4, "im_dosing": 4}
    assert len(clinic.patients) == 60


def test_a_prescriber_is_there_whenever_the_clinic_is_open() -> None:
    clinic = clinic_on(TODAY)
    site = clinic.sites[0]
    for offset in range(70):
        day = whole_local_day(TODAY + timedelta(days=offset), site.zone)
        at_work = [
            stretch
            for person in clinic.staff
            if Role.PRESCRIBER in person.roles
            for stretch in person.working_times(site, day)
        ]
        for opening in site.open_times(day):
            assert not uncovered(opening, at_work)


def test_one_credential_expires_while_series_run() -> None:
    expiring = [
        (person.id, held.kind)
        for person in clinic_on(TODAY).staff
        for held in person.credentials
        if held.valid_until and held.valid_until < TODAY + timedelta(days=90)
    ]
    assert expiring == [("rill", "bls")]


def test_most_patients_may_start_and_some_lack_something() -> None:
    clinic = clinic_on(TODAY)
    needed = {gate.kind for step in _protocol(clinic).steps for gate in step.gates} - {"review.response"}
    lacking = {
        patient.id: missing
        for patient in clinic.patients
        if (missing := {gate for gate in needed if not patient.passes(gate, TODAY)})
    }
    assert len([missing for missing in lacking.values() if missing == {"escort"}]) == 24
    assert len([missing for missing in lacking.values() if "clearance.medical" in missing]) == 8
    assert len([missing for missing in lacking.values() if missing == {"payment"}]) == 2
    assert len(clinic.patients) - len(lacking) == 26


def test_it_closes_on_the_holidays_of_the_running_year() -> None:
    closures = clinic_on(date(2027, 6, 1)).sites[0].closures
    assert Closure(date(2027, 11, 25), date(2027, 11, 25), "Thanksgiving") in closures
    assert Closure(date(2027, 12, 25), date(2027, 12, 25), "Christmas") in closures
    assert Closure(date(2028, 1, 1), date(2028, 1, 1), "New Year") in closures


def test_appointments_on_closed_days_are_left_out() -> None:
    usual = {visit.id for visit in clinic_on(date(2026, 6, 1)).appointments}
    before_christmas = {visit.id for visit in clinic_on(date(2026, 12, 19)).appointments}
    assert len(usual) == 8
    assert before_christmas < usual


def test_nobody_in_it_is_real() -> None:
    for patient in clinic_on(TODAY).patients:
        assert patient.email.endswith("@example.org")
        assert patient.phone.startswith("+1 303 555 01")


def test_it_is_the_same_twice() -> None:
    assert demo_document(TODAY) == demo_document(TODAY)


def _protocol(clinic: Clinic) -> Protocol:
    return next(protocol for protocol in clinic.protocols if protocol.key == "iv_kap_induction_6")
