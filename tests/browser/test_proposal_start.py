"""One visit of a proposal put elsewhere in a real browser: dragged, by its free starts, and without scripts."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from scheduler.store.series import all_series
from tests.browser.conftest import Served
from tests.browser.person import Person, Screen
from tests.web.small_clinic import idle_patient

pytestmark = pytest.mark.browser

SIZES = pytest.mark.parametrize("screen", [Screen(1280), Screen(390)], ids=lambda one: one.name)


def _asks_for_proposals(one: Person, served: Served) -> None:
    one.come_in("desk")
    one.go(f"/patients/{idle_patient(served.app)}/book")
    one.page.get_by_role("radio", name="IV ketamine induction").check()
    one.page.get_by_role("button", name="See proposals").click()
    expect(one.page.get_by_role("button", name="Book the whole series")).to_be_visible()


@SIZES
def test_a_visit_of_a_proposal_is_dragged_and_the_rest_follows(
    person: Callable[[Screen], Person], served: Served, screen: Screen
) -> None:
    one = person(screen)
    _asks_for_proposals(one, served)
    with served.app.app_context():
        before = len(all_series())
    panel = one.page.locator(".panel-1")
    panel.locator("svg").first.scroll_into_view_if_needed()
    mark = panel.locator('[data-visit="D3"] .shape').bounding_box()
    box = panel.locator("[data-drags] > svg").bounding_box()
    assert mark and box
    x, y = mark["x"] + mark["width"] / 2, mark["y"] + mark["height"] / 2
    one.page.mouse.move(x, y)
    one.page.mouse.down()
    one.page.mouse.move(x + box["width"] / 20, y, steps=3)
    expect(panel.locator(".free-day").first).to_be_attached()
    # To the next day on which it could be.
    free = [place.bounding_box() for place in panel.locator(".free-day").all()]
    to = min(
        place["x"] + place["width"] / 2 for place in free if place and place["x"] > x + box["width"] / 40
    )
    one.page.mouse.move(to, y, steps=3)
    expect(panel.locator("[data-drag-says]")).to_contain_text("D3 to")
    one.look("dragging-a-proposal")
    one.page.mouse.up()
    expect(one.page.get_by_role("heading", name="Another start for D3")).to_be_visible()
    expect(one.page.locator("#outcome")).to_contain_text("What")
    one.look("proposal-start")
    with served.app.app_context():
        assert len(all_series()) == before


@pytest.mark.parametrize("screen", [Screen(390), Screen(390, scripts=False)], ids=lambda one: one.name)
def test_another_start_is_chosen_and_booked_with_the_rest_around_it(
    person: Callable[[Screen], Person], served: Served, screen: Screen
) -> None:
    one = person(screen)
    _asks_for_proposals(one, served)
    one.page.get_by_role("button", name="Move R1").first.click()
    one.page.locator(".start.alone input").last.check()
    if screen.scripts:
        expect(one.page.locator("[data-consequence]")).to_contain_text("change")
    else:
        one.page.get_by_role("button", name="See what must follow").click()
    one.page.get_by_role("button", name="Book the whole series").first.click()
    expect(one.page.get_by_text("Booked: 22 visits.")).to_be_visible()
    expect(one.page.get_by_role("button", name="Undo the booking")).to_be_visible()


def test_enter_among_the_proposals_books_and_asks_for_no_other_start(
    person: Callable[[Screen], Person], served: Served
) -> None:
    one = person(Screen(1280))
    _asks_for_proposals(one, served)
    one.page.locator("input[name=choice]").first.press("Enter")
    expect(one.page.get_by_text("Booked: 22 visits.")).to_be_visible()
