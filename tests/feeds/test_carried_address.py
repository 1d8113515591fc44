"""A calendar that carries its own address, where that was chosen: each its own, in every answer, and kept nowhere."""

from __future__ import annotations

import gzip

import pytest
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar

from scheduler.access.permissions import SYSTEM
from scheduler.domain.clock import StandingClock
from scheduler.feeds import bodies
from scheduler.feeds.subscriptions import SubscriptionRequest, make_subscription, rotate_subscription
from scheduler.store.subscriptions import SubscriptionKind, subscriptions_of
from tests.feeds.linter.check import faults
from tests.feeds.privacy import assert_gives_nothing_away
from tests.feeds.stored_visits import BOOKED_AT, cancel, keep_series

CLOCK = StandingClock(BOOKED_AT)
GZIP = {"Accept-Encoding": "gzip"}


@pytest.fixture
def standing_clock() -> StandingClock:
    """Give the clock of the application, which stands."""
    return CLOCK


@pytest.fixture
def client(clinic: Flask) -> FlaskClient:
    """Give a program that fetches feeds of a booked series."""
    with clinic.app_context():
        keep_series()
    return clinic.test_client()


def _path(app: Flask, carries_address: bool) -> str:
    with app.app_context():
        request = SubscriptionRequest(
            SubscriptionKind.PATIENT, "patient-1", "", carries_address=carries_address
        )
        made = make_subscription(request, SYSTEM, CLOCK)
    assert isinstance(made, str)
    return made


def _whole(app: Flask, path: str) -> str:
    return f"{app.extensions['trellis_settings'].public_url}{path}"


def _without_source(calendar: bytes) -> bytes:
    lines = calendar.replace(b"\r\n ", b"\0").split(b"\r\n")
    kept = [line for line in lines if not line.startswith(b"SOURCE")]
    assert len(kept) == len(lines) - 1
    return b"\r\n".join(kept).replace(b"\0", b"\r\n ")


def test_each_calendar_says_its_own_address_and_is_the_same_but_for_it(
    clinic: Flask, client: FlaskClient
) -> None:
    plain, one, other = (_path(clinic, carries) for carries in (False, True, True))
    without = client.get(plain).data
    assert b"SOURCE" not in without
    for path in (one, other):
        answers = [client.get(path) for _ in range(3)]
        assert len({answer.data for answer in answers}) == 1
        calendar = answers[0].data
        assert faults(calendar) == []
        assert str(Calendar.from_ical(calendar)["SOURCE"]) == _whole(clinic, path)
        assert _without_source(calendar) == without
        assert int(answers[0].headers["Content-Length"]) == len(calendar)
        said = calendar.replace(b"\r\n ", b"").replace(path.encode(), b"")
        assert_gives_nothing_away(said, ["Cottonwood"])


def test_it_is_compressed_as_any_other_and_who_has_it_is_not_sent_it_again(
    clinic: Flask, client: FlaskClient
) -> None:
    path = _path(clinic, carries_address=True)
    plain = client.get(path)
    for _ in range(2):
        zipped = client.get(path, headers=GZIP)
        assert gzip.decompress(zipped.data) == plain.data
        assert zipped.headers["Content-Encoding"] == "gzip"
    for answer in (plain, zipped):
        again = client.get(path, headers={"If-None-Match": answer.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")
    with clinic.app_context():
        cancel("series-1/D2", at=CLOCK.now())
    changed = client.get(path, headers={"If-None-Match": plain.headers["ETag"]})
    assert changed.status_code == 200
    assert str(Calendar.from_ical(changed.data)["SOURCE"]) == _whole(clinic, path)


def test_no_address_is_kept(clinic: Flask, client: FlaskClient) -> None:
    path = _path(clinic, carries_address=True)
    for headers in ({}, GZIP, {}, GZIP):
        assert client.get(path, headers=headers).status_code == 200
    for kept in bodies._BODIES._kept.values():
        content = gzip.decompress(kept) if kept.startswith(b"\x1f\x8b") else kept
        assert b"SOURCE" not in content


def test_a_renewed_address_is_carried_instead(clinic: Flask, client: FlaskClient) -> None:
    _path(clinic, carries_address=True)
    with clinic.app_context():
        [former] = subscriptions_of(SubscriptionKind.PATIENT, "patient-1")
        newer = rotate_subscription(former.id, "", SYSTEM, CLOCK)
    assert isinstance(newer, str)
    assert str(Calendar.from_ical(client.get(newer).data)["SOURCE"]) == _whole(clinic, newer)
