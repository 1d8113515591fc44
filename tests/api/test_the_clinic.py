"""Patients, decisions, protocols, a visit's day and the inbox of conflicts, for programs."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from scheduler.access.permissions import SYSTEM
from scheduler.booking.change_staff import change_staff
from scheduler.booking.changing_facts import ChangeOfFacts
from scheduler.domain.clock import StandingClock
from scheduler.domain.interval import Interval
from scheduler.domain.people import Role
from scheduler.domain.staff_changes import TimeOffAdded
from scheduler.store.series import all_series
from tests.api.program import Program, a_program
from tests.booking.small_clinic import COURSE, MONDAY

if TYPE_CHECKING:
    from flask import Flask

    from scheduler.domain.appointment import Appointment

pytestmark = pytest.mark.usefixtures("with_course")


def the_dose(app: Flask, step: str = "D1") -> Appointment:
    with app.app_context():
        (series,) = all_series()
    visit = series.visit(step)
    assert visit is not None
    return visit


def test_patients_are_searched_by_words(desk: Program) -> None:
    everybody = desk.post("/patients/search").json
    assert {one["id"] for one in everybody["patients"]} == {f"patient-{number}" for number in (1, 2, 3, 4)}
    assert everybody["more"] is False
    assert [one["id"] for one in everybody["patients"] if one["next_visit"]] == ["patient-1"]
    some = desk.post("/patients/search", {"limit": 3}).json
    assert (len(some["patients"]), some["more"]) == (3, True)
    assert desk.post("/patients/search", {"wanted": "nobody at all"}).json["patients"] == []
    assert desk.post("/patients/search", {"site": "elsewhere"}).status_code == 404
    assert desk.post("/patients/search", {"limit": 0}).json["errors"][0]["path"] == "limit"


def test_a_patient_is_told_without_name_and_contact(desk: Program) -> None:
    told = desk.get("/patients/patient-1").json
    assert set(told) == {"id", "site", "language", "decisions", "series"}
    assert [series["protocol"] for series in told["series"]] == [COURSE]
    assert "clearance.medical" in {decision["gate"] for decision in told["decisions"]}
    assert desk.get("/patients/nobody").status_code == 404


def test_a_gate_is_decided_by_those_who_may(app: Flask, desk: Program) -> None:
    decision: dict[str, Any] = {"gate": "clearance.medical", "decision": "hold"}
    refused = desk.post("/patients/patient-1/decisions", {"gate": "clearance.medical", "decision": "pass"})
    assert refused.status_code == 422
    assert [reason["code"] for reason in refused.json["reasons"]] == ["not_the_role"]
    prescriber = a_program(app, "prescriber")
    decided = prescriber.post("/patients/patient-1/decisions", decision)
    assert decided.status_code == 200, decided.text
    latest = [one for one in decided.json["decisions"] if one["gate"] == "clearance.medical"]
    assert ("hold", "token:for-prescriber") in [(one["decision"], one["decided_by"]) for one in latest]
    waits = desk.get(f"/appointments/{the_dose(app).id}").json["waits_for"]
    assert waits
    unknown = prescriber.post("/patients/patient-1/decisions", {**decision, "gate": "no.such"})
    assert unknown.json["errors"][0]["path"] == "gate"


def test_the_protocols_are_listed_with_their_visits(desk: Program) -> None:
    protocols = {one["key"]: one for one in desk.get("/protocols").json["protocols"]}
    assert COURSE in protocols
    assert "D1" in [step["key"] for step in protocols[COURSE]["steps"]]


def test_a_visit_goes_on_through_its_day(app: Flask, desk: Program, standing_clock: StandingClock) -> None:
    visit = the_dose(app, "P2")
    path = f"/appointments/{visit.id}/advance"
    early = desk.post(path, {"to": "checked_in", "version": visit.version})
    assert early.status_code == 422
    assert early.json["reasons"]
    standing_clock.instant = visit.start
    done = desk.post(path, {"to": "checked_in", "version": visit.version}, Idempotency_Key="once")
    assert done.status_code == 200, done.text
    assert done.json["appointment"]["state"] == "checked_in"
    assert done.json["appointment"]["began_at"] == visit.start.isoformat().replace("+00:00", "Z")
    again = desk.post(path, {"to": "checked_in", "version": visit.version}, Idempotency_Key="once")
    assert again.json["appointment"] == done.json["appointment"]
    late = desk.post(path, {"to": "checked_in", "version": visit.version})
    assert late.status_code == 409
    assert desk.post(path, {"to": "gone", "version": 1}).json["errors"][0]["path"] == "to"


def test_conflicts_are_listed_and_mended(app: Flask, desk: Program) -> None:
    dose = the_dose(app)
    day = Interval(dose.start - timedelta(hours=3), dose.discharge + timedelta(hours=3))
    with app.app_context():
        away = TimeOffAdded(dose.staff[Role.THERAPIST], day)
        change_staff(ChangeOfFacts("site-1", away), SYSTEM, StandingClock(MONDAY))
    (series,) = desk.get("/conflicts").json["series"]
    assert series["patient"] == "patient-1"
    conflict = series["conflicts"][0]
    assert "D1" in conflict["steps"]
    path = f"/conflicts/{conflict['id']}/resolve"
    way = desk.post(path, {"preview": True}).json["ways"][0]
    done = desk.post(path, {"visits": way["visits"]}, Idempotency_Key="once")
    assert done.status_code == 200, done.text
    assert desk.post(path, {"visits": way["visits"]}, Idempotency_Key="once").status_code == 200
    assert desk.get("/conflicts").json["series"] == []
    again = desk.post(path)
    assert [reason["code"] for reason in again.json["reasons"]] == ["resolved_already"]
    assert desk.post("/conflicts/none/resolve").status_code == 404
    assert desk.get("/conflicts?site=elsewhere").status_code == 404
