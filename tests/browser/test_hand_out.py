"""The sheet to hand out in a real browser: looked at on both screens, and as it comes out on paper."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Served
from tests.browser.person import SCREENSHOTS, Person, Screen
from tests.web.small_clinic import booked_series

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    "screen", [Screen(1280), Screen(390), Screen(390, dark=True)], ids=lambda one: one.name
)
def test_the_sheet_is_printed_with_an_address_of_the_calendar(
    person: Callable[[Screen], Person], served: Served, screen: Screen
) -> None:
    series = booked_series(served.app)[0]
    one = person(screen)
    one.come_in("desk")
    one.go(f"/series/{series.id}")
    one.page.get_by_role("link", name="Hand-out").click()
    expect(one.page.get_by_role("button", name="Print")).to_be_visible()
    one.look("hand-out")
    one.page.get_by_role("button", name="With an address for their calendar").click()
    expect(one.page.get_by_role("img", name="Your calendar address")).to_be_visible()
    one.look("hand-out-calendar")
    one.page.emulate_media(media="print")
    expect(one.page.get_by_role("button", name="Print")).to_be_hidden()
    one.page.pdf(path=SCREENSHOTS / f"hand-out-{screen.name}.pdf", prefer_css_page_size=True)
    one.page.emulate_media(media="screen")
    one.page.get_by_role("link", name="Back").click()
    expect(one.page.get_by_role("link", name="Hand-out")).to_be_visible()


def test_the_dates_are_sent_again_from_it(person: Callable[[Screen], Person], served: Served) -> None:
    series = booked_series(served.app)[0]
    one = person(Screen(390, scripts=False))
    one.come_in("desk")
    one.go(f"/series/{series.id}/hand-out")
    one.page.get_by_role("button", name="Send again by e-mail").click()
    expect(one.page.get_by_text("on their way already")).to_be_visible()
    one.look("hand-out-not-yet")
