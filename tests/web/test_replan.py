"""Planning the rest anew by its page: what was called off is named, its ways are shown, and one of them is done."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from scheduler.domain.clock import local_day
from scheduler.domain.series import Series
from scheduler.web.words import visit_in
from tests.web.small_clinic import Visitor, as_stored, booked_series, visitor, ways_on

if TYPE_CHECKING:
    from flask import Flask

ZONE = "America/Denver"
CHOICE = {"by": "patient", "reason": "illness"}


def _without_a_dose(app: Flask, desk: Visitor) -> Series:
    series = booked_series(app)[0]
    dose = series.visit("D4")
    assert dose is not None
    assert desk.send(f"/visits/{dose.id}/cancel", CHOICE).status_code == 303
    return as_stored(app, series)


def test_what_was_called_off_is_named_and_booked_again(clinic_app: Flask, desk: Visitor) -> None:
    series = _without_a_dose(clinic_app, desk)
    page = desk.text(f"/series/{series.id}")
    assert "Called off and not booked again: D4 Dosing 4." in page
    assert f'href="/series/{series.id}/replan"' in page
    shown = desk.send(f"/series/{series.id}/replan/ways", {})
    assert shown.status_code == 200
    assert "booked again" in shown.text
    assert as_stored(clinic_app, series) == series, "looking changes nothing"
    way = ways_on(shown.text)[0]
    response = desk.send(f"/series/{series.id}/replan", {"way": way})
    assert response.headers["Location"] == f"/series/{series.id}"
    again = as_stored(clinic_app, series).visit("D4")
    assert again is not None
    assert visit_in(again.interval, ZONE) in shown.text
    page = desk.text(f"/series/{series.id}")
    assert "Booked again: 1 visit." in page
    assert "Called off and not booked again" not in page
    assert "Nothing of this series" in desk.text(f"/series/{series.id}/replan")
    twice = desk.send(f"/series/{series.id}/replan", {"way": way})
    assert "Planned already." in desk.text(twice.headers["Location"])


def test_the_days_that_are_asked_for_are_kept(clinic_app: Flask, desk: Visitor) -> None:
    series = _without_a_dose(clinic_app, desk)
    (off,) = [visit for visit in series.appointments if not visit.state.takes_time]
    first = local_day(off.start, ZONE) + timedelta(days=1)
    shown = desk.send(f"/series/{series.id}/replan/ways", {"not_before": first.isoformat()})
    way = ways_on(shown.text)[0]
    desk.send(f"/series/{series.id}/replan", {"way": way})
    again = as_stored(clinic_app, series).visit("D4")
    assert again is not None
    assert local_day(again.start, ZONE) >= first


def test_what_the_patient_declines_is_left_out(clinic_app: Flask, desk: Visitor) -> None:
    series = booked_series(clinic_app)[0]
    for step in ("I2", "D4"):
        visit = series.visit(step)
        assert visit is not None
        desk.send(f"/visits/{visit.id}/cancel", CHOICE)
    page = desk.text(f"/series/{series.id}/replan")
    assert "The patient declines I2</button>" in page
    assert "The patient declines D4</button>" not in page
    response = desk.send(f"/series/{series.id}/decline", {"step": "I2"})
    page = desk.text(response.headers["Location"])
    assert "Declined: I2." in page
    assert "The patient declined: I2 Integration 2." in page
    assert as_stored(clinic_app, series).declined == {"I2"}
    desk.send(f"/series/{series.id}/decline", {"step": "D4"})
    assert as_stored(clinic_app, series).declined == {"I2"}


def test_a_way_of_another_series_is_not_taken(clinic_app: Flask, desk: Visitor) -> None:
    series = _without_a_dose(clinic_app, desk)
    other = booked_series(clinic_app)[1]
    way = ways_on(desk.send(f"/series/{series.id}/replan/ways", {}).text)[0]
    response = desk.send(f"/series/{other.id}/replan", {"way": way})
    assert response.headers["Location"] == f"/series/{other.id}/replan"
    assert "Please choose again." in desk.text(response.headers["Location"])
    assert as_stored(clinic_app, series) == series


def test_a_day_that_is_none_is_told_beside_its_field(clinic_app: Flask, desk: Visitor) -> None:
    series = _without_a_dose(clinic_app, desk)
    response = desk.send(f"/series/{series.id}/replan/ways", {"not_before": "9999-12-31"})
    assert response.status_code == 422
    assert 'href="#not_before">Enter a year such as 2026' in response.text


def test_nurses_are_shown_no_way(clinic_app: Flask, desk: Visitor) -> None:
    series = _without_a_dose(clinic_app, desk)
    nurse = visitor(clinic_app, "nurse")
    assert "Plan the rest anew" not in nurse.text(f"/series/{series.id}")
    assert nurse.get(f"/series/{series.id}/replan").status_code == 403
