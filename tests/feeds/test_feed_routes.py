"""The public page of a feed: conditional answers, one face for whatever is not there, nothing for logs or robots."""

from __future__ import annotations

import logging
from datetime import timedelta
from urllib.request import urlopen

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.http import parse_date

from scheduler.access.permissions import SYSTEM
from scheduler.domain.clock import StandingClock
from scheduler.feeds.subscriptions import end_subscription
from scheduler.feeds.tokens import new_token
from scheduler.store.subscriptions import SubscriptionKind, subscriptions_of
from tests.feeds.patient_feed import path, standing_clock
from tests.feeds.stored_visits import BOOKED_AT, cancel

__all__ = ["path", "standing_clock"]


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Give a program that fetches feeds."""
    return app.test_client()


def test_a_feed_is_a_calendar_for_its_owner_alone(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer.data.startswith(b"BEGIN:VCALENDAR\r\n")
    assert answer.headers["Cache-Control"].startswith("private")
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "Set-Cookie" not in answer.headers
    etag, is_weak = answer.get_etag()
    assert etag and not is_weak
    assert parse_date(answer.headers["Last-Modified"]) == BOOKED_AT


def test_asking_again_gets_a_short_answer_until_a_visit_changes(
    app: Flask, client: FlaskClient, path: str, standing_clock: StandingClock
) -> None:
    first = client.get(path)
    conditions = {"If-None-Match": first.headers["ETag"], "If-Modified-Since": first.headers["Last-Modified"]}
    for condition in (conditions, *({name: value} for name, value in conditions.items())):
        again = client.get(path, headers=condition)
        assert (again.status_code, again.data) == (304, b"")
        assert again.headers["ETag"] == first.headers["ETag"]
        assert again.headers["Cache-Control"] == first.headers["Cache-Control"]
    standing_clock.advance(timedelta(hours=1))
    assert client.get(path).data == first.data
    with app.app_context():
        cancel("series-1/D2", at=standing_clock.now())
    for condition in (conditions, *({name: value} for name, value in conditions.items())):
        changed = client.get(path, headers=condition)
        assert changed.status_code == 200
        assert changed.headers["ETag"] != first.headers["ETag"]
        assert changed.data.count(b"STATUS:CANCELLED") == 1


def test_head_is_get_without_the_calendar(client: FlaskClient, path: str) -> None:
    whole, head = client.get(path), client.head(path)
    assert (head.status_code, head.data) == (200, b"")
    for name in ("ETag", "Last-Modified", "Content-Type", "Content-Length", "Cache-Control"):
        assert head.headers[name] == whole.headers[name]
    assert client.head(path, headers={"If-None-Match": whole.headers["ETag"]}).status_code == 304


def test_unknown_revoked_and_misshapen_addresses_look_the_same(
    app: Flask, client: FlaskClient, path: str, standing_clock: StandingClock
) -> None:
    with app.app_context():
        [subscription] = subscriptions_of(SubscriptionKind.PATIENT, "patient-1")
        end_subscription(subscription.id, SYSTEM, standing_clock)
    answers = [client.get(f"/feeds/{name}.ics") for name in (new_token(), "x", path[7:-4])]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.data for answer in answers}) == 1
    headers = [
        sorted((name, value) for name, value in answer.headers if name != "Date") for answer in answers
    ]
    assert headers[0] == headers[1] == headers[2]
    assert "noindex" in answers[0].headers["X-Robots-Tag"]


def test_a_feed_can_only_be_read(client: FlaskClient, path: str) -> None:
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        assert client.open(path, method=method).status_code in {400, 405}


def test_no_log_line_holds_a_token_not_even_the_servers(
    served: str, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    token = path[7:-4]
    with caplog.at_level(logging.DEBUG), caplog.at_level(logging.INFO, logger="werkzeug"):
        assert urlopen(served + path).status == 200
        logging.getLogger("any").warning("asked for %s", path)
        logging.getLogger("any").warning(f"asked for {served}{path}?x=1")
        logging.getLogger("any").warning("%(path)s", {"path": path})
        logging.getLogger("any").warning("failed: %s", ValueError(path))
    assert "GET /feeds/... HTTP/1.1" in caplog.text
    assert caplog.text.count("/feeds/...") == 5
    assert token not in caplog.text


def test_a_failure_in_a_feed_is_logged_without_its_address(
    app: Flask,
    client: FlaskClient,
    path: str,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_arguments: object) -> None:
        raise RuntimeError("something unforeseen")

    monkeypatch.setattr("scheduler.web.feed_routes.publication", fail)
    app.testing = False
    with caplog.at_level(logging.DEBUG):
        answer = client.get(path)
    assert answer.status_code == 500
    assert "something unforeseen" in caplog.text
    assert path[7:-4] not in caplog.text
    assert path[7:-4] not in answer.text
