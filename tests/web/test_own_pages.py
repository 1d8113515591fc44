"""The patient's own pages: nothing before the second factor, the whole plan after it, and nothing moved by looking."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from scheduler.domain.answers import Answer
from scheduler.domain.appointment import AppointmentState
from scheduler.domain.clock import StandingClock
from scheduler.domain.urgent_help import UrgentHelp
from scheduler.reminders.messages import time_in_words
from scheduler.reminders.words.language import plain_spaces
from scheduler.store.answers import answer_to
from scheduler.store.appointments import appointment
from scheduler.store.audit import history
from tests.builders import a_patient, at
from tests.feeds.privacy import assert_gives_nothing_away, assert_names_nobody, everything_said
from tests.feeds.stored_visits import BOOKED_AT, SITE, cancel, keep_clinic, keep_series
from tests.reminders.changing import ZONE, move
from tests.web.own_visitor import BIRTH_DATE, VISIT, come_in, give_birth_date, seal_on
from tests.web.test_links import everything_stored, sent_link

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

PATIENT = a_patient(email="rs@example.org", phone="+1 303 555 0142")
WRONG = date(1990, 3, 2)
HELP = (UrgentHelp("Help line", "+1 303 555 0190"),)
BEFORE_D1 = at("2026-12-02 12:00")
D1 = at("2026-12-03 10:00")


@pytest.fixture
def standing_clock() -> StandingClock:
    """Give a clock that stands at the instant of the booking."""
    return StandingClock(BOOKED_AT)


@pytest.fixture
def path(app: Flask) -> str:
    """Book the worked example, tell the patient of it, and give where the link leads."""
    with app.app_context():
        keep_clinic([PATIENT], urgent_help=HELP)
        keep_series()
    return sent_link(app)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Give a browser that has never been here."""
    return app.test_client()


def test_nothing_before_the_second_factor_gives_anything_away(
    app: Flask, client: FlaskClient, path: str
) -> None:
    names = {PATIENT.id, PATIENT.given_name, PATIENT.family_name, PATIENT.email, SITE.name, SITE.id}
    names |= {"Therapist 1", "therapist-1", "series-1"}
    for answer in before_the_second_factor(client, path):
        said = everything_said(answer)
        assert_gives_nothing_away(said)
        assert_names_nobody(said, names)
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
        assert answer.headers["Cache-Control"] == "no-store"
        assert "<script" not in answer.text
        if not answer.request.path.startswith("/static"):
            assert "Help line" in answer.text
    looks = re.findall(r'href="(/static/[a-z]+\.css[^"]*)"', client.get(f"{path}/own").text)
    assert len(looks) == 2
    for look in looks:
        with client.get(look) as style:
            assert_gives_nothing_away(style.data)


def before_the_second_factor(client: FlaskClient, path: str) -> Iterator[TestResponse]:
    """Yield what is answered to somebody who holds the link alone."""
    yield client.get(path)
    yield client.get(f"{path}/own")
    yield client.get("/own")
    yield client.get("/own/v000000000000/appointment.ics")
    client.set_cookie("own", "forged", path="/own")
    yield client.get("/own")
    seal = seal_on(client.get(path).text)
    for day in ("", "31"):
        yield client.post(f"{path}/own", data={"seal": seal, "day": day, "month": "2", "year": "1950"})
    for _ in range(6):
        yield give_birth_date(client, path, WRONG)


def test_the_whole_plan_is_shown_with_what_to_do_before_the_next_visit(
    app: Flask, client: FlaskClient, path: str, standing_clock: StandingClock
) -> None:
    standing_clock.instant = BEFORE_D1
    page = plain_spaces(come_in(client, path))
    for said in ("Cottonwood Clinic", "12 Elm St", 'href="tel:555-0100"', "Help line"):
        assert said in page
    following = page[page.index('class="next"') : page.index("<ol>")]
    assert "Treatment session 1 of 6" in following
    assert "With Therapist 1" in following
    for sentence in (
        "After Thursday, December 3, 2026 at 4:00 AM MST eat nothing, and drink only clear drinks",
        "Drink nothing, not even water, after Thursday, December 3, 2026 at 8:00 AM MST.",
        "You need an adult who comes to take you home.",
        "Do not drive before Friday, December 4, 2026 at",
    ):
        assert sentence in following, following
    starts = [at(start) for start in ("2026-12-04 13:00", "2026-12-04 15:00", "2027-01-04 11:00")]
    places = [page.index(said_time(start)) for start in starts]
    assert places == sorted(places)
    assert "Past appointments (2)" in page
    assert "Other" not in page


def said_time(start: datetime) -> str:
    """Return how the page says a time, with plain spaces."""
    return plain_spaces(time_in_words(start, ZONE))


def test_cancelled_visits_are_said_and_a_moved_one_has_its_new_time(
    app: Flask, client: FlaskClient, path: str
) -> None:
    later = at("2026-12-01 16:00")
    with app.app_context():
        move({"series-1/P2": later}, BOOKED_AT)
        cancel("series-1/D1", at=BOOKED_AT)
    page = plain_spaces(come_in(client, path))
    assert said_time(later) in page
    assert f"<s>{said_time(D1)}</s>" in page
    assert "Cancelled" in page


def test_answers_are_those_of_the_link_and_move_nothing(app: Flask, client: FlaskClient, path: str) -> None:
    page = come_in(client, path)
    first, second, *_ = VISIT.findall(page)
    for key, given in ((first, "accepted"), (second, "other_time")):
        form = {"seal": seal_on(page), "answer": f"{given} {key} "}
        answer = client.post("/own/answer", data=form)
        assert (answer.status_code, answer.headers["Location"]) == (303, f"/own#{key}")
        assert client.post("/own/answer", data=form).status_code == 303
    with app.app_context():
        assert appointment("series-1/P1").state is AppointmentState.CONFIRMED
        kept = answer_to("series-1/P2")
        assert appointment("series-1/P2").start == at("2026-12-01 14:00")
    assert kept is not None and (kept.answer, kept.waits) == (Answer.OTHER_TIME, True)
    page = client.get("/own").text
    assert "We have noted that this time suits you." in page
    assert "You told us that you need another time." in page


def test_looking_changes_nothing_and_so_does_a_form_from_elsewhere(
    app: Flask, client: FlaskClient, path: str
) -> None:
    page = come_in(client, path)
    before = everything_stored(app)
    addresses = ["/own", path, f"{path}/own", *re.findall(r'href="(/own/[^"]*)"', page)]
    assert len(addresses) > 20
    for address in addresses:
        assert client.get(address).status_code == 200
        assert client.head(address).status_code == 200
    form = {"answer": f"accepted {VISIT.findall(page)[0]} "}
    foreign = {"Sec-Fetch-Site": "cross-site"}
    assert client.post("/own/answer", data=form).status_code == 400
    assert client.post("/own/answer", data={**form, "seal": "0" * 32}).status_code == 400
    sealed = {**form, "seal": seal_on(page)}
    assert client.post("/own/answer", data=sealed, headers=foreign).status_code == 400
    for wrong in ("declined", "", "\u00e4"):
        assert (
            client.post(
                "/own/answer", data={**sealed, "answer": f"{wrong} {VISIT.findall(page)[0]}"}
            ).status_code
            == 400
        )
    assert client.post("/own/answer", data={**sealed, "answer": "accepted v" + "0" * 12}).status_code == 303
    assert client.post(f"{path}/own", data={"day": "3", "month": "2", "year": "1990"}).status_code == 400
    assert everything_stored(app) == before


def test_a_visit_goes_into_the_calendar_in_neutral_words(client: FlaskClient, path: str) -> None:
    page = come_in(client, path)
    address = re.findall(r'href="(/own/v[0-9a-f]{12}/appointment\.ics)"', page)[0]
    file = client.get(address)
    assert file.headers["Content-Type"].startswith("text/calendar")
    assert_gives_nothing_away(everything_said(file), ["Cottonwood"])


def test_wrong_dates_lock_the_link_for_longer_each_time(
    app: Flask, client: FlaskClient, path: str, standing_clock: StandingClock
) -> None:
    for _ in range(4):
        assert give_birth_date(client, path, WRONG).status_code == 422
    locked = give_birth_date(client, path, WRONG)
    assert locked.status_code == 429
    assert "the page stays closed until Monday, November 23, 2026 at 9:15" in locked.text
    # The right one is not even looked at, from whichever browser.
    assert give_birth_date(app.test_client(), path).status_code == 429
    standing_clock.advance(timedelta(minutes=15))
    for _ in range(4):
        assert give_birth_date(client, path, WRONG).status_code == 422
    assert "at 10:15" in give_birth_date(client, path, WRONG).text
    standing_clock.advance(timedelta(hours=1))
    assert give_birth_date(client, path).status_code == 303
    assert give_birth_date(client, path, WRONG).status_code == 422


def test_a_network_that_tries_many_is_held_back_and_others_are_not(
    app: Flask, client: FlaskClient, path: str, standing_clock: StandingClock
) -> None:
    elsewhere = "203.0.113.7"
    for number in range(20):
        given = give_birth_date(client, path, WRONG, elsewhere)
        if number % 5 == 4:
            standing_clock.advance(timedelta(minutes=1))
            with app.app_context():
                forget_lock(path)
        assert given.status_code == (429 if number % 5 == 4 else 422)
    assert give_birth_date(client, path, BIRTH_DATE, elsewhere).status_code == 429
    assert give_birth_date(client, path, BIRTH_DATE, "203.0.113.8").status_code == 303


def forget_lock(path: str) -> None:
    """Let the link be tried again, as if its time were over."""
    from scheduler.reminders.answer_links import hash_of
    from scheduler.store.own_door import Trial, note_trial
    from scheduler.store.work import unit_of_work

    with unit_of_work():
        note_trial(f"link:{hash_of(path.removeprefix('/a/'))}", Trial(0, BOOKED_AT, None))


def test_the_cookie_is_of_its_own_path_and_the_pages_close_by_disuse(
    client: FlaskClient, path: str, standing_clock: StandingClock
) -> None:
    cookie = give_birth_date(client, path).headers["Set-Cookie"]
    for part in ("own=", "HttpOnly", "Path=/own", "SameSite=Lax"):
        assert part in cookie
    assert PATIENT.id not in cookie and path.removeprefix("/a/") not in cookie
    for _ in range(3):
        standing_clock.advance(timedelta(minutes=29))
        assert client.get("/own").status_code == 200
    standing_clock.advance(timedelta(minutes=30))
    closed = client.get("/own")
    assert closed.status_code == 403
    assert "This page is closed" in closed.text and "Help line" in closed.text
    assert "own=;" in closed.headers["Set-Cookie"]
    assert_gives_nothing_away(everything_said(closed))


def test_however_busy_the_pages_close_after_some_hours(
    client: FlaskClient, path: str, standing_clock: StandingClock
) -> None:
    come_in(client, path)
    for _ in range(11):
        standing_clock.advance(timedelta(minutes=20))
        assert client.get("/own").status_code == 200
    standing_clock.advance(timedelta(minutes=20))
    assert client.get("/own").status_code == 403


def test_who_is_done_closes_the_pages_for_whoever_has_the_same_cookie(
    app: Flask, client: FlaskClient, path: str
) -> None:
    page = come_in(client, path)
    copied = client.get_cookie("own", path="/own")
    assert copied is not None
    done = client.post("/own/done", data={"seal": seal_on(page)})
    assert done.status_code == 200 and "This page is closed now" in done.text
    assert client.get_cookie("own", path="/own") is None
    thief = app.test_client()
    thief.set_cookie("own", copied.value, path="/own")
    assert thief.get("/own").status_code == 403


def test_the_pages_end_with_the_link(
    app: Flask, client: FlaskClient, path: str, standing_clock: StandingClock
) -> None:
    come_in(client, path)
    with app.app_context():
        # A corrected address: the message went to somebody else.
        keep_clinic([a_patient(email="other@example.org")], urgent_help=HELP)
    assert client.get("/own").status_code == 403
    assert give_birth_date_status(client, path) == 404


def give_birth_date_status(client: FlaskClient, path: str) -> int:
    """Return how the door answers."""
    return client.get(f"{path}/own").status_code


def test_the_opening_is_on_file_and_no_secret_is_logged(
    app: Flask, client: FlaskClient, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        come_in(client, path)
        cookie = client.get_cookie("own", path="/own")
        logging.getLogger("access").info('"POST %s/own HTTP/1.1" 303', path)
    assert cookie is not None
    assert path.removeprefix("/a/") not in caplog.text and cookie.value not in caplog.text
    with app.app_context():
        assert [one.verb for one in history("patient", PATIENT.id)] == ["open_own_pages"]


def test_the_pages_speak_the_patients_language(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        keep_clinic([a_patient(email="rs@example.org", language="es")], urgent_help=HELP)
        keep_series()
    path = sent_link(app)
    door = client.get(f"{path}/own").text
    assert '<html lang="es">' in door and "Su fecha de nacimiento" in door and ">marzo<" in door
    assert_gives_nothing_away(door.encode())
    page = come_in(client, path)
    assert "Su próxima cita" in page and "Sesión de preparación" in page and "Ayuda urgente:" in page


def test_a_whole_plan_is_read_on_a_bad_connection(client: FlaskClient, path: str) -> None:
    page = come_in(client, path)
    looks = re.findall(r'href="(/static/[a-z]+\.css[^"]*)"', page)
    sizes = [len(page.encode())]
    for look in looks:
        with client.get(look) as style:
            sizes.append(len(style.data))
    assert len(sizes) == 3
    assert sum(sizes) < 30_000, sizes
