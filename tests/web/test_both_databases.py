"""The pages work alike on both databases: from the search to a booked series, the day and the cancelling."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scheduler.domain.clock import StandingClock, local_day
from scheduler.store.series import series_of_patient
from tests.web.small_clinic import PROTOCOL, ZONE, fill, idle_patient, visitor

if TYPE_CHECKING:
    from flask import Flask


def test_a_series_is_found_booked_seen_and_cancelled(app: Flask, standing_clock: StandingClock) -> None:
    fill(app, standing_clock)
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
