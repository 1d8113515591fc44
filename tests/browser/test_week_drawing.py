"""The week of somebody of the staff and of the site, drawn and told, in a real browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from scheduler.store.site_facts import facts_of
from tests.browser.conftest import Served
from tests.browser.person import Person, Screen

pytestmark = pytest.mark.browser

SCREENS = [Screen(1280), Screen(390), Screen(390, dark=True), Screen(390, scripts=False)]


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
def test_time_off_is_seen_in_the_week(
    person: Callable[[Screen], Person], screen: Screen, served: Served
) -> None:
    with served.app.app_context():
        somebody = min(facts_of("maple").staff)
    one = person(screen)
    one.come_in("admin")
    one.go(f"/staff/{somebody}")
    page = one.page
    time_off = page.get_by_role("region", name="Away")
    time_off.get_by_label("First day").fill("2026-12-10")
    time_off.get_by_label("Last day").fill("2026-12-11")
    time_off.get_by_role("button", name="Add time off").click()
    if page.get_by_role("button", name="Save anyway").is_visible():
        page.get_by_role("button", name="Save anyway").click()
    week = page.get_by_role("region", name="The week")
    expect(week).to_contain_text("Thu 10 Dec: away")
    week.get_by_text("Week of Mon 7 Dec 2026").first.click()
    expect(week.get_by_role("row", name="Thu 10 Dec")).to_contain_text("Away")
    one.look("week-of-staff")


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
def test_opening_hours_are_drawn(person: Callable[[Screen], Person], screen: Screen) -> None:
    one = person(screen)
    one.come_in("admin")
    one.go("/places")
    week = one.page.get_by_role("region", name="Opening hours")
    expect(week).to_contain_text("The usual week")
    expect(week).to_contain_text("Thu 26 Nov: the site is shut (Thanksgiving")
    one.look("week-of-site")


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
def test_other_opening_hours_are_planned_and_taken_back(
    person: Callable[[Screen], Person], screen: Screen
) -> None:
    one = person(screen)
    one.come_in("admin")
    one.go("/places")
    page = one.page
    opening = page.get_by_role("region", name="Opening hours")
    opening.get_by_text("Change the opening hours").click()
    # Far ahead, where nothing is booked that it could break.
    opening.get_by_label("First day").fill("2027-09-06")
    opening.get_by_label("Last day").fill("2027-09-12")
    opening.get_by_label("Monday").fill("07:00–12:00")
    opening.get_by_label("Tuesday").fill("late")
    opening.get_by_role("button", name="Change the hours").click()
    expect(page.get_by_role("alert")).to_contain_text("Enter times such as")
    one.look("opening-hours-wrong")
    opening.get_by_label("Tuesday").fill("12:00–20:00")
    opening.get_by_role("button", name="Change the hours").click()
    expect(page.get_by_role("status")).to_contain_text("Saved")
    opening.locator("summary", has_text="From Mon 6 Sep 2027").click()
    expect(opening.get_by_role("row", name="Tuesday 12:00–20:00")).to_be_visible()
    opening.get_by_role("link", name="Change these hours").first.click()
    expect(opening.get_by_label("Tuesday")).to_have_value("12:00–20:00")
    opening.locator("summary", has_text="From Mon 6 Sep 2027").click()
    one.look("opening-hours-planned")
    opening.get_by_role("button", name="Take back the hours from Mon 6 Sep 2027").click()
    expect(page.get_by_role("status")).to_contain_text("Saved")
    expect(opening).not_to_contain_text("6 Sep 2027")
