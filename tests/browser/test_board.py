"""The board in a real browser: on a wall, at a desk, on a phone; live between two people, by keyboard, and on paper."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from scheduler.domain.appointment import Appointment
from scheduler.domain.appointment import AppointmentState as S
from scheduler.domain.clock import local_day
from scheduler.store import clinic
from tests.browser.conftest import Served
from tests.browser.person import Person, Screen
from tests.web.going_on import goes_on, name_an_escort
from tests.web.small_clinic import ZONE, booked_series

pytestmark = pytest.mark.browser

SCREENS = [
    Screen(1280),
    Screen(768),
    Screen(390),
    Screen(1280, dark=True),
    Screen(390, scripts=False),
]
MINUTE = timedelta(minutes=1)
COMES_BACK = "window.dispatchEvent(new Event('focus'))"


def _dose(served: Served) -> Appointment:
    """Return a dose for which somebody is named who takes the patient home."""
    dose = booked_series(served.app)[0].visit("D1")
    assert dose is not None
    name_an_escort(served.app, served.clock, dose.patient)
    return dose


def _board(visit: Appointment, by: str = "room") -> str:
    return f"/board/{local_day(visit.start, ZONE)}?by={by}"


def _name(served: Served, visit: Appointment) -> str:
    with served.app.app_context():
        return clinic.patient(visit.patient).name


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
def test_the_board_can_be_read_by_everybody(
    served: Served, person: Callable[[Screen], Person], screen: Screen
) -> None:
    dose = _dose(served)
    served.clock.instant = dose.start + 10 * MINUTE
    one = person(screen)
    one.come_in("desk")
    for by in ("room", "therapist", "nurse"):
        one.go(_board(dose, by))
        expect(one.page.locator(".block", has_text=_name(served, dose)).first).to_contain_text(
            "Late, was to begin"
        )
        one.look(f"board-late-by-{by}")
    given = dose.phase("administration")
    assert given is not None
    goes_on(served.app, served.clock, dose, S.CHECKED_IN)
    served.clock.instant = given.start + 12 * MINUTE
    goes_on(served.app, served.clock, dose, S.CLEARED, S.DOSING, S.OBSERVING, S.RECOVERING)
    served.clock.instant = dose.discharge + 30 * MINUTE
    one.go(_board(dose))
    expect(one.page.locator(".block", has_text=_name(served, dose)).first).to_contain_text("Overrunning")
    one.look("board-overrunning")
    one.go("/board/2026-11-26")
    one.look("board-closed")
    one.go(_board(dose).replace("?", "/week?"))
    expect(one.page.get_by_role("rowheader", name="All rooms")).to_be_visible()
    one.look("board-week")


def test_two_people_see_each_others_changes(served: Served, person: Callable[[Screen], Person]) -> None:
    dose = _dose(served)
    served.clock.instant = dose.start
    watching, desk = person(Screen(1280)), person(Screen(390))
    watching.come_in("nurse")
    watching.go(_board(dose))
    page = watching.page
    expect(page.locator("#board-told")).to_have_text("Live: changes show by themselves.")
    link = page.locator(f'.block a[href="/visits/{dose.id}"]').first
    link.focus()
    page.evaluate("document.querySelectorAll('.lane').forEach((lane) => { lane.asItWas = true; })")
    desk.come_in("desk")
    desk.go(f"/visits/{dose.id}")
    desk.page.get_by_role("button", name="Check in", exact=True).click()
    expect(desk.page.get_by_role("status")).to_contain_text("Noted: checked in.")
    page.evaluate(COMES_BACK)
    block = page.locator(".block", has=page.locator(f'a[href="/visits/{dose.id}"]')).first
    expect(block).to_contain_text("● Checked in")
    expect(page.locator("#board-says")).to_contain_text(
        f"Updated: Dosing 1 of {_name(served, dose)}: checked in."
    )
    expect(link).to_be_focused()
    kept = page.evaluate("[...document.querySelectorAll('.lane')].map((lane) => lane.asItWas === true)")
    assert all(kept), "what did not change stays as it is, and with it whoever is in it"
    watching.look("board-live")


def test_nothing_is_said_and_nothing_drawn_while_nothing_changes(
    served: Served, person: Callable[[Screen], Person]
) -> None:
    dose = _dose(served)
    served.clock.instant = dose.start - 20 * MINUTE
    one = person(Screen(1280))
    one.come_in("desk")
    one.go(_board(dose))
    one.page.evaluate("document.getElementById('board').asItWas = true")
    for _ in range(3):
        with one.page.expect_response(re.compile("/live")) as answer:
            one.page.evaluate(COMES_BACK)
        assert answer.value.status == 304
    assert one.page.evaluate("document.getElementById('board').asItWas")
    expect(one.page.locator("#board-says")).to_be_empty()
    assert one.page.locator("#board-says").get_attribute("role") == "status"


def test_whoever_is_signed_out_is_told_that_the_board_stands_still(
    served: Served, person: Callable[[Screen], Person]
) -> None:
    dose = _dose(served)
    one = person(Screen(1280))
    one.come_in("desk")
    one.go(_board(dose))
    one.context.clear_cookies()
    one.page.evaluate(COMES_BACK)
    expect(one.page.locator("#board-told")).to_contain_text("Not live any more")


def test_the_board_is_walked_by_keyboard(served: Served, person: Callable[[Screen], Person]) -> None:
    dose = _dose(served)
    one = person(Screen(1280))
    one.come_in("desk")
    one.go(_board(dose))
    for _ in range(60):
        one.page.keyboard.press("Tab")
        if one.page.evaluate("document.activeElement.getAttribute('href')") == f"/visits/{dose.id}":
            break
    ring = one.page.evaluate("getComputedStyle(document.activeElement.closest('.block')).outlineWidth")
    assert ring == "3px"
    one.page.keyboard.press("Enter")
    expect(one.page.get_by_role("heading", level=1)).to_contain_text("Dosing 1")


def test_arrows_lead_from_visit_to_visit(served: Served, person: Callable[[Screen], Person]) -> None:
    dose = _dose(served)
    one = person(Screen(1280))
    one.come_in("desk")
    one.go(_board(dose))
    page = one.page
    blocks = page.locator(".blocks").first.locator(".block a")
    page.locator(".block a").first.focus()
    for number in range(1, blocks.count()):
        page.keyboard.press("ArrowRight")
        expect(blocks.nth(number)).to_be_focused()
    lanes = page.locator(".lane:has(.block)")
    page.keyboard.press("ArrowDown")
    expect(lanes.nth(1).locator("a:focus")).to_have_count(1)
    page.keyboard.press("ArrowUp")
    expect(lanes.nth(0).locator("a:focus")).to_have_count(1)


def test_the_line_of_the_present_moves_without_a_question(
    served: Served, person: Callable[[Screen], Person]
) -> None:
    dose = _dose(served)
    served.clock.instant = dose.start
    one = person(Screen(1280))
    one.come_in("desk")
    one.page.clock.install()
    one.go(_board(dose))
    before = _present(one.page)
    one.page.clock.fast_forward(60_000)
    assert _present(one.page) > before


def _present(page: Page) -> float:
    at = page.locator(".now-layer .now-line").first.get_attribute("x1")
    assert at is not None
    return float(at.rstrip("%"))


@pytest.mark.parametrize("part", ["", "/week"])
def test_a_day_and_a_week_each_fit_on_a_sheet_of_paper(
    served: Served, person: Callable[[Screen], Person], part: str
) -> None:
    dose = _dose(served)
    one = person(Screen(1280))
    one.come_in("desk")
    one.go(_board(dose).replace("?", f"{part}?"))
    sheets = one.page.pdf(prefer_css_page_size=True)
    assert re.findall(rb"/Type\s*/Page\b(?!s)", sheets) == [b"/Type /Page"]
    wide, high = (float(number) for number in re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", sheets)[0])
    assert wide > high
