"""Further integration by its page: asked for, shown, booked once, and on the page of the series from then on."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from scheduler.web.words import visit_in
from tests.web.small_clinic import Visitor, as_stored, booked_series, ways_on

if TYPE_CHECKING:
    from flask import Flask

ZONE = "America/Denver"
ASKED = {"visits": "2", "at_least_days": "7", "at_most_days": "21"}


def test_further_visits_are_shown_and_booked_once(clinic_app: Flask, desk: Visitor) -> None:
    series = booked_series(clinic_app)[0]
    assert f'href="/series/{series.id}/extend"' in desk.text(f"/series/{series.id}")
    asked = desk.text(f"/series/{series.id}/extend")
    assert "The last visit of the series is R1" in asked
    assert re.search(r'<input[^>]*name="at_least_days"[^>]* value="7"', asked)
    shown = desk.send(f"/series/{series.id}/extend/ways", ASKED)
    assert shown.status_code == 200
    assert "Nothing else moves" in shown.text
    assert as_stored(clinic_app, series) == series, "looking changes nothing"
    way = ways_on(shown.text)[0]
    for said in ("Booked: 2 further visits.", "Booked already."):
        response = desk.send(f"/series/{series.id}/extend", {"way": way})
        assert response.headers["Location"] == f"/series/{series.id}"
        page = desk.text(response.headers["Location"])
        assert said in page
    after = as_stored(clinic_app, series)
    for step in ("X1", "X2"):
        visit = after.visit(step)
        assert visit is not None
        assert visit_in(visit.interval, ZONE) in shown.text
        assert f"/visits/{visit.id}/move" in page
        assert visit.title in desk.text(f"/visits/{visit.id}")
    assert after.extra[1].after == "X1"


def test_what_cannot_be_is_said_beside_its_field(clinic_app: Flask, desk: Visitor) -> None:
    address = f"/series/{booked_series(clinic_app)[0].id}/extend/ways"
    many = desk.send(address, {**ASKED, "visits": "40"})
    assert many.status_code == 422
    assert 'href="#visits">Ask for 1 to 6 visits at once' in many.text
    apart = desk.send(address, {**ASKED, "at_least_days": "30"})
    assert apart.status_code == 200
    assert "it would be 30 to 21 days" in apart.text


def test_what_is_missing_comes_first(clinic_app: Flask, desk: Visitor) -> None:
    series = booked_series(clinic_app)[0]
    visit = series.visit("I3")
    assert visit is not None
    desk.send(f"/visits/{visit.id}/cancel", {"by": "patient", "reason": "illness"})
    page = desk.send(f"/series/{series.id}/extend/ways", ASKED).text
    assert "Of the series I3 is called off and not booked again." in page


def test_a_way_that_was_not_made_for_it_is_not_taken(
    clinic_app: Flask, desk: Visitor, signed_in: Callable[[str], Visitor]
) -> None:
    series, other, *_ = booked_series(clinic_app)
    way = ways_on(desk.send(f"/series/{series.id}/extend/ways", ASKED).text)[0]
    response = desk.send(f"/series/{other.id}/extend", {"way": way})
    assert response.headers["Location"] == f"/series/{other.id}/extend"
    theirs = signed_in("prescriber").send(f"/series/{series.id}/extend", {"way": way})
    assert theirs.headers["Location"] == f"/series/{series.id}/extend"
    assert as_stored(clinic_app, series) == series


def test_a_nurse_is_not_offered_it(clinic_app: Flask, signed_in: Callable[[str], Visitor]) -> None:
    series = booked_series(clinic_app)[0]
    assert "/extend" not in signed_in("nurse").text(f"/series/{series.id}")
