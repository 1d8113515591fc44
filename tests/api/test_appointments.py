"""Visits for programs: the day, and moving and cancelling, which a preview tells and does not do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from scheduler.store.series import all_series
from tests.api.program import Program, a_program

if TYPE_CHECKING:
    from flask import Flask

pytestmark = pytest.mark.usefixtures("with_course")


def the_series(app: Flask) -> dict[str, Any]:
    with app.app_context():
        (series,) = all_series()
        return {visit.step: visit for visit in series.appointments}


def test_the_day_is_listed_by_days_and_by_instants(app: Flask, desk: Program) -> None:
    dose = the_series(app)["D1"]
    day = dose.start.date().isoformat()
    by_day = desk.get(f"/appointments?from={day}&to={day}").json["appointments"]
    assert [visit["id"] for visit in by_day] == [dose.id]
    shown = by_day[0]
    assert (shown["step"], shown["kind"], shown["patient"]) == ("D1", "dosing", "patient-1")
    assert shown["phases"][0]["start"] == shown["start"]
    for begin, end in (
        (f"{day}T00:00:00Z", f"{day}T23:59:00Z"),
        (f"{day}T00:00:00%2B00:00", f"{day}T23:59:00%2B00:00"),
        (f"{day}T00:00:00+00:00", f"{day}T23:59:00+00:00"),
        (f"{day}T05:00:00-07:00", f"{day}T16:00:00-07:00"),
    ):
        assert desk.get(f"/appointments?from={begin}&to={end}").json["appointments"] == by_day, begin
    ends = dose.discharge.isoformat().replace("+00:00", "Z")
    after = desk.get(f"/appointments?from={ends}&to={day}T23:59:59Z").json["appointments"]
    assert after == [], "the end of a visit is no part of it"
    assert desk.get(f"/appointments/{dose.id}").json["appointment"] == shown


@pytest.mark.parametrize(
    ("question", "path", "said"),
    [
        ("", "from", "is missing"),
        ("?from=2027-01-04", "to", "is missing"),
        ("?from=2027-01-04T00:00:00&to=2027-01-05T00:00:00", "from", "has no offset"),
        ("?from=2027-01-04&to=2027-01-05T00:00:00Z", "the request", "two days, or two instants"),
        ("?from=2027-01-05&to=2027-01-04", "the request", "not after"),
        ("?from=2027-01-05T00:00:00Z&to=2027-01-05T00:00:00Z", "the request", "not after"),
        ("?from=2027-01-05&to=2029-01-04", "the request", "400 days"),
        ("?from=2027-01-05&to=2027-01-05&patient=x", "patient", "not known"),
        ("?from=2027-01-05&to=2027-01-05&to=2027-01-06", "to", "more than once"),
    ],
)
def test_a_stretch_that_cannot_be_meant_is_told_so(
    desk: Program, question: str, path: str, said: str
) -> None:
    response = desk.get(f"/appointments{question}")
    assert response.status_code == 400
    error = response.json["errors"][0]
    assert error["path"] == path
    assert said in f"{error['problem']} {error['mend']}"


def test_a_site_out_of_reach_is_not_there(app: Flask, desk: Program) -> None:
    question = "/appointments?from=2027-01-04&to=2027-04-04"
    whole = desk.get(question).json
    assert whole["appointments"]
    assert desk.get(f"{question}&site=site-1").json == whole
    assert desk.get(f"{question}&site=elsewhere").status_code == 404
    assert a_program(app, "administrator", site=None).get(question).json == whole


def test_those_who_treat_see_their_own_visits(app: Flask) -> None:
    question = "/appointments?from=2027-01-04&to=2027-04-04"
    therapist = a_program(app, "therapist").get(question).json["appointments"]
    assert all("therapist-1" in visit["staff"].values() for visit in therapist)
    nurse = a_program(app, "nurse").get(question).json["appointments"]
    assert nurse
    assert {visit["kind"] for visit in nurse} == {"dosing"}


def test_a_preview_of_a_move_tells_the_ways_and_moves_nothing(app: Flask, desk: Program) -> None:
    before = the_series(app)
    dose = before["D1"]
    day = dose.start.date().isoformat()
    response = desk.post(f"/appointments/{dose.id}/move", {"preview": True, "not_on": day})
    assert response.status_code == 200, response.text
    told = response.json
    assert told["preview"] is True
    assert told["moves"] == []
    way = told["ways"][0]
    assert "D1" in [move["step"] for move in way["moves"]]
    assert way["visits"]
    assert the_series(app) == before


def test_a_chosen_way_is_made_exactly_and_once(app: Flask, desk: Program) -> None:
    dose = the_series(app)["D1"]
    path, wish = f"/appointments/{dose.id}/move", {"not_on": dose.start.date().isoformat()}
    way = desk.post(path, {"preview": True, **wish}).json["ways"][0]
    body = {**wish, "visits": way["visits"]}
    done = desk.post(path, body, Idempotency_Key="once")
    assert done.status_code == 200, done.text
    assert done.json["moves"] == way["moves"]
    moved = {visit["step"]: visit for visit in done.json["series"]["visits"]}["D1"]
    assert (moved["id"], moved["version"]) == (dose.id, dose.version + 1)
    again = desk.post(path, body, Idempotency_Key="once")
    assert again.status_code == 200
    assert again.json["series"] == done.json["series"]
    assert again.json["moves"] == [], "nothing moved this time"
    late = desk.post(path, body)
    assert late.status_code == 409, "the version that was looked at is not there any more"
    assert late.json["errors"][0]["path"] == "version"
    assert late.json["ways"]


def test_the_best_way_is_taken_when_none_is_chosen(app: Flask, desk: Program) -> None:
    dose = the_series(app)["D1"]
    done = desk.post(f"/appointments/{dose.id}/move")
    assert done.status_code == 200
    assert the_series(app)["D1"].start != dose.start


def test_a_move_that_the_rules_refuse_is_told_whole(app: Flask, desk: Program) -> None:
    dose = the_series(app)["D1"]
    night = {"start": "2027-01-10T03:00:00-07:00"}
    shown = desk.post(f"/appointments/{dose.id}/move", {"preview": True, **night}).json
    assert shown["ways"] == []
    assert shown["reasons"]
    visit = {
        "appointment": dose.id,
        "version": dose.version,
        "start": night["start"],
        "room": dose.room,
        "staff": {role.value: person for role, person in dose.staff.items()},
    }
    refused = desk.post(f"/appointments/{dose.id}/move", {**night, "visits": [visit]})
    assert refused.status_code == 422
    assert refused.json["rules"]
    assert the_series(app)["D1"] == dose


def test_a_preview_does_not_take_what_was_chosen(app: Flask, desk: Program) -> None:
    dose = the_series(app)["D1"]
    response = desk.post(f"/appointments/{dose.id}/move", {"preview": True, "visits": []})
    assert response.status_code == 400


def test_cancelling_under_a_key_is_answered_twice_and_done_once(app: Flask, desk: Program) -> None:
    dose = the_series(app)["P2"]
    path, why = f"/appointments/{dose.id}/cancel", {"by": "patient", "reason": "illness"}
    first = desk.post(path, why, Idempotency_Key="sent-twice")
    after = the_series(app)
    again = desk.post(path, why, Idempotency_Key="sent-twice")
    assert (first.status_code, again.status_code) == (200, 200), again.text
    assert again.json == first.json
    assert the_series(app) == after
    other = desk.post(path, {**why, "by": "clinic"}, Idempotency_Key="sent-twice")
    assert other.status_code == 422
    assert other.json["type"] == "urn:trellis:problem:key-used-otherwise"


def test_cancelling_is_previewed_and_then_does_what_was_said(app: Flask, desk: Program) -> None:
    before = the_series(app)
    dose = before["P2"]
    path = f"/appointments/{dose.id}/cancel"
    shown = desk.post(path, {"preview": True})
    assert shown.status_code == 200, shown.text
    assert shown.json["preview"] is True
    assert shown.json["appointment"]["state"] == "cancelled_by_clinic"
    assert the_series(app) == before
    why = {"by": "patient", "reason": "illness"}
    assert desk.post(path, {"preview": True, **why}).json["appointment"]["state"] == "cancelled_by_patient"
    done = desk.post(path, why)
    assert done.status_code == 200
    assert done.json["appointment"]["state"] == "cancelled_by_patient"
    assert done.json["findings"] == shown.json["findings"]
    assert done.json["findings"], "something is missing from the series now"
    again = desk.post(path, why)
    assert again.status_code == 422
    assert [reason["code"] for reason in again.json["reasons"]] == ["not_to_come"]
    assert desk.post(path, {"preview": True}).status_code == 422


def test_who_calls_off_and_why_must_be_said(app: Flask, desk: Program) -> None:
    dose = the_series(app)["D2"]
    for body in ({}, {"by": "patient"}, {"reason": "illness"}):
        response = desk.post(f"/appointments/{dose.id}/cancel", body)
        assert response.status_code == 400
        assert "`by` and `reason`" in response.json["errors"][0]["mend"]
    assert the_series(app)["D2"] == dose
