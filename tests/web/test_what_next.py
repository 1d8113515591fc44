"""After a visit that did not go as planned its page leads on: to a new time, to the prescriber, or out of the series."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from scheduler.domain.appointment import Appointment
from scheduler.domain.clock import StandingClock
from scheduler.domain.series import Series
from scheduler.store import appointments
from scheduler.store import series as stored
from scheduler.web.words import moment_in
from tests.web.small_clinic import Visitor, visitor

if TYPE_CHECKING:
    from flask import Flask

ZONE = "America/Denver"


@pytest.fixture
def noted(
    clinic_app: Flask, series: Series, clock: StandingClock
) -> Callable[..., tuple[Appointment, Visitor]]:
    """Give a way to note steps of a visit some minutes after its start, by whoever may."""

    def note(step: str, minutes: int, *states: str, **fields: Any) -> tuple[Appointment, Visitor]:
        visit = series.visit(step)
        assert visit is not None
        clock.instant = visit.start + timedelta(minutes=minutes)
        who = visitor(clinic_app, "prescriber")
        for to in states:
            with clinic_app.app_context():
                version = appointments.appointment(visit.id).version
            form = {"to": to, "version": version, "key": f"a-key-for-{to}", **fields}
            assert who.send(f"/visits/{visit.id}/advance", form).status_code == 303, to
        return visit, who

    return note


def _then(page: str) -> str:
    return page.split('id="then"')[1].split("</section>")[0]


def test_after_a_dose_stopped_on_the_day_there_is_a_new_time_within_the_gap(
    noted: Callable[..., tuple[Appointment, Visitor]], series: Series
) -> None:
    visit, prescriber = noted("D2", 0, "same_day_hold", reason="ate")
    before = series.visit("D1")
    assert before is not None
    then = _then(prescriber.text(f"/visits/{visit.id}"))
    assert "D2 is not booked again." in then
    assert f"it starts by {moment_in(before.start + timedelta(days=5), ZONE)}" in then
    assert f'href="/series/{series.id}/replan"' in then
    assert f'href="/series/{series.id}/cancel"' in then
    assert f'href="/patients/{series.patient}/book"' in then
    assert "waits until the prescriber" not in then


def test_after_an_absence_the_next_dose_waits_as_well(
    noted: Callable[..., tuple[Appointment, Visitor]], series: Series, clinic_app: Flask, clock: StandingClock
) -> None:
    visit, prescriber = noted("D2", 16, "no_show")
    after = series.visit("D3")
    assert after is not None
    then = _then(prescriber.text(f"/visits/{visit.id}"))
    assert "The next dose, D3 on " in then
    assert f'href="/visits/{after.id}#needs"' in then
    clock.advance(timedelta(days=10))
    late = _then(visitor(clinic_app, "desk").text(f"/visits/{visit.id}"))
    assert "is for the prescriber to decide" in late


def test_after_a_patient_left_before_release_the_next_dose_waits_and_nothing_is_missing(
    noted: Callable[..., tuple[Appointment, Visitor]], series: Series
) -> None:
    visit = series.visit("D1")
    after = series.visit("D2")
    assert visit is not None
    assert after is not None
    _, prescriber = noted("D1", 0)
    for gate in (
        "clearance.medical",
        "clearance.psychological",
        "consent.treatment",
        "order.prescription",
        "escort",
    ):
        prescriber.send(
            f"/visits/{visit.id}/decide", {"gate": gate, "decision": "pass", "key": f"settled-{gate}"}
        )
    noted("D1", 1, "checked_in", "cleared", "dosing")
    noted("D1", 50, "left_before_release", reason="against_advice")
    then = _then(prescriber.text(f"/visits/{visit.id}"))
    assert f'href="/visits/{after.id}#needs"' in then
    assert "is not booked again" not in then
    assert f'href="/series/{series.id}/cancel"' in then


def test_a_talk_that_was_missed_may_be_declined(
    noted: Callable[..., tuple[Appointment, Visitor]], series: Series, clinic_app: Flask
) -> None:
    visit, prescriber = noted("I1", 16, "no_show")
    then = _then(prescriber.text(f"/visits/{visit.id}"))
    assert "The patient declines it</button>" in then
    assert f'href="/patients/{series.patient}/book"' not in then
    prescriber.send(f"/series/{series.id}/decline", {"step": "I1"})
    with clinic_app.app_context():
        assert stored.series(series.id).declined == {"I1"}
    assert "is not booked again" not in _then(prescriber.text(f"/visits/{visit.id}"))


def test_a_visit_that_goes_as_planned_leads_nowhere_else(clinic_app: Flask, series: Series) -> None:
    desk = visitor(clinic_app, "desk")
    assert 'id="then"' not in desk.text(f"/visits/{series.appointments[1].id}")


def test_a_nurse_is_told_and_not_offered_what_others_do(
    noted: Callable[..., tuple[Appointment, Visitor]], clinic_app: Flask
) -> None:
    visit, _ = noted("D2", 0, "same_day_hold", reason="ate")
    then = _then(visitor(clinic_app, "nurse").text(f"/visits/{visit.id}"))
    assert "D2 is not booked again." in then
    assert "href" not in then
