"""The inbox of conflicts: the most urgent first, each with ways to mend it; accepted as one change, closed when mended."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from scheduler.access.permissions import SYSTEM, AccountRole, Actor, Permission
from scheduler.booking.cancel_series import CancelSeries, PauseSeries, cancel_series, pause_series
from scheduler.booking.change_places import change_places
from scheduler.booking.change_staff import change_staff
from scheduler.booking.changed_series import ChangedVisit, visits_of
from scheduler.booking.changing_facts import ChangeOfFacts, FactsChanged
from scheduler.booking.keep_inbox import KeepInbox, keep_inbox
from scheduler.booking.move_appointment import MoveAppointment, move_appointment
from scheduler.booking.outcomes import CalledOffBy, CancelReason, NotAllowed, Refused, SeriesChanged
from scheduler.booking.preview_move import WantedMove
from scheduler.booking.recheck import RecheckCommand, recheck
from scheduler.booking.resolve_conflict import ConflictResolved, ResolveConflict, resolve_conflict
from scheduler.booking.see_conflicts import (
    SeriesInConflict,
    WaysToMend,
    see_conflicts,
    see_ways_to_mend,
)
from scheduler.domain.clock import StandingClock, local_day
from scheduler.domain.interval import Interval
from scheduler.domain.people import Role
from scheduler.domain.place_changes import RoomOutOfUse, SiteClosed
from scheduler.domain.places import Closure
from scheduler.domain.series import Series
from scheduler.domain.staff_changes import TimeOffAdded, TimeOffRemoved
from scheduler.planner.change import Way
from scheduler.rules.evaluate import refuses
from scheduler.store.audit import history
from scheduler.store.conflicts import Resolution, VisitConflict, conflicts_of_series, open_conflicts
from scheduler.store.series import series as stored_series
from tests.booking.small_clinic import INDUCTION, booked, clock, the

pytestmark = pytest.mark.usefixtures("small_clinic")


@pytest.fixture
def series(induction_with_the_first: Series) -> Series:
    return induction_with_the_first


def fall_ill(person: str, time: Interval) -> None:
    outcome = change_staff(ChangeOfFacts("site-1", TimeOffAdded(person, time)), SYSTEM, clock())
    assert isinstance(outcome, FactsChanged), outcome


def out_of_use(room: str | None, time: Interval) -> None:
    assert room is not None
    outcome = change_places(ChangeOfFacts("site-1", RoomOutOfUse(room, time)), SYSTEM, clock())
    assert isinstance(outcome, FactsChanged), outcome


def inbox() -> tuple[SeriesInConflict, ...]:
    outcome = see_conflicts("site-1", SYSTEM, clock())
    assert isinstance(outcome, tuple)
    return outcome


def the_conflict(step: str) -> VisitConflict:
    return next(one for one in open_conflicts() if one.steps == (step,))


def ways(conflict: VisitConflict) -> WaysToMend:
    outcome = see_ways_to_mend(conflict.id, SYSTEM, clock())
    assert isinstance(outcome, WaysToMend)
    return outcome


def resolved(command: ResolveConflict) -> ConflictResolved:
    outcome = resolve_conflict(command, SYSTEM, clock())
    assert isinstance(outcome, ConflictResolved), outcome
    return outcome


def nothing_is_broken() -> bool:
    answer = recheck(RecheckCommand(), SYSTEM, clock())
    assert isinstance(answer, tuple)
    return not any(refuses(one.findings) for one in answer)


def test_the_most_urgent_series_stands_first(series: Series) -> None:
    other = booked("patient-2", protocol=INDUCTION, therapist="therapist-2")
    late, early = the(series, "D6"), the(other, "D1")
    fall_ill("therapist-1", late.interval)
    fall_ill("therapist-2", early.interval)
    found = inbox()
    assert [one.series.id for one in found] == [other.id, series.id]
    assert found[0].series == stored_series(other.id)
    assert [one.visit_starts_at for one in found[0].conflicts] == sorted(
        one.visit_starts_at for one in found[0].conflicts
    )


def test_another_room_at_the_same_time_is_offered_and_taken(series: Series) -> None:
    dose = the(series, "D2")
    out_of_use(dose.room, dose.interval)
    conflict = the_conflict("D2")
    way = ways(conflict).ways[0]
    assert (way.moves, way.reassigned) == ((), ("D2",))
    outcome = resolved(ResolveConflict(conflict.id, visits_of(way)))
    after = the(outcome.series, "D2")
    assert after.start == dose.start
    assert after.room != dose.room
    assert (outcome.reassigned, outcome.left, inbox()) == (("D2",), (), ())
    [ended] = conflicts_of_series(series.id)
    assert (ended.resolution, ended.resolved_at) == (Resolution.MENDED, clock().now())
    assert [one.verb for one in history("series", series.id)][-1] == "resolve_conflict"
    assert nothing_is_broken()


def test_a_therapist_who_is_ill_is_replaced_or_waited_for(series: Series) -> None:
    time = Interval(
        the(series, "D3").start - timedelta(hours=1), the(series, "D3").start + timedelta(hours=30)
    )
    fall_ill("therapist-1", time)
    broken = {step for one in open_conflicts() for step in one.steps}
    assert {"D3", "I3"} <= broken
    found = ways(the_conflict("D3"))
    assert {one.steps for one in found.others} >= {("I3",)}
    by_way = {way.way: way for way in found.ways}
    substitute = by_way[Way.SUBSTITUTE]
    assert (substitute.moves, set(substitute.reassigned)) == ((), broken)
    theirs = {the(substitute.after, step).staff[Role.THERAPIST] for step in broken & {"D3", "I3"}}
    assert len(theirs) == 1, "one substitute for both, for the patient is to meet as few as can be"
    assert "CONT-1" in {finding.rule for finding in substitute.findings}
    assert all(not way.refusing for way in found.ways)
    assert any("D3" in {move.step for move in way.moves} for way in found.ways)
    resolved(ResolveConflict(found.conflict.id, visits_of(substitute)))
    kept = stored_series(series.id)
    assert the(kept, "D3").staff[Role.THERAPIST] != "therapist-1"
    assert open_conflicts() == ()
    assert nothing_is_broken()


def test_the_best_way_is_taken_when_none_is_chosen(series: Series) -> None:
    dose = the(series, "D2")
    out_of_use("dosing-1", dose.interval)
    out_of_use("dosing-2", dose.interval)
    conflict = the_conflict("D2")
    outcome = resolved(ResolveConflict(conflict.id))
    assert "D2" in {move.step for move in outcome.moves}
    assert (outcome.left, inbox()) == ((), ())
    assert nothing_is_broken()


def test_what_is_put_right_elsewhere_leaves_the_inbox_when_it_is_looked_at(series: Series) -> None:
    dose = the(series, "D2")
    fall_ill("therapist-1", dose.interval)
    back = ChangeOfFacts("site-1", TimeOffRemoved("therapist-1", dose.interval))
    assert inbox()
    change_staff(back, SYSTEM, clock())
    assert inbox() == ()
    fall_ill("therapist-1", dose.interval)
    moved = move_appointment(MoveAppointment(WantedMove(dose.id)), SYSTEM, clock())
    assert isinstance(moved, SeriesChanged)
    assert open_conflicts() == ()
    fall_ill("therapist-1", the(moved.series, "D3").interval)
    assert open_conflicts()
    cancel_series(CancelSeries(series.id, CalledOffBy.PATIENT, CancelReason.OTHER), SYSTEM, clock())
    assert inbox() == ()
    assert {one.resolution for one in conflicts_of_series(series.id)} == {Resolution.ELSEWHERE}


def test_a_conflict_whose_visit_is_over_is_closed_as_that(series: Series) -> None:
    dose = the(series, "D2")
    fall_ill("therapist-1", dose.interval)
    after = StandingClock(dose.discharge)
    assert see_conflicts("site-1", SYSTEM, after) == ()
    assert {one.resolution for one in conflicts_of_series(series.id)} == {Resolution.OVER}


def test_a_longer_absence_is_told_anew(series: Series) -> None:
    dose = the(series, "D2")
    half = Interval(dose.start, dose.start + timedelta(hours=1))
    fall_ill("therapist-1", half)
    before = the_conflict("D2")
    fall_ill("therapist-1", Interval(dose.start, dose.discharge))
    [entry] = inbox()
    [after] = [one for one in entry.conflicts if one.id == before.id]
    assert after.why != before.why
    assert (after.cause, after.found_at) == (before.cause, before.found_at)


def test_a_visit_that_has_begun_is_told_and_not_moved(series: Series) -> None:
    dose = the(series, "D2")
    fall_ill("therapist-1", dose.interval)
    conflict = the_conflict("D2")
    during = StandingClock(dose.start + timedelta(minutes=20))
    found = see_ways_to_mend(conflict.id, SYSTEM, during)
    assert isinstance(found, WaysToMend)
    assert (found.ways, [one.code for one in found.reasons]) == ((), ["has_begun"])
    outcome = resolve_conflict(ResolveConflict(conflict.id), SYSTEM, during)
    assert isinstance(outcome, Refused)
    assert [one.code for one in outcome.reasons] == ["has_begun"]


@pytest.mark.parametrize("pauses", [True, False])
def test_a_visit_under_way_is_told_of_although_the_rest_was_called_off(series: Series, pauses: bool) -> None:
    first = series.standing[0]
    during, why = StandingClock(first.start + timedelta(minutes=20)), CancelReason.OTHER
    if pauses:
        pause_series(PauseSeries(series.id, CalledOffBy.CLINIC, why), SYSTEM, during)
    else:
        cancel_series(CancelSeries(series.id, CalledOffBy.CLINIC, why), SYSTEM, during)
    change_staff(ChangeOfFacts("site-1", TimeOffAdded("therapist-1", first.interval)), SYSTEM, during)
    assert [one.steps for one in open_conflicts()] == [(first.step,)]
    seen = see_conflicts("site-1", SYSTEM, during)
    assert isinstance(seen, tuple)
    assert [one.series.id for one in seen] == [series.id]
    assert see_conflicts("site-1", SYSTEM, StandingClock(first.discharge)) == ()
    assert [one.resolution for one in conflicts_of_series(series.id)] == [Resolution.OVER]


def test_where_nothing_helps_the_reasons_are_said(series: Series) -> None:
    first = the(series, "D1")
    day = local_day(first.start, "America/Denver")
    shut = Closure(day, day + timedelta(days=400), "Moved away")
    change_places(ChangeOfFacts("site-1", SiteClosed("site-1", shut)), SYSTEM, clock())
    found = ways(the_conflict("D1"))
    assert found.ways == ()
    assert found.reasons
    outcome = resolve_conflict(ResolveConflict(found.conflict.id), SYSTEM, clock())
    assert isinstance(outcome, Refused)
    assert outcome.reasons
    assert stored_series(series.id) == series


def test_what_does_not_mend_or_breaks_a_rule_is_refused(series: Series) -> None:
    dose, other = the(series, "D2"), the(series, "D5")
    fall_ill("therapist-1", dose.interval)
    conflict = the_conflict("D2")
    same = ChangedVisit(other.id, 1, other.start, other.room, other.staff, other.relief)
    outcome = resolve_conflict(ResolveConflict(conflict.id, (same,)), SYSTEM, clock())
    assert isinstance(outcome, Refused)
    assert [one.code for one in outcome.reasons] == ["does_not_mend"]
    too_soon = replace(same, appointment=dose.id, start=the(series, "D1").start + timedelta(hours=4))
    outcome = resolve_conflict(ResolveConflict(conflict.id, (too_soon,)), SYSTEM, clock())
    assert isinstance(outcome, Refused)
    assert "SPACE-1" in {finding.rule for finding in outcome.findings}
    assert outcome.ways
    assert stored_series(series.id) == series


def test_the_same_key_mends_once_and_what_is_mended_is_not_mended_again(series: Series) -> None:
    dose = the(series, "D2")
    out_of_use(dose.room, dose.interval)
    conflict = the_conflict("D2")
    way = visits_of(ways(conflict).ways[0])
    first = resolved(ResolveConflict(conflict.id, way, "k-1"))
    again = resolved(ResolveConflict(conflict.id, way, "k-1"))
    assert first.reassigned == ("D2",)
    assert (again.series, again.moves, again.reassigned) == (first.series, (), ())
    outcome = resolve_conflict(ResolveConflict(conflict.id, way, "k-2"), SYSTEM, clock())
    assert isinstance(outcome, Refused)
    assert [one.code for one in outcome.reasons] == ["resolved_already"]


def test_moving_another_visit_mends_what_it_can_besides(series: Series) -> None:
    dose = the(series, "D2")
    out_of_use(dose.room, dose.interval)
    conflict = the_conflict("D2")
    moved = move_appointment(MoveAppointment(WantedMove(the(series, "D3").id)), SYSTEM, clock())
    assert isinstance(moved, SeriesChanged)
    assert open_conflicts() == ()
    mending = ways(conflict)
    assert (mending.ways, mending.reasons, mending.others) == ((), (), ())
    assert ways(conflict).conflict.resolution is Resolution.ELSEWHERE


def test_who_may_not_is_refused_and_what_is_unknown_is_said(series: Series) -> None:
    dose = the(series, "D2")
    fall_ill("therapist-1", dose.interval)
    conflict = the_conflict("D2")
    nurse = Actor("nurse", AccountRole.NURSE, site="site-1")
    elsewhere = Actor("desk", AccountRole.FRONT_DESK, site="site-2")
    for actor in (nurse, elsewhere):
        assert see_conflicts("site-1", actor, clock()) == NotAllowed(Permission.SEE_CONFLICTS)
        assert see_ways_to_mend(conflict.id, actor, clock()) == NotAllowed(Permission.SEE_CONFLICTS)
        refused = resolve_conflict(ResolveConflict(conflict.id), actor, clock())
        assert refused == NotAllowed(Permission.RESOLVE_CONFLICT)
    assert keep_inbox(KeepInbox("site-1"), elsewhere, clock()) == NotAllowed(Permission.SEE_FINDINGS)
    outcome = resolve_conflict(ResolveConflict("none"), SYSTEM, clock())
    assert isinstance(outcome, Refused)
    assert [one.code for one in outcome.reasons] == ["unknown_conflict"]
