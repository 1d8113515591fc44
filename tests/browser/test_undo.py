"""Undoing a move in a real browser: by the eye, by the keyboard, when the time is over, and without scripts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Served
from tests.browser.person import Person, Screen
from tests.web.small_clinic import booked_series

pytestmark = pytest.mark.browser


def _moves(one: Person, served: Served) -> None:
    dose = booked_series(served.app)[0].visit("D3")
    assert dose is not None
    one.come_in("desk")
    one.go(f"/visits/{dose.id}/move")
    one.page.get_by_label("Any day but").check()
    one.page.get_by_role("button", name="See what must follow").last.click()
    one.page.get_by_role("button", name="Move like this").first.click()


@pytest.mark.parametrize(
    "screen", [Screen(1280), Screen(390), Screen(390, scripts=False)], ids=lambda s: s.name
)
def test_a_move_is_undone_by_one_button(
    person: Callable[[Screen], Person], served: Served, screen: Screen
) -> None:
    one = person(screen)
    _moves(one, served)
    expect(one.page.get_by_text("Possible until")).to_be_visible()
    one.look("undo-a-move")
    one.page.get_by_role("button", name="Undo the move").click()
    expect(one.page.get_by_text("everything is where it was before the move")).to_be_visible()
    expect(one.page.get_by_role("button", name="Undo the move")).to_have_count(0)


def test_the_offer_goes_when_its_time_is_over_and_says_so_once(
    person: Callable[[Screen], Person], served: Served
) -> None:
    one = person(Screen(1280))
    one.page.clock.install()
    _moves(one, served)
    left = one.page.locator("[data-left]")
    expect(left).to_contain_text("left")
    told = one.page.locator("[data-undo-told]")
    expect(told).to_be_empty()
    one.page.clock.fast_forward("04:05")
    expect(told).to_have_text("One minute is left to undo.")
    one.page.get_by_role("button", name="Undo the move").focus()
    one.page.clock.fast_forward("01:00")
    expect(told).to_have_text("The time to undo is over.")
    expect(one.page.get_by_role("button", name="Undo the move")).to_have_count(0)
    assert one.page.evaluate("document.activeElement.id") == "main"
    served.clock.advance(timedelta(minutes=6))
    one.page.reload()
    expect(one.page.get_by_role("button", name="Undo the move")).to_have_count(0)
