"""A series is completed with its last visit, in the same transaction, and not before; taken back, it is booked again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from scheduler.booking.advance_appointment import Advanced
from scheduler.booking.cancel_appointment import AppointmentCancelled, CancelAppointment, cancel_appointment
from scheduler.booking.cancel_series import CancelSeries, PauseSeries, cancel_series, pause_series
from scheduler.booking.export_clinic import export_clinic
from scheduler.booking.outcomes import CalledOffBy, CancelReason
from scheduler.booking.preview_move import WantedMove, preview_move
from scheduler.booking.replan_series import WantedReplan, preview_replan
from scheduler.domain.clock import StandingClock
from scheduler.domain.series import Series, SeriesState
from scheduler.domain.visit_day import DayReason
from scheduler.store.audit import history
from scheduler.store.series import all_series
from scheduler.store.series import series as stored_series
from tests.booking.small_clinic import booked, keep_course
from tests.booking.the_day import DESK, PRESCRIBER, Floor, S, codes, settle, takes_place
from tests.databases import Filling


def keep_almost() -> None:
    """Store the clinic, with a course of which all visits but the last are closed."""
    keep_course()
    (course,) = all_series()
    takes_place(course, *(visit.step for visit in course.appointments[:-1]))


@pytest.fixture
def filling(request: pytest.FixtureRequest, filling: Filling) -> Filling:
    """Give what the database holds: the course of which one visit is left, for tests that ask for it."""
    return keep_almost if "almost" in request.fixturenames else filling


@pytest.fixture
def almost(course: Series) -> Floor:
    """Give the last visit of a course of which all others are closed."""
    return Floor(course, course.appointments[-1].step)


def state(floor: Floor) -> SeriesState:
    return stored_series(floor.series.id).state


def verbs(series: Series) -> list[str]:
    return [entry.verb for entry in history("series", series.id)]


def test_the_last_visit_that_is_closed_completes_the_series(almost: Floor) -> None:
    settle(almost)
    almost.goes(S.CHECKED_IN, S.DISCHARGED, actor=PRESCRIBER)
    assert state(almost) is SeriesState.BOOKED
    outcome = almost.tries(S.CLOSED, PRESCRIBER)
    assert isinstance(outcome, Advanced)
    assert outcome.series is SeriesState.COMPLETED
    assert state(almost) is SeriesState.COMPLETED
    (entry,) = [one for one in history("series", almost.series.id) if one.verb == "complete_series"]
    assert (entry.actor, entry.at, entry.site) == (PRESCRIBER.id, almost.clock.now(), "site-1")
    (exported,) = export_clinic(almost.clock)["series"]
    assert exported["state"] == "completed"


def test_taken_back_it_is_booked_again_and_completed_anew(almost: Floor) -> None:
    settle(almost)
    almost.goes(S.CHECKED_IN, S.DISCHARGED, S.CLOSED, actor=PRESCRIBER)
    undone = almost.undoes(PRESCRIBER)
    assert isinstance(undone, Advanced)
    assert undone.series is SeriesState.BOOKED
    assert state(almost) is SeriesState.BOOKED
    almost.goes(S.CLOSED, actor=PRESCRIBER)
    assert state(almost) is SeriesState.COMPLETED
    assert verbs(almost.series)[-3:] == ["complete_series", "reopen_series", "complete_series"]


def test_a_visit_that_was_missed_keeps_the_series_open(almost: Floor) -> None:
    almost.minutes_in(16).goes(S.NO_SHOW, actor=DESK)
    assert state(almost) is SeriesState.BOOKED
    assert [visit.step for visit in stored_series(almost.series.id).missing] == [almost.step]


def test_a_dose_that_the_patient_left_counts_as_ended(small_clinic: object) -> None:
    course = booked(declined=frozenset({"I3", "I3b"}))
    last = [visit.step for visit in course.appointments][-1]
    takes_place(course, *(visit.step for visit in course.appointments if visit.step not in ("D3", last)))
    dose = Floor(course, "D3")
    settle(dose)
    dose.goes(S.CHECKED_IN, S.CLEARED, S.DOSING, S.OBSERVING, actor=PRESCRIBER)
    dose.goes(S.LEFT_BEFORE_RELEASE, actor=PRESCRIBER, reason=DayReason.AGAINST_ADVICE)
    assert state(dose) is SeriesState.BOOKED, f"{last} is still to come"
    takes_place(course, last)
    assert state(dose) is SeriesState.COMPLETED


def test_an_optional_visit_called_off_as_the_last_one_completes_the_series(small_clinic: object) -> None:
    course = booked(protocol="im_kap_3_choice", included=frozenset({"I3b"}))
    optional = Floor(course, "I3b")
    takes_place(course, *(visit.step for visit in course.appointments if visit.step != "I3b"))
    clock = StandingClock(optional.visit.start - timedelta(hours=1))
    command = CancelAppointment(optional.id, CalledOffBy.PATIENT, CancelReason.OTHER)
    assert isinstance(cancel_appointment(command, DESK, clock), AppointmentCancelled)
    assert state(optional) is SeriesState.COMPLETED


def test_nothing_is_moved_replanned_paused_or_ended_in_a_completed_series(almost: Floor) -> None:
    takes_place(almost.series)
    id, clock = almost.series.id, almost.clock
    assert state(almost) is SeriesState.COMPLETED
    assert codes(preview_move(WantedMove(almost.id), DESK, clock)) == ["not_booked"]
    assert codes(preview_replan(WantedReplan(id), DESK, clock)) == ["not_booked"]
    ends = CancelSeries(id, CalledOffBy.CLINIC, CancelReason.OTHER)
    assert codes(cancel_series(ends, DESK, clock)) == ["not_booked"]
    pauses = PauseSeries(id, CalledOffBy.CLINIC, CancelReason.OTHER)
    assert codes(pause_series(pauses, DESK, clock)) == ["not_booked"]


def test_a_series_is_through_only_when_every_visit_that_it_needs_is_over() -> None:
    series = Series("s", "site-1", "p", "small", 1, SeriesState.BOOKED, ())
    assert not series.is_through(), "nothing took place"
    assert not replace(series, declined=frozenset({"I1"})).is_through()
