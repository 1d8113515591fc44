"""A nasal spray that is missed: early it restarts nothing, later a prescriber decides, after months one begins anew."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from scheduler.access.permissions import SYSTEM, AccountRole
from scheduler.booking.advance_appointment import Advanced
from scheduler.booking.cancel_appointment import AppointmentCancelled, CancelAppointment, cancel_appointment
from scheduler.booking.changed_series import ChangedVisit
from scheduler.booking.decide_gate import DecideGate, GateDecided, decide_gate
from scheduler.booking.outcomes import CalledOffBy, CancelReason, SeriesChanged
from scheduler.booking.override_rule import OverrideRule, RuleOverridden, override_rule
from scheduler.booking.replan_series import ReplanSeries, WantedReplan, replan_series
from scheduler.domain.people import GateDecision, Patient
from scheduler.domain.series import Series
from scheduler.rules.finding import Finding, Level
from scheduler.store.series import series as stored_series
from tests.booking.the_day import DESK, PRESCRIBER, Floor, S, codes
from tests.builders import DAY, HOUR, at
from tests.cases.clinic_of_the_cases import PATIENT, about, clock, the, told
from tests.cases.nasal_sprays import Sprays, enrolled, store_clinic_with_sprays


@pytest.fixture
def sprays(app_context: object) -> Series:
    """Give the booked nasal sprays of the first patient."""
    store_clinic_with_sprays()
    return Sprays().booked().series


def missed(series: Series, step: str) -> tuple[Finding, ...]:
    """Let the patient not come, and return what the rules say then."""
    dose = Floor(series, step)
    outcome = dose.minutes_in(15).tries(S.NO_SHOW, DESK)
    assert isinstance(outcome, Advanced), outcome
    return outcome.findings


def test_a_spray_missed_in_week_3_changes_nothing_for_those_after_it(sprays: Series) -> None:
    """Case 15: "Missed Spravato dose in week 3": D5; the schedule goes on, seven days after the last one."""
    findings = missed(sprays, "D5")
    assert not about(findings, "SPACE-2")
    standing = stored_series(sprays.id)
    for step in ("D6", "D7", "D12"):
        was, stands = the(sprays, step), the(standing, step)
        assert (stands.start, stands.version, stands.staff) == (was.start, was.version, was.staff)
    assert the(standing, "D6").start - the(standing, "D4").start == 7 * DAY


def test_after_a_missed_spray_the_next_one_waits_for_a_prescriber_and_is_given_then(sprays: Series) -> None:
    """Case 15: why somebody did not come is for a clinician to ask before the next dose."""
    missed(sprays, "D5")
    next_one = Floor(sprays, "D6")
    next_one.goes(S.CHECKED_IN)
    assert codes(next_one.tries(S.CLEARED)) == ["GATE-1"]
    decision = DecideGate(PATIENT, "clearance.medical", GateDecision.PASS)
    assert isinstance(decide_gate(decision, PRESCRIBER, next_one.clock), GateDecided)
    next_one.goes(S.CLEARED)


def test_a_spray_missed_in_week_7_leaves_a_gap_that_a_prescriber_has_to_accept(sprays: Series) -> None:
    """Case 15: "and in week 7": D11; two weeks lie between the weekly ones then, and nine days are allowed."""
    [gap] = about(missed(sprays, "D11"), "SPACE-2")
    assert (gap.level, gap.steps, gap.override_role) == (Level.GATE, ("D10", "D12"), "prescriber")
    assert gap.why.startswith("D12 starts 14 d 0 h 0 min after the start of D10; at most 9 d are allowed")


def lapsed(series: Series, eleventh: str) -> SeriesChanged:
    """Call the last two sprays off, and book them again from this time on, the second a week after the first."""
    for step in ("D11", "D12"):
        command = CancelAppointment(the(series, step).id, CalledOffBy.PATIENT, CancelReason.ILLNESS)
        gone = cancel_appointment(command, SYSTEM, clock(at("2027-01-20 09:00")))
        assert isinstance(gone, AppointmentCancelled), gone
    start = at(eleventh)
    former = {one.step: one for one in stored_series(series.id).missing}
    visits = tuple(
        ChangedVisit(was.id, was.version, time, was.room, was.staff)
        for step, time in (("D11", start), ("D12", start + 7 * DAY))
        for was in [former[step]]
    )
    command_anew = ReplanSeries(WantedReplan(series.id), visits)
    outcome = replan_series(command_anew, SYSTEM, clock(the_day_before(start)))
    assert isinstance(outcome, SeriesChanged), outcome
    return outcome


def the_day_before(instant: datetime) -> datetime:
    """Return the moment a day earlier."""
    return instant - 24 * HOUR


def test_after_a_lapse_of_28_days_the_series_goes_on_once_a_prescriber_accepts_the_gap(
    sprays: Series,
) -> None:
    """Case 15: "28-day lapse"."""
    outcome = lapsed(sprays, "2027-02-11 13:00")
    assert the(outcome.series, "D11").start - the(sprays, "D10").start == 28 * DAY
    assert told(outcome.findings, Level.GATE) == {("SPACE-2", ("D10", "D11"))}


@pytest.mark.parametrize(
    ("eleventh", "is_long"), [("2027-04-08 14:00", False), ("2027-04-09 08:00", True)], ids=["at", "beyond"]
)
def test_after_more_than_84_days_without_a_dose_the_next_one_is_prepared_anew(
    sprays: Series, eleventh: str, is_long: bool
) -> None:
    """Case 15: ">84-day lapse": on Thursday 8 April it is 84 days since 14 January, on Friday one more."""
    outcome = lapsed(sprays, eleventh)
    assert ("SPACE-2", ("D10", "D11")) in told(outcome.findings, Level.GATE)
    unprepared = about(outcome.findings, "PREP-4")
    assert [(one.steps, one.level) for one in unprepared] == ([(("D11",), Level.GATE)] if is_long else [])


def test_no_dose_is_given_after_such_a_lapse_until_a_prescriber_has_decided(sprays: Series) -> None:
    """Case 15: ">84-day lapse", on the day: gap and missing preparation are let pass by the prescriber alone."""
    outcome = lapsed(sprays, "2027-04-09 13:00")
    dose = Floor(outcome.series, "D11")
    dose.goes(S.CHECKED_IN)
    assert codes(dose.tries(S.CLEARED)) == ["PREP-4", "SPACE-2"]
    for rule in ("PREP-4", "SPACE-2"):
        allowed = OverrideRule(dose.id, rule, "Seen today, goes on.", expires=2)
        therapist = replace(PRESCRIBER, role=AccountRole.THERAPIST)
        assert codes(override_rule(allowed, therapist, dose.clock)) == ["not_the_role"]
        assert isinstance(override_rule(allowed, PRESCRIBER, dose.clock), RuleOverridden)
    dose.goes(S.CLEARED)


def not_enrolled(patient: Patient) -> Patient:
    """Return a patient about whom everything is decided but the enrolment."""
    known = tuple(gate for gate in enrolled(patient).gates if gate.kind != "enrolment.rems")
    return replace(patient, gates=known)


@pytest.mark.usefixtures("app_context")
def test_nobody_who_is_not_enrolled_gets_a_spray_and_nobody_may_decide_otherwise() -> None:
    """Case 15 presupposes it: without the programme's enrolment no first dose is given, whoever asks."""
    store_clinic_with_sprays(known=not_enrolled)
    booked = Sprays().booked()
    assert {("GATE-10", (f"D{number}",)) for number in range(1, 13)} <= told(booked.findings, Level.GATE)
    dose = Floor(booked.series, "D1")
    dose.goes(S.CHECKED_IN)
    assert codes(dose.tries(S.CLEARED)) == ["GATE-10"]
    refused = override_rule(OverrideRule(dose.id, "GATE-10", "Soon.", expires=2), PRESCRIBER, dose.clock)
    assert codes(refused) == ["never_overridden"]
    decision = DecideGate(PATIENT, "enrolment.rems", GateDecision.PASS)
    assert isinstance(decide_gate(decision, DESK, dose.clock), GateDecided)
    dose.goes(S.CLEARED)
