"""What staff see of reminders: who takes a patient home, what is still needed, whom to ask after a dose."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from scheduler.domain.appointment import Appointment, AppointmentState
from scheduler.domain.treatment import StepKind
from scheduler.store.appointments import call_off, note_progress
from scheduler.store.work import unit_of_work
from tests.browser.conftest import Served
from tests.browser.person import Person, Screen
from tests.web.small_clinic import booked_series

SCREENS = [Screen(390), Screen(1280)]


def first_dose(served: Served) -> Appointment:
    """Return the first dosing visit of a series."""
    visits = booked_series(served.app)[0].appointments
    return next(one for one in visits if one.kind is StepKind.DOSING)


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
def test_who_takes_the_patient_home_and_what_is_still_needed(
    person: Callable[[Screen], Person], served: Served, screen: Screen
) -> None:
    dose = first_dose(served)
    desk = person(screen)
    desk.come_in("desk")
    desk.go(f"/visits/{dose.id}")
    desk.page.get_by_label("Phone").fill("+1 303 555 0177")
    desk.page.get_by_label("The patient agrees that we write to them").check()
    desk.page.get_by_role("region", name="Who takes the patient home").get_by_role(
        "button", name="Record"
    ).click()
    expect(desk.page.get_by_text("Recorded for 1 visit.")).to_be_visible()
    desk.look("escort")
    desk.go("/open-gates")
    expect(desk.page.get_by_role("heading", name="Still needed")).to_be_visible()
    desk.look("open-gates")
    desk.go(f"/patients/{dose.patient}")
    desk.page.get_by_role("button", name="No more reminders").click()
    expect(desk.page.get_by_text("Recorded at once")).to_be_visible()
    desk.page.get_by_text("What was recorded").click()
    desk.look("no-more-reminders")


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
def test_whom_to_ask_after_a_dose(person: Callable[[Screen], Person], served: Served, screen: Screen) -> None:
    dose = first_dose(served)
    contacts = [one.id for one in booked_series(served.app)[0].appointments if one.kind is StepKind.CONTACT]
    with served.app.app_context(), unit_of_work():
        call_off(contacts, AppointmentState.CANCELLED_BY_PATIENT, dose.start)
        gone = AppointmentState.DISCHARGED
        note_progress(
            replace(
                dose, state=gone, version=dose.version + 1, began_at=dose.start, released_at=dose.discharge
            )
        )
    served.clock.instant = dose.discharge + timedelta(hours=25)
    nurse = person(screen)
    nurse.come_in("nurse")
    nurse.go("/my-day")
    expect(nurse.page.get_by_role("heading", name="To ask after a dose")).to_be_visible()
    nurse.look("ask-after-a-dose")
    nurse.page.get_by_role("button", name="Settled").click()
    expect(nurse.page.get_by_role("heading", name="To ask after a dose")).to_be_hidden()
