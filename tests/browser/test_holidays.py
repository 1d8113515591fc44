"""Public holidays taken over as closures, in a real browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.person import Person, Screen

pytestmark = pytest.mark.browser

SCREENS = [Screen(1280), Screen(390), Screen(390, dark=True), Screen(390, scripts=False)]


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
def test_the_desk_takes_holidays_over(person: Callable[[Screen], Person], screen: Screen) -> None:
    one = person(screen)
    one.come_in("desk")
    one.go("/places")
    page = one.page
    page.get_by_role("link", name="Take public holidays over").click()
    one.look("holidays-first")
    page.get_by_label("Country").select_option("AT")
    page.get_by_role("button", name="Save the region").click()
    page.get_by_role("button", name="Shut the site on the ticked days").click()
    expect(page.locator(".error-summary")).to_contain_text("Tick at least one day")
    one.look("holidays-refused")
    page.get_by_label("Immaculate Conception").first.check()
    page.get_by_label("Tue 26 Oct 2027").check()
    page.get_by_role("button", name="Shut the site on the ticked days").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("would break a rule")
    one.look("holidays-would-break")
    page.get_by_role("button", name="Save anyway").click()
    expect(page.get_by_text("Shut already").first).to_be_visible()
    one.look("holidays")
