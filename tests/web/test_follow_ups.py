"""To ask after a dose: on the day of those who treat, and in the inbox of conflicts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from scheduler.domain.appointment import AppointmentState
from scheduler.domain.clock import StandingClock
from scheduler.domain.treatment import StepKind
from scheduler.store.appointments import call_off, note_progress
from scheduler.store.work import unit_of_work
from tests.web.small_clinic import booked_series, visitor

if TYPE_CHECKING:
    from flask import Flask


@pytest.mark.usefixtures("with_clinic")
def test_a_nurse_finds_whom_to_ask_and_notes_that_it_is_settled(
    app: Flask, standing_clock: StandingClock
) -> None:
    visits = booked_series(app)[0].appointments
    dose = next(one for one in visits if one.kind is StepKind.DOSING)
    # The protocol asks by a contact of its own, which is called off here.
    contacts = [one.id for one in visits if one.kind is StepKind.CONTACT]
    with app.app_context(), unit_of_work():
        call_off(contacts, AppointmentState.CANCELLED_BY_PATIENT, dose.start)
        note_progress(
            replace(
                dose,
                state=AppointmentState.DISCHARGED,
                version=dose.version + 1,
                began_at=dose.start,
                released_at=dose.discharge,
            )
        )
    standing_clock.instant = dose.discharge + timedelta(hours=24)
    deed = f"/visits/{dose.id}/followed-up"
    nurse, desk = visitor(app, "nurse"), visitor(app, "desk")
    today = nurse.client.get("/my-day", follow_redirects=True).text
    assert "To ask after a dose" in today and deed in today and "Nurse or therapist: " in today
    inbox = desk.client.get("/conflicts").text
    assert "To ask after a dose" in inbox and deed not in inbox
    assert nurse.send(deed, {}).status_code == 303
    assert deed not in nurse.client.get("/my-day", follow_redirects=True).text
    assert "Asked how the patient is after it: " in desk.client.get(f"/visits/{dose.id}").text
