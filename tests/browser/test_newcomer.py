"""How few presses a newcomer needs from sign-in to a booked series and to a moved visit: counted, so that none creeps in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from scheduler.store import clinic
from tests.browser.conftest import Served
from tests.browser.person import Person, Screen
from tests.web.small_clinic import booked_series, idle_patient

pytestmark = pytest.mark.browser

COUNTING = """for (const kind of ["pointerdown", "keydown"])
    addEventListener(kind, (event) => { if (event.isTrusted) window.pressed(kind); }, true)"""


@pytest.fixture
def newcomer(person: Callable[[Screen], Person]) -> tuple[Person, Counter[str]]:
    """Give somebody at the sign-in whose presses are counted, by sort."""
    one, counted = person(Screen(1280)), Counter[str]()
    one.context.expose_binding("pressed", lambda _source, kind: counted.update([kind]))
    one.context.add_init_script(COUNTING)
    return one, counted


def _signs_in(one: Person, counted: Counter[str]) -> None:
    one.sign_in("desk")
    expect(one.page.get_by_role("heading", level=1)).to_have_text("Patients")
    counted.clear()


def test_a_series_is_booked_with_four_presses(served: Served, newcomer: tuple[Person, Counter[str]]) -> None:
    one, counted = newcomer
    with served.app.app_context():
        name = clinic.patient(idle_patient(served.app)).name
    _signs_in(one, counted)
    one.page.get_by_role("link", name=f"Book a series for {name}").click()
    one.page.get_by_role("radio", name="IV ketamine induction").click()
    one.page.get_by_role("button", name="See proposals").click()
    one.page.get_by_role("button", name="Book the whole series").click()
    expect(one.page.get_by_text("Booked: 22 visits.")).to_be_visible()
    assert counted == {"pointerdown": 4}


def test_a_visit_is_moved_with_five_presses(served: Served, newcomer: tuple[Person, Counter[str]]) -> None:
    one, counted = newcomer
    series = booked_series(served.app)[0]
    with served.app.app_context():
        name = clinic.patient(series.patient).name
    _signs_in(one, counted)
    one.page.get_by_role("row", name=name.split()[-1]).get_by_role("link").first.click()
    one.page.locator(f'a[href="/series/{series.id}"]').first.click()
    one.page.get_by_role("link", name="Move I7").click()
    one.page.locator(".start.alone input").first.click()
    one.page.get_by_role("button", name="Move like this").first.click()
    expect(one.page.get_by_text("Moved: 1 visit changed.")).to_be_visible()
    assert counted == {"pointerdown": 5}


def test_a_visit_is_dragged_elsewhere_with_four_presses(
    served: Served, newcomer: tuple[Person, Counter[str]]
) -> None:
    one, counted = newcomer
    series = booked_series(served.app)[0]
    with served.app.app_context():
        name = clinic.patient(series.patient).name
    _signs_in(one, counted)
    one.page.get_by_role("row", name=name.split()[-1]).get_by_role("link").first.click()
    one.page.locator(f'a[href="/series/{series.id}"]').first.click()
    talk = series.visit("I7")
    assert talk is not None
    mark = one.page.locator(f'[data-visit="{talk.id}"] .shape').bounding_box()
    assert mark
    x, y = mark["x"] + mark["width"] / 2, mark["y"] + mark["height"] / 2
    one.page.mouse.move(x, y)
    one.page.mouse.down()
    one.page.mouse.move(x + 30, y, steps=2)
    expect(one.page.locator(".free-day.alone").first).to_be_attached()
    places = [place.bounding_box() for place in one.page.locator(".free-day.alone").all()]
    one.page.mouse.move(max(place["x"] + place["width"] / 2 for place in places if place), y, steps=2)
    one.page.mouse.up()
    one.page.get_by_role("button", name="Move like this").first.click()
    expect(one.page.get_by_text("Moved: 1 visit changed.")).to_be_visible()
    assert counted == {"pointerdown": 4}
