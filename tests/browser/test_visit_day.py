"""A dose on its day at a desk and on a phone: what it waits for, each step, a longer stay, and what happened."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from scheduler.domain.series import Series
from scheduler.store.clinic import patient
from tests.browser.conftest import Served
from tests.browser.person import Person, Screen
from tests.web.small_clinic import booked_series

pytestmark = pytest.mark.browser

SCREENS = [Screen(1280), Screen(390), Screen(390, dark=True)]


def _one_without_escort(served: Served) -> Series:
    with served.app.app_context():
        return next(
            one
            for one in booked_series(served.app)
            if not any(gate.kind == "escort" for gate in patient(one.patient).gates)
        )


def _name_an_escort(nurse: Person) -> None:
    needs = nurse.page.get_by_role("listitem").filter(
        has=nurse.page.get_by_role("heading", name="Escort named")
    )
    needs.get_by_text("Decide", exact=True).click()
    nurse.look("visit-deciding")
    needs.get_by_role("button", name="Save the decision").click()
    expect(nurse.page.get_by_role("status")).to_contain_text("Escort named: passed.")


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
def test_a_dose_is_taken_through_its_day(
    served: Served, person: Callable[[Screen], Person], screen: Screen
) -> None:
    dose = _one_without_escort(served).visit("D1")
    assert dose is not None
    address = f"/visits/{dose.id}"
    served.clock.instant = dose.start - timedelta(minutes=5)
    desk, nurse = person(screen), person(screen)
    desk.come_in("desk")
    desk.go(f"/day/{dose.start:%Y-%m-%d}")
    desk.look("day-with-steps")
    desk.page.locator(f'a[href="{address}"]').click()
    desk.look("visit-before")
    desk.page.get_by_role("button", name="Check in", exact=True).click()
    expect(desk.page.get_by_role("status")).to_contain_text("Noted: checked in.")
    expect(desk.page.get_by_text("Next: clear for the dose.")).to_be_visible()
    served.clock.advance(timedelta(minutes=12))
    nurse.come_in("nurse")
    nurse.go(address)
    _name_an_escort(nurse)
    for verb in ("Clear for the dose", "Start the dose", "Start observation"):
        nurse.page.get_by_role("button", name=verb).click()
    nurse.look("visit-under-way")
    nurse.page.get_by_text("Takes longer", exact=True).click()
    nurse.page.get_by_label("By how much").select_option("30")
    nurse.page.get_by_role("button", name="See what that means").click()
    nurse.look("longer-stay")
    served.clock.instant = dose.discharge + timedelta(minutes=4)
    nurse.go(address)
    nurse.page.get_by_role("button", name="Start recovery").click()
    expect(nurse.page.get_by_text("past the planned end.")).to_be_visible()
    nurse.look("visit-overrun")
    nurse.page.get_by_role("button", name="Discharge").click()
    expect(nurse.page.get_by_role("status").first).to_contain_text("Noted: discharged.")
    nurse.look("visit-discharged")


@pytest.mark.parametrize("screen", [Screen(390), Screen(1280, scripts=False)], ids=lambda one: one.name)
def test_a_prescriber_lets_a_rule_pass_and_takes_that_back(
    served: Served, person: Callable[[Screen], Person], screen: Screen
) -> None:
    dose = _one_without_escort(served).visit("D1")
    assert dose is not None
    one = person(screen)
    one.come_in("prescriber")
    one.go(f"/visits/{dose.id}")
    one.page.get_by_text("Let it pass for this visit").first.click()
    one.page.get_by_role("button", name="Let GATE-7 pass").click()
    expect(one.page.get_by_role("alert")).to_contain_text("Say why in one sentence")
    one.page.get_by_label("Why", exact=True).first.fill("Her sister was named by phone.")
    one.look("visit-overriding")
    one.page.get_by_role("button", name="Let GATE-7 pass").click()
    expect(one.page.get_by_text("Her sister was named by phone.")).to_be_visible()
    one.page.get_by_role("button", name="Withdraw the override").click()
    expect(one.page.get_by_text("Withdrawn. GATE-7 is asked for again.")).to_be_visible()
