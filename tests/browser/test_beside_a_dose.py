"""Beside a dose, with one thumb: vital signs noted at their times, the countdown, and the page without scripts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Served
from tests.browser.person import Person, Screen
from tests.web.begun_dose import begun_dose

pytestmark = pytest.mark.browser

SCREENS = [Screen(1280), Screen(390), Screen(390, dark=True), Screen(390, scripts=False)]


def _begun(served: Served, person: Callable[[Screen], Person], screen: Screen) -> Person:
    """Let a nurse look at a dose that began twelve minutes ago."""
    dose = begun_dose(served.app, served.clock)
    served.clock.advance(timedelta(minutes=12))
    nurse = person(screen)
    nurse.come_in("nurse")
    nurse.go(f"/visits/{dose.id}")
    return nurse


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
def test_vital_signs_are_noted_with_one_thumb(
    served: Served, person: Callable[[Screen], Person], screen: Screen
) -> None:
    nurse = _begun(served, person, screen)
    section = nurse.page.get_by_role("region", name="Vital signs")
    expect(section.get_by_text("Overdue by 12 min")).to_be_visible()
    if screen.scripts:
        expect(section.get_by_text("In 3 min")).to_be_visible()
        expect(section.get_by_text("from now")).to_be_visible()
    nurse.look("visit-vital-signs")
    section.get_by_role("button", name="Done: vital signs").first.click()
    expect(nurse.page.get_by_role("status").first).to_contain_text("are noted as done.")
    expect(section.get_by_text("by nurse")).to_be_visible()
    nurse.look("visit-vital-signs-noted")
    nurse.go("/my-day")
    nurse.look("day-vital-signs")


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
def test_who_can_be_called_is_at_the_thumb(
    served: Served, person: Callable[[Screen], Person], screen: Screen
) -> None:
    nurse = _begun(served, person, screen)
    summary = nurse.page.get_by_text("Call for help", exact=True)
    expect(summary).to_be_in_viewport()
    summary.click()
    told = nurse.page.get_by_role("region", name="Who is on the premises now")
    expect(told.get_by_role("listitem").first).to_contain_text("prescriber")
    expect(told.get_by_role("listitem").first).to_be_in_viewport()
    nurse.look("visit-help")
    nurse.page.keyboard.press("Enter")
    expect(told).to_be_hidden()


def test_what_becomes_due_is_said_once_while_the_page_is_open(
    served: Served, person: Callable[[Screen], Person]
) -> None:
    nurse = _begun(served, person, Screen(390))
    nurse.page.clock.install()
    nurse.page.reload()
    section = nurse.page.get_by_role("region", name="Vital signs")
    told = section.locator("[data-told]")
    expect(section.get_by_text("In 3 min")).to_be_visible()
    expect(told).to_be_empty()
    nurse.page.clock.run_for("03:01")
    expect(section.get_by_text("Due now")).to_be_visible()
    expect(told).to_have_text("Vital signs are due: 15 min after the dose began.")
    expect(section.get_by_role("button", name="Done: vital signs")).to_have_count(2)
    nurse.page.clock.run_for("05:00")
    expect(section.get_by_text("Overdue by 5 min")).to_be_visible()
    expect(section.get_by_role("button", name="Done: vital signs")).to_have_count(3)
