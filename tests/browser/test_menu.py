"""On a phone the pages stand behind one button in the first row; on a desk beside the name."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.person import Person, Screen

pytestmark = pytest.mark.browser

PHONES = [Screen(390), Screen(390, dark=True), Screen(390, scripts=False), Screen(320)]


@pytest.mark.parametrize("screen", PHONES, ids=lambda screen: screen.name)
def test_the_pages_of_an_administrator_take_one_row(
    person: Callable[[Screen], Person], screen: Screen
) -> None:
    one = person(screen)
    one.come_in("admin")
    one.go("/places")
    page = one.page
    masthead = page.locator(".masthead").bounding_box()
    assert masthead is not None and masthead["height"] < 64
    one.look("menu-closed")
    menu = page.get_by_role("banner").locator("summary")
    menu.focus()
    page.keyboard.press("Enter")
    pages = page.get_by_role("navigation", name="Main")
    expect(pages.get_by_role("link")).to_have_count(10)
    expect(pages.get_by_role("link", name="Places")).to_have_attribute("aria-current", "page")
    one.look("menu")
    page.keyboard.press("Tab")
    expect(pages.get_by_role("link", name="Patients")).to_be_focused()
    pages.get_by_role("link", name="Rules").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Rules")


def test_a_desk_has_them_beside_the_name(person: Callable[[Screen], Person]) -> None:
    one = person(Screen(1280))
    one.come_in("admin")
    one.go("/places")
    expect(one.page.get_by_role("banner").locator("summary")).to_be_hidden()
    expect(one.page.get_by_role("navigation", name="Main").get_by_role("link", name="Rules")).to_be_visible()
