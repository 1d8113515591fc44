"""A calendar is sent compressed to programs that take it so, under a tag of its own, and either tag is known again."""

from __future__ import annotations

import gzip

import pytest
from flask import Flask
from flask.testing import FlaskClient

from scheduler.feeds import bodies
from scheduler.web.feed_codings import coding_for
from tests.feeds.patient_feed import path, standing_clock
from tests.feeds.stored_visits import BOOKED_AT, cancel

__all__ = ["path", "standing_clock"]

TAKES_GZIP = {"Accept-Encoding": "gzip, deflate, br"}


@pytest.fixture
def client(clinic: Flask) -> FlaskClient:
    """Give a program that fetches feeds."""
    return clinic.test_client()


@pytest.fixture(params=["application", "front"])
def answered_by(
    request: pytest.FixtureRequest,
    clinic: Flask,
    client: FlaskClient,
    path: str,
    monkeypatch: pytest.MonkeyPatch,
) -> str:
    """Let all answers come from the application, or all from the front before it."""
    # Looked through once, so that the front knows of it.
    assert client.get(path).status_code == 200
    if request.param == "front":
        monkeypatch.setattr(clinic.wsgi_app, "_behind", None)
    else:
        monkeypatch.setattr(clinic.wsgi_app, "_found", lambda *_arguments: None)
    return str(request.param)


def test_it_is_the_same_calendar_in_fewer_bytes(client: FlaskClient, path: str, answered_by: str) -> None:
    plain, zipped = client.get(path), client.get(path, headers=TAKES_GZIP)
    assert plain.status_code == zipped.status_code == 200
    assert gzip.decompress(zipped.data) == plain.data
    assert len(zipped.data) < len(plain.data) / 3, answered_by
    assert "Content-Encoding" not in plain.headers
    assert zipped.headers["Content-Encoding"] == "gzip"
    assert zipped.headers["Content-Length"] == str(len(zipped.data))
    assert plain.headers["ETag"] != zipped.headers["ETag"]
    assert not zipped.headers["ETag"].startswith("W/")
    for answer in (plain, zipped):
        assert "Accept-Encoding" in answer.headers["Vary"]
    for name in ("Content-Type", "Last-Modified", "Cache-Control", "Content-Disposition"):
        assert plain.headers[name] == zipped.headers[name]


@pytest.mark.parametrize("accepts", [{}, TAKES_GZIP])
def test_who_has_it_in_either_coding_has_it(
    client: FlaskClient, path: str, answered_by: str, accepts: dict[str, str]
) -> None:
    tags = [client.get(path, headers=headers).headers["ETag"] for headers in ({}, TAKES_GZIP)]
    for tag in tags:
        for said in (tag, f"W/{tag}", f'"other", {tag}'):
            again = client.get(path, headers={**accepts, "If-None-Match": said})
            assert (again.status_code, again.data) == (304, b""), answered_by
            # Named as the program names it, so that it knows which of its bytes still hold.
            assert again.headers["ETag"] == tag
            assert "Accept-Encoding" in again.headers["Vary"]
    both = client.get(path, headers={**accepts, "If-None-Match": ", ".join(tags)})
    assert both.headers["ETag"] == tags[1 if accepts else 0]
    assert client.get(path, headers={**accepts, "If-None-Match": '"other"'}).status_code == 200


def test_head_says_what_get_would(client: FlaskClient, path: str) -> None:
    whole, head = (ask(path, headers=TAKES_GZIP) for ask in (client.get, client.head))
    assert (head.status_code, head.data) == (200, b"")
    for name in ("ETag", "Content-Length", "Content-Encoding", "Vary", "Last-Modified"):
        assert head.headers[name] == whole.headers[name]
    condition = {**TAKES_GZIP, "If-None-Match": whole.headers["ETag"]}
    assert client.head(path, headers=condition).status_code == 304


def test_a_change_is_told_to_who_has_it_compressed(clinic: Flask, client: FlaskClient, path: str) -> None:
    first = client.get(path, headers=TAKES_GZIP)
    with clinic.app_context():
        cancel("series-1/D2", at=BOOKED_AT)
    changed = client.get(path, headers={**TAKES_GZIP, "If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200
    assert b"STATUS:CANCELLED" in gzip.decompress(changed.data)


def test_compressed_bytes_are_the_same_in_every_process(
    client: FlaskClient, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = client.get(path, headers=TAKES_GZIP).data
    monkeypatch.setattr(bodies, "_BODIES", bodies._Bodies())
    assert client.get(path, headers=TAKES_GZIP).data == first
    # Bytes 4 to 7 are the time of writing (RFC 1952).
    assert first[4:8] == bytes(4)


def test_unconditional_readers_by_time_get_what_they_ask_for(client: FlaskClient, path: str) -> None:
    first = client.get(path, headers=TAKES_GZIP)
    condition = {**TAKES_GZIP, "If-Modified-Since": first.headers["Last-Modified"]}
    assert client.get(path, headers=condition).status_code == 304


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("", ""),
        ("identity", ""),
        ("gzip", "gzip"),
        ("GZIP", "gzip"),
        ("br, gzip;q=0.5", "gzip"),
        ("*", "gzip"),
        ("gzip;q=0", ""),
        ("gzip;q=0, *", ""),
        ("identity, gzip;q=0.5", ""),
        ("deflate, br", ""),
        ("gzip;q=nonsense, ;;;,,", ""),
    ],
)
def test_it_is_sent_as_the_program_likes(accepted: str, coding: str) -> None:
    assert coding_for(accepted) == coding
