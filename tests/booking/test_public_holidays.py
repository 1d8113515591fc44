"""The public holidays of a region by name, from the library alone, and the region that a site chose."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from scheduler.access.permissions import SYSTEM
from scheduler.booking.change_holiday_region import ChangeHolidayRegion, change_holiday_region
from scheduler.booking.export_clinic import export_clinic
from scheduler.booking.outcomes import Refused
from scheduler.booking.public_holidays import countries, holidays_in, is_known, parts_of
from scheduler.booking.site_choice import SiteChosen
from scheduler.clinic_file import read_clinic
from scheduler.domain.clock import StandingClock
from scheduler.store import clinic
from scheduler.store.audit import history
from tests.clinic_file.documents import clinic_faults, small_clinic
from tests.feeds.stored_visits import BOOKED_AT, keep_clinic

if TYPE_CHECKING:
    from flask import Flask


@pytest.mark.parametrize(
    ("region", "day", "name"),
    [
        ("US", date(2026, 11, 26), "Thanksgiving Day"),
        # A Saturday: the day instead of it is a holiday too.
        ("US", date(2026, 7, 3), "Independence Day (observed)"),
        ("US-CO", date(2026, 10, 5), "Frances Xavier Cabrini Day"),
        ("CA-BC", date(2026, 8, 3), "British Columbia Day"),
        # Easter and what follows it, in English also where the country speaks otherwise.
        ("DE-BY", date(2027, 5, 27), "Corpus Christi"),
    ],
)
def test_holidays_are_those_of_the_region(region: str, day: date, name: str) -> None:
    assert (day, name) in {(one.day, one.name) for one in holidays_in(region, (2026, 2027))}


def test_a_part_of_a_country_has_its_own() -> None:
    assert date(2026, 10, 5) not in {one.day for one in holidays_in("US", (2026,))}
    assert ("CO", "Colorado") in parts_of("US")
    assert ("BC", "British Columbia") in parts_of("CA")


@pytest.mark.parametrize("region", ["", "XX", "US-XX", "us", "-", "US-"])
def test_what_is_no_region_has_none(region: str) -> None:
    assert is_known(region) is (region == "US-")
    assert region == "US-" or holidays_in(region, (2026,)) == ()
    assert parts_of("XX") == ()


def test_every_country_can_be_asked() -> None:
    assert len(countries()) > 200
    for country in countries():
        found = holidays_in(country, (2026, 2027))
        assert list(found) == sorted(found, key=lambda one: one.day)
        assert all(one.name for one in found)


def test_the_region_is_kept_with_who_chose_it(app: Flask) -> None:
    with app.app_context():
        keep_clinic()
        clock = StandingClock(BOOKED_AT)
        outcome = change_holiday_region(ChangeHolidayRegion("site-1", "US-CO"), SYSTEM, clock)
        assert isinstance(outcome, SiteChosen)
        assert clinic.site("site-1").holiday_region == "US-CO"
        assert export_clinic(clock)["sites"][0]["holiday_region"] == "US-CO"
        [entry] = history("site", "site-1")
        assert entry.details == {"holiday_region": ["", "US-CO"]}
        assert isinstance(
            change_holiday_region(ChangeHolidayRegion("site-1", "US-ZZ"), SYSTEM, clock), Refused
        )
        assert clinic.site("site-1").holiday_region == "US-CO"


def test_the_clinic_file_tells_the_region() -> None:
    document = small_clinic()
    assert read_clinic(document).sites[0].holiday_region == ""
    document["sites"][0]["holiday_region"] = "US-CO"
    assert read_clinic(document).sites[0].holiday_region == "US-CO"
    document["sites"][0]["holiday_region"] = "Colorado"
    assert len(clinic_faults(document)) == 1
