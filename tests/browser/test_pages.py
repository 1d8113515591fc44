"""Every page and every state of it: read by everybody, at a desk and on a phone, by day and by night."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from scheduler.access.permissions import SYSTEM
from scheduler.booking.book_series import Booked, book_series
from scheduler.domain.clock import local_day
from scheduler.store import accounts
from scheduler.store.work import unit_of_work
from scheduler.web.sealed_choice import opened
from tests.browser.conftest import Served
from tests.browser.person import Person, Screen
from tests.web.small_clinic import NOW, booked_series, idle_patient

pytestmark = pytest.mark.browser

SCREENS = [Screen(1280), Screen(390), Screen(1280, dark=True)]


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
def test_every_page_can_be_read_by_everybody(
    served: Served, person: Callable[[Screen], Person], screen: Screen
) -> None:
    one = person(screen)
    one.come_in("desk")
    for name, address in _addresses(served):
        one.go(address)
        one.look(name)


@pytest.mark.parametrize("screen", [Screen(1280), Screen(390)], ids=lambda screen: screen.name)
def test_every_refusal_can_be_read_by_everybody(
    served: Served, person: Callable[[Screen], Person], screen: Screen
) -> None:
    one = person(screen)
    one.go("/sign-in")
    one.page.get_by_role("main").get_by_role("button", name="Sign in").click()
    expect(one.page.get_by_role("alert")).to_be_focused()
    one.look("sign-in-refused")
    one.sign_in("desk")
    patient = idle_patient(served.app)
    one.go(f"/patients/{patient}/book")
    one.page.get_by_role("button", name="See proposals").click()
    one.look("wishes-refused")
    one.page.get_by_role("alert").get_by_role("link", name="Choose a protocol").click()
    expect(one.page.locator("#protocol")).to_be_focused()
    _wish(one.page, latest="2026-11-27")
    expect(one.page.get_by_role("heading", level=1)).to_have_text("No complete series fits")
    one.look("nothing-fits")
    one.go("/nowhere")
    one.look("nothing-here")


@pytest.mark.parametrize("screen", [Screen(1280), Screen(390)], ids=lambda screen: screen.name)
def test_who_comes_second_sees_why_and_books_what_is_free(
    served: Served, person: Callable[[Screen], Person], screen: Screen
) -> None:
    mine, theirs = idle_patient(served.app), idle_patient(served.app, 1)
    one = person(screen)
    one.come_in("desk")
    one.go(f"/patients/{mine}/book")
    _wish(one.page)
    _take(served, one.page, theirs, mine)
    one.page.get_by_role("button", name="Book the whole series").click()
    expect(one.page.get_by_role("alert")).to_contain_text("Nothing was booked.")
    one.page.get_by_role("link", name="Each finding beside its visit").click()
    expect(one.page.get_by_text("Cannot be booked:").first).to_be_visible()
    one.look("refused")
    one.page.get_by_role("button", name="Book the whole series").click()
    expect(one.page.get_by_text("Booked: 22 visits.")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False])
def test_choosing_another_proposal_draws_it(
    served: Served, person: Callable[[Screen], Person], scripts: bool
) -> None:
    one = person(Screen(1280, scripts=scripts))
    one.come_in("desk")
    one.go(f"/patients/{idle_patient(served.app)}/book")
    _wish(one.page)
    panels = one.page.locator(".panel")
    expect(panels.nth(0)).to_be_visible()
    expect(panels.nth(1)).to_be_hidden()
    # By keyboard alone: from one card to the next.
    one.page.locator("#proposal-1").focus()
    one.page.keyboard.press("ArrowDown")
    expect(panels.nth(1)).to_be_visible()
    expect(panels.nth(0)).to_be_hidden()


@pytest.mark.parametrize(
    "screen", [Screen(1280), Screen(390), Screen(390, scripts=False)], ids=lambda screen: screen.name
)
def test_what_suits_the_patient_is_said_kept_and_told(
    served: Served, person: Callable[[Screen], Person], screen: Screen
) -> None:
    one = person(screen)
    one.come_in("desk")
    one.go(f"/patients/{idle_patient(served.app)}/book")
    most = one.page.get_by_label("What matters most?")
    expect(most).to_be_hidden()
    # By keyboard alone, as everything else.
    one.page.get_by_text("What would suit the patient best").focus()
    one.page.keyboard.press("Enter")
    one.page.get_by_label("Therapist", exact=True).select_option(index=2)
    one.page.get_by_label("Rather this one, if it can be").check()
    one.page.get_by_label("Tuesday").check()
    one.page.get_by_label("From", exact=True).fill("13:00")
    one.page.get_by_label("Until", exact=True).fill("09:00")
    most.select_option("The therapist chosen here")
    one.look("wishes-open")
    _wish(one.page)
    expect(one.page.get_by_role("alert")).to_contain_text("Enter a time that is later than 13:00")
    expect(one.page.get_by_label("Until", exact=True)).to_have_value("09:00")
    one.look("wishes-times-refused")
    one.page.get_by_label("Until", exact=True).fill("17:00")
    one.page.get_by_role("button", name="See proposals").click()
    cards = one.page.locator(".proposal .stands-out")
    expect(cards).to_have_count(3)
    expect(cards.first).to_contain_text("wished therapist")
    one.look("proposals-compared")
    one.page.get_by_text("Change the wishes").click()
    expect(one.page.get_by_label("Tuesday")).to_be_checked()
    expect(one.page.get_by_label("Rather this one, if it can be")).to_be_checked()
    expect(most).to_have_value("wished_therapist")
    one.look("wishes-changed")


def test_the_list_narrows_while_typing_and_nothing_typed_leaves_the_page(
    served: Served, person: Callable[[Screen], Person]
) -> None:
    one = person(Screen(1280))
    one.come_in("desk")
    asked: list[str] = []
    one.go("/patients")
    one.page.on("request", lambda request: asked.append(request.url.removeprefix(served.address)))
    box = one.page.get_by_label("Name, phone or birthday")
    box.press_sequentially("agrim")
    rows = one.page.locator("#found tbody tr:visible")
    expect(rows).to_have_count(1)
    expect(one.page.get_by_role("status")).to_have_text("1 shown")
    box.fill("")
    expect(rows).to_have_count(60)
    assert not [path for path in asked if not path.startswith("/static/")]


def test_the_keyboard_skips_the_navigation(person: Callable[[Screen], Person]) -> None:
    one = person(Screen(1280))
    one.come_in("desk")
    one.go("/patients")
    expect(one.page.get_by_role("heading", name="Patients", level=1)).to_be_visible()
    one.page.bring_to_front()
    one.page.keyboard.press("Tab")
    skip = one.page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    one.page.keyboard.press("Enter")
    expect(one.page.locator("#main")).to_be_focused()


@pytest.mark.parametrize("screen", [Screen(1280), Screen(390)], ids=lambda screen: screen.name)
def test_every_target_is_large_enough(
    served: Served, person: Callable[[Screen], Person], screen: Screen
) -> None:
    """Targets are at least 24 pixels in both directions; links inside a sentence may be lower, as in WCAG 2.5.8."""
    one = person(screen)
    one.come_in("desk")
    for name, address in _addresses(served):
        one.go(address)
        small = one.page.evaluate(
            """() => [...document.querySelectorAll('button, input, select, summary, .button, .nav a, .week a')]
                .filter((one) => one.type !== 'hidden' && one.getClientRects().length)
                .filter((one) => Math.min(one.offsetWidth, one.offsetHeight) < 24)
                .map((one) => one.outerHTML.slice(0, 80))"""
        )
        assert not small, (name, small)


def _addresses(served: Served) -> Iterator[tuple[str, str]]:
    series = booked_series(served.app)[0]
    dose, last = series.visit("D1"), series.visit("R1")
    assert dose is not None
    assert last is not None
    yield "patients", "/patients"
    yield "patient", f"/patients/{series.patient}"
    yield "wishes", f"/patients/{idle_patient(served.app)}/book"
    yield "series", f"/series/{series.id}"
    yield "cancel-series", f"/series/{series.id}/cancel"
    yield "cancel-visit", f"/visits/{last.id}/cancel"
    yield "day", f"/day/{local_day(dose.start, 'America/Denver')}"
    yield "day-closed", "/day/2026-11-26"
    yield "rules", "/rules"


def _wish(page: Page, **wishes: Any) -> None:
    page.get_by_label("IV ketamine induction ×6 with psychotherapy").check()
    if "latest" in wishes:
        page.get_by_label("Over by").fill(wishes["latest"])
    page.get_by_role("button", name="See proposals").click()


def _take(served: Served, page: Page, patient: str, from_patient: str) -> None:
    """Book the proposal that is on somebody's screen for somebody else."""
    seal = page.locator("#proposal-1").get_attribute("value")
    assert seal
    with served.app.app_context():
        wanted = opened(seal, from_patient, "desk", NOW)
        outcome = book_series(replace(wanted, patient=patient, idempotency_key=None), SYSTEM, served.clock)
    assert isinstance(outcome, Booked), outcome


@pytest.mark.parametrize("screen", [Screen(1280), Screen(390)], ids=lambda screen: screen.name)
def test_the_top_of_the_page_stands_in_calm_rows(
    served: Served, person: Callable[[Screen], Person], screen: Screen
) -> None:
    """The name of the program, who is signed in and the way out share a row, however long the name of the account."""
    long = "maria-magdalena.of-the-front-desk-of-maple-house"
    with served.app.app_context(), unit_of_work():
        account = accounts.account("desk")
        assert account is not None
        accounts.save_account(replace(account, username=long))
    one = person(screen)
    one.come_in(long)
    one.go("/rules")
    brand = one.page.get_by_role("link", name="Trellis").bounding_box()
    out = one.page.get_by_role("button", name="Sign out").bounding_box()
    assert brand and out
    assert brand["y"] < out["y"] + out["height"] / 2 < brand["y"] + brand["height"]
    one.look("long-name")


def test_what_a_proposal_is_good_for_can_be_read_on_a_phone(
    served: Served, person: Callable[[Screen], Person]
) -> None:
    one = person(Screen(390))
    one.come_in("desk")
    one.go(f"/patients/{idle_patient(served.app)}/book")
    _wish(one.page)
    widths = one.page.locator("dl.facts dd:visible").evaluate_all("all => all.map((one) => one.offsetWidth)")
    assert widths
    assert min(widths) > 150, "values stand beside their names, not letter under letter"
