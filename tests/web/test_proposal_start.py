"""One visit of a proposal at another start: the rest follows, is shown, and is booked exactly so; or it is said why not."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from scheduler.domain.clock import local
from scheduler.domain.series import Series
from scheduler.store.series import all_series, series_of_patient
from tests.web.small_clinic import NOW, PROTOCOL, ZONE, Visitor, booked_series, idle_patient, visitor

if TYPE_CHECKING:
    from flask import Flask

CHOICE = re.compile(r'name="choice"(?: id="proposal-1")? value="([^"]+)"')
DAYS = re.compile(r'<option value="([-\d]+)" data-times="([^"]+)" data-alone="([^"]*)"')


@pytest.fixture
def patient(clinic_app: Flask) -> str:
    """Give somebody to book for."""
    return idle_patient(clinic_app)


def _proposal(desk: Visitor, patient: str) -> str:
    first = (NOW + timedelta(days=3)).date().isoformat()
    page = desk.send(f"/patients/{patient}/proposals", {"protocol": PROTOCOL, "earliest": first}).text
    assert f'<form id="elsewhere-1" method="post" action="/patients/{patient}/proposals/start">' in page
    assert 'form="elsewhere-1" aria-label="Move D3' in page
    found = CHOICE.search(page)
    assert found
    return found[1]


def _booked(app: Flask, patient: str) -> Series:
    with app.app_context():
        (series,) = series_of_patient(patient)
    return series


def test_the_rest_is_planned_anew_around_a_start_that_was_chosen(
    clinic_app: Flask, desk: Visitor, patient: str
) -> None:
    address = f"/patients/{patient}/proposals/start"
    asked = {"choice": _proposal(desk, patient), "step": "D3"}
    page = desk.send(address, asked).text
    assert "Another start for D3" in page
    days = [(day, times.split(), alone) for day, times, alone in DAYS.findall(page)]
    day, times, _ = next(one for one in reversed(days[:20]) if not one[2])
    shown = desk.send(address, {**asked, "day": day, "at": times[0]}).text
    assert re.search(r"\d+ visits change; ", shown)
    with clinic_app.app_context():
        assert len(all_series()) == len(booked_series(clinic_app)), "nothing is booked by looking"
    seal = CHOICE.search(shown[shown.index('id="outcome"') :])
    assert seal
    assert desk.send(f"/patients/{patient}/series", {"choice": seal[1]}).status_code == 303
    dose = _booked(clinic_app, patient).visit("D3")
    assert dose is not None
    assert f"{local(dose.start, ZONE):%Y-%m-%d %H:%M}" == f"{day} {times[0]}"


def test_a_second_choice_leaves_the_first_where_it_is(clinic_app: Flask, desk: Visitor, patient: str) -> None:
    address = f"/patients/{patient}/proposals/start"
    asked = {"choice": _proposal(desk, patient), "step": "R1"}
    day, times = _last_alone(desk.send(address, asked).text)
    shown = desk.send(address, {**asked, "day": day, "at": times[-1]}).text
    seal = CHOICE.search(shown[shown.index('id="outcome"') :])
    assert seal and 'name="stay" value="R1"' in shown
    more = {"choice": seal[1], "step": "I7", "stay": "R1"}
    other_day, other_times = _last_alone(desk.send(address, more).text)
    shown = desk.send(address, {**more, "day": other_day, "at": other_times[-1]}).text
    assert 'name="stay" value="I7 R1"' in shown
    seal = CHOICE.search(shown[shown.index('id="outcome"') :])
    assert seal
    desk.send(f"/patients/{patient}/series", {"choice": seal[1]})
    series = _booked(clinic_app, patient)
    chosen = {"R1": f"{day} {times[-1]}", "I7": f"{other_day} {other_times[-1]}"}
    visits = {step: series.visit(step) for step in chosen}
    assert {s: f"{local(v.start, ZONE):%Y-%m-%d %H:%M}" for s, v in visits.items() if v} == chosen


def _last_alone(page: str) -> tuple[str, list[str]]:
    return [(day, alone.split()) for day, _, alone in DAYS.findall(page) if alone][-1]


def test_what_cannot_be_is_told_in_words(desk: Visitor, patient: str) -> None:
    address = f"/patients/{patient}/proposals/start"
    asked = {"choice": _proposal(desk, patient), "step": "D3", "day": "2026-12-06", "at": "03:00"}
    page = desk.send(address, asked).text
    assert "What stands in the way" in page
    assert "Book the whole series" not in page


def test_what_was_sealed_for_somebody_else_is_refused(clinic_app: Flask, desk: Visitor, patient: str) -> None:
    other = idle_patient(clinic_app, 1)
    sent = {"choice": _proposal(desk, patient), "step": "D3"}
    assert desk.send(f"/patients/{other}/proposals/start", sent).status_code == 303
    assert (
        desk.send(f"/patients/{patient}/proposals/start", {**sent, "choice": "nonsense"}).status_code == 303
    )
    assert desk.send(f"/patients/{patient}/proposals/start", {**sent, "step": "X9"}).status_code == 303
    nurse = visitor(clinic_app, "nurse")
    assert nurse.send(f"/patients/{patient}/proposals/start", sent).status_code == 403
