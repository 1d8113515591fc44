"""Moving a visit in a real browser: dragged on the drawing, stepped through by the keyboard, and without scripts."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from scheduler.domain.appointment import Appointment
from scheduler.domain.clock import local_day
from scheduler.domain.series import Series
from scheduler.store.series import series as stored_series
from tests.browser.conftest import Served
from tests.browser.person import Person, Screen
from tests.web.small_clinic import ZONE, booked_series, visitor

pytestmark = pytest.mark.browser

SIZES = pytest.mark.parametrize("screen", [Screen(1280), Screen(390)], ids=lambda one: one.name)


def _a_talk(served: Served) -> tuple[Series, Appointment]:
    series = booked_series(served.app)[0]
    talk = series.visit("I7")
    assert talk is not None
    return series, talk


def _now(served: Served, series: Series) -> Series:
    with served.app.app_context():
        return stored_series(series.id)


def _chooses_another_day(one: Person) -> None:
    """Choose a day but the present one on which the visit can be without that anything else moves."""
    day = one.page.locator("#start-day")
    now = day.input_value()
    fits = one.page.locator("#start-day option", has_text="nothing else moves")
    day.select_option(next(v for v in [o.get_attribute("value") for o in fits.all()] if v != now))


def _middle(place: Locator) -> tuple[float, float]:
    box = place.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


@SIZES
def test_the_keyboard_steps_through_free_starts_and_hears_what_must_follow(
    person: Callable[[Screen], Person], served: Served, screen: Screen
) -> None:
    series, talk = _a_talk(served)
    one = person(screen)
    one.come_in("desk")
    one.go(f"/series/{series.id}")
    one.page.get_by_role("link", name="Move I7").press("Enter")
    _chooses_another_day(one)
    first = one.page.locator(".start.alone input").first
    first.focus()
    first.press("Space")
    told = one.page.locator("[data-consequence]")
    expect(told).to_contain_text("1 visit changes")
    before = told.inner_text()
    one.page.keyboard.press("ArrowRight")
    expect(told).not_to_have_text(before)
    expect(told).to_contain_text("change")
    one.look("move-to")
    one.page.get_by_role("button", name="Move like this").first.press("Enter")
    expect(one.page.get_by_text("Moved: 1 visit changed.")).to_be_visible()
    after = _now(served, series).visit("I7")
    assert after is not None and after.start != talk.start


def test_without_scripts_two_buttons_do_the_same(person: Callable[[Screen], Person], served: Served) -> None:
    series, talk = _a_talk(served)
    one = person(Screen(390, scripts=False))
    one.come_in("desk")
    one.go(f"/visits/{talk.id}/move")
    _chooses_another_day(one)
    one.page.get_by_role("button", name="Show its times").click()
    one.page.locator(".start.alone input").first.check()
    one.look("move-to")
    one.page.get_by_role("button", name="See what must follow").first.click()
    one.page.get_by_role("button", name="Move like this").first.click()
    assert _now(served, series).visit("I7") != talk


@SIZES
def test_a_visit_is_dragged_to_another_day_and_asked_about_before_anything_is_saved(
    person: Callable[[Screen], Person], served: Served, screen: Screen
) -> None:
    series, talk = _a_talk(served)
    one = person(screen)
    one.come_in("desk")
    one.go(f"/series/{series.id}")
    drawing = one.page.locator("[data-drags] > svg")
    drawing.scroll_into_view_if_needed()
    x, y = _middle(one.page.locator(f'[data-visit="{talk.id}"] .shape'))
    box = drawing.bounding_box()
    days = int(one.page.locator("[data-drags]").get_attribute("data-days") or 0)
    assert box and days
    one.page.mouse.move(x, y)
    one.page.mouse.down()
    one.page.mouse.move(x + box["width"] / days, y, steps=4)
    there = one.page.locator(".free-day.alone")
    expect(there.first).to_be_attached()
    to = max(_middle(place)[0] for place in there.all())
    assert abs(to - x) > box["width"] / days
    one.page.mouse.move(to, y, steps=4)
    says = one.page.locator("[data-drag-says]")
    expect(says).to_contain_text("nothing else moves")
    one.look("dragging")
    one.page.keyboard.press("Escape")
    expect(says).to_have_text("I7 stays where it is.")
    one.page.mouse.up()
    one.page.mouse.move(x, y)
    one.page.mouse.down()
    one.page.mouse.move(to, y, steps=4)
    expect(says).to_contain_text("nothing else moves")
    one.page.mouse.up()
    expect(one.page.get_by_role("heading", name="Move I7")).to_be_visible()
    assert _now(served, series) == series, "nothing is saved before it was looked at"
    one.page.get_by_role("button", name="Move like this").first.click()
    after = _now(served, series).visit("I7")
    assert after is not None and after.start != talk.start


def test_a_finger_drags_a_visit_and_the_page_stays_where_it_is(
    person: Callable[[Screen], Person], served: Served
) -> None:
    series, talk = _a_talk(served)
    one = person(Screen(390, touch=True))
    one.come_in("desk")
    one.go(f"/series/{series.id}")
    drawing = one.page.locator("[data-drags] > svg")
    drawing.scroll_into_view_if_needed()
    scrolled = one.page.evaluate("scrollY")
    x, y = _middle(one.page.locator(f'[data-visit="{talk.id}"] .shape'))
    says = one.page.locator("[data-drag-says]")
    one.touch("touchStart", (x, y))
    one.touch("touchMove", (x + 12, y + 30))
    there = one.page.locator(".free-day.alone")
    expect(there.first).to_be_attached()
    to = max(_middle(place)[0] for place in there.all())
    one.touch("touchMove", (to, y + 60))
    expect(says).to_contain_text("nothing else moves")
    assert one.page.evaluate("scrollY") == scrolled, "a finger on a visit drags it, and does not scroll"
    one.touch("touchEnd")
    expect(one.page.get_by_role("heading", name="Move I7")).to_be_visible()
    assert _now(served, series) == series, "nothing is saved before it was looked at"


def _picks_up(one: Person, talk: Appointment) -> tuple[float, float]:
    """Take hold of a visit on the board, and wait for its free starts."""
    block = one.page.locator(f'.block[data-visit="{talk.id}"]').first
    block.scroll_into_view_if_needed()
    x, y = _middle(block)
    one.page.mouse.move(x, y)
    one.page.mouse.down()
    one.page.mouse.move(x + 10, y, steps=2)
    expect(one.page.locator(".free-starts .alone").first).to_be_attached()
    return x, y


def _on_the_board(one: Person, talk: Appointment, by: str = "room") -> None:
    one.come_in("desk")
    one.go(f"/board/{local_day(talk.start, ZONE)}?by={by}")


@pytest.mark.parametrize("by", ["room", "therapist"])
def test_a_visit_is_dragged_on_the_board_to_another_hour_and_asked_about_before_anything_is_saved(
    person: Callable[[Screen], Person], served: Served, by: str
) -> None:
    series, talk = _a_talk(served)
    one = person(Screen(1280))
    _on_the_board(one, talk, by)
    block = one.page.locator(f'.block[data-visit="{talk.id}"]').first
    home = block.bounding_box()
    assert home
    x, y = _picks_up(one, talk)
    says = one.page.locator("[data-drag-says]")
    ticks = [
        box["x"] for tick in one.page.locator(".free-starts .alone").all() if (box := tick.bounding_box())
    ]
    to = max(ticks, key=lambda left: abs(left - home["x"]))
    assert abs(to - home["x"]) > 30
    one.page.mouse.move(x + to - home["x"], y, steps=4)
    expect(says).to_contain_text("nothing else moves")
    expect(says).to_contain_text("I7 of ")
    moved = block.bounding_box()
    assert moved and abs(moved["x"] - to) < 12, "it stands where it would be"
    one.look(f"dragging-on-the-board-by-{by}")
    one.page.keyboard.press("Escape")
    expect(says).to_contain_text("stays where it is.")
    one.page.mouse.up()
    back = block.bounding_box()
    assert back and abs(back["x"] - home["x"]) < 2
    assert f"/board/{local_day(talk.start, ZONE)}" in one.page.url, "to let go over a visit does not open it"
    _picks_up(one, talk)
    one.page.mouse.move(x + to - home["x"], y, steps=4)
    expect(says).to_contain_text("nothing else moves")
    one.page.mouse.up()
    expect(one.page.get_by_role("heading", name="Move I7")).to_be_visible()
    assert _now(served, series) == series, "nothing is saved before it was looked at"
    one.page.get_by_role("button", name="Move like this").first.click()
    after = _now(served, series).visit("I7")
    assert after is not None and after.start != talk.start
    assert local_day(after.start, ZONE) == local_day(talk.start, ZONE)


def test_a_board_that_changes_leaves_a_visit_that_is_held_where_it_is(
    person: Callable[[Screen], Person], served: Served
) -> None:
    _, talk = _a_talk(served)
    one = person(Screen(1280))
    _on_the_board(one, talk)
    comes_back = "window.dispatchEvent(new Event('focus'))"
    _picks_up(one, talk)
    visitor(served.app, "desk").send(f"/visits/{talk.id}/cancel", {"by": "clinic", "reason": "staff_absent"})
    one.page.evaluate(comes_back)
    one.page.wait_for_load_state("networkidle")
    expect(one.page.locator(".block.dragged")).to_have_count(1)
    one.page.keyboard.press("Escape")
    one.page.mouse.up()
    one.page.evaluate(comes_back)
    expect(one.page.locator(f'.block[data-visit="{talk.id}"]')).to_have_count(0)


def test_a_visit_dragged_where_nothing_is_free_stays(
    person: Callable[[Screen], Person], served: Served
) -> None:
    series, talk = _a_talk(served)
    one = person(Screen(1280))
    _on_the_board(one, talk)
    _, y = _picks_up(one, talk)
    region = one.page.locator("#board .region").bounding_box()
    assert region
    one.page.mouse.move(region["x"] + 2, y, steps=4)
    says = one.page.locator("[data-drag-says]")
    expect(says).to_contain_text("nothing is free there")
    one.page.mouse.up()
    expect(says).to_contain_text("stays where it is.")
    assert _now(served, series) == series


def test_m_on_a_visit_of_the_board_opens_the_page_on_which_it_is_moved(
    person: Callable[[Screen], Person], served: Served
) -> None:
    _, talk = _a_talk(served)
    one = person(Screen(1280))
    _on_the_board(one, talk)
    one.page.locator(f'.block[data-visit="{talk.id}"] a').first.focus()
    one.page.keyboard.press("m")
    expect(one.page.get_by_role("heading", name="Move I7")).to_be_visible()
