"""Somebody new is entered on the booking page in a real browser, and the wishes stay."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Served
from tests.browser.person import Person, Screen
from tests.web.small_clinic import idle_patient

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    "screen", [Screen(1280), Screen(390), Screen(390, scripts=False)], ids=lambda one: one.name
)
def test_a_caller_who_is_new_is_entered_beside_the_wishes(
    person: Callable[[Screen], Person], served: Served, screen: Screen
) -> None:
    one = person(screen)
    one.come_in("desk")
    one.go(f"/patients/{idle_patient(served.app)}/book")
    one.page.get_by_role("radio", name="IV ketamine induction").check()
    one.page.get_by_label("Not before").fill("2026-12-07")
    one.page.get_by_text("For somebody else, or somebody new").click()
    one.page.get_by_label("Name, phone or birthday").fill("Robin")
    if screen.scripts:
        one.page.get_by_label("Name, phone or birthday").press("Enter")
    else:
        one.page.get_by_role("button", name="Find", exact=True).click()
    expect(one.page.get_by_text("found for “Robin”")).to_be_visible()
    if not one.page.get_by_label("Given name").is_visible():
        one.page.get_by_text("A new patient", exact=True).click()
    one.page.get_by_label("Given name").fill("Robin")
    one.page.get_by_label("Family name").fill("Sage")
    one.page.get_by_label("Born on").fill("1984-05-17")
    one.look("book-for-somebody-new")
    one.page.get_by_role("button", name="Enter and go on").click()
    expect(one.page.get_by_role("heading", name="Book a series for Robin Sage")).to_be_visible()
    expect(one.page.get_by_label("Not before")).to_have_value("2026-12-07")
    expect(one.page.get_by_role("radio", name="IV ketamine induction")).to_be_checked()
    one.page.get_by_role("button", name="See proposals").click()
    expect(one.page.get_by_role("button", name="Book the whole series")).to_be_visible()
