"""A series that rests too long is dormant, once and in the audit; it goes on with a new preparation, or is stopped."""

from __future__ import annotations

from dataclasses import dataclass, replace
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
from scheduler.booking.changed_series import visits_of
from scheduler.booking.export_clinic import export_clinic
from scheduler.booking.extend_series import ExtendSeries, WantedExtension, extend_series
from scheduler.booking.let_rest import LetRest, let_rest
from scheduler.booking.outcomes import CalledOffBy, CancelReason, NotAllowed, SeriesChanged, Ways
from scheduler.booking.replan_series import (
    ReplanSeries,
    WantedReplan,
    preview_replan,
    replan_series,
)
from scheduler.domain.clock import StandingClock
from scheduler.domain.series import Series, SeriesState
from scheduler.domain.treatment import StepKind
from scheduler.jobs.nightly import look_at_night
from scheduler.rules.finding import Level
from scheduler.store.audit import history
from scheduler.store.series import all_series, dormant_series
from scheduler.store.series import series as stored_series
from tests.booking.small_clinic import MONDAY, booked, keep_course
from tests.booking.the_day import DESK, NURSE, Floor, S, codes, settle, takes_place
from tests.databases import Filling
from tests.journeys.check_export import faults_in

DAY = timedelta(days=1)
PAUSE = CalledOffBy.PATIENT, CancelReason.TIME_DOES_NOT_SUIT


@dataclass
class Resting:
    """A course that was paused after its first dose, with a clock."""

    series: Series
    clock: StandingClock

    @property
    def now(self) -> Series:
        return stored_series(self.series.id)

    def days_after_the_dose(self, days: int) -> Resting:
        dose = self.now.visit("D1")
        assert dose is not None
        self.clock.instant = dose.start + days * DAY
        return self

    def rests(self) -> tuple[str, ...]:
        found = let_rest(LetRest("site-1"), SYSTEM, self.clock)
        assert isinstance(found, tuple)
        return found


def keep_resting() -> None:
    """Store the clinic, with a course that was paused after its first dose."""
    keep_course()
    (course,) = all_series()
    first = course.appointments
    until_second = [visit.step for visit in first[: [v.step for v in first].index("D2")]]
    clock = takes_place(course, *until_second)
    assert isinstance(pause_series(PauseSeries(course.id, *PAUSE), DESK, clock), SeriesCancelled)


@pytest.fixture
def filling(request: pytest.FixtureRequest, filling: Filling) -> Filling:
    return keep_resting if "resting" in request.fixturenames else filling


@pytest.fixture
def resting(course: Series) -> Resting:
    (paused,) = [entry for entry in history("series", course.id) if entry.verb == "pause_series"]
    return Resting(course, StandingClock(paused.at))


def test_more_than_the_days_since_the_last_dose_and_once(resting: Resting) -> None:
    assert resting.days_after_the_dose(84).rests() == ()
    assert resting.days_after_the_dose(85).rests() == (resting.series.id,)
    assert resting.now.state is SeriesState.DORMANT
    assert resting.rests() == ()
    (entry,) = [one for one in history("series", resting.series.id) if one.verb == "let_rest"]
    assert (entry.actor, entry.details) == ("system", {"from": "paused", "days": 85})
    assert [one.id for one in dormant_series("site-1")] == [resting.series.id]
    assert {one["id"]: one["state"] for one in export_clinic(resting.clock)["series"]} == {
        resting.series.id: "dormant"
    }


def test_the_jobs_note_it_at_night(resting: Resting) -> None:
    resting.days_after_the_dose(90)
    for _ in range(2):
        look_at_night(resting.clock)
        resting.clock.advance(DAY)
    assert resting.now.state is SeriesState.DORMANT
    assert [one.verb for one in history("series", resting.series.id)].count("let_rest") == 1


def test_a_running_series_with_something_ahead_is_not_and_without_is(course: Series) -> None:
    takes_place(course, "P1", "P2", "D1")
    dose = stored_series(course.id).visit("D1")
    assert dose is not None
    clock = StandingClock(dose.start + 85 * DAY)
    last = max(visit.start for visit in course.appointments)
    assert clock.now() > last, "all of it lies back, and nobody noted anything"
    running = booked("patient-2")
    later = StandingClock(running.appointments[0].start - DAY)
    assert let_rest(LetRest("site-1"), SYSTEM, later) == ()
    found = let_rest(LetRest("site-1"), SYSTEM, StandingClock(last + 100 * DAY))
    assert isinstance(found, tuple)
    # They were booked at one moment, so that nothing says which comes first.
    assert set(found) == {
        one.id for one in (course, running) if stored_series(one.id).state is SeriesState.DORMANT
    }
    assert course.id in found


def test_one_paused_before_its_first_dose_rests_since_it_was_paused(course: Series) -> None:
    clock = StandingClock(MONDAY)
    pause_series(PauseSeries(course.id, *PAUSE), DESK, clock)
    clock.advance(84 * DAY)
    assert let_rest(LetRest("site-1"), SYSTEM, clock) == ()
    clock.advance(DAY)
    assert let_rest(LetRest("site-1"), SYSTEM, clock) == (course.id,)


def test_it_goes_on_with_a_new_preparation_before_the_next_dose(resting: Resting) -> None:
    resting.days_after_the_dose(100).rests()
    before = resting.now
    preview = preview_replan(WantedReplan(resting.series.id), DESK, resting.clock)
    assert isinstance(preview, Ways)
    assert preview.ways, preview.reasons
    assert resting.now == before
    chosen = visits_of(preview.ways[0])
    outcome = replan_series(ReplanSeries(WantedReplan(resting.series.id), chosen, "key"), DESK, resting.clock)
    assert isinstance(outcome, SeriesChanged), outcome
    after = outcome.series
    assert after.state is SeriesState.BOOKED
    prepared, dose = after.visit("N1"), after.visit("D2")
    assert prepared is not None
    assert dose is not None
    assert (prepared.kind, prepared.title) == (StepKind.PREPARATION, "New preparation 1")
    assert 24 <= (dose.start - prepared.discharge) / timedelta(hours=1) <= 7 * 24
    assert not after.missing
    assert [(step.key, step.before, step.like) for step in after.extra] == [("N1", "D2", "P2")]
    told = {(one.rule, one.level) for one in outcome.findings}
    assert ("SPACE-2", Level.GATE) in told, "the prescriber decides about the long gap"
    assert "PREP-4" not in {rule for rule, _ in told}
    assert faults_in(export_clinic(resting.clock)) == []


def test_without_the_new_preparation_it_does_not_go_on(resting: Resting) -> None:
    resting.days_after_the_dose(100).rests()
    preview = preview_replan(WantedReplan(resting.series.id), DESK, resting.clock)
    assert isinstance(preview, Ways)
    chosen = tuple(one for one in visits_of(preview.ways[0]) if not one.appointment.endswith("/N1"))
    wanted = ReplanSeries(WantedReplan(resting.series.id), chosen)
    assert codes(replan_series(wanted, DESK, resting.clock)) == ["changed_meanwhile"]


def test_a_new_preparation_that_is_called_off_leaves_a_gate_open(resting: Resting) -> None:
    resting.days_after_the_dose(100).rests()
    outcome = replan_series(ReplanSeries(WantedReplan(resting.series.id)), DESK, resting.clock)
    assert isinstance(outcome, SeriesChanged), outcome
    new = Floor(outcome.series, "N1")
    settle(new)
    gone = new.minutes_in(16).tries(S.NO_SHOW, DESK)
    assert isinstance(gone, Advanced)
    assert "PREP-4" in {one.rule for one in gone.findings}
    again = replan_series(ReplanSeries(WantedReplan(resting.series.id)), DESK, new.clock)
    assert isinstance(again, SeriesChanged), again
    assert again.series.visit("N1") is not None
    assert "PREP-4" not in {one.rule for one in again.findings}


def test_it_is_stopped_and_nothing_else(resting: Resting) -> None:
    resting.days_after_the_dose(100).rests()
    id, clock = resting.series.id, resting.clock
    assert codes(pause_series(PauseSeries(id, *PAUSE), DESK, clock)) == ["not_booked"]
    assert codes(extend_series(ExtendSeries(WantedExtension(id)), DESK, clock)) == ["not_booked"]
    stopped = cancel_series(CancelSeries(id, *PAUSE), DESK, clock)
    assert isinstance(stopped, SeriesCancelled)
    assert (stopped.series.state, stopped.called_off, stopped.late) == (SeriesState.STOPPED, (), 0)
    assert dormant_series("site-1") == ()


def test_what_is_completed_never_rests_and_neither_does_what_was_extended(course: Series) -> None:
    clock = takes_place(course)
    clock.advance(200 * DAY)
    assert let_rest(LetRest("site-1"), SYSTEM, clock) == ()
    assert isinstance(extend_series(ExtendSeries(WantedExtension(course.id)), DESK, clock), SeriesChanged)
    assert let_rest(LetRest("site-1"), SYSTEM, clock) == (), "a talk is ahead"


def test_one_whose_last_visits_are_closed_late_is_completed_all_the_same(course: Series) -> None:
    *others, last = course.appointments
    takes_place(course, *(visit.step for visit in others))
    floor = Floor(course, last.step)
    settle(floor)
    floor.goes(S.CHECKED_IN, S.DISCHARGED, actor=NURSE)
    floor.at(last.start + 100 * DAY)
    assert let_rest(LetRest("site-1"), SYSTEM, floor.clock) == (course.id,)
    floor.goes(S.CLOSED)
    assert stored_series(course.id).state is SeriesState.COMPLETED


def test_only_those_who_see_findings_at_the_site_may(resting: Resting) -> None:
    foreign = replace(DESK, site="elsewhere")
    assert isinstance(let_rest(LetRest("site-1"), foreign, resting.clock), NotAllowed)
    assert resting.now.state is SeriesState.PAUSED
