"""The pages of groups, read by everybody: at a desk and on a phone, by day and by night."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from scheduler.domain.clock import StandingClock
from tests.booking.small_clinic import MONDAY
from tests.booking.the_day import S
from tests.browser.conftest import Served
from tests.browser.person import Screen, person_at
from tests.cases.groups.group_clinic import COHORT, NAMES, booked_group, store_group_clinic, visit_of
from tests.cases.groups.group_floor import group_visit, member
from tests.cases.groups.test_pages import with_accounts
from tests.databases import SqliteTemplate, let_go, make_app
from tests.serving import serving

pytestmark = pytest.mark.browser

SCREENS = [Screen(1280), Screen(390), Screen(1280, dark=True)]


@pytest.fixture
def served_group(sqlite_template: SqliteTemplate, tmp_path: Path) -> Iterator[Served]:
    """Give a server with a cohort of four, one of them with a high dose, whose visits are not booked."""
    clock = StandingClock(MONDAY)
    app = make_app(sqlite_template.copy_to(tmp_path), tmp_path, clock)
    with app.app_context():
        store_group_clinic(members=4, high_dose=(2,))
    with_accounts(app)
    with serving(app) as address:
        yield Served(app, clock, address)
    let_go(app)


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
def test_a_group_is_filled_and_booked_by_everybody(
    served_group: Served, browser: Browser, screen: Screen
) -> None:
    one = person_at(browser, served_group.address, screen)
    one.come_in("desk")
    one.go("/cohorts")
    one.look("groups")
    one.page.get_by_role("link", name="Tuesday group").click()
    one.page.get_by_label("Who joins?").fill(NAMES[4])
    one.page.get_by_role("button", name="Look for").click()
    one.look("group-found")
    one.page.get_by_role("button", name=f"Let {NAMES[4][:2]}rin {NAMES[4]} join").click()
    expect(one.page.get_by_text("Joined.")).to_be_visible()
    one.page.get_by_role("button", name=f"{NAMES[4][:2]}rin {NAMES[4]} leaves the group").click()
    one.look("group-open")
    with served_group.app.app_context():
        booked_group()
        mine, whole = visit_of(2, "GD1").id, group_visit().id
        day = group_visit().start.date()
        member(1).goes(S.CHECKED_IN)
    for name, address in (
        ("group-booked", f"/cohorts/{COHORT}"),
        ("group-member-visit", f"/visits/{mine}"),
        ("group-visit", f"/visits/{whole}"),
        ("group-day", f"/day/{day}"),
    ):
        one.go(address)
        one.look(name)
    one.leave()
