"""The settings of the site on one page: unit, range, why, and who changed them when, from what to what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from scheduler.access.permissions import SYSTEM
from scheduler.booking.import_clinic import ClinicImported, ImportClinic, import_clinic
from scheduler.clinic_file.demo import demo_document
from scheduler.domain.calendar_words import USUAL_WORDS
from scheduler.domain.places import Site
from scheduler.domain.site_settings import NUMBERS, numbers_of
from scheduler.store import clinic
from tests.web.small_clinic import TODAY, Visitor, fill, visitor

if TYPE_CHECKING:
    from flask import Flask

    from scheduler.domain.clock import StandingClock

PAGE = "/site/settings"
USUAL = {one.name: str(one.usual) for one in NUMBERS}


def the_site(app: Flask) -> Site:
    with app.app_context():
        return clinic.sites()[0]


def test_an_administrator_changes_a_number_on_both_databases(
    app: Flask, standing_clock: StandingClock
) -> None:
    fill(app, standing_clock)
    admin = visitor(app, "admin")
    assert PAGE in admin.text("/places")
    before = admin.text(PAGE)
    assert "No setting has been changed here yet" in before
    assert all(one.title in before and one.why in before for one in NUMBERS)
    now = {name: str(value) for name, value in numbers_of(the_site(app)).items()}
    answer = admin.send(PAGE, {**now, "dormant_days": "120"})
    assert answer.status_code == 303
    assert numbers_of(the_site(app))["dormant_days"] == 120
    page = admin.text(PAGE)
    assert "Changed by admin, " in page
    assert "<td>84</td>\n        <td>120</td>" in page


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"no_decisions_hours": "11"}, "Enter a whole number from 12 to 48"),
        ({"dormant_days": ""}, "Enter a whole number from 30 to 180"),
        ({"notice_dosing_hours": "-1"}, "Enter a whole number from 0 to 168"),
        ({"notice_other_hours": "two"}, "Enter a whole number from 0 to 168"),
    ],
)
def test_what_is_out_of_its_range_is_said(clinic_app: Flask, wrong: dict[str, str], said: str) -> None:
    before = numbers_of(the_site(clinic_app))
    answer = visitor(clinic_app, "admin").send(PAGE, {**USUAL, **wrong})
    assert answer.status_code == 422
    assert said in answer.text
    assert "There is a problem" in answer.text
    assert numbers_of(the_site(clinic_app)) == before


def test_every_change_of_a_setting_stands_in_the_history(clinic_app: Flask) -> None:
    admin = visitor(clinic_app, "admin")
    admin.send("/site/calendar-words", {**USUAL_WORDS.plain(), "dosing": "L1", "patient": "first_name"})
    admin.send("/site/message-words/language", {"language": "es"})
    admin.send("/places/holidays/region", {"country": "US", "part": "CO"})
    page = " ".join(admin.text(PAGE).split())
    assert "<td>Code for dosing in calendars</td> <td>D</td> <td>L1</td>" in page
    assert "<td>What follows the code in calendars</td> <td>initials</td> <td>first name</td>" in page
    assert "<td>Language of patients of whom none is known</td> <td>en</td> <td>es</td>" in page
    assert "<td>Region whose public holidays are proposed</td> <td>none</td> <td>US-CO</td>" in page


def test_what_a_clinic_file_changes_is_told_as_such(clinic_app: Flask, standing_clock: StandingClock) -> None:
    document: dict[str, Any] = dict(demo_document(TODAY))
    document["sites"][0]["dormant_days"] = 100
    with clinic_app.app_context():
        outcome = import_clinic(ImportClinic(document), SYSTEM, standing_clock)
        assert isinstance(outcome, ClinicImported)
    page = " ".join(visitor(clinic_app, "admin").text(PAGE).split())
    assert "Changed with the clinic file by system" in page
    assert "<td>84</td> <td>100</td>" in page


def test_a_shorter_break_shows_the_visits_that_it_would_break_or_saves(clinic_app: Flask) -> None:
    admin = visitor(clinic_app, "admin")
    assert admin.send(PAGE, {**USUAL, "dormant_days": "30"}).status_code == 303
    assert numbers_of(the_site(clinic_app))["dormant_days"] == 30


def test_nobody_else_sees_them(desk: Visitor) -> None:
    assert PAGE not in desk.text("/places")
    assert desk.get(PAGE).status_code == 403
    assert desk.send(PAGE, USUAL).status_code == 403
