"""Adopting a protocol's new version at a browser: small and wide, with and without scripts, by keyboard alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from scheduler.access.permissions import SYSTEM
from scheduler.booking.import_clinic import ImportClinic, import_clinic
from tests.browser.conftest import Served
from tests.browser.person import Person, Screen
from tests.cases.clinic_of_the_cases import with_numbers
from tests.web.small_clinic import booked_series


@pytest.mark.parametrize("screen", [Screen(390), Screen(1280), Screen(390, scripts=False)], ids=str)
def test_a_new_version_is_seen_and_adopted(
    served: Served, person: Callable[[Screen], Person], screen: Screen
) -> None:
    series = booked_series(served.app)[0]
    protocol = with_numbers({"integration.from": 48, "phase.discharge": 15}, version=2)
    with served.app.app_context():
        import_clinic(ImportClinic({"protocols": [protocol.document]}), SYSTEM, served.clock)
    one = person(screen)
    one.come_in("admin")
    one.go(f"/series/{series.id}")
    one.look("series-with-newer-version")
    link = one.page.get_by_role("link", name="See what adopting it would mean")
    link.focus()
    one.page.keyboard.press("Enter")
    one.page.get_by_role("heading", name="Version 2 of the protocol").wait_for()
    one.look("version")
    one.page.get_by_role("button", name="Adopt it anyway").focus()
    one.page.keyboard.press("Enter")
    one.page.get_by_text("The series goes by version 2 now.").wait_for()
    one.look("series-after-adopting")
