"""The patient's own pages in a real browser: large, narrow, in the dark, without scripts, in twice the type, on paper."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect

from scheduler.domain.interval import Interval
from scheduler.domain.treatment import StepKind
from scheduler.reminders.answer_links import hash_of, patients_behind
from scheduler.store import clinic
from scheduler.store.appointments import appointments_between
from tests.browser.conftest import Served
from tests.browser.person import Person, Screen
from tests.browser.test_links import links_sent
from tests.web.small_clinic import NOW

pytestmark = pytest.mark.browser

SCREENS = [Screen(1280), Screen(390), Screen(320), Screen(390, dark=True), Screen(390, scripts=False)]


def whose(served: Served, link: str) -> str:
    """Return the patient whose visits a link asks about."""
    with served.app.app_context():
        [patient] = patients_behind(hash_of(link.removeprefix("/a/")), served.clock.now())
    return patient


def birth_date_of(served: Served, patient: str) -> date:
    with served.app.app_context():
        return clinic.patient(patient).birth_date


def a_day_before_the_first_dose(served: Served, patient: str) -> None:
    """Set the clock there, as if the visits before had taken place."""
    with served.app.app_context():
        ahead = appointments_between(Interval(NOW, NOW + timedelta(days=90)), patient=patient)
    dose = next(one for one in ahead if one.kind is StepKind.DOSING)
    served.clock.instant = dose.start - timedelta(days=1)


def give(page: Page, day: date) -> None:
    """Fill the date in as people do, and send it by the keyboard."""
    page.get_by_label("Day").fill(str(day.day))
    page.get_by_label("Month").select_option(str(day.month))
    page.get_by_label("Year").fill(str(day.year))
    page.get_by_label("Year").press("Enter")


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
def test_somebody_sees_the_whole_plan_and_answers_at_their_own_screen(
    served: Served, person: Callable[[Screen], Person], screen: Screen
) -> None:
    link = links_sent(served)[0]
    patient = whose(served, link)
    a_day_before_the_first_dose(served, patient)
    birth_date = birth_date_of(served, patient)
    one = person(screen)
    page = one.page
    one.go(link)
    page.get_by_role("link", name="See all your appointments").click()
    expect(page).to_have_title("Your date of birth")
    one.look("own-door")
    give(page, birth_date + timedelta(days=1))
    expect(page.get_by_text("This did not open the page.")).to_be_visible()
    one.look("own-door-wrong")
    give(page, birth_date)
    expect(page.get_by_role("heading", name="Your next appointment")).to_be_visible()
    following = page.locator(".next")
    for said in ("Treatment session 1 of 6", "eat nothing", "Do not drive before", "With "):
        expect(following).to_contain_text(said)
    expect(page.get_by_text("Urgent help:")).to_be_visible()
    one.look("own-plan")
    following.get_by_role("button", name="I will come").press("Enter")
    expect(following).to_contain_text("We have noted that this time suits you.")
    page.get_by_text("Past appointments").click()
    one.look("own-plan-answered")
    page.get_by_role("button", name="I am done").click()
    expect(page.get_by_role("heading", name="This page is closed now")).to_be_visible()
    one.look("own-closed")
    assert not page.context.cookies()


def test_twice_the_type_and_paper_leave_nothing_out(
    served: Served, person: Callable[[Screen], Person]
) -> None:
    link = links_sent(served)[0]
    patient = whose(served, link)
    a_day_before_the_first_dose(served, patient)
    one = person(Screen(390))
    one.go(f"{link}/own")
    give(one.page, birth_date_of(served, patient))
    expect(one.page.get_by_role("heading", name="Your next appointment")).to_be_visible()
    one.page.evaluate("document.documentElement.style.fontSize = '237.5%'")
    one.look("own-plan-twice-the-type")
    one.page.evaluate("document.documentElement.style.fontSize = ''")
    one.page.emulate_media(media="print")
    expect(one.page.locator(".next").get_by_role("button", name="I will come")).to_be_hidden()
    expect(one.page.get_by_role("button", name="I am done")).to_be_hidden()
    one.look("own-plan-print")


@pytest.mark.parametrize("screen", [Screen(1280), Screen(390), Screen(320)], ids=lambda screen: screen.name)
def test_somebody_chooses_how_they_are_written_to_and_makes_a_calendar(
    served: Served, person: Callable[[Screen], Person], screen: Screen
) -> None:
    link = links_sent(served)[0]
    one = person(screen)
    page = one.page
    one.go(f"{link}/own")
    give(page, birth_date_of(served, whose(served, link)))
    page.get_by_role("link", name="How we write to you").click()
    texts = page.get_by_role("group", name="By text message")
    texts.get_by_label("Reminders before appointments").check()
    one.look("own-choices")
    page.get_by_role("button", name="Save my choice").press("Enter")
    expect(page.get_by_text("We have saved your choice.")).to_be_visible()
    expect(texts.get_by_label("Reminders before appointments")).to_be_checked()
    page.get_by_role("button", name="Make my calendar address").click()
    expect(page.get_by_role("link", name="Open it in the calendar on this device")).to_be_visible()
    one.look("own-calendar")
