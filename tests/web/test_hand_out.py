"""The sheet with the dates of a series: in the patient's language, neutral in every byte, and sent again by the ledger."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from scheduler.domain.clock import StandingClock
from scheduler.domain.series import Series
from scheduler.reminders.dispatch import dispatch
from scheduler.reminders.words.english import ENGLISH
from scheduler.reminders.words.spoken import spoken
from scheduler.store import clinic
from scheduler.store.reminders import ReminderState, confirmations_of
from tests.feeds.privacy import assert_gives_nothing_away, assert_names_nobody
from tests.reminders.recording import RecordingChannel
from tests.web.small_clinic import ZONE, Visitor, booked_series, visitor

if TYPE_CHECKING:
    from flask import Flask

NUMBER = re.compile(r'name="number" value="(\d+)"')


def _told(app: Flask, clock: StandingClock) -> Series:
    """Let the confirmations of the clinic leave, and return a series."""
    clock.advance(timedelta(minutes=10))
    with app.app_context():
        dispatch(clock.now(), RecordingChannel())
    return booked_series(app)[0]


def _press(desk: Visitor, series: Series) -> str:
    address = f"/series/{series.id}/hand-out"
    number = NUMBER.search(desk.text(address))
    assert number
    answer = desk.send(f"{address}/send", {"number": number[1]})
    assert answer.status_code == 303
    return desk.text(answer.headers["Location"])


def test_it_tells_every_visit_ahead_and_what_to_do_and_nothing_of_what_it_is(
    clinic_app: Flask, desk: Visitor
) -> None:
    series = booked_series(clinic_app)[0]
    answer = desk.get(f"/series/{series.id}/hand-out")
    for visit in series.standing:
        assert ENGLISH.moment(visit.start, ZONE) in answer.text
    assert "eat nothing" in answer.text
    assert "take you home" in answer.text
    with clinic_app.app_context():
        patient = clinic.patient(series.patient)
        people = clinic.staff(series.site)
        site = clinic.site(series.site)
    names = [patient.family_name, patient.given_name, *(one.name for one in people)]
    assert_gives_nothing_away(answer.data, [site.name])
    assert_names_nobody(answer.text, names)


def test_it_speaks_the_language_of_the_patient(clinic_app: Flask, desk: Visitor) -> None:
    series = booked_series(clinic_app)[0]
    form = {"wanted": "email-appointments", "first": "email", "language": "es"}
    assert desk.send(f"/patients/{series.patient}/contact", form).status_code == 303
    answer = desk.get(f"/series/{series.id}/hand-out")
    assert '<html lang="es">' in answer.text
    assert spoken("es").moment(series.standing[0].start, ZONE) in answer.text
    assert_gives_nothing_away(answer.data)


def test_an_address_of_the_calendar_is_made_when_it_is_asked_for_and_shown_once(
    clinic_app: Flask, desk: Visitor
) -> None:
    address = f"/series/{booked_series(clinic_app)[0].id}/hand-out"
    assert "<svg" not in desk.text(address)
    answer = desk.send(f"{address}/calendar", {"key": "one key of the form"})
    assert answer.status_code == 200
    assert 'class="code"' in answer.text
    assert "/feeds/" in answer.text or ".ics" in answer.text
    assert_gives_nothing_away(answer.data)
    again = desk.send(f"{address}/calendar", {"key": "one key of the form"})
    assert again.status_code == 303
    assert visitor(clinic_app, "therapist").send(f"{address}/calendar", {}).status_code == 403


@pytest.mark.usefixtures("with_clinic")
def test_the_dates_are_sent_again_once_and_are_in_the_ledger(
    app: Flask, standing_clock: StandingClock
) -> None:
    series = _told(app, standing_clock)
    desk = visitor(app, "desk")
    address = f"/series/{series.id}/hand-out"
    number = NUMBER.search(desk.text(address))
    assert number and number[1] == "1"
    for _ in range(2):
        desk.send(f"{address}/send", {"number": number[1]})
    channel = RecordingChannel()
    with app.app_context():
        dispatch(standing_clock.now(), channel)
        kept = confirmations_of(series.id)
    assert [one.state for one in kept] == [ReminderState.SENT] * 2
    (message,) = channel.sent
    assert message["Subject"] == "Your appointments"
    assert_gives_nothing_away(message.as_bytes())


@pytest.mark.usefixtures("with_clinic")
def test_before_the_first_has_left_it_is_not_sent_again(app: Flask) -> None:
    series = booked_series(app)[0]
    said = _press(visitor(app, "desk"), series)
    assert "The dates are on their way already" in said
    with app.app_context():
        assert not confirmations_of(series.id)


@pytest.mark.usefixtures("with_clinic")
def test_who_wants_no_messages_is_sent_none(app: Flask, standing_clock: StandingClock) -> None:
    series = _told(app, standing_clock)
    desk = visitor(app, "desk")
    desk.send(f"/patients/{series.patient}/stop-messages", {})
    assert "Print it instead." in _press(desk, series)
    with app.app_context():
        assert len(confirmations_of(series.id)) == 1
