"""Patients read in their own language, from the message to the page behind its link; else in that of the site."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from scheduler.clinic_file import Clinic
from scheduler.domain.answers import Answer
from scheduler.domain.clock import StandingClock
from scheduler.domain.people import Patient
from scheduler.reminders.dispatch import dispatch
from scheduler.reminders.words.spanish import SPANISH
from scheduler.store import clinic
from scheduler.store.audit import history
from scheduler.store.clinic import save_clinic
from scheduler.store.work import reading, unit_of_work
from tests.builders import a_patient
from tests.feeds.privacy import assert_gives_nothing_away, everything_said
from tests.feeds.stored_visits import BOOKED_AT, CONFIRMED_AT, a_plain_visit, keep_clinic, keep_visits
from tests.reminders.changing import ZONE, body
from tests.reminders.recording import RecordingChannel
from tests.web.small_clinic import booked_series, fill, visitor
from tests.web.test_links import FIRST, SECOND, press, sent_link

if TYPE_CHECKING:
    from flask import Flask

PATIENT = a_patient(email="rs@example.org", language="es")


@pytest.fixture
def standing_clock() -> StandingClock:
    """Give a clock that stands at the instant of the booking."""
    return StandingClock(BOOKED_AT)


def told(app: Flask, patient: Patient, site_speaks: str = "en") -> str:
    """Book two visits of a patient at a site that speaks so, and return what the message says of them."""
    channel = RecordingChannel()
    with app.app_context():
        keep_clinic([patient], language=site_speaks)
        keep_visits(a_plain_visit(FIRST, "visit-a"), a_plain_visit(SECOND, "visit-b"))
        dispatch(CONFIRMED_AT, channel)
    [message] = channel.sent
    return body(message)


@pytest.mark.parametrize(
    ("patient", "site", "words"),
    [
        ("es", "en", "Le confirmamos que tiene 2 citas reservadas"),
        (None, "es", "Le confirmamos que tiene 2 citas reservadas"),
        ("de", "es", "Le confirmamos que tiene 2 citas reservadas"),
        ("en", "es", "2 appointments are booked for you"),
        (None, "en", "2 appointments are booked for you"),
        (None, "de", "2 appointments are booked for you"),
    ],
)
def test_a_message_is_written_in_the_language_of_the_patient_or_of_the_site(
    app: Flask, patient: str | None, site: str, words: str
) -> None:
    assert words in told(app, replace(PATIENT, language=patient), site)


def test_the_page_behind_the_link_speaks_it_too_and_gives_nothing_away(app: Flask) -> None:
    with app.app_context():
        keep_clinic([PATIENT])
        keep_visits(a_plain_visit(FIRST, "visit-a"), a_plain_visit(SECOND, "visit-b"))
    path, client = sent_link(app), app.test_client()
    page = client.get(path)
    for said in (
        '<html lang="es">',
        "<title>Sus citas</title>",
        SPANISH.moment(FIRST, ZONE),
        "Todos estos horarios me convienen",
        ">Asistiré<",
        'Preguntas:</b> llame al <a class="nowrap" href="tel:555-0100">555-0100</a>.',
    ):
        assert said in page.text
    press(client, path, Answer.CALL_WANTED)
    answered = client.get(path)
    assert (
        "Nos ha pedido que le llamemos. Le llamaremos; hasta entonces la cita sigue en pie." in answered.text
    )
    for answer in (page, answered):
        assert_gives_nothing_away(everything_said(answer))
        assert not re.search(r"\b(you|the|appointment|please)\b", re.sub(r"<[^>]*>", " ", answer.text))


def test_a_link_of_no_use_says_so_in_the_language_of_the_browser(app: Flask) -> None:
    client = app.test_client()
    for asked, said in (
        ("es-MX,es;q=0.9,en;q=0.8", "Este enlace no sirve"),
        ("fr", "This link is of no use"),
    ):
        page = client.get("/a/xxxxxxxxxxxxxxxx", headers={"Accept-Language": asked})
        assert page.status_code == 404
        assert said in page.text


def test_the_desk_records_the_language_and_a_file_that_says_nothing_of_it_leaves_it(
    app: Flask, standing_clock: StandingClock
) -> None:
    fill(app, standing_clock)
    patient = booked_series(app)[0].patient
    desk, page = visitor(app, "desk"), f"/patients/{patient}"
    assert "As the site: English" in desk.client.get(page).text
    form = {"wanted": "email-appointments", "first": "email", "language": "es"}
    assert desk.send(f"{page}/contact", form).status_code == 303
    assert '<option value="es" selected>Spanish</option>' in desk.client.get(page).text
    assert desk.send(f"{page}/contact", form | {"language": "xx"}).status_code == 400
    with app.app_context(), reading():
        known = clinic.patient(patient)
        [entry] = [one for one in history("patient", patient) if one.verb == "record_contact"]
    assert (known.language, entry.details["language"]) == ("es", "es")
    with app.app_context():
        for told_of, kept in ((None, "es"), ("en", "en")):
            with unit_of_work():
                save_clinic(Clinic(patients=(replace(known, language=told_of),)), BOOKED_AT)
            assert clinic.patient(patient).language == kept
