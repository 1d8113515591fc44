"""A calendar is read so often and no oftener, guesses are counted by network address, and honest programs meet no limit."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from scheduler.access.permissions import SYSTEM
from scheduler.config import InvalidSetting, settings_from
from scheduler.domain.clock import StandingClock
from scheduler.feeds.subscriptions import SubscriptionRequest, make_subscription
from scheduler.feeds.tokens import new_token
from scheduler.store.subscriptions import SubscriptionKind
from scheduler.web import feed_limits
from scheduler.web.feed_limits import FeedLimits, network_of
from tests.feeds.privacy import assert_gives_nothing_away
from tests.feeds.stored_visits import BOOKED_AT, keep_series

A_MINUTE = timedelta(minutes=1)
ELSEWHERE = "203.0.113.7"


@pytest.fixture
def standing_clock() -> StandingClock:
    """Give a clock that stands at the instant of the booking."""
    return StandingClock(BOOKED_AT)


@pytest.fixture
def client(clinic: Flask) -> FlaskClient:
    """Give a program that fetches feeds of a booked series."""
    with clinic.app_context():
        keep_series()
    return clinic.test_client()


def a_path(app: Flask) -> str:
    """Make a subscription and return its path."""
    with app.app_context():
        made = make_subscription(
            SubscriptionRequest(SubscriptionKind.PATIENT, "patient-1", ""), SYSTEM, StandingClock(BOOKED_AT)
        )
    assert isinstance(made, str)
    return made


def limited(app: Flask, clock: StandingClock, **settings: int) -> None:
    """Let the front of an application count by these settings."""
    changed = replace(app.extensions["trellis_settings"], **settings)
    app.wsgi_app._limits = FeedLimits(changed, clock)  # type: ignore[attr-defined]  # the front stands there


def ask(client: FlaskClient, path: str, address: str = ELSEWHERE, **headers: str) -> TestResponse:
    """Ask for a path from a network address."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.get(path, environ_base={"REMOTE_ADDR": address}, headers=named)


def guess(client: FlaskClient, address: str = ELSEWHERE, **headers: str) -> int:
    """Ask for a calendar that is not there; return the status."""
    return ask(client, f"/feeds/{new_token()}.ics", address, **headers).status_code


def test_a_calendar_that_is_read_too_often_is_read_again_a_minute_later(
    clinic: Flask, client: FlaskClient, standing_clock: StandingClock
) -> None:
    limited(clinic, standing_clock, feed_reads_per_minute=3)
    path, other = a_path(clinic), a_path(clinic)
    etag = ask(client, path).headers["ETag"]
    # Whole or unchanged, from wherever: it is the calendar that is counted.
    assert ask(client, path, "198.51.100.1", If_None_Match=etag).status_code == 304
    standing_clock.advance(timedelta(seconds=20))
    assert client.head(path).status_code == 200
    for method in (client.get, client.head):
        refused = method(path)
        assert refused.status_code == 429
        assert refused.headers["Retry-After"] == "40"
    refused = ask(client, path, If_None_Match=etag)
    assert refused.status_code == 429
    assert refused.data == b"Asked too often. Ask again later.\n"
    assert refused.headers["Cache-Control"] == "private, no-store"
    assert refused.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert_gives_nothing_away(refused.data + str(refused.headers).encode(), [path])
    assert ask(client, other).status_code == 200
    standing_clock.advance(timedelta(seconds=40))
    assert ask(client, path).status_code == 200


def test_guesses_are_counted_by_network_address_and_look_all_alike(
    clinic: Flask, client: FlaskClient, standing_clock: StandingClock
) -> None:
    limited(clinic, standing_clock, feed_misses_per_minute=5)
    assert [guess(client) for _ in range(7)] == [404] * 5 + [429] * 2
    # A guess that hits would be no better off.
    path = a_path(clinic)
    assert ask(client, path).status_code == 429
    assert ask(client, path, "198.51.100.1").status_code == 200
    assert guess(client, "198.51.100.1") == 404
    standing_clock.advance(A_MINUTE)
    assert guess(client) == 404
    assert ask(client, path).status_code == 200


def test_a_service_that_reads_thousands_of_calendars_from_one_address_meets_no_limit(
    clinic: Flask, client: FlaskClient, standing_clock: StandingClock
) -> None:
    limited(clinic, standing_clock, feed_reads_per_minute=2, feed_misses_per_minute=2)
    for path in [a_path(clinic) for _ in range(20)]:
        assert ask(client, path).status_code == 200


@pytest.mark.parametrize(
    ("proxies", "told", "counted"),
    [
        # Nobody's word is taken.
        (0, "1.1.1.{n}", True),
        # The last proxy's word is; what its asker said of itself is not.
        (1, "1.1.1.1", True),
        (1, "1.1.1.{n}, 9.9.9.9", True),
        (1, "9.9.9.9, 1.1.1.{n}", False),
        (2, "9.9.9.9, 1.1.1.{n}, 5.5.5.5", False),
        # Of one household all, although each time another address.
        (1, "2001:db8:1:2::{n}", True),
        (1, "2001:db8:1:{n}::1", False),
        # Fewer than there should be: the farthest that there is.
        (2, "1.1.1.1", True),
        (1, "", True),
        # What is no address is not counted: it is said by our own proxy.
        (1, "unknown", False),
    ],
)
def test_an_address_is_what_our_own_proxies_say_it_is(
    clinic: Flask,
    client: FlaskClient,
    standing_clock: StandingClock,
    proxies: int,
    told: str,
    counted: bool,
) -> None:
    limited(clinic, standing_clock, feed_misses_per_minute=3, proxies=proxies)
    statuses = [guess(client, X_Forwarded_For=told.replace("{n}", str(n))) for n in range(1, 7)]
    assert (429 in statuses) is counted


def test_this_machine_and_what_is_no_address_are_not_counted(
    clinic: Flask, client: FlaskClient, standing_clock: StandingClock
) -> None:
    limited(clinic, standing_clock, feed_misses_per_minute=1)
    for address in ("127.0.0.1", "::1", ""):
        assert network_of(address) == ""
        assert [guess(client, address) for _ in range(4)] == [404] * 4


def test_without_limits_nothing_is_counted(
    clinic: Flask, client: FlaskClient, standing_clock: StandingClock
) -> None:
    limited(clinic, standing_clock, feed_reads_per_minute=0, feed_misses_per_minute=0)
    path = a_path(clinic)
    assert {ask(client, path).status_code for _ in range(150)} == {200}
    assert {guess(client) for _ in range(70)} == {404}


def test_the_usual_limits_are_far_from_what_programs_do(clinic: Flask, client: FlaskClient) -> None:
    path = a_path(clinic)
    statuses = [ask(client, path).status_code for _ in range(121)]
    assert statuses == [200] * 120 + [429]
    assert [guess(client) for _ in range(61)] == [404] * 60 + [429]


def test_what_is_counted_is_let_go_when_it_is_over_and_holds_no_token(
    clinic: Flask, client: FlaskClient, standing_clock: StandingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed_limits, "MOST_WINDOWS", 10)
    limited(clinic, standing_clock)
    path = a_path(clinic)
    ask(client, path)
    limits: FeedLimits = clinic.wsgi_app._limits  # type: ignore[attr-defined]  # the front stands there
    kept = limits._reads._windows._windows
    assert len(kept) == 1
    assert path[7:-4] not in str(kept)
    for _ in range(5):
        for number in range(9):
            guess(client, f"198.51.100.{number}")
        standing_clock.advance(A_MINUTE)
    assert len(limits._misses._windows._windows) <= 10


@pytest.mark.parametrize("setting", ["FEED_READS_PER_MINUTE", "FEED_MISSES_PER_MINUTE", "PROXIES"])
def test_a_setting_that_is_no_number_of_use_is_refused(setting: str) -> None:
    for value in ("-1", "many", "100001"):
        with pytest.raises(InvalidSetting, match=setting):
            settings_from({setting: value})
