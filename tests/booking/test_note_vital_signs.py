"""That vital signs were looked at is noted once for each time, by whoever treats, and nothing else of them."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from scheduler.booking.export_clinic import export_clinic
from scheduler.booking.note_vital_signs import NoteVitalSigns, VitalSignsNoted, note_vital_signs
from scheduler.booking.outcomes import NotAllowed, Refused
from scheduler.booking.take_back_vital_signs import (
    TakeBackVitalSigns,
    VitalSignsTakenBack,
    take_back_vital_signs,
)
from scheduler.booking.vital_times import VitalLook, vital_looks
from scheduler.store.audit import history
from scheduler.store.series import all_series
from scheduler.store.vital_notes import notes_taken_back
from tests.booking.small_clinic import booked, store_small_clinic
from tests.booking.the_day import DESK, MINUTE, NURSE, PRESCRIBER, THERAPIST, Floor, S, settle
from tests.databases import Filling

pytestmark = pytest.mark.usefixtures("app_context")


def keep_dose() -> None:
    """Store the clinic, with an intramuscular dose that was just begun, five minutes late."""
    store_small_clinic()
    floor = Floor(booked(), "D1")
    settle(floor)
    floor.goes(S.CHECKED_IN, S.CLEARED)
    given = floor.visit.phase("administration")
    assert given is not None
    floor.at(given.start + 5 * MINUTE).goes(S.DOSING)


@pytest.fixture
def filling(request: pytest.FixtureRequest, filling: Filling) -> Filling:
    return keep_dose if "floor" in request.fixturenames else filling


@pytest.fixture
def floor(app_context: object) -> Floor:
    """Give that dose, at the moment at which it began."""
    (series,) = all_series()
    floor = Floor(series, "D1")
    return floor.at(history("appointment", floor.id)[-1].at)


def looks(floor: Floor) -> tuple[VitalLook, ...]:
    return vital_looks([floor.visit], floor.clock.now()).get(floor.id, ())


def notes(floor: Floor, due: datetime, key: str | None = None) -> VitalSignsNoted | Refused | NotAllowed:
    return note_vital_signs(NoteVitalSigns(floor.id, due, key), NURSE, floor.clock)


def code_of(outcome: object) -> str:
    assert isinstance(outcome, Refused), outcome
    return outcome.reasons[0].code


def test_it_is_noted_once_with_when_and_by_whom_and_the_visit_stays_as_it_is(floor: Floor) -> None:
    before, second = floor.visit, looks(floor)[1].time
    floor.at(second.due + 2 * MINUTE)
    assert notes(floor, second.due) == VitalSignsNoted(before, is_new=True)
    floor.at(second.due + 9 * MINUTE)
    assert notes(floor, second.due) == VitalSignsNoted(before, is_new=False)
    note = looks(floor)[1].note
    assert note is not None and (note.at, note.by) == (second.due + 2 * MINUTE, "nurse")
    [entry] = [one for one in history("appointment", floor.id) if one.verb == "note_vital_signs"]
    assert entry.details == {"step": "D1", "what": "15 min after the dose began"}
    [told] = export_clinic(floor.clock)["vital_signs"]
    assert told["appointment"] == floor.id and set(told) == {"appointment", "due", "noted_at", "by"}


def test_what_was_noted_by_mistake_is_taken_back_and_stays_in_the_history(floor: Floor) -> None:
    due = looks(floor)[0].time.due
    command = TakeBackVitalSigns(floor.id, due, "the key of one form")
    assert code_of(take_back_vital_signs(command, NURSE, floor.clock)) == "not_noted"
    floor.at(due + MINUTE)
    notes(floor, due)
    floor.at(due + 2 * MINUTE)
    assert isinstance(take_back_vital_signs(command, DESK, floor.clock), NotAllowed)
    for _ in range(2):
        assert take_back_vital_signs(command, THERAPIST, floor.clock) == VitalSignsTakenBack(floor.visit)
    assert looks(floor)[0].note is None
    [back] = notes_taken_back([floor.id])
    assert (back.note.by, back.note.at, back.by, back.at) == (
        "nurse",
        due + MINUTE,
        "therapist",
        due + 2 * MINUTE,
    )
    assert "take_back_vital_signs" in {one.verb for one in history("appointment", floor.id)}
    [told] = export_clinic(floor.clock)["vital_signs_taken_back"]
    assert (told["by"], told["taken_back_by"]) == ("nurse", "therapist")
    # It is due again, and noted anew.
    assert notes(floor, due) == VitalSignsNoted(floor.visit, is_new=True)
    note = looks(floor)[0].note
    assert note is not None and note.at == due + 2 * MINUTE


def test_what_is_sent_twice_is_answered_as_before_and_its_key_stands_for_nothing_else(floor: Floor) -> None:
    first, second = looks(floor)[0].time.due, looks(floor)[1].time.due
    floor.at(second)
    assert isinstance(notes(floor, first, "a key"), VitalSignsNoted)
    assert notes(floor, first, "a key") == VitalSignsNoted(floor.visit, is_new=False)
    assert code_of(notes(floor, second, "a key")) == "key_used_otherwise"


def test_whoever_treats_may_and_nobody_else(floor: Floor) -> None:
    command = NoteVitalSigns(floor.id, looks(floor)[0].time.due)
    assert isinstance(note_vital_signs(command, DESK, floor.clock), NotAllowed)
    for actor in (NURSE, THERAPIST, PRESCRIBER):
        assert isinstance(note_vital_signs(command, actor, floor.clock), VitalSignsNoted)


def test_what_is_none_of_its_times_or_too_early_is_refused_in_words(floor: Floor) -> None:
    dosed, second = floor.clock.now(), looks(floor)[1].time.due
    assert code_of(notes(floor, dosed + MINUTE)) == "no_such_time"
    refused = notes(floor, second)
    assert code_of(refused) == "too_early"
    assert isinstance(refused, Refused) and "10 min before that" in refused.reasons[0].why
    floor.at(second - timedelta(minutes=10))
    assert isinstance(notes(floor, second), VitalSignsNoted)


def test_a_dose_that_was_taken_back_shows_no_times_and_begun_again_its_own(floor: Floor) -> None:
    first = looks(floor)[0].time.due
    notes(floor, first)
    floor.undoes()
    assert looks(floor) == ()
    assert code_of(notes(floor, first)) == "no_dose_under_way"
    floor.at(floor.clock.now() + 3 * MINUTE).goes(S.DOSING)
    assert [one.note for one in looks(floor)] == [None] * 5
    assert looks(floor)[0].time.due == first + 3 * MINUTE
    assert len(export_clinic(floor.clock)["vital_signs"]) == 1


def test_after_the_release_what_was_done_and_what_was_not_can_still_be_read(floor: Floor) -> None:
    notes(floor, looks(floor)[0].time.due)
    planned = [one.time for one in looks(floor)]
    floor.goes(S.OBSERVING, S.RECOVERING)
    floor.at(planned[-1].due).goes(S.DISCHARGED)
    assert [one.time for one in looks(floor)] == planned
    assert [one.note is not None for one in looks(floor)] == [True, False, False, False, False]
    assert code_of(notes(floor, planned[1].due)) == "no_dose_under_way"


def test_there_is_no_such_visit(floor: Floor) -> None:
    command = NoteVitalSigns("nothing", floor.clock.now())
    assert code_of(note_vital_signs(command, NURSE, floor.clock)) == "unknown_visit"
