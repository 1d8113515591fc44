"""Accepting a conflict at a browser: small and wide, with and without scripts, by keyboard alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from scheduler.access.permissions import SYSTEM
from scheduler.booking.adopt_version import AdoptVersion, adopt_version
from scheduler.booking.import_clinic import ImportClinic, import_clinic
from scheduler.rules.finding import Level
from scheduler.store.conflicts import open_conflicts
from tests.browser.conftest import Served
from tests.browser.person import Person, Screen
from tests.cases.clinic_of_the_cases import with_numbers
from tests.web.small_clinic import booked_series


@pytest.mark.parametrize("screen", [Screen(390), Screen(1280), Screen(390, scripts=False)], ids=str)
def test_a_warning_is_accepted_with_a_reason(
    served: Served, person: Callable[[Screen], Person], screen: Screen
) -> None:
    series = booked_series(served.app)[0]
    protocol = with_numbers({"integration.until": 48, "integration.from": 46, "contact.until": 24}, version=2)
    with served.app.app_context():
        import_clinic(ImportClinic({"protocols": [protocol.document]}), SYSTEM, served.clock)
        adopt_version(AdoptVersion(series.id, 2), SYSTEM, served.clock)
        warning = next(one for one in open_conflicts() if one.level is Level.WARN)
    one = person(screen)
    one.come_in("desk")
    one.go(f"/conflicts/{warning.id}")
    one.page.get_by_label("Why").focus()
    one.look("conflict-to-accept")
    one.page.keyboard.type("Agreed with the patient.")
    one.page.keyboard.press("Enter")
    one.page.get_by_role("heading", name="Accepted as they are").wait_for()
    one.look("conflicts-accepted")
