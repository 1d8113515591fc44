"""Signing in is sound: nothing leaks, nothing lasts, nothing leads elsewhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from scheduler.app import create_app
from scheduler.booking.passwords import hashed
from scheduler.config import settings_from
from scheduler.domain.clock import StandingClock
from scheduler.store import accounts
from scheduler.store.work import unit_of_work
from scheduler.web.sign_in_routes import inside_address
from tests.databases import SqliteTemplate, let_go
from tests.web.small_clinic import PASSWORD, Visitor, visitor

if TYPE_CHECKING:
    from flask import Flask


def test_the_desk_lands_on_the_patients_and_the_therapist_on_the_day(clinic_app: Flask) -> None:
    assert visitor(clinic_app, "desk").get("/").headers["Location"] == "/patients"
    therapist = visitor(clinic_app, "therapist")
    assert therapist.get("/").headers["Location"] == "/my-day"
    assert therapist.get("/my-day").headers["Location"] == "/day/2026-11-23"


@pytest.mark.parametrize("username", ["desk", "nobody-at-all"])
def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(clinic_app: Flask, username: str) -> None:
    response = visitor(clinic_app).sign_in(username, "not the password")
    assert response.status_code == 401
    assert "The username or the password is not right." in response.text
    assert "There is a problem" in response.text
    assert f'value="{username}"' in response.text, "what was typed is kept"
    assert "not the password" not in response.text


def test_empty_fields_are_named_one_by_one(clinic_app: Flask) -> None:
    response = visitor(clinic_app).sign_in("", "")
    assert response.status_code == 422
    for words in ('href="#username">Enter your username', 'href="#password">Enter your password'):
        assert words in response.text
    assert 'aria-describedby="username-error"' in response.text


def test_too_many_tries_are_turned_away_in_words(clinic_app: Flask) -> None:
    one = visitor(clinic_app)
    for _ in range(5):
        assert one.sign_in("desk", "guess").status_code == 401
    response = one.sign_in("desk", PASSWORD)
    assert response.status_code == 429
    assert int(response.headers["Retry-After"]) > 0
    assert "too many tries" in response.text


def test_after_a_while_the_right_password_works_again(clinic_app: Flask, clock: StandingClock) -> None:
    one = visitor(clinic_app)
    for _ in range(5):
        one.sign_in("desk", "guess")
    clock.advance(timedelta(minutes=16))
    assert one.sign_in("desk").status_code == 303


@pytest.mark.parametrize(
    ("wanted", "allowed"),
    [
        ("/day/2026-12-03", True),
        ("/series/abc?x=1", True),
        ("", False),
        ("//elsewhere.example", False),
        ("///elsewhere.example", False),
        ("/\\elsewhere.example", False),
        ("\\\\elsewhere.example", False),
        ("https://elsewhere.example", False),
        ("javascript:alert(1)", False),
        ("/\t/elsewhere.example", False),
        ("/\n/elsewhere.example", False),
        (" //elsewhere.example", False),
        ("patients", False),
    ],
)
def test_signing_in_leads_nowhere_else(wanted: str, allowed: bool) -> None:
    assert inside_address(wanted) == (wanted if allowed else None)


def test_the_page_that_was_wanted_is_shown_after_signing_in(clinic_app: Flask) -> None:
    one = visitor(clinic_app)
    assert one.get("/day/2026-12-03").headers["Location"] == "/sign-in?next=/day/2026-12-03"
    assert 'value="/day/2026-12-03"' in one.text("/sign-in?next=/day/2026-12-03")
    assert one.sign_in("desk", then="/day/2026-12-03").headers["Location"] == "/day/2026-12-03"
    assert visitor(clinic_app).sign_in("desk", then="//elsewhere.example").headers["Location"] == "/"


def test_the_session_is_made_anew_at_sign_in(clinic_app: Flask) -> None:
    one = visitor(clinic_app)
    with one.client.session_transaction() as session:
        session["planted"] = "by somebody else"
    one.get("/sign-in")
    with one.client.session_transaction() as session:
        before = session.get("csrf_token")
    one.sign_in("desk")
    with one.client.session_transaction() as session:
        assert "planted" not in session
        assert session.get("csrf_token") != before


def test_signing_out_ends_it(desk: Visitor) -> None:
    assert desk.send("/sign-out", {}).status_code == 303
    assert desk.get("/patients").status_code == 303
    assert desk.client.get("/sign-out").status_code == 405


def test_a_busy_session_ends_before_the_next_morning(desk: Visitor, clock: StandingClock) -> None:
    assert desk.get("/rules").status_code == 200
    clock.advance(timedelta(hours=15))
    assert desk.get("/rules").status_code == 303


def test_a_new_password_and_a_closed_account_end_every_session(clinic_app: Flask, desk: Visitor) -> None:
    other = visitor(clinic_app, "nurse")
    with clinic_app.app_context(), unit_of_work():
        for username, change in (
            ("desk", {"password_hash": hashed("another long password")}),
            ("nurse", {"active": False}),
        ):
            account = accounts.account(username)
            assert account is not None
            accounts.save_account(replace(account, **change))
    assert desk.get("/rules").status_code == 303
    assert other.get("/rules").status_code == 303
    assert visitor(clinic_app).sign_in("nurse").status_code == 401


def test_the_cookie_is_kept_from_scripts_and_other_sites(clinic_app: Flask) -> None:
    cookie = visitor(clinic_app).sign_in("desk").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie, "a browser would not send it back over http"


def test_under_https_the_cookie_is_secure_and_forms_still_work(
    clinic_template: SqliteTemplate, tmp_path: Path, clock: StandingClock
) -> None:
    environ = {
        "DATABASE_URL": clinic_template.copy_to(tmp_path),
        "VAR_FOLDER": str(tmp_path / "var"),
        "PUBLIC_URL": "https://visits.example.org",
    }
    app = create_app(settings_from(environ), clock)
    client = app.test_client()
    page = client.get("/sign-in", base_url="https://visits.example.org")
    token = page.text.split('name="csrf_token" value="')[1].split('"')[0]
    response = client.post(
        "/sign-in",
        data={"username": "desk", "password": PASSWORD, "next": "", "csrf_token": token},
        base_url="https://visits.example.org",
    )
    assert response.status_code == 303
    assert "Secure" in response.headers["Set-Cookie"]
    assert "max-age" in response.headers["Strict-Transport-Security"]
    let_go(app)


def test_the_sign_in_page_tells_nothing_of_what_is_done_here(clinic_app: Flask) -> None:
    text = visitor(clinic_app).text("/sign-in").lower()
    for word in ("ketamine", "clinic", "therap", "patient", "maple"):
        assert word not in text
