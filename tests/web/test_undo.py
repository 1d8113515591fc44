"""A booking and a move are undone for a short while, before anybody is told; then nothing is ever told of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from scheduler.access.permissions import SYSTEM
from scheduler.booking.change_places import change_places
from scheduler.booking.changing_facts import ChangeOfFacts, FactsChanged
from scheduler.domain.appointment import AppointmentState
from scheduler.domain.clock import StandingClock
from scheduler.domain.place_changes import RoomOutOfUse
from scheduler.domain.series import Series, SeriesState
from scheduler.reminders.dispatch import dispatch
from scheduler.reminders.own_plan import own_plan
from scheduler.reminders.policy import POLICY
from scheduler.store import series as stored
from scheduler.store.reminders import all_reminders
from scheduler.store.series import series_of_patient
from tests.reminders.recording import RecordingChannel
from tests.web.small_clinic import PROTOCOL, Visitor, booked_series, idle_patient, visitor, ways_on

if TYPE_CHECKING:
    from flask import Flask

DEED = re.compile(r'name="deed" value="([^"]+)"')
CHOICE = re.compile(r'id="proposal-1" value="([^"]+)"')
LONG = timedelta(days=9)


@dataclass
class Desk:
    """Somebody at the desk of a small clinic, whose clock can be moved on."""

    app: Flask
    clock: StandingClock
    who: Visitor

    def now(self, series: Series) -> Series:
        with self.app.app_context():
            return stored.series(series.id)

    def page(self, series: Series) -> str:
        return self.who.text(f"/series/{series.id}")

    def books(self) -> Series:
        patient = idle_patient(self.app, now=self.clock.now())
        first = (self.clock.now() + timedelta(days=3)).date()
        page = self.who.send(f"/patients/{patient}/proposals", {"protocol": PROTOCOL, "earliest": f"{first}"})
        seal = CHOICE.search(page.text)
        assert seal
        self.who.send(f"/patients/{patient}/series", {"choice": seal[1]})
        with self.app.app_context():
            (series,) = series_of_patient(patient)
        return series

    def moves(self, series: Series) -> Series:
        dose = series.visit("D3")
        assert dose is not None
        shown = self.who.send(f"/visits/{dose.id}/ways", {"where": "another_day"})
        self.who.send(f"/visits/{dose.id}/move", {"way": ways_on(shown.text)[0]})
        return self.now(series)

    def undoes(self, series: Series, deed: str) -> str:
        answer = self.who.send(f"/series/{series.id}/undo", {"deed": deed, "key": f"key of {deed}"})
        assert answer.status_code == 303
        return self.who.text(answer.headers["Location"])

    def sends_until(self, later: timedelta) -> list[str]:
        """Let the jobs look again and again, and return the subjects of what was sent."""
        channel = RecordingChannel()
        end = self.clock.now() + later
        with self.app.app_context():
            while self.clock.now() < end:
                dispatch(self.clock.now(), channel)
                self.clock.advance(timedelta(hours=9))
        return [str(message["Subject"]) for message in channel.sent]


@pytest.fixture
def at_desk(app: Flask, with_clinic: None, standing_clock: StandingClock) -> Desk:
    channel = RecordingChannel()
    with app.app_context():
        dispatch(standing_clock.now() + timedelta(minutes=6), channel)
    standing_clock.advance(timedelta(minutes=10))
    return Desk(app, standing_clock, visitor(app, "desk"))


def _deed(page: str) -> str:
    found = DEED.search(page)
    assert found, "the page offers nothing to undo"
    return found[1]


def _places(series: Series) -> list[tuple[object, ...]]:
    return [(v.step, v.start, v.room, dict(v.staff), dict(v.relief)) for v in series.standing]


def test_an_undone_booking_is_as_if_it_had_not_been_and_nobody_is_told(at_desk: Desk) -> None:
    series = at_desk.books()
    page = at_desk.page(series)
    assert "Undo the booking" in page
    said = at_desk.undoes(series, _deed(page))
    assert "Undone: nothing is booked, and nobody is told." in said
    assert "Book a series" in said, "the way to book it rightly is at hand"
    assert at_desk.now(series).state is SeriesState.CANCELLED
    assert not at_desk.now(series).standing
    assert {visit.state for visit in at_desk.now(series).appointments} == {AppointmentState.LAPSED}
    with at_desk.app.app_context():
        assert not own_plan(series.patient, at_desk.clock).ahead, "the patient's own pages know nothing of it"
    ids = {visit.id for visit in series.appointments}
    at_desk.sends_until(LONG)
    with at_desk.app.app_context():
        assert not [one for one in all_reminders() if one.appointment in ids]


def test_an_undone_move_puts_everything_back_and_nobody_is_told(at_desk: Desk) -> None:
    series = booked_series(at_desk.app)[0]
    moved = at_desk.moves(series)
    assert _places(moved) != _places(series)
    page = at_desk.page(series)
    assert "Undo the move" in page
    assert "everything is where it was" in at_desk.undoes(series, _deed(page))
    assert _places(at_desk.now(series)) == _places(series)
    assert "Undo the" not in at_desk.page(series), "an undone move is not offered to be undone"
    assert not [subject for subject in at_desk.sends_until(LONG) if "changed" in subject]


def test_a_booking_can_be_undone_after_its_move_was(at_desk: Desk) -> None:
    series = at_desk.books()
    at_desk.clock.advance(timedelta(minutes=1))
    at_desk.moves(series)
    at_desk.undoes(series, _deed(at_desk.page(series)))
    page = at_desk.page(series)
    assert "Undo the booking" in page
    at_desk.undoes(series, _deed(page))
    assert at_desk.now(series).state is SeriesState.CANCELLED


def test_a_second_press_and_a_stale_page_are_answered_kindly(at_desk: Desk) -> None:
    series = booked_series(at_desk.app)[0]
    at_desk.moves(series)
    first = _deed(at_desk.page(series))
    at_desk.undoes(series, first)
    assert "There is nothing to undo any more" in at_desk.undoes(series, first)
    at_desk.clock.advance(timedelta(minutes=1))
    at_desk.moves(at_desk.now(series))
    assert "There is nothing to undo any more" in at_desk.undoes(series, first)
    assert _places(at_desk.now(series)) != _places(series), "the second move stands"


def test_a_second_press_on_a_booking_says_that_it_is_undone(at_desk: Desk) -> None:
    series = at_desk.books()
    deed = _deed(at_desk.page(series))
    at_desk.undoes(series, deed)
    assert "It is undone already" in at_desk.undoes(series, deed)


def test_it_is_offered_for_as_long_as_messages_wait(at_desk: Desk) -> None:
    series = booked_series(at_desk.app)[0]
    at_desk.moves(series)
    deed = _deed(at_desk.page(series))
    at_desk.clock.advance(POLICY.undo_delay - timedelta(seconds=1))
    assert _deed(at_desk.page(series)) == deed
    at_desk.clock.advance(timedelta(seconds=1))
    assert "Undo the" not in at_desk.page(series)
    assert "There is nothing to undo any more" in at_desk.undoes(series, deed)


def test_nothing_is_undone_of_which_the_patient_knows(at_desk: Desk) -> None:
    series = at_desk.books()
    with at_desk.app.app_context():
        # As if the jobs' clock were ahead of ours.
        dispatch(at_desk.clock.now() + timedelta(hours=20), RecordingChannel())
    assert "Undo the" not in at_desk.page(series)


def test_an_old_place_that_is_taken_meanwhile_is_told_in_words(at_desk: Desk) -> None:
    series = booked_series(at_desk.app)[0]
    before = series.visit("D3")
    assert before is not None and before.room is not None
    moved = at_desk.moves(series)
    taken = ChangeOfFacts(series.site, RoomOutOfUse(before.room, before.interval))
    with at_desk.app.app_context():
        assert isinstance(change_places(taken, SYSTEM, at_desk.clock), FactsChanged)
    said = at_desk.undoes(series, _deed(at_desk.page(series)))
    assert "It stays moved." in said
    assert _places(at_desk.now(series)) == _places(moved)


def test_only_who_may_book_is_offered_it(at_desk: Desk) -> None:
    series = booked_series(at_desk.app)[0]
    at_desk.moves(series)
    deed = _deed(at_desk.page(series))
    nurse = visitor(at_desk.app, "nurse")
    assert "Undo the" not in nurse.text(f"/series/{series.id}")
    assert nurse.send(f"/series/{series.id}/undo", {"deed": deed}).status_code == 403
