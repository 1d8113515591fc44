"""Cancelling a series: what is to come is called off and its claims are free again; what has been stays."""

from __future__ import annotations

from datetime import timedelta

import pytest

from scheduler.access.permissions import SYSTEM, Actor
from scheduler.booking.cancel_series import (
    CancelSeries,
    PauseSeries,
    SeriesCancelled,
    cancel_series,
    pause_series,
)
from scheduler.booking.outcomes import CalledOffBy, CancelReason, NotAllowed, Refused, SeriesChanged
from scheduler.booking.replan_series import ReplanSeries, WantedReplan, replan_series
from scheduler.domain.appointment import AppointmentState
from scheduler.domain.clock import StandingClock
from scheduler.domain.series import Series, SeriesState
from scheduler.store.audit import history
from scheduler.store.ledger import all_claims
from scheduler.store.series import series as stored_series
from tests.booking.small_clinic import booked, clock

pytestmark = pytest.mark.usefixtures("small_clinic")


def cancelling(series: str, by: CalledOffBy = CalledOffBy.PATIENT) -> CancelSeries:
    return CancelSeries(series, by, CancelReason.TIME_DOES_NOT_SUIT)


def reason_of(outcome: object) -> str:
    assert isinstance(outcome, Refused)
    return outcome.reasons[0].code


def in_the_middle_of(series: Series) -> StandingClock:
    return StandingClock(series.appointments[4].start + timedelta(minutes=1))


def test_every_visit_to_come_is_called_off_and_its_claims_are_free() -> None:
    series = booked()
    outcome = cancel_series(cancelling(series.id), SYSTEM, clock())
    assert isinstance(outcome, SeriesCancelled)
    assert outcome.series.state is SeriesState.CANCELLED
    assert {visit.state for visit in outcome.series.appointments} == {AppointmentState.CANCELLED_BY_PATIENT}
    assert {visit.version for visit in outcome.series.appointments} == {2}
    assert all_claims() == ()
    assert booked("patient-2").appointments[0].start == series.appointments[0].start


def test_visits_that_have_begun_stay() -> None:
    series = booked()
    outcome = cancel_series(cancelling(series.id, CalledOffBy.CLINIC), SYSTEM, in_the_middle_of(series))
    assert isinstance(outcome, SeriesCancelled)
    assert outcome.series.state is SeriesState.STOPPED
    states = [visit.state for visit in outcome.series.appointments]
    assert states[:5] == [AppointmentState.BOOKED] * 5
    assert set(states[5:]) == {AppointmentState.CANCELLED_BY_CLINIC}
    assert [visit.id for visit in outcome.called_off] == [visit.id for visit in series.appointments[5:]]


def test_it_is_audited() -> None:
    series = booked()
    cancel_series(cancelling(series.id), SYSTEM, clock())
    entry = history("series", series.id)[-1]
    assert entry.verb == "cancel_series"
    assert entry.details == {
        "by": "patient",
        "reason": "time_does_not_suit",
        "visits": len(series.appointments),
        "late": 1,
    }


def test_what_is_cancelled_already_is_refused() -> None:
    series = booked()
    cancel_series(cancelling(series.id), SYSTEM, clock())
    assert reason_of(cancel_series(cancelling(series.id), SYSTEM, clock())) == "not_booked"


def test_what_is_over_is_refused() -> None:
    series = booked()
    later = StandingClock(series.appointments[-1].discharge)
    assert reason_of(cancel_series(cancelling(series.id), SYSTEM, later)) == "nothing_to_come"


def test_an_unknown_series_is_refused() -> None:
    assert reason_of(cancel_series(cancelling("none"), SYSTEM, clock())) == "unknown_series"


def test_a_nurse_may_not(nurse: Actor) -> None:
    series = booked()
    assert isinstance(cancel_series(cancelling(series.id), nurse, clock()), NotAllowed)
    assert stored_series(series.id).state is SeriesState.BOOKED


def pausing(series: str) -> PauseSeries:
    return PauseSeries(series, CalledOffBy.PATIENT, CancelReason.ILLNESS)


def test_a_paused_series_gives_its_times_back_and_is_resumed_by_planning_it_anew() -> None:
    series = booked()
    middle = in_the_middle_of(series)
    outcome = pause_series(pausing(series.id), SYSTEM, middle)
    assert isinstance(outcome, SeriesCancelled)
    assert outcome.series.state is SeriesState.PAUSED
    assert len(outcome.series.standing) == 5
    assert len(all_claims()) == sum(len(visit.claims) for visit in outcome.series.standing)
    later = StandingClock(middle.now() + timedelta(days=3))
    resumed = replan_series(ReplanSeries(WantedReplan(series.id)), SYSTEM, later)
    assert isinstance(resumed, SeriesChanged), resumed
    assert resumed.series.state is SeriesState.BOOKED
    assert {v.step for v in resumed.series.standing} == {v.step for v in series.standing}
    assert all(visit.start >= later.now() for visit in resumed.series.standing[5:])


def test_a_paused_series_is_not_paused_again_but_may_be_ended() -> None:
    series = booked()
    pause_series(pausing(series.id), SYSTEM, clock())
    assert reason_of(pause_series(pausing(series.id), SYSTEM, clock())) == "not_booked"
    outcome = cancel_series(cancelling(series.id), SYSTEM, clock())
    assert isinstance(outcome, SeriesCancelled)
    assert outcome.series.state is SeriesState.CANCELLED
    assert outcome.called_off == ()


def test_nurses_may_not_pause(nurse: Actor) -> None:
    series = booked()
    assert isinstance(pause_series(pausing(series.id), nurse, clock()), NotAllowed)
    assert stored_series(series.id).state is SeriesState.BOOKED
