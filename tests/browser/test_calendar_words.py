"""The page on which a clinic chooses what calendars of staff call visits, in a real browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.person import Person, Screen

pytestmark = pytest.mark.browser

SCREENS = [Screen(1280), Screen(390), Screen(390, dark=True), Screen(390, scripts=False)]


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
def test_an_administrator_chooses_the_words(person: Callable[[Screen], Person], screen: Screen) -> None:
    one = person(screen)
    one.come_in("admin")
    one.go("/places")
    page = one.page
    page.get_by_role("link", name="Words in calendars").click()
    page.get_by_label("Dosing").fill("KET")
    page.get_by_role("button", name="Save the words").click()
    expect(page.locator(".error-summary")).to_contain_text("must not tell the treatment")
    one.look("calendar-words-refused")
    page.get_by_label("Dosing").fill("L")
    page.get_by_label("Nothing").check()
    page.get_by_role("button", name="Save the words").click()
    expect(page.get_by_text("Saved. Calendars say it")).to_be_visible()
    expect(page.get_by_role("listitem").filter(has_text="Dosing")).to_have_text("L, Dosing")
    one.look("calendar-words")
