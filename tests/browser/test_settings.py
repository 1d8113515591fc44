"""Settings with their history, and whom patients call, in a real browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.person import Person, Screen

pytestmark = pytest.mark.browser

SCREENS = [Screen(1280), Screen(390), Screen(390, dark=True), Screen(390, scripts=False)]


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
def test_an_administrator_changes_settings(person: Callable[[Screen], Person], screen: Screen) -> None:
    one = person(screen)
    one.come_in("admin")
    one.go("/site/settings")
    page = one.page
    page.get_by_label("A break is long").fill("20")
    page.get_by_role("button", name="Save the numbers").click()
    expect(page.locator(".error-summary")).to_contain_text("Enter a whole number from 30 to 180")
    page.get_by_label("A break is long").fill("90")
    page.get_by_role("button", name="Save the numbers").click()
    expect(page.get_by_role("region", name="History of the settings")).to_contain_text("90")
    one.look("settings")
    page.get_by_role("link", name="Change urgent help").click()
    first = page.get_by_role("group", name="1", exact=True)
    first.get_by_label("Name", exact=True).fill("Therapist")
    page.get_by_role("button", name="Look at it first").click()
    expect(page.locator(".error-summary")).to_contain_text("choose a neutral name")
    one.look("urgent-help-refused")
    first.get_by_label("Name", exact=True).fill("Help line")
    first.get_by_label("Name in").fill("Línea de ayuda")
    page.get_by_role("button", name="Look at it first").click()
    expect(page.get_by_role("region", name="As patients would see it")).to_contain_text("Línea de ayuda")
    one.look("urgent-help")
    page.get_by_role("button", name="Save the list").click()
    expect(page.get_by_text("Saved. Every page of the patients")).to_be_visible()
