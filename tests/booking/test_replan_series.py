"""Planning the rest anew: what was called off or missed is booked again under a new identity, what is over stays."""

from __future__ import annotations

from datetime import timedelta

import pytest

from scheduler.access.permissions import SYSTEM, AccountRole, Actor
from scheduler.booking.cancel_appointment import AppointmentCancelled, CancelAppointment, cancel_appointment
from scheduler.booking.cancel_series import CancelSeries, cancel_series
from scheduler.booking.changed_series import visits_of
from scheduler.booking.outcomes import (
    CalledOffBy,
    CancelReason,
    NotAllowed,
    PlannedChange,
    Refused,
    SeriesChanged,
    Ways,
)
from scheduler.booking.replan_series import (
    ReplanSeries,
    WantedReplan,
    preview_replan,
    replan_series,
)
from scheduler.domain.appointment import AppointmentState
from scheduler.domain.clock import StandingClock, local_day
from scheduler.domain.series import Series
from scheduler.rules.evaluate import refuses
from scheduler.store.appointments import appointment, call_off
from scheduler.store.ledger import all_claims
from scheduler.store.series import series as stored_series
from scheduler.store.work import unit_of_work
from tests.booking.small_clinic import clock, the

pytestmark = pytest.mark.usefixtures("small_clinic")

ZONE = "America/Denver"


@pytest.fixture
def series(induction: Series) -> Series:
    return induction


def cancelled(series: Series, *steps: str) -> Series:
    for step in steps:
        command = CancelAppointment(the(series, step).id, CalledOffBy.PATIENT, CancelReason.ILLNESS)
        assert isinstance(cancel_appointment(command, SYSTEM, clock()), AppointmentCancelled)
    return stored_series(series.id)


def ways(wanted: WantedReplan, at: StandingClock | None = None) -> tuple[PlannedChange, ...]:
    found = preview_replan(wanted, SYSTEM, at or clock())
    assert isinstance(found, Ways), found
    assert found.ways, found.reasons
    return found.ways


def replanned(command: ReplanSeries, at: StandingClock | None = None) -> SeriesChanged:
    outcome = replan_series(command, SYSTEM, at or clock())
    assert isinstance(outcome, SeriesChanged), outcome
    return outcome


def test_a_cancelled_dose_is_booked_again_under_another_identity(series: Series) -> None:
    before = cancelled(series, "D3")
    day = local_day(the(series, "D3").start, ZONE)
    outcome = replanned(ReplanSeries(WantedReplan(series.id, not_on=day)))
    after = stored_series(series.id)
    assert outcome.series == after
    again = the(after, "D3")
    assert local_day(again.start, ZONE) != day
    assert (again.version, again.state) == (1, AppointmentState.BOOKED)
    off = appointment(the(series, "D3").id)
    assert again.id != off.id
    assert off.state is AppointmentState.CANCELLED_BY_PATIENT
    assert {visit.id for visit in before.appointments} < {visit.id for visit in after.appointments}
    assert len(all_claims()) == sum(len(visit.claims) for visit in after.standing)
    assert not refuses(outcome.findings)


def test_it_may_have_its_former_time_back(series: Series) -> None:
    cancelled(series, "D3")
    outcome = replanned(ReplanSeries(WantedReplan(series.id)))
    assert the(outcome.series, "D3").start == the(series, "D3").start
    assert outcome.change is not None
    assert outcome.change.moves == ()


def test_what_is_shown_is_what_is_booked(series: Series) -> None:
    cancelled(series, "D3", "I3", "C3")
    wanted = WantedReplan(series.id, not_on=local_day(the(series, "D3").start, ZONE))
    for way in ways(wanted):
        assert not refuses(way.findings)
        assert {visit.step for visit in way.replaces.values()} == {"D3", "I3", "C3"}
    best = ways(wanted)[0]
    outcome = replanned(ReplanSeries(wanted, visits_of(best)))
    shown = {visit.step: visit.start for visit in best.after.standing}
    assert {visit.step: visit.start for visit in outcome.series.standing} == shown


def test_a_missed_dose_is_planned_from_now_on_and_what_is_over_stays(series: Series) -> None:
    dose = the(series, "D2")
    with unit_of_work():
        call_off([dose.id], AppointmentState.NO_SHOW, dose.start + timedelta(minutes=30))
    later = StandingClock(dose.start + timedelta(hours=1))
    outcome = replanned(ReplanSeries(WantedReplan(series.id)), later)
    after = outcome.series
    assert the(after, "D2").start >= later.now()
    for step in ("P1", "P2", "D1", "I1", "C1"):
        assert the(after, step) == the(stored_series(series.id), step)
        assert the(after, step).start == the(series, step).start
    assert not refuses(outcome.findings)


def test_several_visits_called_off_find_their_places_in_order(series: Series) -> None:
    steps = [visit.step for visit in series.standing if visit.start > the(series, "D2").start]
    cancelled(series, *steps)
    day = local_day(the(series, "D3").start, ZONE) + timedelta(days=1)
    outcome = replanned(ReplanSeries(WantedReplan(series.id, not_before=day)))
    assert {visit.step for visit in outcome.series.standing} == {visit.step for visit in series.standing}
    assert local_day(the(outcome.series, "D3").start, ZONE) >= day
    assert not refuses(outcome.findings)


def test_the_same_key_books_once_and_the_same_choice_twice_is_refused(series: Series) -> None:
    cancelled(series, "D3")
    wanted = WantedReplan(series.id)
    visits = visits_of(ways(wanted)[0])
    command = ReplanSeries(wanted, visits, idempotency_key="k-1")
    first, second = replanned(command), replanned(command)
    assert first.series == second.series
    outcome = replan_series(ReplanSeries(wanted, visits), SYSTEM, clock())
    assert isinstance(outcome, Refused)
    assert outcome.reasons[0].code == "nothing_missing"


def test_there_must_be_something_to_plan(series: Series) -> None:
    for wanted, code in (
        (WantedReplan(series.id), "nothing_missing"),
        (WantedReplan("none"), "unknown_series"),
    ):
        for outcome in (
            preview_replan(wanted, SYSTEM, clock()),
            replan_series(ReplanSeries(wanted), SYSTEM, clock()),
        ):
            assert isinstance(outcome, Refused)
            assert [reason.code for reason in outcome.reasons] == [code]
    cancel_series(CancelSeries(series.id, CalledOffBy.PATIENT, CancelReason.ILLNESS), SYSTEM, clock())
    outcome = replan_series(ReplanSeries(WantedReplan(series.id)), SYSTEM, clock())
    assert isinstance(outcome, Refused)
    assert outcome.reasons[0].code == "not_booked"


def test_others_may_not(series: Series) -> None:
    cancelled(series, "D3")
    for actor in (Actor("n", AccountRole.NURSE), Actor("d", AccountRole.FRONT_DESK, site="elsewhere")):
        assert isinstance(preview_replan(WantedReplan(series.id), actor, clock()), NotAllowed)
        outcome = replan_series(ReplanSeries(WantedReplan(series.id)), actor, clock())
        assert isinstance(outcome, NotAllowed)
    assert stored_series(series.id).visit("D3") is None
