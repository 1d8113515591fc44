"""The page of a series shows it whole, and the ways out of it ask once more."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from scheduler.domain.appointment import AppointmentState
from scheduler.domain.clock import StandingClock, local_day
from scheduler.domain.people import Role
from scheduler.domain.series import Series, SeriesState
from scheduler.store import series as stored
from scheduler.web.words import visit_in
from tests.web.small_clinic import NOW, Visitor, booked_series, visitor

if TYPE_CHECKING:
    from flask import Flask

ZONE = "America/Denver"
CHOICE = {"by": "patient", "reason": "illness"}
ENDS = {**CHOICE, "then": "ends"}


def test_every_visit_is_drawn_and_told_with_its_zone(clinic_app: Flask, desk: Visitor) -> None:
    series = booked_series(clinic_app)[0]
    text = desk.text(f"/series/{series.id}")
    for visit in series.appointments:
        day, times = visit_in(visit.interval, ZONE).split(", ")
        assert f'<b class="nowrap">{day}</b><br><span class="nowrap">{times}' in text
        assert f'<text class="code" x="1" y="41">{visit.step}</text>' in text
    assert "now-line" in text


def test_what_is_still_needed_is_listed_once_for_all_visits(clinic_app: Flask, desk: Visitor) -> None:
    series = _one_without_escort(clinic_app, desk)
    needed = desk.text(f"/series/{series.id}").split('id="needed"')[1].split("</section>")[0]
    assert needed.count("<b>Somebody takes the patient home</b>") == 1
    assert "D1, D2, D3, D4, D5, D6" in needed
    assert 'href="/rules#GATE-7"' in needed


def test_cancelling_a_series_asks_first_and_says_what_it_did(clinic_app: Flask, desk: Visitor) -> None:
    series = booked_series(clinic_app)[0]
    address = f"/series/{series.id}/cancel"
    # The first visit begins this very minute and stays.
    count = sum(visit.start > NOW for visit in series.appointments)
    assert f"Call off {count} visits</button>" in desk.text(address)
    unanswered = desk.send(address, {})
    assert unanswered.status_code == 422
    assert 'href="#then">Choose what becomes of the series' in unanswered.text
    assert 'href="#by">Choose who cancels' in unanswered.text
    assert 'href="#reason">Choose a reason' in unanswered.text
    assert _now(clinic_app, series).state is SeriesState.BOOKED
    response = desk.send(address, ENDS)
    assert response.headers["Location"] == f"/series/{series.id}"
    page = desk.text(f"/series/{series.id}")
    assert f"Cancelled: {count} visits. Their times are free again." in page
    assert page.count("Cancelled by the patient") == count
    assert "End or pause" not in page
    assert _now(clinic_app, series).state is SeriesState.STOPPED
    assert "nothing to cancel" in desk.text(address)
    desk.send(address, ENDS)
    assert "The series is stopped already." in desk.text(f"/series/{series.id}")


def test_a_series_is_paused_and_says_how_to_go_on(clinic_app: Flask, desk: Visitor) -> None:
    series = booked_series(clinic_app)[0]
    response = desk.send(f"/series/{series.id}/cancel", {**CHOICE, "then": "pauses"})
    page = desk.text(response.headers["Location"])
    count = sum(visit.start > NOW for visit in series.appointments)
    assert f"Paused: {count} visits. Their times are free again." in page
    assert f"The series is paused: {count} visits are to be booked again." in page
    assert f'href="/series/{series.id}/replan"' in page
    assert _now(clinic_app, series).state is SeriesState.PAUSED


def test_a_pause_that_is_sent_twice_ends_nothing(clinic_app: Flask, desk: Visitor) -> None:
    series = booked_series(clinic_app)[0]
    address, sent = f"/series/{series.id}/cancel", {**CHOICE, "then": "pauses", "key": "pressed-twice"}
    assert 'name="key"' in desk.text(address)
    desk.send(address, sent)
    first = _now(clinic_app, series)
    desk.send(address, sent)
    assert "Paused: " in desk.text(f"/series/{series.id}")
    assert _now(clinic_app, series) == first
    assert first.state is SeriesState.PAUSED


def test_cancelling_one_visit_leaves_the_others_and_says_what_they_need(
    clinic_app: Flask, desk: Visitor
) -> None:
    series = booked_series(clinic_app)[0]
    visit = series.visit("I2")
    assert visit is not None
    address = f"/visits/{visit.id}/cancel"
    assert visit_in(visit.interval, ZONE) in desk.text(address)
    assert desk.send(address, {"by": "patient", "reason": "because"}).status_code == 422
    response = desk.send(address, CHOICE)
    page = desk.text(response.headers["Location"])
    assert "Cancelled: I2, Integration 2." in page
    assert "Take care:" in page, "a dose without its integration is said"
    now = _now(clinic_app, series)
    assert now.visit("I2") is None
    assert len(now.standing) == len(series.appointments) - 1
    assert "is called off already" in desk.text(desk.send(address, CHOICE).headers["Location"])
    assert "Cancel the visit</button>" not in desk.text(address), "what cannot be done is not offered"


def test_what_calling_off_counts_as_is_said_before_and_counted_afterwards(
    clinic_app: Flask, desk: Visitor, clock: StandingClock
) -> None:
    series = booked_series(clinic_app)[0]
    talk, dose = series.visit("P2"), series.visit("D1")
    assert talk is not None
    assert dose is not None
    clock.instant = talk.start - timedelta(hours=24)
    assert "Called off now it is in time" in desk.text(f"/visits/{talk.id}/cancel")
    clock.instant = dose.start - timedelta(hours=48) + timedelta(minutes=1)
    assert "Called off now it counts as late" in desk.text(f"/visits/{dose.id}/cancel")
    asked = desk.text(f"/series/{series.id}/cancel")
    assert "called off late by the clinic" in asked
    assert f"D1 on {visit_in(dose.interval, ZONE)}" in asked
    page = desk.text(desk.send(f"/visits/{dose.id}/cancel", CHOICE).headers["Location"])
    assert "Cancelled: D1, Dosing 1. It counts as late." in page
    assert "Called off late by the patient: <b>1</b>" in desk.text(f"/patients/{series.patient}")
    happened = desk.text(f"/visits/{dose.id}").split('id="happened"')[1]
    assert "Cancelled by the patient</b>, late" in happened


def test_what_has_begun_cannot_be_cancelled(clinic_app: Flask, desk: Visitor, clock: StandingClock) -> None:
    series = booked_series(clinic_app)[0]
    first = series.appointments[0]
    clock.instant = first.start + timedelta(minutes=5)
    page = desk.text(f"/series/{series.id}")
    assert f"/visits/{first.id}/cancel" not in page
    assert f"/visits/{series.appointments[1].id}/cancel" in page
    assert "Cancel the visit</button>" not in desk.text(f"/visits/{first.id}/cancel")
    desk.send(f"/visits/{first.id}/cancel", CHOICE)
    assert "has begun or is over" in desk.text(f"/series/{series.id}")
    assert _now(clinic_app, series).appointments[0].state is AppointmentState.BOOKED


def test_a_nurse_sees_but_does_not_cancel(clinic_app: Flask, signed_in: Callable[[str], Visitor]) -> None:
    series = booked_series(clinic_app)[0]
    page = signed_in("nurse").text(f"/series/{series.id}")
    assert "/cancel" not in page


def test_a_therapist_does_not_reach_another_ones_series(
    clinic_app: Flask, signed_in: Callable[[str], Visitor]
) -> None:
    therapist = signed_in("therapist")
    statuses = {
        therapist.get(f"/series/{series.id}").status_code: series for series in booked_series(clinic_app)
    }
    assert set(statuses) == {200, 404}
    foreign = statuses[404]
    assert therapist.send(f"/visits/{foreign.appointments[-1].id}/cancel", CHOICE).status_code == 404
    assert _now(clinic_app, foreign) == foreign


def _now(app: Flask, series: Series) -> Series:
    with app.app_context():
        return stored.series(series.id)


def test_an_integration_called_off_after_its_dose_is_told_above_the_visits(
    clinic_app: Flask, clock: StandingClock
) -> None:
    series = booked_series(clinic_app)[0]
    dose, integration = series.visit("D2"), series.visit("I2")
    assert dose is not None
    assert integration is not None
    clock.advance(dose.discharge - NOW + timedelta(hours=1))
    desk = visitor(clinic_app, "desk")
    desk.send(f"/visits/{integration.id}/cancel", CHOICE)
    above = desk.text(f"/series/{series.id}").split("<table")[0]
    assert "Take care:" in above
    assert "has no integration: I2 is neither booked nor declined." in above


def _one_without_escort(app: Flask, desk: Visitor) -> Series:
    return next(
        series
        for series in booked_series(app)
        if "takes the patient home" in desk.text(f"/series/{series.id}")
    )


def test_maintenance_is_planned_from_a_series_whose_doses_are_over(
    clinic_app: Flask, desk: Visitor, clock: StandingClock
) -> None:
    series = booked_series(clinic_app)[0]
    address = f"/series/{series.id}/maintenance"
    assert address not in desk.text(f"/series/{series.id}")
    assert desk.get(address).status_code == 404
    last = series.visit("D6")
    assert last is not None
    clock.instant = last.discharge + timedelta(days=3)
    desk = visitor(clinic_app, "desk")
    assert f'href="{address}"' in desk.text(f"/series/{series.id}")
    page = desk.text(address)
    assert "Plan maintenance for" in page
    assert re.search(r'name="protocol"[^>]*value="iv_kap_maintenance"[^>]*checked', page)
    earliest = local_day(last.start, ZONE) + timedelta(days=25)
    assert re.search(rf'name="earliest"[^>]*value="{earliest}"', page)
    therapist = last.staff[Role.THERAPIST]
    assert re.search(rf'<option selected value="{therapist}"', page)
    assert re.search(r'value="rather"[^>]*checked', page)
