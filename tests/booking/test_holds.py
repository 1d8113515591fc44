"""Held times count as taken until somebody decides or the time is over; then they are free, written down or not."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from scheduler.access.permissions import SYSTEM, AccountRole, Actor
from scheduler.booking.book_series import Booked, BookSeries, book_series
from scheduler.booking.decide_gate import DecideGate, GateDecided, decide_gate
from scheduler.booking.holds import (
    LONGEST_HOLD,
    DecideHold,
    HoldDecided,
    book_hold,
    release_hold,
    release_lapsed_holds,
)
from scheduler.booking.outcomes import NotAllowed, Refused
from scheduler.booking.recheck import RecheckCommand, recheck
from scheduler.domain.appointment import AppointmentState
from scheduler.domain.clock import StandingClock
from scheduler.domain.interval import Interval
from scheduler.domain.people import GateDecision
from scheduler.domain.series import Series, SeriesState
from scheduler.reminders.due import due_messages
from scheduler.rules.evaluate import refuses
from scheduler.store.audit import history
from scheduler.store.diaries import load_diary
from scheduler.store.ledger import all_claims
from scheduler.store.series import series as stored_series
from tests.booking.small_clinic import COURSE, MONDAY, chosen_from, clock, previewed

pytestmark = pytest.mark.usefixtures("small_clinic")

A_WHILE = timedelta(minutes=5)


def held(patient: str = "patient-1", until: datetime = MONDAY + A_WHILE) -> Series:
    visits = chosen_from(previewed(patient, limit=1).options[0].proposal.series)
    command = BookSeries(patient, COURSE, visits=visits, held_until=until)
    outcome = book_series(command, SYSTEM, clock())
    assert isinstance(outcome, Booked), outcome
    return outcome.series


def as_booked_by(patient: str, series: Series, at: datetime) -> Booked | Refused | NotAllowed:
    """Try to book the very times of a series for somebody else."""
    command = BookSeries(patient, COURSE, visits=chosen_from(series))
    return book_series(command, SYSTEM, StandingClock(at))


def after(span: timedelta) -> StandingClock:
    return StandingClock(MONDAY + span)


def test_what_is_held_counts_as_taken() -> None:
    series = stored_series(held().id)
    assert (series.state, series.held_until) == (SeriesState.TENTATIVE, MONDAY + A_WHILE)
    assert {visit.state for visit in series.appointments} == {AppointmentState.TENTATIVE}
    outcome = as_booked_by("patient-2", series, MONDAY + A_WHILE - timedelta(seconds=1))
    assert isinstance(outcome, Refused)
    free = previewed("patient-2", limit=1).options[0].proposal.series
    assert chosen_from(free) != chosen_from(series)


def test_it_is_free_by_itself_when_its_time_is_over() -> None:
    series = held()
    outcome = as_booked_by("patient-2", series, MONDAY + A_WHILE)
    assert isinstance(outcome, Booked)
    lapsed = stored_series(series.id)
    assert lapsed.state is SeriesState.LAPSED
    assert {visit.state for visit in lapsed.appointments} == {AppointmentState.LAPSED}
    assert {claim.appointment for claim in all_claims()} == {v.id for v in outcome.series.appointments}
    assert [entry.verb for entry in history("series", series.id)] == ["book_series", "hold_lapsed"]


def test_the_timetable_writes_down_what_lapsed_once() -> None:
    series = held()
    assert release_lapsed_holds(clock()) == 0
    assert release_lapsed_holds(after(A_WHILE)) == 1
    assert release_lapsed_holds(after(A_WHILE)) == 0
    assert stored_series(series.id).state is SeriesState.LAPSED
    assert all_claims() == ()


def test_what_is_held_is_booked_when_somebody_decides() -> None:
    series = held()
    outcome = book_hold(DecideHold(series.id), SYSTEM, after(A_WHILE - timedelta(minutes=1)))
    assert isinstance(outcome, HoldDecided)
    booked = stored_series(series.id)
    assert outcome.series == booked
    assert (booked.state, booked.held_until) == (SeriesState.BOOKED, None)
    assert {visit.state for visit in booked.appointments} == {AppointmentState.BOOKED}
    assert [v.id for v in booked.appointments] == [v.id for v in series.appointments]
    assert release_lapsed_holds(after(timedelta(days=1))) == 0
    again = book_hold(DecideHold(series.id), SYSTEM, clock())
    assert isinstance(again, Refused)
    assert "it is booked" in again.reasons[0].why


def test_too_late_is_said_with_the_local_time() -> None:
    series = held()
    outcome = book_hold(DecideHold(series.id), SYSTEM, after(A_WHILE))
    assert isinstance(outcome, Refused)
    assert "held until Mon 4 Jan 2027 09:10 MST" in outcome.reasons[0].why


def test_what_is_let_go_is_free_at_once() -> None:
    series = held()
    outcome = release_hold(DecideHold(series.id), SYSTEM, clock())
    assert isinstance(outcome, HoldDecided)
    assert outcome.series.state is SeriesState.LAPSED
    assert isinstance(as_booked_by("patient-2", series, MONDAY), Booked)


def test_nothing_is_held_for_ever_nor_until_the_past() -> None:
    wanted = BookSeries("patient-1", COURSE)
    for until in (MONDAY, MONDAY + LONGEST_HOLD + timedelta(minutes=1)):
        outcome = book_series(replace(wanted, held_until=until), SYSTEM, clock())
        assert isinstance(outcome, Refused)
        assert [reason.code for reason in outcome.reasons] == ["hold"]
    assert all_claims() == ()


def test_nobody_is_told_of_what_is_only_held() -> None:
    series = held(until=MONDAY + timedelta(days=5))
    assert not [new for due in due_messages(MONDAY) for new in due.messages]
    book_hold(DecideHold(series.id), SYSTEM, clock())
    assert [new for due in due_messages(MONDAY) for new in due.messages]


def test_what_is_held_is_rechecked_as_what_is_booked() -> None:
    held()
    answer = recheck(RecheckCommand(), SYSTEM, clock())
    assert isinstance(answer, tuple)
    assert len(answer) == 1
    assert not refuses(answer[0].findings)


@pytest.mark.parametrize(
    "actor", [Actor("n", AccountRole.NURSE), Actor("d", AccountRole.FRONT_DESK, site="elsewhere")]
)
def test_others_may_not_decide(actor: Actor) -> None:
    series = held()
    for decide in (book_hold, release_hold):
        assert isinstance(decide(DecideHold(series.id), actor, clock()), NotAllowed)
    assert stored_series(series.id).state is SeriesState.TENTATIVE


def test_what_lapsed_takes_nothing_of_an_authorisation_also_before_that_is_written_down() -> None:
    paid = DecideGate("patient-1", "payment", GateDecision.PASS, covers_visits=3)
    assert isinstance(decide_gate(paid, Actor("desk", AccountRole.FRONT_DESK), clock()), GateDecided)
    series = held()

    def counted(at: datetime) -> set[str]:
        horizon = Interval(MONDAY, MONDAY + timedelta(days=60))
        return {visit.id for visit in load_diary("patient-1", horizon, at).booked}

    assert counted(MONDAY + A_WHILE - timedelta(seconds=1)) == {visit.id for visit in series.appointments}
    assert counted(MONDAY + A_WHILE) == set()
