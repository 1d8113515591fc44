"""A single visit as a calendar file: the entry of the patient's feed, for whoever may open the visit's page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from icalendar import Calendar

from scheduler.access.permissions import SYSTEM
from scheduler.domain.clock import StandingClock
from scheduler.feeds.subscriptions import SubscriptionRequest, make_subscription
from scheduler.store import clinic
from scheduler.store.series import all_series, series_of_patient
from scheduler.store.subscriptions import SubscriptionKind
from tests.web.small_clinic import PROTOCOL, TODAY, booked_series, idle_patient, visitor

if TYPE_CHECKING:
    from flask import Flask


@pytest.mark.usefixtures("with_clinic")
def test_it_is_the_entry_of_the_patients_feed(app: Flask, standing_clock: StandingClock) -> None:
    desk = visitor(app, "desk")
    series = booked_series(app)[0]
    with app.app_context():
        request = SubscriptionRequest(SubscriptionKind.PATIENT, series.patient, "")
        feed = make_subscription(request, SYSTEM, standing_clock)
        patient = clinic.patient(series.patient)
    assert isinstance(feed, str)
    in_feed = {event["UID"]: event for event in Calendar.from_ical(desk.get(feed).data).walk("VEVENT")}
    for visit in series.appointments:
        path = f"/visits/{visit.id}/appointment.ics"
        assert f'href="{path}"' in desk.text(f"/visits/{visit.id}")
        answer = desk.get(path)
        assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
        assert answer.headers["Content-Disposition"] == 'attachment; filename="appointment.ics"'
        assert answer.headers["Cache-Control"] == "no-store"
        [event] = Calendar.from_ical(answer.data).walk("VEVENT")
        # Alone it waits for nothing that the file could name.
        alone = in_feed[event["UID"]]
        alone.pop("RELATED-TO", None)
        assert event.to_ical() == alone.to_ical()
        assert event.decoded("DTSTART") == visit.start
        for part in patient.name.replace(",", "").split():
            assert part not in answer.text


def test_a_visit_that_is_only_held_has_none(clinic_app: Flask) -> None:
    desk = visitor(clinic_app, "desk")
    patient = idle_patient(clinic_app)
    page = desk.send(f"/patients/{patient}/proposals", {"protocol": PROTOCOL, "earliest": f"{TODAY}"}).text
    choice = re.search(r'id="proposal-1" value="([^"]+)"', page)
    assert choice
    form = {"choice": choice.group(1), "hold": "yes", "hold_for": "1-day"}
    assert desk.send(f"/patients/{patient}/series", form).status_code == 303
    with clinic_app.app_context():
        [held] = series_of_patient(patient)
    visit = f"/visits/{held.appointments[0].id}"
    assert "appointment.ics" not in desk.text(visit)
    assert desk.get(f"{visit}/appointment.ics").status_code == 404
    assert desk.get("/visits/none/appointment.ics").status_code == 404


def test_a_therapist_gets_those_of_own_patients_alone(clinic_app: Flask) -> None:
    therapist = visitor(clinic_app, "therapist")
    with clinic_app.app_context():
        everything = all_series()
    for series in everything:
        visit = series.appointments[0]
        page = therapist.get(f"/visits/{visit.id}").status_code
        assert therapist.get(f"/visits/{visit.id}/appointment.ics").status_code == page
