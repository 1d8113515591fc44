"""What each member of a group has alone: visits of their own around the group's, and a series that may end before it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from scheduler.access.permissions import SYSTEM
from scheduler.booking.adopt_version import AdoptVersion, adopt_version
from scheduler.booking.book_members_visits import (
    BookMembersVisits,
    MembersVisitsBooked,
    book_members_visits,
)
from scheduler.booking.cancel_appointment import CancelAppointment, cancel_appointment
from scheduler.booking.cancel_series import CancelSeries, SeriesCancelled, cancel_series
from scheduler.booking.judging import findings_now
from scheduler.booking.move_appointment import MoveAppointment, move_appointment
from scheduler.booking.outcomes import CalledOffBy, CancelReason, Refused, SeriesChanged
from scheduler.booking.preview_move import WantedMove
from scheduler.booking.replan_series import ReplanSeries, WantedReplan, replan_series
from scheduler.domain.appointment import AppointmentState
from scheduler.domain.claims import Purpose
from scheduler.domain.series import Series, SeriesState
from scheduler.rules.evaluate import refuses
from scheduler.store import series as stored
from scheduler.store.cohorts import cohort
from scheduler.store.ledger import all_claims
from tests.booking.small_clinic import MONDAY
from tests.booking.the_day import codes
from tests.builders import between
from tests.cases.groups.group_clinic import (
    COHORT,
    a_patient,
    at,
    booked_group,
    group_clinic,
    own_series,
    store_group_clinic,
    visit_of,
)

pytestmark = pytest.mark.usefixtures("app_context")

SIX = range(1, 7)


def book_own() -> MembersVisitsBooked | Refused:
    """Book what the members lack."""
    outcome = book_members_visits(BookMembersVisits(COHORT), SYSTEM, at())
    assert isinstance(outcome, MembersVisitsBooked | Refused)
    return outcome


def cancelled(series: str) -> SeriesCancelled:
    """Cancel a series for the patient, and return what became of it."""
    command = CancelSeries(series, CalledOffBy.PATIENT, CancelReason.TIME_DOES_NOT_SUIT)
    outcome = cancel_series(command, SYSTEM, at())
    assert isinstance(outcome, SeriesCancelled), outcome
    return outcome


def test_every_members_own_visits_are_booked_around_the_groups(group: Series) -> None:
    booked = book_own()
    assert isinstance(booked, MembersVisitsBooked)
    assert sorted((visit.patient, visit.step) for visit in booked.visits) == [
        (f"patient-{place}", step) for place in SIX for step in ("P0", "R1")
    ]
    for place in SIX:
        first, last = visit_of(place, "P0"), visit_of(place, "R1")
        assert visit_of(place, "GP3").discharge <= first.start
        assert first.discharge + timedelta(hours=24) <= visit_of(place, "GD1").start
        after = last.start - visit_of(place, "GD3").discharge
        assert timedelta(days=14) <= after <= timedelta(days=28)
        assert not refuses(findings_now(own_series(place), MONDAY))
    # One office and two therapists: no two of the six at the same time.
    starts = [visit_of(place, "P0").start for place in SIX]
    assert len(set(starts)) == len(starts)


def test_booking_them_again_books_nothing(group: Series) -> None:
    book_own()
    assert book_own() == MembersVisitsBooked(())


def test_if_one_member_has_no_time_nobody_gets_one() -> None:
    clinic = group_clinic()
    store_group_clinic()
    group = booked_group()
    away = between("2027-01-25 12:00", "2027-01-28 23:00")
    patients = (*clinic.patients[:5], a_patient(6, unavailable=(away,)))
    store_group_clinic(patients=patients)
    before = stored.all_series()
    refused = book_own()
    assert codes(refused) == ["no_place"]
    assert isinstance(refused, Refused)
    assert refused.reasons[0].why.startswith("Member 6 has no time for P0, R1")
    assert stored.all_series() == before
    assert group.id == cohort(COHORT).series


def test_a_member_alone_does_not_move_with_the_group_left_behind(group: Series) -> None:
    visit = visit_of(2, "GD1")
    outcome = move_appointment(MoveAppointment(WantedMove(visit.id)), SYSTEM, at())
    assert codes(outcome) == ["with_its_group"]


def test_when_the_group_moves_every_member_moves_with_it(group: Series) -> None:
    dose = next(visit for visit in group.appointments if visit.step == "GD3")
    not_on = WantedMove(dose.id, not_on=dose.start.date())
    moved = move_appointment(MoveAppointment(not_on), SYSTEM, at())
    assert isinstance(moved, SeriesChanged), moved
    changed = {move.step for move in moved.moves}
    assert "GD3" in changed
    for place in SIX:
        for visit in moved.series.appointments:
            mine = visit_of(place, visit.step)
            assert mine.start == visit.start
            assert mine.version == (2 if visit.step in changed else 1)
            own = [one.interval for one in all_claims() if one.appointment == mine.id]
            assert all(interval.start == visit.start for interval in own)
        assert not refuses(findings_now(own_series(place), MONDAY))


def test_neither_group_nor_member_adopts_another_version_alone(group: Series) -> None:
    for series in (group, own_series(1)):
        outcome = adopt_version(AdoptVersion(series.id, 1), SYSTEM, at())
        assert codes(outcome) == ["with_its_group"]


def test_a_members_own_visit_moves_around_the_group(group: Series) -> None:
    book_own()
    before = visit_of(4, "P0")
    moved = move_appointment(MoveAppointment(WantedMove(before.id)), SYSTEM, at())
    assert isinstance(moved, SeriesChanged), moved
    assert {move.step for move in moved.moves} == {"P0"}


def test_a_visit_with_the_group_that_a_member_missed_is_not_planned_anew_alone(group: Series) -> None:
    visit = visit_of(5, "GP1")
    command = CancelAppointment(visit.id, CalledOffBy.PATIENT, CancelReason.ILLNESS)
    cancel_appointment(command, SYSTEM, at())
    outcome = replan_series(ReplanSeries(WantedReplan(own_series(5).id)), SYSTEM, at())
    assert codes(outcome) == ["nothing_missing"]


def test_a_member_who_ends_the_series_leaves_the_group_standing(group: Series) -> None:
    cancelled(own_series(6).id)
    assert own_series(6).state is SeriesState.CANCELLED
    places = [one for one in all_claims() if one.purpose is Purpose.PLACE]
    assert len(places) == 5 * len(group.appointments)
    assert stored.series(group.id) == group
    assert not refuses(findings_now(group, MONDAY))


def test_too_few_members_are_a_gate_on_the_groups_visits(group: Series) -> None:
    for place in (6, 5, 4, 3):
        cancelled(own_series(place).id)
    found = findings_now(group, MONDAY)
    assert {one.rule for one in found} == {"GROUP-2"}
    assert len(found) == len(group.appointments)


def test_a_group_that_is_called_off_is_called_off_for_everybody_and_open_again(group: Series) -> None:
    cancelled(group.id)
    for place in SIX:
        theirs = own_series(place)
        assert theirs.state is SeriesState.CANCELLED
        assert {visit.state for visit in theirs.appointments} == {AppointmentState.CANCELLED_BY_PATIENT}
    assert all_claims() == ()
    assert cohort(COHORT).is_open
    again = booked_group()
    assert [visit.start for visit in again.appointments] == [visit.start for visit in group.appointments]


def test_one_visit_of_the_group_that_is_called_off_is_booked_anew_for_all(group: Series) -> None:
    visit = next(one for one in group.appointments if one.step == "GP2")
    cancel_appointment(
        CancelAppointment(visit.id, CalledOffBy.CLINIC, CancelReason.STAFF_ABSENT), SYSTEM, at()
    )
    for place in SIX:
        assert visit_of(place, "GP2").state is AppointmentState.CANCELLED_BY_CLINIC
    outcome = replan_series(ReplanSeries(WantedReplan(group.id)), SYSTEM, at())
    assert not isinstance(outcome, Refused), outcome
    after = stored.series(group.id).visit("GP2")
    assert after is not None
    for place in SIX:
        mine = own_series(place).visit("GP2")
        assert mine is not None
        assert (mine.start, mine.group_visit) == (after.start, after.id)


def test_the_group_does_not_move_where_a_members_own_visit_would_be_left_behind(group: Series) -> None:
    """The review keeps 14 days from the last dose: the dose does not come nearer to it."""
    book_own()
    dose = next(visit for visit in group.appointments if visit.step == "GD3")
    nearer = WantedMove(dose.id, exactly=dose.start + timedelta(days=4))
    refused = move_appointment(MoveAppointment(nearer), SYSTEM, at())
    assert isinstance(refused, Refused)
    assert {reason.code for reason in refused.reasons} == {"FOLLOW-1"}
    assert refused.reasons[0].why.startswith("for member 1, R1 starts")
    assert stored.series(group.id) == group
    for place in SIX:
        review = visit_of(place, "R1")
        cancel_appointment(CancelAppointment(review.id, CalledOffBy.CLINIC, CancelReason.OTHER), SYSTEM, at())
    assert isinstance(move_appointment(MoveAppointment(nearer), SYSTEM, at()), SeriesChanged)
