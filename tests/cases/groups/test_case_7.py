"""Case 7: "Group of six with one facilitator ill; group with one high-dose member; member held at the door; last member
slow to recover."
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from scheduler.access.permissions import SYSTEM
from scheduler.booking.change_staff import change_staff, preview_change_staff
from scheduler.booking.changing_facts import ChangeOfFacts, Consequences, FactsChanged
from scheduler.booking.extend_stay import StayExtended
from scheduler.booking.outcomes import NotAllowed, Refused
from scheduler.booking.override_rule import OverrideRule, override_rule
from scheduler.booking.recheck import RecheckCommand, recheck
from scheduler.booking.see_conflicts import WaysToMend, see_conflicts, see_ways_to_mend
from scheduler.domain.claims import Claim, Purpose
from scheduler.domain.clock import StandingClock, whole_local_day
from scheduler.domain.interval import Interval
from scheduler.domain.people import Role
from scheduler.domain.series import Series
from scheduler.domain.staff_changes import TimeOffAdded
from scheduler.domain.visit_day import DayReason
from scheduler.rules.finding import Finding, Level
from scheduler.store.conflicts import open_conflicts
from scheduler.store.ledger import all_claims, take
from scheduler.store.work import unit_of_work
from tests.booking.small_clinic import MONDAY
from tests.booking.the_day import PRESCRIBER, S, codes
from tests.cases.groups.group_clinic import (
    NAMES,
    a_facilitator,
    at,
    book_group,
    booked_group,
    group_clinic,
    own_series,
    store_group_clinic,
)
from tests.cases.groups.group_floor import (
    UNDER_THE_DRUG,
    discharge,
    group_visit,
    member,
    recover,
    stays_longer,
)

pytestmark = pytest.mark.usefixtures("app_context")

SIX = (1, 2, 3, 4, 5, 6)


def ill_on_the_day_of_the_first_dose(person: str) -> ChangeOfFacts[TimeOffAdded]:
    """Return that somebody is away on the whole day of the group's first dose."""
    day = group_visit().start.date()
    return ChangeOfFacts("site-1", TimeOffAdded(person, whole_local_day(day, "America/Denver")))


class TestAFacilitatorIsIll:
    def test_before_it_is_saved_it_is_said_which_members_would_have_to_be_moved(self, group: Series) -> None:
        told = preview_change_staff(ill_on_the_day_of_the_first_dose("therapist-2"), SYSTEM, at())
        assert isinstance(told, Consequences)
        (broken,) = told.broken
        assert broken.series.id == group.id
        found = {one.rule: one for one in broken.findings}
        assert "members 4, 5 and 6 would have to be moved" in found["GROUP-1"].why
        assert "HOURS-3" in found

    def test_the_inbox_names_them_by_place_and_nobody_by_name(self, group: Series) -> None:
        changed = change_staff(ill_on_the_day_of_the_first_dose("therapist-2"), SYSTEM, at())
        assert isinstance(changed, FactsChanged)
        (conflict,) = (one for one in open_conflicts("site-1") if one.rule == "GROUP-1")
        assert conflict.series == group.id
        assert "1 facilitator is there for the 6 members of GD1" in conflict.why
        assert "members 4, 5 and 6 would have to be moved" in conflict.why
        assert conflict.mend.startswith("find 1 more facilitator, or move members 4, 5 and 6")
        assert not any(name in conflict.why + conflict.mend for name in NAMES)
        shown = see_conflicts("site-1", SYSTEM, at())
        assert not isinstance(shown, NotAllowed)
        assert [one.series.id for one in shown] == [group.id]

    def test_no_member_is_cleared_for_the_dose_until_it_is_mended(self, group: Series) -> None:
        change_staff(ill_on_the_day_of_the_first_dose("therapist-2"), SYSTEM, at())
        floor = member(1)
        floor.goes(S.CHECKED_IN)
        assert "GROUP-1" in codes(floor.tries(S.CLEARED))

    def test_no_visit_is_changed_by_it(self, group: Series) -> None:
        before = [own_series(place) for place in SIX]
        change_staff(ill_on_the_day_of_the_first_dose("therapist-2"), SYSTEM, at())
        assert [own_series(place) for place in SIX] == before

    def test_another_facilitator_mends_it_for_everybody_at_the_same_time(self) -> None:
        clinic = group_clinic()
        store_group_clinic(staff=(*clinic.staff, a_facilitator("therapist-9")))
        booked_group()
        before = group_visit()
        change_staff(ill_on_the_day_of_the_first_dose(before.staff[Role.CO_THERAPIST]), SYSTEM, at())
        (conflict,) = (one for one in open_conflicts("site-1") if one.rule == "GROUP-1")
        mending = see_ways_to_mend(conflict.id, SYSTEM, at())
        assert isinstance(mending, WaysToMend)
        way = mending.ways[0]
        after = next(visit for visit in way.after.appointments if visit.step == "GD1")
        assert after.start == before.start
        assert before.staff[Role.CO_THERAPIST] not in after.people


class TestAHighDose:
    def test_one_member_makes_the_stricter_ratio_count_for_all(self) -> None:
        store_group_clinic(high_dose=(2,))
        refused = book_group()
        assert isinstance(refused, Refused)
        assert {one.rule for one in refused.findings if one.level is Level.BLOCK} == {"GROUP-1"}
        assert {one.steps for one in refused.findings} == {("GD1",), ("GD2",), ("GD3",)}
        assert "one leads at most 2, for member 2 has a high dose" in refused.findings[0].why
        assert "member 2 would have to be moved" in refused.findings[0].why

    def test_four_with_one_high_dose_are_led_by_two(self) -> None:
        store_group_clinic(members=4, high_dose=(2,))
        booked_group()
        assert not recheck_now()


class TestHeldAtTheDoor:
    def test_the_others_go_on_and_the_visit_stands(self, group: Series) -> None:
        before = claims_of(group_visit().id)
        held = member(3).goes(S.SAME_DAY_HOLD, reason=DayReason.ATE)
        assert held.claims == ()
        assert group_visit().state.takes_time
        assert claims_of(group_visit().id) == before
        recover(1, 2, 4, 5, 6)
        assert group_visit().state is S.CHECKED_IN

    def test_only_the_held_member_gives_back_time_spacing_and_place(self, group: Series) -> None:
        places = sum(one.purpose is Purpose.PLACE for one in all_claims())
        gone = member(3).id
        member(3).goes(S.SAME_DAY_HOLD, reason=DayReason.BLOOD_PRESSURE)
        assert sum(one.purpose is Purpose.PLACE for one in all_claims()) == places - 1
        assert not claims_of(gone)

    def test_an_open_gate_holds_one_member_alone(self) -> None:
        clinic = group_clinic()
        third = clinic.patients[2]
        without = tuple(gate for gate in third.gates if gate.kind != "escort")
        patients = tuple(replace(one, gates=without) if one is third else one for one in clinic.patients)
        store_group_clinic(patients=patients)
        booked_group()
        floor = member(3)
        floor.goes(S.CHECKED_IN)
        assert codes(floor.tries(S.CLEARED)) == ["GATE-7"]
        recover(1, 2, 4, 5, 6)

    def test_it_can_be_taken_back_with_the_place_in_the_group(self, group: Series) -> None:
        floor = member(3)
        before = {(one.resource, one.purpose) for one in claims_of(floor.id)}
        floor.goes(S.SAME_DAY_HOLD, reason=DayReason.ATE)
        floor.undoes()
        assert floor.visit.state is S.BOOKED
        assert {(one.resource, one.purpose) for one in claims_of(floor.id)} == before

    def test_too_few_left_wait_for_a_decision_to_go_ahead(self) -> None:
        store_group_clinic(members=3)
        booked_group()
        member(3).goes(S.SAME_DAY_HOLD, reason=DayReason.UNWELL)
        floor = member(1)
        floor.goes(S.CHECKED_IN)
        assert codes(floor.tries(S.CLEARED)) == ["GROUP-2"]
        command = OverrideRule(group_visit().id, "GROUP-2", "both want to go ahead", 2)
        override_rule(command, PRESCRIBER, floor.clock)
        floor.goes(S.CLEARED)


class TestSlowToRecover:
    def test_room_and_people_stay_until_the_last_member_is_let_go(self, group: Series) -> None:
        recover(*SIX)
        planned = group_visit().discharge
        assert isinstance(stays_longer(6, 40), StayExtended)
        longer = group_visit()
        assert longer.discharge == planned + timedelta(minutes=40)
        for resource in ("group-1", *longer.people):
            held = [one.interval for one in claims_of(longer.id) if one.resource == resource]
            assert max(interval.end for interval in held) >= longer.discharge
        room = max(one.interval.end for one in claims_of(longer.id) if one.resource == "group-1")
        assert room == longer.discharge + timedelta(minutes=30)

    def test_the_others_are_let_go_at_their_own_time(self, group: Series) -> None:
        recover(*SIX)
        stays_longer(6, 40)
        for place in SIX[:5]:
            assert discharge(place, 240).released_at == group_visit().start + timedelta(minutes=240)
            assert group_visit().state is S.CHECKED_IN
        assert codes(member(6).minutes_in(240).tries(S.DISCHARGED)) == ["minimum_end"]
        last = discharge(6, 285)
        over = group_visit()
        assert (over.state, over.released_at) == (S.DISCHARGED, last.released_at)

    def test_what_it_runs_into_is_said_before(self, group: Series) -> None:
        recover(*SIX)
        after = Interval(
            group_visit().discharge + timedelta(minutes=30), group_visit().discharge + timedelta(hours=2)
        )
        other = own_series(1).appointments[0].id
        with unit_of_work():
            take([Claim("group-1", Purpose.OCCUPY, after, other)])
        refused = stays_longer(6, 40)
        assert codes(refused) == ["collides"]
        assert isinstance(refused, Refused)
        assert "Room group-1 is needed by another visit" in refused.reasons[0].why
        assert group_visit().discharge == group_visit().start + timedelta(minutes=240)

    def test_a_second_slow_member_needs_no_more_than_the_first(self, group: Series) -> None:
        recover(*SIX)
        stays_longer(6, 40)
        stays_longer(5, 20)
        assert group_visit().discharge == group_visit().start + timedelta(minutes=280)


def test_a_group_goes_as_its_members_go_and_not_by_itself(group: Series) -> None:
    from tests.booking.the_day import Floor

    floor = Floor(group, "GD1")
    assert codes(floor.tries(S.CHECKED_IN)) == ["each_member"]
    member(1).goes(*UNDER_THE_DRUG[:1])
    assert group_visit().state is S.CHECKED_IN
    assert group_visit().began_at == member(1).visit.began_at
    member(1).undoes()
    assert group_visit().state is S.BOOKED


def test_what_took_place_leaves_nothing_broken(group: Series) -> None:
    recover(*SIX)
    stays_longer(6, 20)
    for place in SIX:
        discharge(place, 265)
    assert not recheck_now()


def recheck_now() -> list[Finding]:
    """Ask every rule about every series, after the first dose or before anything began; return what would refuse."""
    visit = group_visit()
    now = MONDAY if visit.began_at is None else visit.over_at + timedelta(minutes=1)
    found = recheck(RecheckCommand(), SYSTEM, StandingClock(now))
    assert not isinstance(found, NotAllowed)
    assert len(found) > 1
    return [finding for one in found for finding in one.findings if finding.level is Level.BLOCK]


def claims_of(visit: str) -> tuple[Claim, ...]:
    """Return what a visit claims now."""
    return tuple(one for one in all_claims() if one.appointment == visit)
