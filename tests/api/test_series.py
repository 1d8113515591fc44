"""Searching and booking by programs: whole or not at all, once for each key, and every refusal told whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from scheduler.store.series import all_series
from tests.api.program import Program, a_program
from tests.booking.small_clinic import COURSE, INDUCTION

if TYPE_CHECKING:
    from flask import Flask

WANTED = {"patient": "patient-1", "protocol": COURSE}


def searched(program: Program, **more: object) -> Any:
    response = program.post("/series/proposals", {**WANTED, **more})
    assert response.status_code == 200, response.text
    return response.json


def booked_ids(app: Flask) -> list[str]:
    with app.app_context():
        return [series.id for series in all_series()]


def test_a_search_answers_with_whole_series_and_writes_nothing(app: Flask, desk: Program) -> None:
    found = searched(desk, limit=2)
    assert len(found["proposals"]) == 2
    assert found["reasons"] == []
    assert found["exact"] is True
    first = found["proposals"][0]
    assert {visit["step"] for visit in first["visits"]} >= {"P1", "P2", "D1", "I1", "R1"}
    assert all(visit["id"] is None and visit["start"].endswith("Z") for visit in first["visits"])
    assert all(finding["level"] != "block" for finding in first["findings"])
    assert booked_ids(app) == []


def test_where_nothing_fits_the_reasons_and_ways_out_are_told(desk: Program) -> None:
    found = searched(desk, until="2027-01-08")
    assert found["proposals"] == []
    assert found["reasons"]
    assert all(reason["why"] for reason in found["reasons"])
    assert any(reason["way_out"] and reason["finish"] for reason in found["reasons"])


def test_a_proposal_is_booked_as_it_was_shown(app: Flask, desk: Program) -> None:
    proposal = searched(desk, limit=2)["proposals"][1]
    response = desk.book(**proposal["booking"])
    assert response.status_code == 201, response.text
    series = response.json["series"]
    assert response.headers["Location"] == f"/api/v1/series/{series['id']}"
    assert booked_ids(app) == [series["id"]]
    told = [(visit["step"], visit["start"], visit["room"], visit["staff"]) for visit in series["visits"]]
    shown = [(visit["step"], visit["start"], visit["room"], visit["staff"]) for visit in proposal["visits"]]
    assert told == shown
    read = desk.get(f"/series/{series['id']}")
    assert read.json == response.json


def test_the_wishes_of_a_search_are_part_of_its_booking(desk: Program) -> None:
    wishes = {
        "from": "2027-01-11",
        "rather": "therapist-3",
        "weekdays": ["tue", "thu"],
        "from_time": "09:00",
        "until_time": "15:00",
        "first": ["wished_therapist"],
        "declined": ["I1b"],
    }
    booking = searched(desk, **wishes)["proposals"][0]["booking"]
    assert {name: booking[name] for name in wishes} == wishes
    assert desk.book(**booking).status_code == 201


@pytest.mark.parametrize("body", [{}, {"therapist": "therapist-2"}])
def test_the_same_key_books_once_and_answers_the_same(
    app: Flask, desk: Program, body: dict[str, str]
) -> None:
    answers = [desk.book("a-key", **WANTED, **body) for _ in range(3)]
    assert {answer.status_code for answer in answers} == {201}
    assert answers[0].json == answers[1].json == answers[2].json
    assert answers[0].headers["Location"] == answers[2].headers["Location"]
    assert len(booked_ids(app)) == 1


def test_the_same_key_with_another_request_is_refused(app: Flask, desk: Program) -> None:
    desk.book("a-key", **WANTED)
    response = desk.book("a-key", **{**WANTED, "patient": "patient-2"})
    assert response.status_code == 422
    assert response.json["type"].endswith(":key-used-otherwise")
    assert "new key" in response.json["detail"]
    assert len(booked_ids(app)) == 1


def test_a_key_is_a_programs_own(app: Flask, desk: Program) -> None:
    desk.book("a-key", **WANTED)
    other = a_program(app, "administrator")
    assert other.book("a-key", **{**WANTED, "patient": "patient-2"}).status_code == 201


def test_a_booking_without_a_key_is_not_tried(app: Flask, desk: Program) -> None:
    for headers in ({}, {"Idempotency_Key": " "}):
        response = desk.post("/series", WANTED, **headers)
        assert response.status_code == 400
        assert response.json["type"].endswith(":key-missing")
        assert "random UUID" in response.json["detail"]
    assert desk.book("x" * 201, **WANTED).json["errors"][0]["path"] == "Idempotency-Key"
    assert booked_ids(app) == []


def test_what_the_rules_refuse_is_told_with_every_finding_and_what_is_free(app: Flask, desk: Program) -> None:
    booking = searched(desk)["proposals"][0]["booking"]
    dose = next(visit for visit in booking["visits"] if visit["step"] == "D2")
    first = next(visit for visit in booking["visits"] if visit["step"] == "D1")
    dose["start"] = first["start"]
    response = desk.book("a-key", **booking)
    assert response.status_code == 422
    told = response.json
    assert told["title"] == "Refused; nothing was written"
    assert len(told["findings"]) >= 2
    assert set(told["rules"]) == {finding["rule"] for finding in told["findings"]}
    blocks = [finding for finding in told["findings"] if finding["level"] == "block"]
    assert all(finding["why"] and finding["mend"] for finding in blocks)
    assert booked_ids(app) == []
    free = told["instead"][0]["booking"]
    assert desk.book("a-key", **free).status_code == 201, "a refusal is not kept under its key"


def test_places_that_are_taken_meanwhile_are_not_given_twice(app: Flask, desk: Program) -> None:
    booking = searched(desk)["proposals"][0]["booking"]
    assert desk.book(**booking).status_code == 201
    response = desk.book(**{**booking, "patient": "patient-2"})
    assert response.status_code in {409, 422}
    assert response.json["rules"]
    assert response.json["instead"]
    assert len(booked_ids(app)) == 1


def test_times_are_held_booked_and_released(desk: Program) -> None:
    held = desk.book(**WANTED, held_until="2027-01-05T12:00:00-07:00").json["series"]
    assert (held["state"], held["held_until"]) == ("tentative", "2027-01-05T19:00:00Z")
    booked = desk.post(f"/series/{held['id']}/hold/book")
    assert booked.json["series"]["state"] == "booked"
    again = desk.post(f"/series/{held['id']}/hold/book")
    assert again.status_code == 422
    assert [reason["code"] for reason in again.json["reasons"]] == ["not_held"]
    other = desk.book(**{**WANTED, "patient": "patient-2"}, held_until="2027-01-05T12:00:00-07:00").json
    released = desk.post(f"/series/{other['series']['id']}/hold/release").json["series"]
    assert released["state"] == "lapsed"
    too_long = desk.book(**{**WANTED, "patient": "patient-3"}, held_until="2027-03-05T12:00:00-07:00")
    assert too_long.json["errors"][0]["path"] == "held_until"


def test_the_rest_of_a_series_is_planned_anew(desk: Program) -> None:
    series = desk.book(patient="patient-1", protocol=INDUCTION).json["series"]
    last = next(visit for visit in series["visits"] if visit["step"] == "D6")
    desk.post(f"/appointments/{last['id']}/cancel", {"by": "patient", "reason": "illness"})
    shown = desk.post(f"/series/{series['id']}/replan", {"preview": True}).json
    assert shown["preview"] is True
    way = shown["ways"][0]
    assert way["booked"] == ["D6"]
    body = {"visits": way["visits"]}
    done = desk.post(f"/series/{series['id']}/replan", body, Idempotency_Key="once")
    assert done.status_code == 200, done.text
    again = [visit for visit in done.json["series"]["visits"] if visit["step"] == "D6"]
    assert sorted(visit["state"] for visit in again) == ["booked", "cancelled_by_patient"]
    repeated = desk.post(f"/series/{series['id']}/replan", body, Idempotency_Key="once")
    assert repeated.json["series"] == done.json["series"]
