"""The patients' list is searched without leaving traces, and shows each role only whom it may see."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from scheduler.clinic_file import Clinic
from scheduler.domain.people import GateDecision, GateRecord, Patient
from scheduler.domain.places import Site
from scheduler.store import accounts, clinic
from scheduler.store.work import unit_of_work
from scheduler.web.patient_routes import gate_lines
from tests.web.small_clinic import NOW, TODAY, Visitor, booked_series, idle_patient, visitor

if TYPE_CHECKING:
    from flask import Flask


@pytest.mark.parametrize(
    "wanted",
    ["agrimony", "AGRI tam", "Tamsin Agrimony", "555 0151", "3035550151", "+1 303 555 0151", "1958-04-02"],
)
def test_a_patient_is_found_by_name_phone_or_birthday(desk: Visitor, wanted: str) -> None:
    text = desk.send("/patients", {"wanted": wanted}, seen_on="/patients").text
    assert "Agrimony, Tamsin" in text
    assert "Zinnia" not in text
    assert 'role="status">1 patient found' in text


def test_who_is_not_found_is_told_kindly(desk: Visitor) -> None:
    text = desk.send("/patients", {"wanted": "%_"}, seen_on="/patients").text
    assert "Nobody matches" in text
    assert 'value="%_"' in text


def test_a_search_stays_out_of_the_address(desk: Visitor) -> None:
    assert "Zinnia" in desk.text("/patients?wanted=agrimony"), "an address is not searched by"


def test_a_search_that_is_too_long_is_refused(desk: Visitor) -> None:
    response = desk.send("/patients", {"wanted": "a" * 300}, seen_on="/patients")
    assert response.status_code == 422
    assert "Enter fewer characters" in response.text


def test_a_therapist_sees_own_patients_alone(clinic_app: Flask, signed_in: Callable[[str], Visitor]) -> None:
    therapist = signed_in("therapist")
    with clinic_app.app_context():
        account = accounts.account("therapist")
    assert account is not None
    mine = {s.patient for s in booked_series(clinic_app) if account.staff in s.appointments[0].staff.values()}
    stranger = idle_patient(clinic_app)
    assert mine
    listed = therapist.text("/patients")
    for patient in mine:
        assert f"/patients/{patient}" in listed
        assert therapist.get(f"/patients/{patient}").status_code == 200
    assert f"/patients/{stranger}" not in listed
    for address in (f"/patients/{stranger}", f"/patients/{stranger}/book"):
        assert therapist.get(address).status_code == 404


def test_a_therapist_without_a_person_behind_sees_nobody(clinic_app: Flask) -> None:
    with clinic_app.app_context(), unit_of_work():
        account = accounts.account("therapist")
        assert account is not None
        accounts.save_account(replace(account, staff=None))
    one = visitor(clinic_app, "therapist")
    assert "0 patients" in one.text("/patients")
    assert "No visits on this day" in one.text("/day/2026-12-03")


def test_an_account_of_another_site_sees_no_patient_of_this_one(clinic_app: Flask) -> None:
    with clinic_app.app_context(), unit_of_work():
        account = accounts.account("desk")
        assert account is not None
        here = clinic.sites()[0]
        clinic.save_clinic(_empty_clinic_at(replace(here, id="elsewhere")), NOW)
        accounts.save_account(replace(account, site="elsewhere"))
    one = visitor(clinic_app, "desk")
    series = booked_series(clinic_app)[0]
    assert "0 patients" in one.text("/patients")
    for address in (f"/patients/{series.patient}", f"/series/{series.id}", f"/series/{series.id}/cancel"):
        assert one.get(address).status_code == 404


def test_the_page_of_a_patient_shows_the_series_as_a_path(clinic_app: Flask, desk: Visitor) -> None:
    series = booked_series(clinic_app)[0]
    text = desk.text(f"/patients/{series.patient}")
    assert f"/series/{series.id}" in text
    assert f"Booked, 0 of {len(series.appointments)} visits done" in text
    assert text.count('class="chip') == len(series.appointments)


def test_gates_say_how_they_stand_today() -> None:
    patient = Patient(
        "p",
        "s",
        "A",
        "B",
        TODAY,
        gates=(
            GateRecord("clearance.medical", GateDecision.PASS, TODAY.replace(day=1), TODAY.replace(day=22)),
            GateRecord("consent.treatment", GateDecision.PASS, TODAY.replace(day=1), TODAY),
            GateRecord("payment", GateDecision.PASS, TODAY.replace(day=1)),
            GateRecord("payment", GateDecision.HOLD, TODAY.replace(day=2)),
            GateRecord("something.new", GateDecision.PASS, TODAY),
        ),
    )
    lines = {line.name: line for line in gate_lines(patient, NOW, "America/Denver")}
    assert lines["Medical clearance"].standing == "over"
    assert lines["Treatment consent"].standing == "pass"
    assert lines["Treatment consent"].until == "until Mon 23 Nov 2026"
    assert (lines["Payment or authorisation"].standing, lines["Payment or authorisation"].until) == (
        "hold",
        "since Mon 2 Nov 2026",
    )
    assert lines["Escort named"].standing == "missing"
    assert lines["Something: new"].standing == "pass"


def test_a_list_that_is_not_whole_says_so(desk: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "There are more than" not in desk.text("/patients")
    monkeypatch.setattr("scheduler.web.patient_routes.MOST_LISTED", 7)
    text = desk.text("/patients")
    assert "There are more than these 7" in text
    assert text.count("data-words=") == 7


def _empty_clinic_at(site: Site) -> Clinic:
    return Clinic(sites=(site,), rooms=(), staff=(), patients=(), protocols=(), appointments=())
