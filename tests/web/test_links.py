"""The page behind the link in a message: neutral to the last byte, and changed by nothing but its buttons."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from mailbox import Maildir
from typing import TYPE_CHECKING, Any

import pytest

from scheduler.access.permissions import SYSTEM
from scheduler.booking.take_answer import SettleAnswer, settle_answer
from scheduler.cli.commands import register_commands
from scheduler.domain.answers import Answer
from scheduler.domain.appointment import AppointmentState
from scheduler.domain.clock import StandingClock
from scheduler.domain.treatment import StepKind
from scheduler.domain.urgent_help import UrgentHelp
from scheduler.reminders.answer_links import new_secret
from scheduler.reminders.dispatch import dispatch
from scheduler.reminders.policy import POLICY
from scheduler.reminders.words.english import ENGLISH
from scheduler.store.answers import answer_to
from scheduler.store.appointments import appointment
from scheduler.store.database import db
from scheduler.web.feed_limits import FeedLimits
from tests.builders import a_patient, at
from tests.feeds.privacy import assert_gives_nothing_away, assert_names_nobody, everything_said
from tests.feeds.stored_visits import BOOKED_AT, SITE, a_plain_visit, cancel, keep_clinic, keep_visits
from tests.reminders.changing import ZONE, body, move
from tests.reminders.recording import RecordingChannel

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

FIRST = at("2026-12-10 14:00")
SECOND = at("2026-12-14 14:00")
PATIENT = a_patient(email="rs@example.org")
LINK = re.compile(r"https://visits\.example\.org(/a/[A-Za-z0-9_-]{16})")
SEAL = re.compile(r'name="seal" value="([0-9a-f]{32})"')
VISIT = re.compile(r'name="visit" value="(v[0-9a-f]{12})"')
SEEN = re.compile(r'name="seen" value="(\d*)"')
ELSEWHERE = {"REMOTE_ADDR": "203.0.113.7"}


@pytest.fixture
def standing_clock() -> StandingClock:
    """Give a clock that stands at the instant of the booking."""
    return StandingClock(BOOKED_AT)


@pytest.fixture
def path(app: Flask) -> str:
    """Book two visits, tell the patient of them, and give where the link leads."""
    with app.app_context():
        keep_clinic([PATIENT])
        keep_visits(a_plain_visit(FIRST, "visit-a"), a_plain_visit(SECOND, "visit-b"))
    return sent_link(app)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Give a browser that has never been here."""
    return app.test_client()


def sent_link(app: Flask) -> str:
    """Send what is due, and return where the link of the one message leads."""
    channel = RecordingChannel()
    with app.app_context():
        told = app.extensions["trellis_clock"].now() + POLICY.undo_delay
        dispatch(told, channel, public_url="https://visits.example.org")
    [message] = channel.sent
    found = LINK.search(body(message))
    assert found
    return found.group(1)


def press(client: FlaskClient, path: str, answer: str, number: int | None = 0) -> TestResponse:
    """Press a button of the page: of the visit with this number, or the one for all."""
    page = client.get(path).text
    seal = SEAL.search(page)
    assert seal
    form = {"seal": seal.group(1), "answer": answer}
    if number is not None:
        form |= {"visit": VISIT.findall(page)[number], "seen": SEEN.findall(page)[number]}
    return client.post(path, data=form)


def state_of(app: Flask, visit: str) -> AppointmentState:
    with app.app_context():
        return appointment(visit).state


def everything_stored(app: Flask) -> Mapping[str, Any]:
    """Return every row of every table."""
    with app.app_context(), db.engine.connect() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(table.select())))
            for table in db.metadata.sorted_tables
        }


def test_the_page_says_when_where_and_whom_to_call(client: FlaskClient, path: str) -> None:
    page = client.get(path)
    assert page.status_code == 200
    for start in (FIRST, SECOND):
        assert ENGLISH.moment(start, ZONE) in page.text
    for said in ("Maple House", "12 Elm St", 'href="tel:555-0100"', "<title>Your appointments</title>"):
        assert said in page.text
    assert page.text.count(">I will come<") == 2
    assert "All these times suit me" in page.text


def test_no_byte_of_any_answer_gives_anything_away(app: Flask, client: FlaskClient, path: str) -> None:
    names = {PATIENT.id, PATIENT.given_name, PATIENT.family_name, PATIENT.email, SITE.name, SITE.id}
    names |= {"visit-a", "visit-b", "series-1", "P1", "office-1"}
    for answer in said_by(app, client, path):
        said = everything_said(answer)
        assert_gives_nothing_away(said)
        assert_names_nobody(said, names)
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Set-Cookie" not in answer.headers
        assert "<script" not in answer.text
        assert not [one for one in re.findall(r'(?:href|src|action)="([^"]*)"', answer.text) if "//" in one]
    # What the page loads is walked, too: the look of the clinic's own pages speaks of kinds of visits.
    [look] = re.findall(r'href="(/static/link\.css[^"]*)"', client.get(path).text)
    with client.get(look) as style:
        assert_gives_nothing_away(style.data)


def said_by(app: Flask, client: FlaskClient, path: str) -> Iterator[TestResponse]:
    """Yield what is answered in every case."""
    yield client.get(path)
    yield client.head(path)
    for answer in ("accepted", "call_wanted", "other_time"):
        yield press(client, path, answer)
        yield client.get(path)
    with app.app_context():
        settle_answer(SettleAnswer("visit-a"), SYSTEM, StandingClock(BOOKED_AT))
    yield client.get(path)
    yield press(client, path, "nonsense")
    yield client.post(path, data={})
    yield client.get(f"/a/{new_secret()}")
    with app.app_context():
        move({"visit-a": FIRST + timedelta(hours=3)}, BOOKED_AT)
        cancel("visit-b", at=BOOKED_AT)
    yield client.get(path)
    limited(app, feed_reads_per_minute=1)
    yield client.get(path)
    yield client.get(path)


def test_whatever_fetches_the_page_changes_nothing(app: Flask, client: FlaskClient, path: str) -> None:
    before = everything_stored(app)
    for address in (path, f"{path}?utm_source=preview", f"{path}?answer=accepted"):
        assert client.get(address).status_code == 200
        assert client.head(address).status_code == 200
        assert client.options(address).status_code == 200
    for method in ("PUT", "DELETE", "PATCH"):
        assert client.open(path, method=method).status_code == 405
    # A form that did not come from the page, or came from another site.
    assert client.post(path).status_code == 400
    assert client.post(path, data={"answer": "accepted", "seal": "0" * 32}).status_code == 400
    seal = SEAL.search(client.get(path).text)
    assert seal
    sealed = {"answer": "accepted", "seal": seal.group(1)}
    foreign = {"Sec-Fetch-Site": "cross-site"}
    assert client.post(path, data=sealed, headers=foreign).status_code == 400
    for wrong in ("declined", "", "\u00e4"):
        assert client.post(path, data={**sealed, "answer": wrong}).status_code == 400
    # Of a visit that the page does not show.
    assert client.post(path, data={**sealed, "visit": "v" + "0" * 12}).status_code == 303
    assert everything_stored(app) == before


def test_the_seal_of_one_link_does_not_fit_another(app: Flask, client: FlaskClient, path: str) -> None:
    with app.app_context():
        keep_visits(a_plain_visit(SECOND + timedelta(days=1), "visit-c"), series="series-2")
    other = sent_link(app)
    seal = SEAL.search(client.get(other).text)
    assert seal
    assert client.post(path, data={"answer": "accepted", "seal": seal.group(1)}).status_code == 400
    assert client.post(other, data={"answer": "accepted", "seal": seal.group(1)}).status_code == 303


def test_a_browser_without_cookies_confirms_one_visit_and_sees_it_noted(
    app: Flask, path: str, client: FlaskClient
) -> None:
    stranger = app.test_client(use_cookies=False)
    answer = press(stranger, path, "accepted", 1)
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith(f"{path}#v")
    assert (state_of(app, "visit-a"), state_of(app, "visit-b")) == (
        AppointmentState.BOOKED,
        AppointmentState.CONFIRMED,
    )
    page = client.get(path).text
    assert "We have noted that this time suits you." in page
    assert page.count(">I will come<") == 1
    assert "All these times suit me" not in page
    # Pressed twice, or sent again, it is done once.
    stored = everything_stored(app)
    seal = SEAL.search(page)
    assert seal
    form = {"seal": seal.group(1), "visit": VISIT.findall(page)[1], "seen": "", "answer": "accepted"}
    assert stranger.post(path, data=form).status_code == 303
    assert everything_stored(app) == stored


def test_all_are_confirmed_by_one_button(app: Flask, client: FlaskClient, path: str) -> None:
    assert press(client, path, "accepted", None).status_code == 303
    assert {state_of(app, id) for id in ("visit-a", "visit-b")} == {AppointmentState.CONFIRMED}
    assert client.get(path).text.count("We have noted that this time suits you.") == 2


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("call_wanted", "You asked us to call you, and we will."),
        ("other_time", "you need another time. We will"),
    ],
)
def test_other_answers_call_nothing_off_and_may_be_changed(
    app: Flask, client: FlaskClient, path: str, answer: str, said: str
) -> None:
    press(client, path, answer)
    assert said in client.get(path).text
    assert state_of(app, "visit-a") is AppointmentState.BOOKED
    press(client, path, "accepted")
    assert said not in client.get(path).text
    assert state_of(app, "visit-a") is AppointmentState.CONFIRMED


def test_what_was_seen_to_is_said_and_may_be_asked_for_anew(
    app: Flask, client: FlaskClient, path: str, standing_clock: StandingClock
) -> None:
    press(client, path, "call_wanted")
    standing_clock.advance(timedelta(minutes=5))
    with app.app_context():
        settle_answer(SettleAnswer("visit-a"), SYSTEM, standing_clock)
    page = client.get(path).text
    assert "and we have seen to it" in page
    press(client, path, "call_wanted")
    with app.app_context():
        kept = answer_to("visit-a")
    assert kept is not None and kept.waits


def test_a_changed_time_and_a_visit_called_off_are_said_without_the_new_time(
    app: Flask, client: FlaskClient, path: str
) -> None:
    later = FIRST + timedelta(hours=3)
    with app.app_context():
        move({"visit-a": later}, BOOKED_AT)
        cancel("visit-b", at=BOOKED_AT)
    page = client.get(path).text
    assert "The time of this appointment has changed since our message." in page
    assert "This appointment is no longer booked." in page
    assert f"<s>{ENGLISH.moment(FIRST, ZONE)}</s>" in page
    assert ENGLISH.moment(later, ZONE) not in page
    assert "<button" not in page


def test_a_visit_by_phone_is_asked_about_as_a_call(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        keep_clinic([PATIENT])
        keep_visits(a_plain_visit(FIRST, "visit-a", kind=StepKind.CONTACT, room=None))
    page = client.get(sent_link(app)).text
    assert "I will take the call" in page and "(by phone: we call you)" in page
    assert "Elm St" not in page
    assert "<title>Your appointment</title>" in page


def test_links_of_no_use_get_the_same_answer_byte_for_byte(
    app: Flask, client: FlaskClient, path: str, standing_clock: StandingClock
) -> None:
    unknown = [new_secret(), "a", "a.b~c", "%C3%A4" * 16, path[3:-1], path[3:] + "A", "x" * 500]
    answers = [client.get(f"/a/{secret}") for secret in unknown]
    standing_clock.instant = SECOND
    answers.append(client.get(path))
    bodies = {(one.status_code, one.data, tuple(sorted(one.headers))) for one in answers}
    assert len(bodies) == 1
    assert answers[0].status_code == 404
    assert {client.head(f"/a/{secret}").status_code for secret in unknown} == {404}
    assert client.get("/a/%00").status_code == 404


def limited(app: Flask, **settings: int) -> None:
    """Let the application count by these settings from now on."""
    changed = replace(app.extensions["trellis_settings"], **settings)
    app.extensions["trellis_link_limits"] = FeedLimits(changed, app.extensions["trellis_clock"])


def test_guesses_are_counted_by_network_address_and_a_link_by_itself(
    app: Flask, client: FlaskClient, path: str, standing_clock: StandingClock
) -> None:
    limited(app, feed_misses_per_minute=3, feed_reads_per_minute=5)
    for _ in range(3):
        assert client.get(f"/a/{new_secret()}", environ_overrides=ELSEWHERE).status_code == 404
    refused = client.get(path, environ_overrides=ELSEWHERE)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "60")
    for _ in range(5):
        assert client.get(path).status_code == 200
    assert client.get(path).status_code == 429
    standing_clock.advance(timedelta(minutes=1))
    assert client.get(path, environ_overrides=ELSEWHERE).status_code == 200


def test_the_secret_is_in_no_log_line_and_a_failure_gives_nothing_away(
    app: Flask,
    client: FlaskClient,
    path: str,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    secret = path.removeprefix("/a/")
    with caplog.at_level(logging.DEBUG):
        client.get(path)
        press(client, path, "accepted")
        logging.getLogger("access").info('"GET %s HTTP/1.1" 200', path)
        logging.getLogger("access").info(f"GET https://visits.example.org{path}?x=1")

        def fail(*_: object) -> None:
            raise RuntimeError("broken")

        monkeypatch.setattr("scheduler.web.link_routes.open_link", fail)
        broken = client.get(path)
    assert broken.status_code == 500
    assert "Nothing was changed." in broken.text
    assert_gives_nothing_away(everything_said(broken))
    assert caplog.records
    assert secret not in caplog.text


def test_who_answered_what_is_on_file_once(app: Flask, client: FlaskClient, path: str) -> None:
    press(client, path, "other_time")
    with app.app_context():
        kept = answer_to("visit-a")
    assert kept is not None
    assert (kept.answer, kept.start, kept.received_at) == (Answer.OTHER_TIME, FIRST, BOOKED_AT)


def test_the_command_and_the_page_meet(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        keep_clinic([PATIENT])
        keep_visits(a_plain_visit(FIRST, "visit-a"), at=BOOKED_AT - POLICY.undo_delay)
    register_commands(app)
    done = app.test_cli_runner().invoke(args=["reminders", "dispatch"])
    assert (done.exit_code, "1 sent" in done.output) == (0, True), done.output
    folder = app.extensions["trellis_settings"].var_folder / "mailbox"
    [letter] = Maildir(folder)
    found = re.search(r"http://127\.0\.0\.1:8000(/a/[A-Za-z0-9_-]{16})", letter.as_string())
    assert found
    assert found.group(1) not in done.output
    assert press(client, found.group(1), "accepted").status_code == 303
    assert state_of(app, "visit-a") is AppointmentState.CONFIRMED


def test_whom_to_call_in_urgent_need_is_said_in_neutral_words(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        keep_clinic([PATIENT], urgent_help=(UrgentHelp("Help line", "+1 303 555 0190"),))
        keep_visits(a_plain_visit(FIRST, "visit-a"))
    page = client.get(sent_link(app))
    assert "Urgent help:" in page.text
    assert 'Help line <a class="nowrap" href="tel:+13035550190">+1 303 555 0190</a>' in page.text
    assert_gives_nothing_away(everything_said(page))
