"""No consent is taken within a day of a dose, and one that was taken before the dose was known does not count."""

from __future__ import annotations

from datetime import timedelta

import pytest

from scheduler.booking.decide_gate import DecideGate, GateDecided, decide_gate
from scheduler.booking.outcomes import NotAllowed, Refused
from scheduler.booking.visit_facts import VisitFacts
from scheduler.domain.clock import StandingClock
from scheduler.domain.people import GateDecision
from scheduler.domain.series import Series
from scheduler.store.booked_visits import booked_of
from scheduler.store.work import reading
from tests.booking.the_day import DESK, MINUTE, NURSE, PRESCRIBER, THERAPIST, Floor, S, codes, settle

CONSENT = "consent.treatment"
HOUR = timedelta(hours=1)


@pytest.fixture
def dose(course: Series) -> Floor:
    floor = Floor(course, "D1")
    settle(floor)
    return floor


def agrees(floor: Floor, decision: GateDecision = GateDecision.PASS) -> GateDecided | Refused | NotAllowed:
    return decide_gate(DecideGate("patient-1", CONSENT, decision), THERAPIST, floor.clock)


def test_before_the_dose_the_patient_agrees_however_late_it_begins(dose: Floor) -> None:
    dose.minutes_in(10).goes(S.CHECKED_IN, S.CLEARED)
    dose.minutes_in(60)
    assert isinstance(agrees(dose), GateDecided)
    dose.minutes_in(62).goes(S.DOSING)
    assert codes(agrees(dose)) == ["after_a_dose"]


def test_a_step_taken_back_gave_no_dose(dose: Floor) -> None:
    dose.goes(S.CHECKED_IN, S.CLEARED, S.DOSING)
    dose.undoes()
    assert isinstance(agrees(dose), GateDecided)


def test_until_a_day_after_the_patient_was_let_go_nothing_is_agreed_on(dose: Floor) -> None:
    dose.goes(S.CHECKED_IN, S.CLEARED, S.DOSING, S.OBSERVING, S.RECOVERING)
    released = dose.visit.discharge + 20 * MINUTE
    dose.at(released).goes(S.DISCHARGED, S.CLOSED)
    refused = agrees(dose.at(released + 24 * HOUR - MINUTE))
    assert codes(refused) == ["after_a_dose"]
    assert isinstance(refused, Refused)
    assert "agrees on nothing for 24 h after it." in refused.reasons[0].why
    assert "MST on." in refused.reasons[0].mend
    assert isinstance(agrees(dose, GateDecision.HOLD), GateDecided), (
        "caution is open to everybody at any time"
    )
    assert isinstance(agrees(dose.at(released + 24 * HOUR)), GateDecided)


def test_what_the_clinic_itself_decides_is_decided_on_that_day(dose: Floor) -> None:
    dose.goes(S.CHECKED_IN, S.CLEARED, S.DOSING)
    for gate, actor in (("clearance.medical", PRESCRIBER), ("escort", DESK), ("payment", DESK)):
        assert isinstance(
            decide_gate(DecideGate("patient-1", gate, GateDecision.PASS), actor, dose.clock), GateDecided
        )


def test_a_dose_that_nobody_noted_took_place_as_planned(dose: Floor) -> None:
    assert isinstance(agrees(dose.minutes_in(30)), GateDecided)
    assert codes(agrees(dose.at(dose.visit.discharge))) == ["after_a_dose"]
    dose.at(dose.visit.start).goes(S.CHECKED_IN)
    ((first, *_),) = [
        [one for one in booked if one.id == dose.id]
        for booked in booked_of(["patient-1"], dose.visit.discharge + HOUR).values()
    ]
    assert first.given is None, "who has come and was not given anything has a clear head"


def test_a_consent_that_was_taken_before_the_dose_was_noted_does_not_count(course: Series) -> None:
    dose = Floor(course, "D1")
    settle(dose)
    agrees(dose.at(dose.visit.start - HOUR), GateDecision.HOLD)
    dose.at(dose.visit.start)
    settle(dose)
    dose.goes(S.CHECKED_IN, S.CLEARED)
    agrees(dose.minutes_in(1), GateDecision.HOLD)
    # The consent is noted while the dose is given already, and that is noted a moment later.
    assert isinstance(agrees(dose.minutes_in(50)), GateDecided)
    dose.clock.instant = dose.visit.start + 50 * MINUTE
    dose.goes(S.DOSING, actor=NURSE)
    with reading():
        facts = VisitFacts.of(Floor(course, "D2").visit, StandingClock(dose.clock.now()).now())
    assert "AFTER-1" in {one.rule for one in facts.waits_for}
