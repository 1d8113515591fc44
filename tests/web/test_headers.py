"""Browsers are told to load nothing from elsewhere, and no page gives them a reason to."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest

from tests.web.small_clinic import PROTOCOL, Visitor, booked_series, idle_patient

if TYPE_CHECKING:
    from flask import Flask

LOADED = {"src", "href", "action", "formaction", "data", "poster", "srcset"}


class Reader(HTMLParser):
    """Collects what a strict content policy would not allow, and what leads out of the site."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "style" or (tag == "script" and not values.get("src")):
            self.faults.append(f"<{tag}> inside the page")
        for name, value in attrs:
            if name == "style" or name.startswith("on"):
                self.faults.append(f"{name} on <{tag}>")
            if name in LOADED and value and re.match(r"(?:[a-z][a-z0-9+.-]*:|//)", value, re.IGNORECASE):
                self.faults.append(f"{name}={value} on <{tag}>")


def test_no_page_has_anything_inline_or_from_elsewhere(clinic_app: Flask, desk: Visitor) -> None:
    for name, text in _pages(clinic_app, desk):
        reader = Reader()
        reader.feed(text)
        assert not reader.faults, (name, reader.faults)


def test_every_page_has_one_heading_a_title_and_a_way_past_the_navigation(
    clinic_app: Flask, desk: Visitor
) -> None:
    for name, text in _pages(clinic_app, desk):
        assert text.count("<h1") == 1, name
        assert re.search(r"<title>\S.* – Trellis</title>", text), name
        assert 'href="#main"' in text, name
        assert '<html lang="en">' in text, name


@pytest.mark.parametrize("address", ["/sign-in", "/patients", "/rules", "/nowhere"])
def test_every_answer_says_what_browsers_must_not_do(desk: Visitor, address: str) -> None:
    headers = desk.get(address).headers
    policy = headers["Content-Security-Policy"]
    for part in ("default-src 'self'", "form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'"):
        assert part in policy
    assert "unsafe" not in policy
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"


def test_static_files_are_kept_under_their_fingerprint_alone(desk: Visitor) -> None:
    address = re.search(r'href="(/static/trellis\.css\?v=[0-9a-f]+)"', desk.text("/rules"))
    assert address
    with desk.get(address.group(1)) as named, desk.get("/static/trellis.css") as plain:
        assert "immutable" in named.headers["Cache-Control"]
        assert "immutable" not in plain.headers.get("Cache-Control", "")


def test_public_answers_need_no_sign_in(clinic_app: Flask) -> None:
    nobody = clinic_app.test_client()
    assert nobody.get("/healthz").status_code == 200
    assert nobody.get("/readyz").status_code == 200


def _pages(app: Flask, desk: Visitor) -> list[tuple[str, str]]:
    series = booked_series(app)[0]
    last = series.visit("R1")
    assert last is not None
    patient = idle_patient(app)
    wishes = {"protocol": PROTOCOL, "earliest": "2026-11-24", "latest": "", "therapist": ""}
    addresses = [
        "/sign-in",
        "/patients",
        f"/patients/{series.patient}",
        f"/patients/{patient}/book",
        f"/series/{series.id}",
        f"/series/{series.id}/cancel",
        f"/visits/{last.id}/cancel",
        f"/day/{series.appointments[2].start.date()}",
        "/day/2026-11-26",
        "/rules",
        "/nowhere",
    ]
    pages = [(address, desk.get(address).text) for address in addresses if address != "/sign-in"]
    pages.append(("/sign-in", app.test_client().get("/sign-in").text))
    pages.append(("proposals", desk.send(f"/patients/{patient}/proposals", wishes).text))
    none = {**wishes, "latest": "2026-11-25"}
    pages.append(("nothing fits", desk.send(f"/patients/{patient}/proposals", none).text))
    return pages


def test_files_that_anybody_may_keep_hold_no_session(desk: Visitor) -> None:
    address = re.search(r'href="(/static/trellis.css[^"]+)"', desk.text("/patients"))
    assert address
    with desk.client.get(address.group(1)) as response:
        assert "public" in response.headers["Cache-Control"]
        assert "Set-Cookie" not in response.headers
        assert response.data
    assert "Set-Cookie" in desk.get("/patients").headers, "a page renews the session"
