"""The whole story in a real browser: a series is booked at the desk, and the therapist sees the day."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from scheduler.domain.clock import local_day
from scheduler.domain.series import Series
from scheduler.store import accounts, clinic
from scheduler.store.series import series_of_patient
from tests.browser.conftest import Served
from tests.browser.person import Person, Screen
from tests.web.small_clinic import PROTOCOL, idle_patient

pytestmark = pytest.mark.browser

SCREENS = [Screen(1280), Screen(390), Screen(1280, scripts=False), Screen(390, scripts=False)]
ZONE = "America/Denver"
VISITS = 22


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
def test_from_sign_in_to_the_therapists_day(
    served: Served, person: Callable[[Screen], Person], screen: Screen
) -> None:
    patient = idle_patient(served.app)
    with served.app.app_context():
        name = clinic.patient(patient).name
        account = accounts.account("therapist")
    assert account is not None
    assert account.staff is not None
    one = person(screen)
    _to_the_proposals(one, name, account.staff)
    one.look("proposals")
    _book(one)
    one.look("series")
    with served.app.app_context():
        (series,) = series_of_patient(patient)
    assert series.protocol == PROTOCOL
    one.sign_out()
    _see_the_day(one, series, name)


def _to_the_proposals(one: Person, name: str, therapist: str) -> None:
    one.go("/")
    expect(one.page.get_by_role("heading", level=1)).to_have_text("Sign in")
    one.look("sign-in")
    one.sign_in("desk")
    expect(one.page.get_by_role("heading", level=1)).to_have_text("Patients")
    one.look("patients")
    one.page.get_by_label("Name, phone or birthday").fill(name.split()[-1])
    one.page.get_by_role("main").get_by_role("button", name="Search").click()
    one.page.get_by_role("link", name=f"Book a series for {name}").click()
    one.look("wishes")
    one.page.get_by_label("IV ketamine induction ×6 with psychotherapy").check()
    one.page.get_by_text("What would suit the patient best").click()
    one.page.get_by_label("Therapist", exact=True).select_option(therapist)
    one.page.get_by_role("button", name="See proposals").click()


def _book(one: Person) -> None:
    drawing = one.page.get_by_role("img", name="The series over the weeks").first
    expect(drawing).to_be_visible()
    for code in ("P1", "D1", "D6", "I7", "R1"):
        expect(drawing.get_by_text(code, exact=True)).to_be_visible()
    one.page.get_by_role("button", name="Book the whole series").click()
    expect(one.page.get_by_text(f"Booked: {VISITS} visits.")).to_be_visible()
    expect(one.page.get_by_role("heading", level=1)).to_have_text(re.compile("IV ketamine induction"))
    expect(one.page.locator("table.visits tbody")).to_have_count(VISITS)
    expect(one.page.get_by_role("heading", name="Still needed")).to_be_visible()


def _see_the_day(one: Person, series: Series, name: str) -> None:
    one.sign_in("therapist")
    one.open_menu()
    expect(one.page.get_by_role("link", name="My day")).to_have_attribute("aria-current", "true")
    dose = series.visit("D1")
    assert dose is not None
    one.go(f"/day/{local_day(dose.start, ZONE)}")
    card = one.page.locator("li.day-visit", has_text=name).filter(has_text="Dosing 1")
    expect(card).to_be_visible()
    expect(card.get_by_text("Administration")).to_be_visible()
    one.look("therapists-day")
    card.get_by_role("link", name=name, exact=True).click()
    expect(one.page.get_by_role("heading", level=1)).to_have_text(re.compile("IV ketamine induction"))
