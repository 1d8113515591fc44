"""The list of what waits, in a real browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from scheduler.access.permissions import SYSTEM
from scheduler.booking.cancel_appointment import CancelAppointment, cancel_appointment
from scheduler.booking.outcomes import CalledOffBy, CancelReason, NotAllowed, Refused
from tests.browser.conftest import Served
from tests.browser.person import Person, Screen
from tests.web.small_clinic import booked_series

pytestmark = pytest.mark.browser

SCREENS = [Screen(1280), Screen(390), Screen(390, dark=True), Screen(768, scripts=False)]


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
def test_what_waits_leads_on_to_its_next_step(
    person: Callable[[Screen], Person], served: Served, screen: Screen
) -> None:
    integration = booked_series(served.app)[0].visit("I1")
    assert integration is not None
    called = CancelAppointment(integration.id, CalledOffBy.PATIENT, CancelReason.ILLNESS)
    with served.app.app_context():
        outcome = cancel_appointment(called, SYSTEM, served.clock)
    assert not isinstance(outcome, Refused | NotAllowed)
    one = person(screen)
    one.come_in("desk")
    one.go("/patients")
    one.open_menu()
    one.page.get_by_role("link", name="To do").click()
    expect(one.page.get_by_role("heading", name="To do", level=1)).to_be_visible()
    one.look("to-do")
    one.page.get_by_role("link", name="Window closing: 1").click()
    one.page.get_by_role("link", name="Plan anew").click()
    expect(one.page.get_by_role("heading", level=1)).to_be_visible()
    assert "/replan" in one.page.url
