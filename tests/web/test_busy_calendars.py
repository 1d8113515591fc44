"""Calendars elsewhere on the pages: by address and by file, what is said of each, for the desk and for oneself."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest

from scheduler.domain.clock import StandingClock
from scheduler.feeds.busy.fetching import Limits
from scheduler.feeds.busy.refreshing import Fetching, refresh_due
from scheduler.feeds.busy.sealing import AddressSeal
from scheduler.store import accounts
from scheduler.store.busy_sources import busy_sources_of
from tests.feeds.busy.bad_server import bad_server, reach
from tests.feeds.busy.calendars import calendar, event
from tests.web.small_clinic import Visitor, booked_series, visitor

if TYPE_CHECKING:
    from flask import Flask

SECRET = "private-8d1f22"


@pytest.fixture
def her(clinic_app: Flask) -> str:
    """Give the member of staff behind the therapist's account."""
    with clinic_app.app_context():
        account = accounts.account("therapist")
    assert account is not None
    assert account.staff is not None
    return account.staff


def look(app: Flask, clock: StandingClock) -> None:
    """Do what the jobs do."""
    settings = app.extensions["trellis_settings"]
    with app.app_context():
        refresh_due(Fetching(AddressSeal(settings.secret_key), "", reach(), Limits(seconds=5)), clock)


def a_file(text: str) -> tuple[io.BytesIO, str]:
    return io.BytesIO(text.encode()), "somebody private.ics"


def over_the_first_dose(app: Flask) -> str:
    dose = booked_series(app)[0].visit("D1")
    assert dose is not None
    return calendar(
        event(f"DTSTART:{dose.interval.start:%Y%m%dT%H%M%SZ}", f"DTEND:{dose.interval.end:%Y%m%dT%H%M%SZ}")
    )


def source_id(app: Flask, person: str) -> str:
    with app.app_context():
        return busy_sources_of(person)[-1].id


def test_the_desk_adds_an_address_and_sees_how_it_is_doing(
    clinic_app: Flask, desk: Visitor, her: str, clock: StandingClock
) -> None:
    page = f"/staff/{her}/calendars"
    assert "None yet." in desk.text(page)
    with bad_server() as server:
        form = {"act": "address", "address": server.at(f"/good.ics?key={SECRET}"), "address_name": "Rota"}
        assert desk.send(page, form).headers["Location"] == page
        assert "Not read yet" in desk.text(page)
        look(clinic_app, clock)
        shown = desk.text(page)
        assert "● Counts" in shown
        assert "1 time kept" in shown
        server.text = "<html>"
        assert desk.send(page, {"act": "refresh", "source": source_id(clinic_app, her)}).status_code == 303
        look(clinic_app, clock)
        shown = desk.text(page)
    assert "web page instead of a calendar" in shown
    assert "They still count." in shown
    assert "○ Not read" in desk.text(f"/staff/{her}")
    for text in (shown, desk.text(f"/staff/{her}")):
        assert SECRET not in text, "the address is never shown again"


def test_a_file_over_a_booked_visit_comes_to_the_conflicts_and_goes(
    clinic_app: Flask, desk: Visitor, her: str
) -> None:
    page = f"/staff/{her}/calendars"
    answer = desk.send(
        page, {"act": "file", "file": a_file(over_the_first_dose(clinic_app)), "file_name": ""}
    )
    assert answer.status_code == 303
    assert "Among the conflicts now: 1 new one." in desk.text(page)
    assert "Uploaded file" in desk.text(page)
    shown = desk.text("/conflicts")
    assert "calendar elsewhere says they are busy" in shown
    assert "Something private" not in shown + desk.text(page)
    assert "somebody private" not in desk.text(page)
    desk.send(page, {"act": "remove", "source": source_id(clinic_app, her)})
    assert "Resolved by this: 1 conflict." in desk.text(page)


@pytest.mark.parametrize(
    ("form", "why"),
    [
        ({"act": "address", "address": ""}, "Enter the calendar&#39;s iCal address"),
        ({"act": "address", "address": "ftp://example.org/x"}, "must begin with https://"),
        ({"act": "file"}, "Choose a calendar file"),
    ],
)
def test_what_cannot_be_used_is_said_at_its_field(
    desk: Visitor, her: str, form: dict[str, str], why: str
) -> None:
    answer = desk.send(f"/staff/{her}/calendars", form)
    assert answer.status_code == 422
    assert why in answer.text
    assert "There is a problem" in answer.text


def test_a_file_that_is_no_calendar_is_refused(desk: Visitor, her: str) -> None:
    answer = desk.send(f"/staff/{her}/calendars", {"act": "file", "file": a_file("<html>")})
    assert answer.status_code == 422
    assert "web page instead of a calendar" in answer.text


def test_each_sees_to_their_own_and_to_nobody_elses(clinic_app: Flask, her: str, desk: Visitor) -> None:
    desk.send(f"/staff/{her}/calendars", {"act": "address", "address": "https://example.org/a.ics"})
    source = source_id(clinic_app, her)
    nurse = visitor(clinic_app, "nurse")
    assert "None yet." in nurse.text("/my-calendars")
    for act in ("refresh", "remove"):
        assert nurse.send("/my-calendars", {"act": act, "source": source}).status_code == 404
    assert nurse.get(f"/staff/{her}/calendars").status_code == 403
    herself = visitor(clinic_app, "therapist")
    assert "example.org" in herself.text("/my-calendars")
    assert "/my-calendars" in herself.get("/my-day").text or "/my-calendars" in herself.text(
        "/day/2026-11-23"
    )
    assert herself.send("/my-calendars", {"act": "remove", "source": source}).status_code == 303
    assert "None yet." in herself.text("/my-calendars")
    assert herself.send("/my-calendars", {"act": "nothing"}).status_code == 400
    assert desk.get("/staff/nobody/calendars").status_code == 404
