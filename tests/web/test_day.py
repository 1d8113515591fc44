"""The day: everybody sees what is theirs, with rooms, phases, people and what is still missing."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import time, timedelta
from typing import TYPE_CHECKING

import pytest

from scheduler.domain.appointment import Appointment
from scheduler.domain.appointment import AppointmentState as S
from scheduler.domain.clock import StandingClock, instant_at, local_day
from scheduler.domain.interval import Interval
from scheduler.store import accounts
from scheduler.store.appointments import appointments_between
from scheduler.web.words import clock_in, times_in
from tests.web.going_on import goes_on, name_an_escort
from tests.web.small_clinic import TODAY, Visitor, booked_series, visitor

if TYPE_CHECKING:
    from flask import Flask

ZONE = "America/Denver"


def _dose(app: Flask) -> Appointment:
    dose = booked_series(app)[0].visit("D1")
    assert dose is not None
    return dose


def _address(visit: Appointment) -> str:
    return f"/day/{local_day(visit.start, ZONE)}"


@pytest.mark.parametrize("username", ["therapist", "nurse", "prescriber"])
def test_who_treats_sees_own_visits_alone(
    clinic_app: Flask, signed_in: Callable[[str], Visitor], username: str
) -> None:
    dose = _dose(clinic_app)
    with clinic_app.app_context():
        account = accounts.account(username)
    assert account is not None
    shown = _series_on(signed_in(username).text(_address(dose)))
    mine = {
        visit.series
        for series in booked_series(clinic_app)
        for visit in series.appointments
        if local_day(visit.start, ZONE) == local_day(dose.start, ZONE)
        and account.staff in visit.staff.values()
    }
    assert dose.series in mine
    assert shown == mine


def test_the_desk_sees_the_whole_site(clinic_app: Flask, desk: Visitor) -> None:
    dose = _dose(clinic_app)
    there = {
        visit.series
        for series in booked_series(clinic_app)
        for visit in series.appointments
        if local_day(visit.start, ZONE) == local_day(dose.start, ZONE)
    }
    assert there <= _series_on(desk.text(_address(dose)))


def test_a_dose_is_told_with_its_phases_and_who_covers_them(
    clinic_app: Flask, signed_in: Callable[[str], Visitor]
) -> None:
    dose = _dose(clinic_app)
    text = signed_in("therapist").text(_address(dose))
    assert times_in(dose.interval, ZONE) in text
    for phase in ("Check-in", "Settling in", "Administration", "Observation", "Recovery", "Room turnover"):
        assert f"<b>{phase}</b>" in text
    lines = re.findall(r"<b>([^<]+)</b><span class=\"cover\">([^<]*)</span>", text)
    cover = dict(lines)
    assert "(watching)" in cover["Recovery"]
    assert "(on the premises)" in cover["Administration"]
    assert "(watching)" not in cover["Check-in"], "whoever has a hand on the patient does not merely watch"
    assert cover["Room turnover"] == "room only"
    assert "nurse" in text
    assert "prescriber" in text


def test_what_is_missing_stands_with_its_visit(clinic_app: Flask, desk: Visitor) -> None:
    for series in booked_series(clinic_app):
        dose = series.visit("D1")
        assert dose is not None
        page = desk.text(f"/series/{series.id}")
        card = next(
            card
            for card in desk.text(_address(dose)).split("<li class=")
            if f"/series/{series.id}" in card and "Dosing 1" in card
        )
        assert ("No decision on escort is recorded for D1" in page) == (
            "No decision on escort is recorded for D1" in card
        )


def test_the_strip_leads_to_the_days_around(clinic_app: Flask, desk: Visitor) -> None:
    text = desk.text("/day/2026-11-25")
    for address in ("/day/2026-11-24", "/day/2026-11-26", "/day/2026-12-01", "/my-day"):
        assert f'href="{address}"' in text
    assert 'href="/day/2026-11-25" aria-current="date"' in text
    assert "closed" in text.split('href="/day/2026-11-26"')[2].split("</a>")[0], "Thanksgiving"
    assert "The clinic is closed:" in desk.text("/day/2026-11-26")


def test_what_is_now_and_what_is_over_is_said(clinic_app: Flask, clock: StandingClock) -> None:
    dose = _dose(clinic_app)
    clock.instant = dose.start + timedelta(minutes=10)
    desk = visitor(clinic_app, "desk")
    assert "● Now" in desk.text(_address(dose))
    assert "Today" in desk.text(_address(dose))
    clock.instant = dose.discharge
    assert "Over" in desk.text(_address(dose))


def test_a_visit_outside_of_any_series_is_on_the_day_too(clinic_app: Flask, desk: Visitor) -> None:
    with clinic_app.app_context():
        month = Interval.lasting(instant_at(TODAY, time.min, ZONE), timedelta(days=28))
        lone = next(visit for visit in appointments_between(month) if not visit.series)
    text = desk.text(_address(lone))
    assert times_in(lone.interval, ZONE) in text


def test_a_called_off_visit_stays_readable_and_takes_nobodys_time(clinic_app: Flask, desk: Visitor) -> None:
    dose = _dose(clinic_app)
    before = desk.text(_address(dose))
    desk.send(f"/visits/{dose.id}/cancel", {"by": "clinic", "reason": "staff_absent"})
    after = desk.text(_address(dose))
    assert "Cancelled by the clinic" in after
    assert _counted(after) == _counted(before) - 1


def _series_on(text: str) -> set[str]:
    return set(re.findall(r'href="/series/(\w+)"', text))


def _counted(text: str) -> int:
    found = re.search(r'aria-current="date".*?class="count">(\d+)', text, re.DOTALL)
    assert found
    return int(found.group(1))


def test_a_dose_that_began_late_tells_the_release_that_follows_from_it(
    clinic_app: Flask, clock: StandingClock
) -> None:
    dose = _dose(clinic_app)
    given = dose.phase("administration")
    assert given is not None
    clock.instant = dose.start
    name_an_escort(clinic_app, clock, dose.patient)
    clock.instant = given.start + timedelta(minutes=20, seconds=30)
    desk = visitor(clinic_app, "desk")
    planned = f"may leave from {clock_in(dose.discharge, ZONE)}"
    assert planned in desk.text(_address(dose)), "nothing is known before the dose is begun"
    goes_on(clinic_app, clock, dose, S.CHECKED_IN, S.CLEARED, S.DOSING)
    late = clock_in(dose.discharge + timedelta(minutes=21), ZONE)
    assert f"may leave from {late}" in desk.text(_address(dose))
