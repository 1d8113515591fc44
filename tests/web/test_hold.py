"""Holding a proposal while somebody decides, and the two buttons that end it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from scheduler.domain.clock import StandingClock
from scheduler.domain.series import Series, SeriesState
from scheduler.store import clinic
from scheduler.store import series as stored
from scheduler.store.glances import PatientSearch, patient_lines
from tests.web.small_clinic import NOW, PROTOCOL, Visitor, visitor

if TYPE_CHECKING:
    from flask import Flask

CHOICE = re.compile(r'name="choice" id="proposal-1" value="([^"]+)"')


@pytest.fixture
def held(clinic_app: Flask, desk: Visitor) -> Series:
    """Give a series held for a day."""
    with clinic_app.app_context():
        lines = patient_lines(PatientSearch(clinic.sites()[0].id), NOW)
        patient = next(line.id for line in lines if line.next_visit is None)
    wishes = {"protocol": PROTOCOL, "earliest": (NOW + timedelta(days=2)).date().isoformat()}
    page = desk.send(f"/patients/{patient}/proposals", wishes)
    choice = CHOICE.search(page.text)
    assert choice
    form = {"choice": choice.group(1), "hold": "yes", "hold_for": "1-day"}
    response = desk.send(f"/patients/{patient}/series", form)
    assert response.status_code == 303
    return _now(clinic_app, response.headers["Location"].rsplit("/", 1)[1])


def _now(app: Flask, series: str) -> Series:
    with app.app_context():
        return stored.series(series)


def test_a_proposal_is_held_and_its_page_says_until_when(held: Series, desk: Visitor) -> None:
    assert (held.state, held.held_until) == (SeriesState.TENTATIVE, NOW + timedelta(days=1))
    page = desk.text(f"/series/{held.id}")
    assert "Held until" in page
    assert "Book it</button>" in page
    assert "Let it go</button>" in page


def test_it_is_booked_by_one_button(held: Series, desk: Visitor, clinic_app: Flask) -> None:
    address = f"/series/{held.id}/hold/book"
    page = desk.text(desk.send(address, {}).headers["Location"])
    assert "Booked: the times that were held." in page
    assert _now(clinic_app, held.id).state is SeriesState.BOOKED
    assert "it is booked" in desk.text(desk.send(address, {}).headers["Location"])


def test_it_is_let_go_by_the_other(held: Series, desk: Visitor, clinic_app: Flask) -> None:
    page = desk.text(desk.send(f"/series/{held.id}/hold/release", {}).headers["Location"])
    assert "the times are free again" in page
    assert _now(clinic_app, held.id).state is SeriesState.LAPSED
    assert "Not held any more" in page


def test_when_its_time_is_over_the_page_says_so(held: Series, clinic_app: Flask, desk: Visitor) -> None:
    clinic_app.extensions["trellis_clock"] = StandingClock(NOW + timedelta(days=1))
    later = visitor(clinic_app, "desk")
    page = later.text(f"/series/{held.id}")
    assert "are free again" in page
    assert "Book it</button>" not in page
    refused = later.send(f"/series/{held.id}/hold/book", {})
    assert "were held until" in later.text(refused.headers["Location"])


def test_nurses_may_not_decide(held: Series, clinic_app: Flask) -> None:
    nurse = visitor(clinic_app, "nurse")
    assert "Book it</button>" not in nurse.text(f"/series/{held.id}")
    assert nurse.send(f"/series/{held.id}/hold/book", {}).status_code == 403
    assert _now(clinic_app, held.id).state is SeriesState.TENTATIVE
