"""Booking and moving for a reader who has chosen Spanish, in a real browser: what scripts say, and whether it all fits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from playwright.sync_api import expect

from scheduler.domain.manners import Manner
from scheduler.store import accounts
from scheduler.store.work import unit_of_work
from tests.browser.conftest import Served
from tests.browser.person import Person, Screen
from tests.web.small_clinic import booked_series

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("screen", [Screen(1280), Screen(390)], ids=lambda one: one.name)
def test_moving_and_the_pages_about_it_speak_spanish_and_fit(
    person: Callable[[Screen], Person], served: Served, screen: Screen
) -> None:
    with served.app.app_context(), unit_of_work():
        kept = accounts.account("desk")
        assert kept
        accounts.save_account(replace(kept, manner=Manner.AMERICAN_SPANISH))
    series = booked_series(served.app)[0]
    one = person(screen)
    one.come_in("desk")
    for name, path in (
        ("patients", "/patients"),
        ("patient", f"/patients/{series.patient}"),
        ("book", f"/patients/{series.patient}/book"),
        ("waiting", "/waiting"),
        ("series", f"/series/{series.id}"),
    ):
        one.go(path)
        one.look(f"{name}-in-spanish")
    talk = series.visit("I7")
    assert talk is not None
    one.go(f"/visits/{talk.id}/move")
    chosen = one.page.locator("#start-day option", has_text="no se mueve nada más").last
    one.page.locator("#start-day").select_option(chosen.get_attribute("value"))
    first = one.page.locator(".start.alone").first
    expect(first).to_contain_text("m.✓, no se mueve nada más")
    first.locator("input").check()
    told = one.page.locator("[data-consequence]")
    expect(told).to_contain_text("1 visita cambia")
    expect(told).to_contain_text("a.\N{NO-BREAK SPACE}m.")
    one.look("move-in-spanish")
    one.page.get_by_role("button", name="Cambiar así").first.click()
    expect(one.page.get_by_text("Cambio hecho: cambió 1 visita.")).to_be_visible()
