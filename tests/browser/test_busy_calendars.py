"""The page of calendars elsewhere, in a real browser: read by everybody, with and without scripts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from scheduler.feeds.busy.refreshing import Fetching, refresh_due
from scheduler.feeds.busy.sealing import AddressSeal
from tests.browser.conftest import Served
from tests.browser.person import Person, Screen
from tests.feeds.busy.bad_server import GOOD, bad_server, reach
from tests.web.small_clinic import booked_series

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("screen", [Screen(1280), Screen(390)], ids=lambda screen: screen.name)
def test_the_page_of_calendars_can_be_read_by_everybody(
    served: Served, person: Callable[[Screen], Person], screen: Screen, tmp_path: Path
) -> None:
    somebody = booked_series(served.app)[0].appointments[0].people[0]
    file = tmp_path / "rota.ics"
    file.write_text(GOOD)
    one = person(screen)
    one.come_in("desk")
    one.go(f"/staff/{somebody}/calendars")
    one.look("calendars-none")
    page = one.page
    page.get_by_label("iCal address").fill("ftp://example.org/rota.ics")
    page.get_by_role("button", name="Add the address").click()
    expect(page.get_by_role("alert")).to_contain_text("must begin with https://")
    one.look("calendars-refused")
    with bad_server() as server:
        page.get_by_label("iCal address").fill(server.at("/page"))
        page.get_by_role("button", name="Add the address").click()
        expect(page.get_by_text("Not read yet")).to_be_visible()
        settings = served.app.extensions["trellis_settings"]
        with served.app.app_context():
            refresh_due(Fetching(AddressSeal(settings.secret_key), "", reach()), served.clock)
    page.get_by_label("Calendar file").set_input_files(file)
    page.get_by_role("button", name="Upload the file").click()
    expect(page.get_by_text("web page instead of a calendar")).to_be_visible()
    expect(page.get_by_text("● Counts")).to_be_visible()
    one.look("calendars")
    one.go(f"/staff/{somebody}")
    one.look("staff-with-calendars")
