"""Taking the last step back: by whoever took it, for a few minutes, with all that followed from it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from scheduler.access.permissions import SYSTEM
from scheduler.booking.advance_appointment import Advanced
from scheduler.booking.cancel_series import (
    CancelSeries,
    PauseSeries,
    SeriesCancelled,
    cancel_series,
    pause_series,
)
from scheduler.booking.extend_stay import ExtendStay, StayExtended, StayReason, extend_stay
from scheduler.booking.outcomes import CalledOffBy, CancelReason, Refused, SeriesChanged
from scheduler.booking.replan_series import ReplanSeries, WantedReplan, replan_series
from scheduler.domain.claims import Claim
from scheduler.domain.interval import Interval
from scheduler.domain.visit_day import DayReason
from scheduler.rules.evaluate import refuses
from scheduler.store.clinic import patient
from scheduler.store.conflicts import open_conflicts
from scheduler.store.ledger import take
from scheduler.store.series import series as stored_series
from scheduler.store.visit_events import events_of
from scheduler.store.work import unit_of_work
from tests.booking.small_clinic import COURSE, booked
from tests.booking.the_day import DESK, MINUTE, NURSE, Floor, S, codes

PATH = (S.CONFIRMED, S.CHECKED_IN, S.CLEARED, S.DOSING, S.OBSERVING, S.RECOVERING)


@pytest.fixture
def dose(small_clinic: object) -> Floor:
    return Floor(booked(protocol=COURSE), "D1")


def plain(claims: tuple[Claim, ...]) -> set[tuple[object, ...]]:
    return {(one.resource, one.purpose, one.interval, one.role, one.phases) for one in claims}


def test_every_step_is_taken_back_to_where_it_came_from(dose: Floor) -> None:
    for state in PATH:
        before = dose.visit
        dose.goes(state)
        assert isinstance(dose.undoes(), Advanced)
        after = dose.visit
        assert (after.state, after.began_at, after.claims) == (before.state, before.began_at, before.claims)
        assert after.version == before.version + 2
        dose.goes(state)
    dose.at(dose.visit.discharge).goes(S.DISCHARGED)
    dose.undoes()
    assert (dose.visit.state, dose.visit.released_at) == (S.RECOVERING, None)
    assert events_of(dose.id)[-1].reason is DayReason.UNDONE


def test_only_whoever_took_it_and_only_for_a_few_minutes(dose: Floor) -> None:
    dose.goes(S.CONFIRMED)
    assert codes(dose.undoes(DESK)) == ["too_late_to_undo"]
    dose.clock.advance(5 * MINUTE + timedelta(seconds=1))
    assert codes(dose.undoes()) == ["too_late_to_undo"]
    dose.clock.advance(timedelta(seconds=-1))
    assert isinstance(dose.undoes(), Advanced)
    assert codes(dose.undoes()) == ["too_late_to_undo"], "what was taken back is not taken back again"


def test_a_visit_called_off_by_mistake_has_its_times_again(dose: Floor) -> None:
    before = dose.visit
    dose.minutes_in(16).goes(S.NO_SHOW)
    assert [gate.kind for gate in patient("patient-1").gates if gate.decided_at] == ["clearance.medical"]
    assert isinstance(dose.undoes(), Advanced)
    assert dose.visit.state is S.BOOKED
    assert plain(dose.visit.claims) == plain(before.claims)
    assert not [gate for gate in patient("patient-1").gates if gate.decided_at]


def test_where_somebody_took_the_time_meanwhile_it_stays_called_off(dose: Floor) -> None:
    before = dose.visit
    other = Floor(booked("patient-2", protocol=COURSE), "D1")
    dose.minutes_in(16).goes(S.NO_SHOW)
    room = next(one for one in before.claims if one.resource == before.room)
    with unit_of_work():
        take([Claim(room.resource, room.purpose, room.interval, other.id)])
    refused = dose.undoes()
    assert isinstance(refused, Refused)
    assert refused.race_lost
    assert dose.visit.state is S.NO_SHOW
    assert [gate.kind for gate in patient("patient-1").gates if gate.decided_at] == ["clearance.medical"]


def test_what_comes_too_soon_after_a_late_release_is_in_the_inbox_until_that_is_taken_back(
    dose: Floor,
) -> None:
    dose.goes(S.CHECKED_IN, S.CLEARED, S.DOSING, S.OBSERVING, S.RECOVERING)
    dose.at(dose.visit.discharge + 25 * MINUTE)
    advanced = dose.tries(S.DISCHARGED)
    assert isinstance(advanced, Advanced)
    kept = {(one.rule, one.steps, one.cause) for one in open_conflicts()}
    assert {("FOLLOW-1", ("D1", "C1"), "took_longer"), ("INTEG-1", ("D1", "I1"), "took_longer")} <= kept
    assert refuses(advanced.findings)
    assert isinstance(dose.undoes(), Advanced)
    assert open_conflicts() == ()


def test_a_visit_that_was_booked_again_meanwhile_does_not_stand_twice(dose: Floor) -> None:
    talk = Floor(dose.series, "P1")
    talk.minutes_in(20).goes(S.NO_SHOW)
    replanned = replan_series(ReplanSeries(WantedReplan(dose.series.id)), SYSTEM, talk.clock)
    assert isinstance(replanned, SeriesChanged)
    assert codes(talk.undoes()) == ["booked_again"]
    standing = [visit.step for visit in stored_series(dose.series.id).standing]
    assert standing.count("P1") == 1


@pytest.mark.parametrize("end", [PauseSeries, CancelSeries])
def test_nothing_stands_again_in_a_series_that_has_ended(
    dose: Floor, end: type[PauseSeries] | type[CancelSeries]
) -> None:
    dose.minutes_in(20).goes(S.NO_SHOW)
    command = end(dose.series.id, CalledOffBy.CLINIC, CancelReason.OTHER)
    if isinstance(command, PauseSeries):
        assert isinstance(pause_series(command, SYSTEM, dose.clock), SeriesCancelled)
    else:
        assert isinstance(cancel_series(command, SYSTEM, dose.clock), SeriesCancelled)
    assert codes(dose.undoes()) == ["series_ended"]
    assert dose.visit.state is S.NO_SHOW


def test_who_was_checked_in_by_mistake_and_extended_has_the_planned_length_again(dose: Floor) -> None:
    before = dose.visit
    dose.goes(S.CHECKED_IN)
    extension = ExtendStay(dose.id, StayReason.OVERRUN, 40, dose.visit.version)
    assert isinstance(extend_stay(extension, NURSE, dose.clock), StayExtended)
    assert open_conflicts()
    assert isinstance(dose.undoes(), Advanced)
    after = dose.visit
    assert (after.interval, after.phases) == (before.interval, before.phases)
    assert plain(after.claims) == plain(before.claims)
    assert (after.state, after.began_at) == (S.BOOKED, None)
    assert open_conflicts() == ()


def test_who_left_has_the_whole_time_again_unless_somebody_else_has_some_of_it(dose: Floor) -> None:
    before = dose.visit
    dose.goes(S.CHECKED_IN, S.CLEARED, S.DOSING)
    dose.minutes_in(60).goes(S.LEFT_BEFORE_RELEASE, reason=DayReason.OTHER)
    assert isinstance(dose.undoes(), Advanced)
    assert plain(dose.visit.claims) == plain(before.claims)
    assert dose.visit.released_at is None
    dose.goes(S.LEFT_BEFORE_RELEASE, reason=DayReason.OTHER)
    other = booked("patient-2", protocol=COURSE).appointments[0].id
    room = next(one for one in before.claims if one.resource == before.room)
    last_minutes = Interval(room.interval.end - 10 * MINUTE, room.interval.end)
    with unit_of_work():
        take([Claim(room.resource, room.purpose, last_minutes, other)])
    refused = dose.undoes()
    assert isinstance(refused, Refused)
    assert refused.race_lost
    assert dose.visit.state is S.LEFT_BEFORE_RELEASE
