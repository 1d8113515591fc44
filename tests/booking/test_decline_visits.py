"""Visits that the patient declines to have again are left out, and nobody misses them from then on."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from scheduler.access.permissions import Permission
from scheduler.booking.cancel_appointment import CancelAppointment, cancel_appointment
from scheduler.booking.decline_visits import DeclineVisits, VisitsDeclined, declinable, decline_visits
from scheduler.booking.judging import findings_now
from scheduler.booking.outcomes import CalledOffBy, CancelReason, NotAllowed
from scheduler.domain.clock import StandingClock
from scheduler.domain.series import Series, SeriesState
from scheduler.store.audit import history
from scheduler.store.series import series as stored_series
from tests.booking.small_clinic import MONDAY
from tests.booking.the_day import DESK, NURSE, Floor, S, codes, takes_place

CLOCK = StandingClock(MONDAY)


def calls_off(series: Series, *steps: str) -> None:
    for step in steps:
        visit = stored_series(series.id).visit(step)
        assert visit is not None
        cancel_appointment(CancelAppointment(visit.id, CalledOffBy.PATIENT, CancelReason.OTHER), DESK, CLOCK)


def declines(series: Series, *steps: str) -> VisitsDeclined:
    outcome = decline_visits(DeclineVisits(series.id, frozenset(steps)), DESK, CLOCK)
    assert isinstance(outcome, VisitsDeclined), outcome
    return outcome


def test_what_is_declined_is_missed_by_nobody(course: Series) -> None:
    calls_off(course, "I1", "I1b")
    told = {step for one in findings_now(stored_series(course.id), MONDAY) for step in one.steps}
    assert "I1" in told
    assert declinable(stored_series(course.id)) == {"I1", "I1b"}
    after = declines(course, "I1").series
    assert after.declined == {"I1"}
    assert [visit.step for visit in after.missing] == ["I1b"]
    assert not [one for one in findings_now(after, MONDAY) if one.rule == "INTEG-4"]
    entry = history("series", course.id)[-1]
    assert (entry.verb, entry.actor, entry.details) == ("decline_visits", "desk", {"steps": ["I1"]})


def test_the_last_thing_that_was_missing_completes_the_series(course: Series) -> None:
    *others, _ = course.appointments
    talk = Floor(course, "I3b")
    takes_place(course, *(visit.step for visit in others if visit.step != "I3b"))
    talk.minutes_in(16).goes(S.NO_SHOW, actor=DESK)
    takes_place(course)
    assert stored_series(course.id).state is SeriesState.BOOKED
    talk.clock.advance(timedelta(days=60))
    outcome = decline_visits(DeclineVisits(course.id, frozenset({"I3b"})), DESK, talk.clock)
    assert isinstance(outcome, VisitsDeclined)
    assert outcome.series.state is SeriesState.COMPLETED


@pytest.mark.parametrize("step", ["D1", "I2", "XX"])
def test_doses_and_what_stands_and_what_there_is_not_are_not_declined(course: Series, step: str) -> None:
    calls_off(course, "D1", "I1")
    refused = decline_visits(DeclineVisits(course.id, frozenset({step, "I1"})), DESK, CLOCK)
    assert codes(refused) == ["not_declinable"]
    assert stored_series(course.id).declined == frozenset()


def test_nonsense_and_strangers_are_refused(course: Series) -> None:
    assert codes(decline_visits(DeclineVisits(course.id, frozenset()), DESK, CLOCK)) == ["nothing"]
    assert codes(decline_visits(DeclineVisits("none", frozenset()), DESK, CLOCK)) == ["unknown_series"]
    command = DeclineVisits(course.id, frozenset({"I1"}))
    for actor in (NURSE, replace(DESK, site="elsewhere")):
        assert decline_visits(command, actor, CLOCK) == NotAllowed(Permission.MOVE_APPOINTMENT)
