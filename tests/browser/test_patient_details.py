"""A new patient is entered in a real browser, and led on to a series."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.person import Person, Screen

pytestmark = pytest.mark.browser

SCREENS = [Screen(1280), Screen(390), Screen(390, dark=True), Screen(768, scripts=False)]


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
def test_a_caller_who_is_new_is_entered_and_led_on_to_a_series(
    person: Callable[[Screen], Person], screen: Screen
) -> None:
    one = person(screen)
    one.come_in("desk")
    one.go("/patients")
    page = one.page
    page.get_by_role("link", name="New patient").click()
    page.get_by_label("Given name").fill("Robin")
    page.get_by_role("button", name="Save and book a series").click()
    expect(page.locator(".error-summary")).to_contain_text("Enter the family name")
    one.look("new-patient-refused")
    page.get_by_label("Family name").fill("Sage")
    page.get_by_label("Born on").fill("1984-05-17")
    page.get_by_role("button", name="Save and book a series").click()
    expect(page.get_by_text("Robin Sage is entered.")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Robin Sage")
    one.go("/new-patient")
    page.get_by_label("Given name").fill("Robyn")
    page.get_by_label("Family name").fill("Sage")
    page.get_by_label("Born on").fill("1984-05-17")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("Is this the same person?")
    one.look("new-patient-alike")
