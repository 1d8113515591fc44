"""Failures are told in calm words, with the right status, and never with the machinery behind them."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from flask import abort

from scheduler.domain.errors import Conflict
from tests.databases import let_go, make_app
from tests.web.small_clinic import TOKEN, Visitor, visitor

if TYPE_CHECKING:
    from flask import Flask


@pytest.mark.parametrize("status", [400, 403, 404, 405, 409, 413, 429, 500, 503])
def test_every_status_has_its_page(clinic_app: Flask, status: int) -> None:
    clinic_app.add_url_rule("/fails", "healthz_fails", lambda: abort(status))
    clinic_app.view_functions["healthz"] = clinic_app.view_functions["healthz_fails"]
    response = clinic_app.test_client().get("/healthz")
    assert response.status_code == status
    assert "<h1>" in response.text
    assert "Traceback" not in response.text


def test_a_surprise_tells_the_log_and_not_the_person(
    clinic_app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    def surprise() -> str:
        raise RuntimeError("the inner workings")

    clinic_app.view_functions["healthz"] = surprise
    with caplog.at_level(logging.ERROR):
        response = clinic_app.test_client().get("/healthz")
    assert response.status_code == 500
    assert "inner workings" not in response.text
    assert "inner workings" in caplog.text


def test_a_lost_race_says_who_won_what(clinic_app: Flask) -> None:
    def lost() -> str:
        raise Conflict("Room Birch was taken on Thu 3 Dec 2026 10:00 MST")

    clinic_app.view_functions["healthz"] = lost
    response = clinic_app.test_client().get("/healthz")
    assert response.status_code == 409
    assert "Room Birch was taken on Thu 3 Dec 2026 10:00 MST" in response.text


def test_a_database_that_is_not_migrated_says_the_command(tmp_path: Path) -> None:
    app = make_app(f"sqlite:///{tmp_path / 'empty.sqlite3'}", tmp_path)
    response = visitor(app).sign_in("desk")
    assert response.status_code == 503
    assert "flask --app wsgi db upgrade" in response.text
    let_go(app)


def test_what_is_not_there_looks_like_what_is_not_yours(clinic_app: Flask, desk: Visitor) -> None:
    # The token of the form to sign out is signed with the second at which the page was made.
    texts = {
        TOKEN.sub("", desk.get(address).text)
        for address in ("/patients/nobody", "/series/none", "/visits/none/cancel", "/series/none/cancel")
    }
    assert len(texts) == 1
    assert desk.get("/patients/nobody").status_code == 404
    for address in ("/day/2026-13-01", "/day/0001-01-01", "/day/yesterday"):
        assert desk.get(address).status_code == 404


def test_a_page_asked_for_in_the_wrong_way_says_what_is_right(desk: Visitor) -> None:
    response = desk.client.get("/sign-out")
    assert response.status_code == 405
    assert "POST" in response.headers["Allow"]


def test_what_is_too_large_is_not_read(desk: Visitor) -> None:
    response = desk.client.post("/patients", data={"wanted": "a" * (3 * 1024 * 1024)})
    assert response.status_code == 413
