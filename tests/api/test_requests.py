"""What a request must be like: signed, JSON, of the right shape; whatever is wrong is told with its place and its mend."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from scheduler.access.bearer_tokens import PREFIX as PREFIX_OF_TOKENS
from scheduler.access.permissions import SYSTEM
from scheduler.api.routes import PREFIX
from scheduler.booking import book_series as use_case
from scheduler.booking.revoke_token import RevokeToken, revoke_token
from scheduler.domain.errors import StoreNotReady
from tests.api.program import Program
from tests.booking.small_clinic import COURSE, clock

if TYPE_CHECKING:
    from flask import Flask

WANTED = {"patient": "patient-1", "protocol": COURSE}


def faults(program: Program, path: str, body: dict[str, Any]) -> dict[str, str]:
    response = program.post(path, body)
    assert response.status_code == 400, response.text
    assert response.json["type"] == "urn:trellis:problem:not-understood"
    assert all(error["problem"] and error["mend"] for error in response.json["errors"])
    return {error["path"]: f"{error['problem']} | {error['mend']}" for error in response.json["errors"]}


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer nonsense", f"Bearer {PREFIX_OF_TOKENS}{'A' * 43}", "Basic dTpw", "Bearer ä"],
)
def test_a_request_without_a_token_that_stands_is_not_answered(app: Flask, header: str) -> None:
    response = app.test_client().get(f"{PREFIX}/appointments", headers={"Authorization": header})
    assert response.status_code == 401
    assert response.mimetype == "application/problem+json"
    assert response.headers["WWW-Authenticate"].startswith("Bearer")
    assert "Authorization: Bearer" in response.text


def test_a_revoked_token_is_not_answered_any_more(app: Flask, desk: Program) -> None:
    day = "/appointments?from=2027-01-04&to=2027-01-04"
    assert desk.get(day).status_code == 200
    with app.app_context():
        revoke_token(RevokeToken("for-front_desk"), SYSTEM, clock())
    assert desk.get(day).status_code == 401


def test_a_sign_in_of_the_pages_signs_no_request_and_none_is_redirected(app: Flask) -> None:
    response = app.test_client().post(f"{PREFIX}/series", json=WANTED, headers={"Cookie": "session=x"})
    assert response.status_code == 401
    assert "Set-Cookie" not in response.headers


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"{", "at line 1, column 2"),
        (b"[1]", "not a set of named entries"),
        (b'"text"', "not a set of named entries"),
        (b"\xff\xfe\x00", "UTF-8"),
        (b'{"patient": "\\ud800"}', "UTF-8"),
        (b'{"limit": NaN}', "NaN is no number"),
        (b'{"limit": ' + b"9" * 5000 + b"}", "cannot be read as JSON"),
        (b'{"limit": 1, "limit": 2}', "given twice"),
        (b"[" * 100_000, "nested too deeply"),
    ],
)
def test_what_is_not_json_is_told_so(desk: Program, body: bytes, said: str) -> None:
    response = desk.send("POST", "/series/proposals", body)
    assert response.status_code == 400
    assert said in response.json["errors"][0]["problem"]


def test_json_must_be_said_to_be_json(desk: Program) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    response = desk.send("POST", "/series/proposals", b"patient=1", form)
    assert response.status_code == 415
    assert "Content-Type: application/json" in response.json["detail"]


def test_what_is_too_large_is_told_so(desk: Program) -> None:
    assert desk.send("POST", "/series/proposals", b" " * 3_000_000).status_code == 413


@pytest.mark.parametrize(
    ("wrong", "path", "said"),
    [
        ({"protocl": "x"}, "protocl", "did you mean 'protocol'?"),
        ({"patient": 7}, "patient", "text is wanted"),
        ({"patient": "a\u0000b"}, "patient", "wrong form"),
        ({"limit": "five"}, "limit", "whole number"),
        ({"limit": 2.5}, "limit", "whole number"),
        ({"limit": True}, "limit", "whole number"),
        ({"from": "next week"}, "from", "write it as 2026-12-03"),
        ({"from": 0}, "from", "write it as 2026-12-03"),
        ({"until": "9999-12-31"}, "until", "cannot be meant"),
        ({"weekdays": ["monday"]}, "weekdays[0]", "choose one of"),
        ({"from_time": "9"}, "from_time", "write it as 09:30"),
        ({"declined": "I1b"}, "declined", "a list is wanted"),
        ({"first": ["x"] * 101}, "first", ""),
    ],
)
def test_each_fault_is_told_with_its_place_and_its_mend(
    desk: Program, wrong: dict[str, object], path: str, said: str
) -> None:
    told = faults(desk, "/series/proposals", {**WANTED, **wrong})
    assert list(told) == [path]
    assert said in told[path]


def test_all_faults_are_told_at_once(desk: Program) -> None:
    assert set(faults(desk, "/series/proposals", {"limit": "x", "from": "y"})) == {
        "patient",
        "protocol",
        "limit",
        "from",
    }


@pytest.mark.parametrize(
    ("start", "said"),
    [
        ("2027-01-05T10:00:00", "has no offset"),
        ("2027-01-05 10:00:00Z", "is not an instant"),
        ("2027-13-05T10:00:00Z", "is not an instant"),
        ("0001-01-01T00:00:00+14:00", "cannot be meant"),
        (1_800_000_000, "is not an instant"),
        (None, "is not an instant"),
    ],
)
def test_an_instant_must_have_its_offset(desk: Program, start: object, said: str) -> None:
    visits = [{"step": "P1", "start": start}]
    response = desk.book(**WANTED, visits=visits)
    (error,) = response.json["errors"]
    assert error["path"] == "visits[0].start"
    assert said in error["problem"]
    assert "2026-12-03T17:00:00Z" in error["mend"] or said == "cannot be meant"


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ({"patient": "nobody"}, "patient"),
        ({"protocol": "nothing"}, "protocol"),
        ({"therapist": "nobody"}, "therapist"),
        ({"rather": "nobody"}, "rather"),
        ({"declined": ["X1"]}, "declined, included"),
        ({"first": ["luck"]}, "first"),
        ({"limit": 21}, "limit"),
        ({"from": "2027-02-01", "until": "2027-01-05"}, "until"),
    ],
)
def test_what_names_nothing_is_refused_with_its_place_and_its_mend(
    desk: Program, wrong: dict[str, object], path: str
) -> None:
    response = desk.post("/series/proposals", {**WANTED, **wrong})
    assert response.status_code == 422
    (error,) = response.json["errors"]
    assert error["path"] == path
    assert error["mend"]
    assert response.json["reasons"][0]["code"]


def test_rooms_and_people_that_are_not_there_are_told_by_visit(desk: Program) -> None:
    visit = {
        "step": "P1",
        "start": "2027-01-05T17:00:00Z",
        "room": "cellar",
        "staff": {"therapist": "nobody"},
    }
    response = desk.book(**WANTED, visits=[visit])
    assert response.status_code == 422
    assert [error["path"] for error in response.json["errors"]] == ["visits[P1].room", "visits[P1].staff"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/series/nothing", 404),
        ("GET", "/appointments/nothing", 404),
        ("POST", "/appointments/nothing/move", 404),
        ("GET", "/series/a%00b", 404),
        ("GET", "/nowhere", 404),
        ("PUT", "/series", 405),
        ("GET", "/series", 405),
    ],
)
def test_where_nothing_is_the_answer_is_a_problem_too(
    desk: Program, method: str, path: str, status: int
) -> None:
    response = desk.send(method, path)
    assert response.status_code == status
    assert ("Allow" in response.headers) == (status == 405)


def test_a_surprise_tells_nothing_and_is_recorded_without_the_request(
    desk: Program, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("the reactor")

    monkeypatch.setattr(use_case, "retried_or_refused", fail)
    response = desk.book("a-secret-key", **WANTED)
    assert response.status_code == 500
    assert "reactor" not in response.text
    assert "Traceback" not in response.text
    assert "api.book_whole_series" in caplog.text
    assert "patient-1" not in caplog.text
    assert "a-secret-key" not in caplog.text
    assert desk.token not in caplog.text


def test_a_database_that_is_not_there_is_told_so(desk: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise StoreNotReady("run: flask --app wsgi db upgrade")

    monkeypatch.setattr(use_case, "retried_or_refused", fail)
    response = desk.book(**WANTED)
    assert response.status_code == 503
    assert "db upgrade" in response.json["detail"]
