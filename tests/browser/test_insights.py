"""The page of figures, in a real browser: drawn, as a table, on every screen."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.person import Person, Screen

pytestmark = pytest.mark.browser

SCREENS = [Screen(1280), Screen(768), Screen(390), Screen(390, dark=True), Screen(390, scripts=False)]


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
def test_an_administrator_looks_at_figures_of_other_days(
    person: Callable[[Screen], Person], screen: Screen
) -> None:
    one = person(screen)
    one.come_in("admin")
    one.go("/patients")
    page = one.page
    one.open_menu()
    page.get_by_role("link", name="Insights").click()
    page.get_by_role("link", name="Next 4 weeks").click()
    chairs = page.get_by_role("region", name="Chairs in use by hour, by weekday and hour")
    expect(chairs.get_by_role("rowheader", name="Monday")).to_be_visible()
    page.locator("summary", has_text="Table").first.click()
    expect(page.get_by_role("region", name="What became of visits, the table")).to_be_visible()
    one.look("insights")
    page.get_by_label("From", exact=True).fill("2026-12-24")
    page.get_by_label("Until, included").fill("2026-12-01")
    page.get_by_role("button", name="Show").click()
    expect(page.locator(".error-summary")).to_contain_text("the other way round")
    one.look("insights-refused")
