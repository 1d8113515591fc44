"""The waiting list in a real browser: from no early series to the list, and from a freed time to the proposals."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Served
from tests.browser.person import Person, Screen
from tests.web.small_clinic import booked_series
from tests.web.waiting import days_shut, one_who_waits, open_again, shut

pytestmark = pytest.mark.browser

SCREENS = [Screen(1280), Screen(390), Screen(390, dark=True), Screen(768, scripts=False)]


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
def test_who_waits_is_found_when_something_becomes_free(
    person: Callable[[Screen], Person], served: Served, screen: Screen
) -> None:
    closure, patient = days_shut(served.clock), one_who_waits(served.app, served.clock)
    shut(served.app, served.clock)
    one = person(screen)
    one.come_in("desk")
    one.go(f"/patients/{patient}/book")
    one.page.get_by_label("IV", exact=False).first.check()
    one.page.get_by_role("button", name="See proposals").click()
    one.page.get_by_text("All of this is too late?").click()
    one.look("proposals-waiting")
    one.page.get_by_role("button", name="Put on the waiting list").click()
    one.go(f"/series/{booked_series(served.app)[0].id}")
    one.page.get_by_role("button", name="Would come earlier").click()
    one.look("series-earlier")
    open_again(served.app, served.clock, closure)
    one.go("/to-do")
    one.page.get_by_role("link", name="See whom it would help").click()
    one.look("waiting")
    one.page.locator(".would-gain").get_by_role("button", name="See proposals").click()
    expect(one.page.get_by_role("button", name="Book the whole series")).to_be_visible()
