"""What refuses a booking and comes up on the day keeps a visit from starting, until it is put right; nobody lets it pass."""

from __future__ import annotations

from datetime import timedelta

import pytest

from scheduler.access.permissions import SYSTEM
from scheduler.booking.change_staff import change_staff
from scheduler.booking.changing_facts import ChangeOfFacts, FactsChanged
from scheduler.booking.outcomes import Refused
from scheduler.booking.override_rule import OverrideRule, override_rule
from scheduler.booking.recheck import RecheckCommand, recheck
from scheduler.booking.visit_facts import VisitFacts
from scheduler.domain.clock import local_day, whole_local_day
from scheduler.domain.people import Role
from scheduler.domain.series import Series
from scheduler.domain.staff_changes import StaffChange, TimeOffAdded, TimeOffRemoved
from scheduler.domain.visit_day import DayReason
from scheduler.rules.finding import Level
from scheduler.store.work import reading
from tests.booking.the_day import DESK, PRESCRIBER, THERAPIST, Floor, S, codes, settle

ZONE = "America/Denver"


@pytest.fixture
def dose(course: Series) -> Floor:
    floor = Floor(course, "D1")
    settle(floor)
    return floor


def changes(floor: Floor, change: StaffChange) -> None:
    outcome = change_staff(ChangeOfFacts("site-1", change), SYSTEM, floor.clock)
    assert isinstance(outcome, FactsChanged), outcome


def away(floor: Floor, role: Role) -> None:
    """Let whoever has a role in the visit fall ill for its day."""
    day = whole_local_day(local_day(floor.visit.start, ZONE), ZONE)
    changes(floor, TimeOffAdded(floor.visit.staff[role], day))


def back(floor: Floor, role: Role) -> None:
    day = whole_local_day(local_day(floor.visit.start, ZONE), ZONE)
    changes(floor, TimeOffRemoved(floor.visit.staff[role], day))


def test_a_dose_is_not_cleared_while_the_nurse_is_away(dose: Floor) -> None:
    away(dose, Role.MEDICAL_MONITOR)
    dose.goes(S.CHECKED_IN, actor=DESK)
    refused = dose.tries(S.CLEARED, PRESCRIBER)
    assert isinstance(refused, Refused)
    assert "HOURS-3" in codes(refused)
    assert {finding.level for finding in refused.findings} == {Level.BLOCK}
    assert all(finding.gated == dose.id for finding in refused.findings)
    back(dose, Role.MEDICAL_MONITOR)
    dose.goes(S.CLEARED, actor=PRESCRIBER)


def test_it_is_asked_again_when_the_dose_is_started(dose: Floor) -> None:
    dose.goes(S.CHECKED_IN, S.CLEARED)
    away(dose, Role.PRESCRIBER)
    assert codes(dose.tries(S.DOSING)) == ["COVER-4"]
    back(dose, Role.PRESCRIBER)
    dose.goes(S.DOSING)


def test_once_the_dose_is_given_nothing_stops_it(dose: Floor) -> None:
    dose.goes(S.CHECKED_IN, S.CLEARED, S.DOSING)
    away(dose, Role.THERAPIST)
    dose.goes(S.OBSERVING, S.RECOVERING)
    dose.at(dose.visit.discharge).goes(S.DISCHARGED, S.CLOSED)


def test_nobody_lets_it_pass_and_the_clinic_may_stop_the_visit(dose: Floor) -> None:
    away(dose, Role.MEDICAL_MONITOR)
    dose.goes(S.CHECKED_IN, actor=DESK)
    override = override_rule(OverrideRule(dose.id, "HOURS-3", "It will do.", 1), PRESCRIBER, dose.clock)
    assert isinstance(override, Refused)
    dose.goes(S.SAME_DAY_HOLD, actor=DESK, reason=DayReason.CLINIC_CANNOT)


def test_a_talk_does_not_begin_without_its_therapist_and_may_be_stopped(course: Series) -> None:
    talk = Floor(course, "P1")
    settle(talk)
    away(talk, Role.THERAPIST)
    assert "HOURS-3" in codes(talk.tries(S.CHECKED_IN, THERAPIST))
    assert codes(talk.tries(S.SAME_DAY_HOLD, DESK, reason=DayReason.ATE)) == ["reason"]
    visit = talk.goes(S.SAME_DAY_HOLD, actor=DESK, reason=DayReason.CLINIC_CANNOT)
    assert visit.claims == ()


def test_what_only_forbids_a_later_visit_does_not_stop_this_one(course: Series) -> None:
    first, later = Floor(course, "D1"), Floor(course, "D2")
    settle(first)
    away(later, Role.MEDICAL_MONITOR)
    answer = recheck(RecheckCommand(), SYSTEM, first.clock)
    assert isinstance(answer, tuple)
    assert any(one.level is Level.BLOCK for found in answer for one in found.findings)
    first.goes(S.CHECKED_IN, S.CLEARED, S.DOSING)
    with reading():
        facts = VisitFacts.of(later.visit, first.clock.now() + timedelta(minutes=1))
    assert {one.rule for one in facts.forbidden_by} >= {"HOURS-3"}
