"""The box that finds everything, in a real browser and by the keyboard alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.person import Person, Screen

pytestmark = pytest.mark.browser

SCREENS = [Screen(1280), Screen(768), Screen(390), Screen(390, dark=True), Screen(1280, scripts=False)]


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
def test_what_is_typed_finds_patients_people_and_pages(
    person: Callable[[Screen], Person], screen: Screen
) -> None:
    one = person(screen)
    one.come_in("admin")
    one.go("/rules")
    page = one.page
    if screen.width < 1280:
        one.open_menu()
        page.get_by_role("link", name="Search").click()
    box = page.get_by_role("searchbox").last
    box.fill("re")
    box.press("Enter")
    expect(page.get_by_role("heading", name="Pages")).to_be_visible()
    expect(page.get_by_role("link", name="Times of reminders")).to_be_visible()
    one.look("search")
