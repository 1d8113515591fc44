"""Somebody falls ill: noted at the desk or on a phone, by keyboard where one likes, and what broke is mended."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from scheduler.domain.clock import local_day
from scheduler.domain.people import Role
from tests.browser.conftest import Served
from tests.browser.person import Person, Screen
from tests.web.small_clinic import ZONE, booked_series

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    "screen",
    [Screen(1280), Screen(390), Screen(1280, dark=True), Screen(390, scripts=False)],
    ids=lambda screen: screen.name,
)
def test_an_illness_is_noted_and_what_it_breaks_is_mended(
    served: Served, person: Callable[[Screen], Person], screen: Screen
) -> None:
    dose = booked_series(served.app)[0].visit("D2")
    assert dose is not None
    day = local_day(dose.start, ZONE).isoformat()
    one = person(screen)
    one.come_in("desk")
    one.go("/conflicts")
    expect(one.page.get_by_text("No conflict is open")).to_be_visible()
    one.look("conflicts-none")
    one.go("/staff")
    one.look("staff")
    one.go(f"/staff/{dose.staff[Role.THERAPIST]}")
    one.page.get_by_label("First day").fill(day)
    one.page.get_by_label("Last day").fill("2026-11-01")
    # By keyboard, as a form is mostly sent.
    one.page.get_by_label("Last day").press("Enter")
    one.look("staff-member-refused")
    one.page.get_by_label("Last day").fill(day)
    one.page.get_by_role("button", name="Add time off").click()
    expect(one.page.get_by_role("heading", level=1)).to_contain_text("would break a rule")
    one.look("would-break")
    one.page.get_by_role("button", name="Save anyway").click()
    expect(one.page.get_by_text("Among the conflicts now")).to_be_visible()
    one.look("staff-member")
    one.open_menu()
    one.page.get_by_role("link", name="Conflicts").first.click()
    one.look("conflicts")
    one.page.get_by_role("link", name="See ways to mend").first.click()
    expect(one.page.get_by_role("heading", level=1)).to_have_text("How shall this be mended?")
    one.look("conflict")
    one.page.get_by_role("button", name="Take this way").first.click()
    expect(one.page.get_by_text("Mended:")).to_be_visible()
    one.look("conflicts-mended")


@pytest.mark.parametrize("screen", [Screen(1280), Screen(390)], ids=lambda screen: screen.name)
def test_staff_and_places_are_kept_by_an_administrator(
    served: Served, person: Callable[[Screen], Person], screen: Screen
) -> None:
    dose = booked_series(served.app)[0].visit("D2")
    assert dose is not None
    one = person(screen)
    one.come_in("admin")
    one.go(f"/staff/{dose.staff[Role.THERAPIST]}")
    one.look("staff-member-kept")
    one.page.get_by_label("Monday").fill("9 to 5")
    one.page.get_by_role("button", name="Change the hours").click()
    expect(one.page.get_by_label("Monday")).to_have_value("9 to 5")
    one.look("hours-refused")
    one.go("/places")
    one.look("places")
    one.page.get_by_label("Why").fill("")
    one.page.get_by_role("button", name="Shut the site").click()
    one.look("places-refused")


@pytest.mark.parametrize("screen", [Screen(1280), Screen(390)], ids=lambda screen: screen.name)
def test_another_therapist_is_found_for_one_visit(
    served: Served, person: Callable[[Screen], Person], screen: Screen
) -> None:
    series = booked_series(served.app)[0]
    one = person(screen)
    one.come_in("desk")
    one.go(f"/series/{series.id}")
    one.page.get_by_role("link", name="Another therapist").click()
    one.page.get_by_role("button", name="See who could").click()
    one.look("substitute-refused")
    one.page.get_by_label("From which visit?").select_option("D2")
    one.page.get_by_label("This visit alone").check()
    one.page.get_by_role("button", name="See who could").click()
    expect(one.page.get_by_role("heading", name="Who could take it")).to_be_visible()
    one.look("substitute")
    one.page.get_by_role("button", name="Take").first.click()
    expect(one.page.get_by_text("Another therapist: 1 visit at the same time.")).to_be_visible()
    one.look("series-with-substitute")
