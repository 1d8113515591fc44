"""Programs that have the calendar are answered before the application, and in the same words."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from scheduler.access.permissions import SYSTEM
from scheduler.booking.import_clinic import ImportClinic, import_clinic
from scheduler.domain.clock import StandingClock
from scheduler.feeds.publication import NOTED_EVERY
from scheduler.feeds.subscriptions import (
    GRACE,
    Gone,
    SubscriptionRequest,
    end_subscription,
    make_subscription,
    rotate_subscription,
)
from scheduler.store.subscriptions import SubscriptionKind, subscriptions_of
from tests.feeds.stored_visits import BOOKED_AT, cancel, keep_clinic, keep_series

KINDS = {
    SubscriptionKind.PATIENT: "patient-1",
    SubscriptionKind.STAFF: "therapist-1",
    SubscriptionKind.ROOM: "dosing-1",
    SubscriptionKind.SITE: "site-1",
}


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


def address(app: Flask, kind: SubscriptionKind, busy_only: bool = False) -> str:
    """Make a subscription and return its path."""
    with app.app_context():
        made = make_subscription(
            SubscriptionRequest(kind, KINDS[kind], "", busy_only), SYSTEM, StandingClock(BOOKED_AT)
        )
    assert isinstance(made, str)
    return made


@pytest.mark.parametrize("kind", KINDS)
def test_who_has_the_calendar_is_answered_before_the_application(
    clinic: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch, kind: SubscriptionKind
) -> None:
    path = address(clinic, kind)
    first = client.get(path)
    assert first.status_code == 200
    condition = {"If-None-Match": first.headers["ETag"]}
    with monkeypatch.context() as inside:
        inside.setattr(clinic.wsgi_app, "_found", lambda *_arguments: None)
        usual = client.get(path, headers=condition)
    monkeypatch.setattr(clinic.wsgi_app, "_behind", None)
    front = client.get(path, headers={"If-None-Match": f'"other", {first.headers["ETag"]}'})
    assert (front.status_code, front.data) == (usual.status_code, usual.data) == (304, b"")
    names = ("ETag", "Cache-Control", "X-Robots-Tag", "Referrer-Policy")
    assert [front.headers[name] for name in names] == [usual.headers[name] for name in names]


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_it_shows_when_written_wakes_the_application(
    clinic: Flask, client: FlaskClient, kind: SubscriptionKind
) -> None:
    path = address(clinic, kind)
    with clinic.app_context():
        # A dose has a room, and the therapist of the series is there.
        cancel("series-1/D2", at=BOOKED_AT)
    first = client.get(path)
    condition = {"If-None-Match": first.headers["ETag"]}
    assert client.get(path, headers=condition).status_code == 304
    with clinic.app_context():
        cancel("series-1/D3", at=BOOKED_AT)
    changed = client.get(path, headers=condition)
    assert changed.status_code == 200
    assert changed.data.count(b"STATUS:CANCELLED") == first.data.count(b"STATUS:CANCELLED") + 1


def test_what_concerns_others_alone_wakes_nobody(
    clinic: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = address(clinic, SubscriptionKind.ROOM)
    first = client.get(path)
    with clinic.app_context():
        # A talk takes place in an office.
        cancel("series-1/I1", at=BOOKED_AT)
    monkeypatch.setattr(clinic.wsgi_app, "_behind", None)
    assert client.get(path, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304


def test_a_new_name_of_the_site_is_told_to_who_has_the_former(clinic: Flask, client: FlaskClient) -> None:
    path = address(clinic, SubscriptionKind.PATIENT)
    first = client.get(path)
    with clinic.app_context():
        keep_clinic(public_name="Oak House")
    changed = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200
    assert b"Oak House" in changed.data


def test_a_day_later_it_is_looked_through_again(
    clinic: Flask, client: FlaskClient, standing_clock: StandingClock
) -> None:
    path = address(clinic, SubscriptionKind.PATIENT)
    first = client.get(path)
    standing_clock.advance(timedelta(days=200))
    later = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert later.status_code == 200
    assert b"BEGIN:VEVENT" not in later.data


def test_a_revoked_address_is_gone_for_who_has_the_calendar_too(
    clinic: Flask, client: FlaskClient, standing_clock: StandingClock
) -> None:
    path = address(clinic, SubscriptionKind.PATIENT)
    condition = {"If-None-Match": client.get(path).headers["ETag"]}
    with clinic.app_context():
        [one] = subscriptions_of(SubscriptionKind.PATIENT, "patient-1")
        end_subscription(one.id, SYSTEM, standing_clock)
    assert client.get(path, headers=condition).status_code == 404


def test_the_former_address_works_for_a_week_beside_the_new_one(
    clinic: Flask, client: FlaskClient, standing_clock: StandingClock
) -> None:
    former = address(clinic, SubscriptionKind.PATIENT)
    condition = {"If-None-Match": client.get(former).headers["ETag"]}
    with clinic.app_context():
        [one] = subscriptions_of(SubscriptionKind.PATIENT, "patient-1")
        new = rotate_subscription(one.id, "", SYSTEM, standing_clock)
    assert isinstance(new, str)
    assert new != former
    assert client.get(new).data == client.get(former).data
    standing_clock.advance(GRACE - timedelta(seconds=1))
    assert client.get(former, headers=condition).status_code == 304
    standing_clock.advance(timedelta(seconds=1))
    assert client.get(former, headers=condition).status_code == client.get(former).status_code == 404
    assert client.get(new).status_code == 200
    with clinic.app_context():
        assert rotate_subscription(one.id, "", SYSTEM, standing_clock) == Gone()


def test_it_is_noted_now_and_then_which_kind_of_program_asked(
    clinic: Flask, client: FlaskClient, standing_clock: StandingClock
) -> None:
    path = address(clinic, SubscriptionKind.PATIENT)
    programs = {
        "Google-Calendar-Importer": "Google",
        "Microsoft Outlook 16": "Outlook",
        "curl/8": "another program",
    }
    for said, noted in programs.items():
        etag = client.get(path, headers={"User-Agent": said}).headers["ETag"]
        standing_clock.advance(NOTED_EVERY)
        client.get(path, headers={"User-Agent": said, "If-None-Match": etag})
        with clinic.app_context():
            [one] = subscriptions_of(SubscriptionKind.PATIENT, "patient-1")
        assert (one.last_program, one.last_fetched_at) == (noted, standing_clock.now())


def test_an_import_that_changes_nothing_wakes_nobody(clinic: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    site = {"id": "oak", "name": "Oak", "public_name": "Oak House", "zone": "America/Denver"}
    document = {"sites": [site | {"hours": {"mon-fri": "08:00-18:00"}}]}
    command, clock = ImportClinic(document), StandingClock(BOOKED_AT)
    with clinic.app_context():
        import_clinic(command, SYSTEM, clock)
        made = make_subscription(SubscriptionRequest(SubscriptionKind.SITE, "oak", ""), SYSTEM, clock)
    assert isinstance(made, str)
    client = clinic.test_client()
    condition = {"If-None-Match": client.get(made).headers["ETag"]}
    with clinic.app_context():
        import_clinic(command, SYSTEM, clock)
    monkeypatch.setattr(clinic.wsgi_app, "_behind", None)
    assert client.get(made, headers=condition).status_code == 304
