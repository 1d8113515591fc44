"""Other times are offered at the desk and taken on the patient's own pages, in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from scheduler.access.permissions import SYSTEM
from scheduler.booking.changed_series import visits_of
from scheduler.booking.offer_times import OfferTimes, offer_times, times_to_offer
from scheduler.domain.interval import Interval
from scheduler.domain.offers import Offer
from scheduler.store.appointments import appointments_between
from tests.browser.conftest import Served
from tests.browser.person import Person, Screen
from tests.browser.test_links import links_sent
from tests.browser.test_own_pages import birth_date_of, give, whose
from tests.web.small_clinic import booked_series

pytestmark = pytest.mark.browser

SCREENS = [Screen(1280), Screen(390), Screen(390, dark=True), Screen(768, scripts=False)]


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
def test_times_are_offered_from_the_page_of_a_move(
    person: Callable[[Screen], Person], served: Served, screen: Screen
) -> None:
    visit = booked_series(served.app)[0].appointments[-1]
    one = person(screen)
    one.come_in("desk")
    one.go(f"/visits/{visit.id}/move")
    one.page.get_by_role("link", name="offer the patient other times").click()
    one.look("offer")
    one.page.get_by_role("button", name="Offer these times").click()
    expect(one.page.get_by_role("heading", name="Offered now")).to_be_visible()
    one.look("offered")
    one.page.get_by_role("button", name="Take it back").click()
    expect(one.page.get_by_text("Nothing is offered for this visit now.")).to_be_visible()


def offer_the_last(served: Served, patient: str) -> None:
    """Offer other times for the last visit of a patient."""
    now = served.clock.now()
    with served.app.app_context():
        visit = appointments_between(Interval(now, now + timedelta(days=120)), patient=patient)[-1]
        ways = times_to_offer(visit.id, SYSTEM, served.clock)
        assert isinstance(ways, tuple) and ways
        times = tuple(one for way in ways for one in visits_of(way))
        assert isinstance(offer_times(OfferTimes(visit.id, times), SYSTEM, served.clock), Offer)


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
def test_one_of_them_is_taken_on_the_patients_own_page(
    person: Callable[[Screen], Person], served: Served, screen: Screen
) -> None:
    link = links_sent(served)[0]
    patient = whose(served, link)
    offer_the_last(served, patient)
    one = person(screen)
    one.go(link)
    one.page.get_by_role("link", name="See all your appointments").click()
    give(one.page, birth_date_of(served, patient))
    expect(one.page.get_by_text("We do not hold these times for you")).to_be_visible()
    one.look("own-offered")
    one.page.get_by_role("button", name="Take ").first.press("Enter")
    expect(one.page.get_by_text("Your appointment has its new time now.")).to_be_visible()
    one.look("own-moved")
