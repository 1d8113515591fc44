"""The pages of calendars that go out, in a real browser: read by everybody, with and without scripts."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Served
from tests.browser.person import Person, Screen
from tests.web.small_clinic import booked_series

pytestmark = pytest.mark.browser

SCREENS = [Screen(1280), Screen(390), Screen(390, dark=True), Screen(390, scripts=False)]


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
def test_a_subscription_is_made_renewed_and_revoked_by_everybody(
    served: Served, person: Callable[[Screen], Person], screen: Screen
) -> None:
    one = person(screen)
    one.come_in("desk")
    one.go(f"/patients/{booked_series(served.app)[0].patient}")
    page = one.page
    page.get_by_role("link", name="Calendar", exact=True).click()
    page.get_by_role("button", name="Make the address").click()
    expect(page.locator(".error-summary")).to_contain_text("Enter what to call it")
    one.look("subscriptions-refused")
    page.get_by_label("What to call it").fill("My phone")
    page.get_by_label("Reminder on the device").select_option("An hour before")
    page.get_by_role("button", name="Make the address").click()
    expect(page.get_by_role("heading", name="New address for My phone")).to_be_visible()
    field = page.get_by_label("Address of the calendar")
    assert "/feeds/" in field.input_value()
    assert "/feeds/" not in page.url
    if screen.scripts:
        page.get_by_role("button", name="Copy").click()
        expect(page.get_by_role("status")).to_contain_text("Cop")
    else:
        assert not page.get_by_role("button", name="Copy").is_visible()
    one.look("subscribed")
    page.get_by_role("link", name="Back to the subscriptions").click()
    page.get_by_role("button", name="Renew the address of My phone").click()
    expect(page.get_by_text("The former address works until")).to_be_visible()
    page.get_by_role("link", name="Back to the subscriptions").click()
    one.look("subscriptions")
    page.get_by_role("button", name="Revoke My phone", exact=True).click()
    expect(page.get_by_text("Revoked: its address leads nowhere")).to_be_visible()
