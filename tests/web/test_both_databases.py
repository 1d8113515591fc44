"""The pages work alike on both databases: from the search to a booked series, the day and the cancelling."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from scheduler.domain.clock import StandingClock, local_day
from scheduler.domain.people import Role
from scheduler.store.series import series_of_patient
from tests.web.small_clinic import PROTOCOL, ZONE, booked_series, idle_patient, visitor, ways_on

if TYPE_CHECKING:
    from flask import Flask

HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


@pytest.mark.usefixtures("with_clinic")
def test_a_series_is_found_booked_seen_and_cancelled(app: Flask, standing_clock: StandingClock) -> None:
    now = standing_clock.now()
    patient = idle_patient(app, now=now)
    desk = visitor(app, "desk")
    assert "Agrimony, Tamsin" in desk.send("/patients", {"wanted": "5550151"}, seen_on="/patients").text
    wishes = {"protocol": PROTOCOL, "earliest": f"{local_day(now, ZONE)}", "latest": "", "therapist": ""}
    page = desk.send(f"/patients/{patient}/proposals", wishes).text
    seal = re.search(r'id="proposal-1" value="([^"]+)"', page)
    assert seal
    assert desk.send(f"/patients/{patient}/series", {"choice": seal.group(1)}).status_code == 303
    with app.app_context():
        (series,) = series_of_patient(patient)
    dose = series.visit("D1")
    assert dose is not None
    assert f"/series/{series.id}" in desk.text(f"/day/{local_day(dose.start, ZONE)}")
    assert "Dosing 1" in desk.text(f"/series/{series.id}")
    desk.send(f"/series/{series.id}/cancel", {"then": "ends", "by": "clinic", "reason": "booked_by_mistake"})
    assert "Their times are free again." in desk.text(f"/series/{series.id}")
    assert f"{len(series.appointments)} visits" not in desk.text(f"/patients/{patient}")


@pytest.mark.usefixtures("with_clinic")
def test_an_illness_is_noted_and_mended(app: Flask) -> None:
    desk = visitor(app, "desk")
    series = booked_series(app)[0]
    dose = series.visit("D2")
    assert dose is not None
    day, therapist = local_day(dose.start, ZONE).isoformat(), dose.staff[Role.THERAPIST]
    shown = desk.send(f"/staff/{therapist}/time-off", {"first_day": day, "last_day": day}).text
    assert "Save anyway" in shown
    kept = {name: value for name, value in HIDDEN.findall(shown) if name != "csrf_token"}
    assert desk.send(f"/staff/{therapist}/time-off", kept).status_code == 303
    found = re.search(r'href="(/conflicts/[0-9a-f]+)"', desk.text("/conflicts"))
    assert found
    way = ways_on(desk.text(found.group(1)))[0]
    assert desk.send(found.group(1), {"way": way}).status_code == 303
    assert "Mended:" in desk.text("/conflicts")
    with app.app_context():
        (after,) = (one for one in series_of_patient(series.patient) if one.id == series.id)
    mended = after.visit("D2")
    assert mended is not None
    assert mended != dose
