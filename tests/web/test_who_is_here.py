"""Whom somebody beside a patient can call: who is on the premises by the plan, prescribers first, and where each is."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from scheduler.access.permissions import AccountRole, Actor
from scheduler.domain.appointment import Appointment
from scheduler.domain.clock import StandingClock
from scheduler.domain.people import Role
from scheduler.store import clinic
from scheduler.web.who_is_here import PersonHere, who_is_here
from tests.web.begun_dose import begun_dose
from tests.web.small_clinic import visitor

if TYPE_CHECKING:
    from flask import Flask

NURSE = Actor("nurse", AccountRole.NURSE)


@pytest.fixture
def dose(clinic_app: Flask, clock: StandingClock) -> Appointment:
    """Give a dose that began ten minutes ago."""
    found = begun_dose(clinic_app, clock)
    clock.advance(timedelta(minutes=10))
    return found


def here(app: Flask, clock: StandingClock, actor: Actor = NURSE) -> tuple[PersonHere, ...]:
    with app.app_context():
        return who_is_here(clinic.sites()[0], actor, clock.now())


def test_prescribers_come_first_then_nurses_each_with_where_they_are(
    clinic_app: Flask, dose: Appointment, clock: StandingClock
) -> None:
    with clinic_app.app_context():
        people = {one.id: one for one in clinic.staff(dose.site)}
        patient = clinic.patient(dose.patient).name
        room = next(one.name for one in clinic.rooms(dose.site) if one.id == dose.room)
    # By then the first minutes are over, in which the nurse has a hand on the patient.
    clock.advance(timedelta(minutes=20))
    found = here(clinic_app, clock)
    assert found[0].is_prescriber
    order = [one.is_prescriber for one in found]
    assert order == sorted(order, reverse=True)
    where = {one.name: one.where for one in found}
    assert f"Watching {patient}, {room}" in where[people[dose.staff[Role.MEDICAL_MONITOR]].name]
    assert where[people[dose.staff[Role.THERAPIST]].name] == f"With {patient}, {room}"
    assert where[people[dose.staff[Role.PRESCRIBER]].name] == "With no patient now"


def test_who_is_not_at_work_is_not_named_and_who_is_with_a_patient_is_past_the_hours(
    clinic_app: Flask, dose: Appointment, clock: StandingClock
) -> None:
    by_day = {one.name for one in here(clinic_app, clock)}
    clock.advance(timedelta(hours=12))
    late = here(clinic_app, clock)
    assert {one.name for one in late} < by_day
    assert all(one.where != "With no patient now" for one in late)


def test_a_patient_out_of_reach_is_not_named(
    clinic_app: Flask, dose: Appointment, clock: StandingClock
) -> None:
    with clinic_app.app_context():
        name = clinic.patient(dose.patient).name
    other = Actor("other", AccountRole.THERAPIST, dose.site, "nobody")
    told = " ".join(one.where for one in here(clinic_app, clock, other))
    assert name not in told and "a patient, " in told


def test_it_stands_on_the_visit_under_way_and_on_the_day_of_who_treats(
    clinic_app: Flask, dose: Appointment, clock: StandingClock
) -> None:
    nurse, desk = visitor(clinic_app, "nurse"), visitor(clinic_app, "desk")
    for page in (
        nurse.text(f"/visits/{dose.id}"),
        nurse.client.get("/my-day", follow_redirects=True).text,
    ):
        told = page[page.index("Call for help") :]
        assert re.search(r"<b>[^<]+</b>, prescriber", told)
        assert "tel:" not in told and "nobody signs in at the door" in told
    assert "Call for help" in desk.text(f"/visits/{dose.id}")
    assert "Call for help" not in desk.client.get("/my-day", follow_redirects=True).text
    clock.instant = dose.start - timedelta(days=2)
    assert "Call for help" not in nurse.text(f"/day/{dose.start:%Y-%m-%d}")


def test_that_no_prescriber_is_there_is_said(
    clinic_app: Flask, clock: StandingClock, dose: Appointment
) -> None:
    clock.advance(timedelta(hours=12))
    page = visitor(clinic_app, "nurse").text(f"/visits/{dose.id}")
    assert "no prescriber is on the premises now" in page
