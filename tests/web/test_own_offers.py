"""Other times on the patient's own pages: shown behind the second factor, one taken by a press, and never held."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from html import unescape
from typing import TYPE_CHECKING

import pytest

from scheduler.access.permissions import SYSTEM
from scheduler.booking.changed_series import visits_of
from scheduler.booking.offer_times import OfferTimes, offer_times, times_to_offer
from scheduler.domain.clock import StandingClock
from scheduler.domain.offers import Offer, OfferEnd
from scheduler.reminders.own_choices import BY_LINK
from scheduler.store.appointments import appointment
from scheduler.store.audit import history
from scheduler.store.offers import note_missed
from scheduler.store.offers import offer as stored_offer
from scheduler.store.work import unit_of_work
from tests.builders import a_patient
from tests.feeds.stored_visits import BOOKED_AT, keep_clinic, keep_series
from tests.web.own_visitor import come_in, seal_on
from tests.web.test_links import everything_stored, sent_link
from tests.web.test_own_pages import said_time

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

PATIENT = a_patient(email="rs@example.org", phone="+1 303 555 0142")
VISIT = "series-1/R1"
CHOSEN = re.compile(r'name="chosen" value="([^"]+)"[^>]*>([^<]+)<')


@pytest.fixture
def standing_clock() -> StandingClock:
    """Give a clock that stands at the instant of the booking."""
    return StandingClock(BOOKED_AT)


@pytest.fixture
def path(app: Flask) -> str:
    """Book the worked example, tell the patient of it, and give where the link leads."""
    with app.app_context():
        keep_clinic([PATIENT])
        keep_series()
    return sent_link(app)


@pytest.fixture
def made(app: Flask, path: str, standing_clock: StandingClock) -> Offer:
    """Offer other times for the last visit."""
    assert path
    with app.app_context():
        ways = times_to_offer(VISIT, SYSTEM, standing_clock)
        assert isinstance(ways, tuple) and len(ways) > 1, ways
        times = tuple(one for way in ways for one in visits_of(way))
        outcome = offer_times(OfferTimes(VISIT, times), SYSTEM, standing_clock)
    assert isinstance(outcome, Offer), outcome
    return outcome


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Give a browser that has never been here."""
    return app.test_client()


def start_of(app: Flask) -> datetime:
    with app.app_context():
        return appointment(VISIT).start


def test_the_patient_sees_the_times_and_takes_one(
    app: Flask, client: FlaskClient, path: str, made: Offer
) -> None:
    assert "offered" not in client.get(path).text, "the link alone shows none of it"
    page = come_in(client, path)
    shown = CHOSEN.findall(page)
    words = [unescape(one).replace("\N{NO-BREAK SPACE}", " ") for _, one in shown]
    assert [f"Take {said_time(one.start)}" for one in made.times] == [
        one.replace("\N{NARROW NO-BREAK SPACE}", " ") for one in words
    ]
    assert "We do not hold these times for you" in page
    before = everything_stored(app)
    assert client.get("/own").status_code == 200
    assert everything_stored(app) == before, "looking changes nothing"
    answer = client.post("/own/offered", data={"seal": seal_on(page), "chosen": shown[0][0]})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/own?news=moved")
    after = client.get(answer.headers["Location"]).text
    assert "Your appointment has its new time now." in after
    assert not CHOSEN.findall(after)
    assert start_of(app) == made.times[0].start
    with app.app_context():
        assert stored_offer(made.id).ended is OfferEnd.CHOSEN
        last = history("series", "series-1")[-1]
    assert (last.verb, last.actor) == ("take_offered_time", BY_LINK)
    again = client.post("/own/offered", data={"seal": seal_on(page), "chosen": shown[0][0]})
    assert again.headers["Location"] == "/own?news=over"


def test_a_form_from_elsewhere_or_about_something_else_changes_nothing(
    app: Flask, client: FlaskClient, path: str, made: Offer
) -> None:
    page = come_in(client, path)
    sealed, (value, _) = {"seal": seal_on(page)}, CHOSEN.findall(page)[0]
    before = everything_stored(app)
    assert client.post("/own/offered", data={"chosen": value}).status_code == 400
    foreign = {"Sec-Fetch-Site": "cross-site"}
    assert client.post("/own/offered", data={**sealed, "chosen": value}, headers=foreign).status_code == 400
    assert client.get("/own/offered").status_code == 405
    for wrong in ("", value.split()[0], f"{value.split()[0]} ²", "v000000000000 0", f"{value.split()[0]} 77"):
        answer = client.post("/own/offered", data={**sealed, "chosen": wrong})
        assert answer.headers["Location"] in {"/own?news=over", "/own?news=taken"}, wrong
    assert everything_stored(app) == before
    assert made.missed == frozenset()


def test_a_time_found_taken_is_shown_no_more_and_said_kindly(
    app: Flask, client: FlaskClient, path: str, made: Offer
) -> None:
    come_in(client, path)
    with app.app_context(), unit_of_work():
        note_missed(made, 0)
    page = client.get("/own?news=taken").text
    assert "this time has just been taken by somebody else" in page
    assert len(CHOSEN.findall(page)) == len(made.times) - 1


def test_an_offer_that_ran_out_is_gone_from_the_page(
    client: FlaskClient, path: str, made: Offer, standing_clock: StandingClock
) -> None:
    page = come_in(client, path)
    value = CHOSEN.findall(page)[0][0]
    standing_clock.instant = standing_clock.instant + timedelta(minutes=20)
    assert CHOSEN.findall(client.get("/own").text)
    standing_clock.instant = made.expires_at
    fresh = client.application.test_client()
    page = come_in(fresh, path)
    assert not CHOSEN.findall(page)
    answer = fresh.post("/own/offered", data={"seal": seal_on(page), "chosen": value})
    assert answer.headers["Location"] == "/own?news=over"
