"""The application as it is put together: alive, ready, and careful with cookies and files."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from flask import Flask

from scheduler.app import create_app
from scheduler.config import settings_from
from scheduler.domain.clock import StandingClock, SystemClock
from tests.databases import let_go, make_app


def test_it_says_that_it_is_alive_and_ready(app: Flask) -> None:
    client = app.test_client()
    alive, ready = client.get("/healthz"), client.get("/readyz")
    assert (alive.status_code, alive.get_json()) == (200, {"status": "alive"})
    assert (ready.status_code, ready.get_json()) == (200, {"status": "ready"})


@pytest.mark.parametrize(
    ("file", "problem"),
    [("bare.sqlite3", "run: flask --app wsgi db upgrade"), ("no/such/folder.sqlite3", "cannot be reached")],
)
def test_it_says_what_keeps_it_from_being_ready(tmp_path: Path, file: str, problem: str) -> None:
    app = make_app(f"sqlite:///{tmp_path / file}", tmp_path)
    client = app.test_client()
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert problem in answer.get_json()["problem"]
    assert client.get("/healthz").status_code == 200
    let_go(app)


def test_a_new_database_file_is_its_owners_alone(tmp_path: Path) -> None:
    file = tmp_path / "new.sqlite3"
    app = make_app(f"sqlite:///{file}", tmp_path)
    app.test_client().get("/readyz")
    assert {stat.S_IMODE(one.stat().st_mode) for one in tmp_path.glob("new.sqlite3*")} == {0o600}
    let_go(app)


@pytest.mark.parametrize(
    ("address", "secure"), [("http://127.0.0.1:8000", False), ("https://a.example", True)]
)
def test_session_cookies_are_kept_from_scripts_and_other_sites(
    tmp_path: Path, address: str, secure: bool
) -> None:
    app = create_app(settings_from({"VAR_FOLDER": str(tmp_path / "var"), "PUBLIC_URL": address}))
    assert app.config["SESSION_COOKIE_HTTPONLY"] is True
    assert app.config["SESSION_COOKIE_SAMESITE"] == "Lax"
    assert app.config["SESSION_COOKIE_SECURE"] is secure
    let_go(app)


def test_the_clock_is_the_one_that_was_passed_in(app: Flask, tmp_path: Path) -> None:
    assert isinstance(app.extensions["trellis_clock"], StandingClock)
    other = create_app(settings_from({"VAR_FOLDER": str(tmp_path / "other")}))
    assert isinstance(other.extensions["trellis_clock"], SystemClock)
    let_go(other)
