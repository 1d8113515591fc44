"""Public holidays are proposed as closures: the region is asked first, and none shuts the site by itself."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from scheduler.domain.places import Site
from scheduler.store import clinic
from scheduler.store.conflicts import open_conflicts
from scheduler.store.site_facts import facts_of, save_facts
from scheduler.store.work import unit_of_work
from tests.web.small_clinic import Visitor, visitor

if TYPE_CHECKING:
    from flask import Flask


PAGE = "/places/holidays"
REGION = "/places/holidays/region"
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


def the_site(app: Flask) -> Site:
    with app.app_context():
        return clinic.sites()[0]


@pytest.fixture
def in_canada(desk: Visitor) -> Visitor:
    """The desk of a site that has said where it is."""
    assert desk.send(REGION, {"country": "CA", "part": ""}).status_code == 303
    return desk


@pytest.mark.usefixtures("with_clinic")
def test_the_region_is_asked_first_on_both_databases(app: Flask) -> None:
    desk = visitor(app, "desk")
    assert PAGE in desk.text("/places")
    first = desk.text(PAGE)
    assert "First say where the site is" in first
    assert 'type="checkbox"' not in first
    assert desk.send(REGION, {"country": "US", "part": ""}).status_code == 303
    assert 'value="CO">Colorado' in desk.text(PAGE)
    assert desk.send(REGION, {"country": "US", "part": "CO"}).status_code == 303
    page = desk.text(PAGE)
    assert "The public holidays of Colorado, United States" in page
    assert "Frances Xavier Cabrini Day" in page
    assert the_site(app).holiday_region == "US-CO"
    assert all(closure.reason != "Christmas Day" for closure in the_site(app).closures)


def test_a_part_of_another_country_is_left_out(clinic_app: Flask, in_canada: Visitor) -> None:
    assert in_canada.send(REGION, {"country": "US", "part": "BC"}).status_code == 303
    assert the_site(clinic_app).holiday_region == "US"
    assert in_canada.send(REGION, {"country": "", "part": ""}).status_code == 303
    assert the_site(clinic_app).holiday_region == ""
    assert in_canada.send(REGION, {"country": "Canada", "part": ""}).status_code == 422


def test_what_is_ticked_is_shut_and_shown_as_such(clinic_app: Flask, in_canada: Visitor) -> None:
    days = ["2027-07-01", "2027-09-06"]
    before = the_site(clinic_app).closures
    assert in_canada.send(PAGE, {"days": days}).status_code == 303
    new = [one for one in the_site(clinic_app).closures if one not in before]
    assert [(one.first_day, one.last_day, one.reason) for one in new] == [
        (date(2027, 7, 1), date(2027, 7, 1), "Canada Day"),
        (date(2027, 9, 6), date(2027, 9, 6), "Labor Day"),
    ]
    page = in_canada.text(PAGE)
    assert page.count("✓ Shut already") >= 2
    assert not any(f'value="{day}"' in page for day in days)
    assert "Canada Day" in in_canada.text("/places")


@pytest.mark.parametrize("days", [[], ["2026-01-01"], ["2026-12-24"], ["nonsense"]])
def test_only_days_of_the_list_can_be_ticked(clinic_app: Flask, in_canada: Visitor, days: list[str]) -> None:
    before = the_site(clinic_app).closures
    answer = in_canada.send(PAGE, {"days": days})
    assert answer.status_code == 422
    assert "There is a problem" in answer.text
    assert the_site(clinic_app).closures == before


def test_visits_on_such_a_day_are_named_before_it_is_saved(clinic_app: Flask, desk: Visitor) -> None:
    # A day on which the small clinic has visits.
    day = "2026-12-08"
    assert desk.send(REGION, {"country": "AT", "part": ""}).status_code == 303
    shown = desk.send(PAGE, {"days": [day, "2027-10-26"]})
    assert shown.status_code == 200
    assert "would break a rule" in shown.text
    assert "Immaculate Conception (Tue 8 Dec 2026)" in shown.text
    assert day not in {closure.first_day.isoformat() for closure in the_site(clinic_app).closures}
    sent: dict[str, object] = dict(HIDDEN.findall(shown.text))
    days = [value for name, value in HIDDEN.findall(shown.text) if name == "days"]
    assert desk.send(PAGE, {**sent, "days": days}).status_code == 303
    assert {day, "2027-10-26"} <= {one.first_day.isoformat() for one in the_site(clinic_app).closures}
    with clinic_app.app_context():
        assert open_conflicts("maple")


def test_a_region_of_the_file_that_nobody_knows_is_told(clinic_app: Flask, desk: Visitor) -> None:
    with clinic_app.app_context(), unit_of_work():
        facts = facts_of("maple")
        save_facts(facts, replace(facts, site=replace(facts.site, holiday_region="ZZ-1")))
    page = desk.text(PAGE)
    assert "No public holidays are known of ZZ-1" in page
    assert "Save the region" in page
