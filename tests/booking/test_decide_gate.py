"""Deciding a gate: by those whose it is, for a time and a number of visits, and no clinic file takes it back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from scheduler.access.permissions import SYSTEM, AccountRole, Actor
from scheduler.booking.decide_gate import DecideGate, GateDecided, decide_gate
from scheduler.booking.judging import findings_now
from scheduler.booking.outcomes import NotAllowed, Refused
from scheduler.domain.clock import StandingClock
from scheduler.domain.people import GateDecision, GateRecord
from scheduler.domain.series import Series
from scheduler.rules.finding import Level
from scheduler.store.audit import history
from scheduler.store.clinic import ClinicChanges, patient, save_clinic
from scheduler.store.series import series as stored_series
from scheduler.store.work import unit_of_work
from tests import builders
from tests.booking.small_clinic import COURSE, MONDAY, booked, small_clinic

TODAY = date(2027, 1, 4)
DESK = Actor("desk", AccountRole.FRONT_DESK, site="site-1")
NURSE = Actor("nurse", AccountRole.NURSE, site="site-1")
PRESCRIBER = Actor("dr-lee", AccountRole.PRESCRIBER, site="site-1")

PASS = DecideGate("patient-1", "payment", GateDecision.PASS)


@pytest.fixture(autouse=True)
def clinic(small_clinic: object) -> None:
    """Let every test have the small clinic."""


def decided(
    command: DecideGate = PASS, actor: Actor = DESK, later: timedelta = timedelta(0)
) -> tuple[GateRecord, ...]:
    outcome = decide_gate(command, actor, StandingClock(MONDAY + later))
    assert isinstance(outcome, GateDecided), outcome
    return tuple(gate for gate in outcome.patient.gates if gate.decided_at is not None)


def unpaid(series: Series) -> list[str]:
    found = findings_now(stored_series(series.id), MONDAY)
    return [one.steps[0] for one in found if one.rule == "GATE-6" and one.level is Level.GATE]


def test_a_decision_is_kept_with_who_and_when() -> None:
    (kept,) = decided(replace(PASS, valid_until=TODAY, covers_visits=3))
    assert kept == GateRecord("payment", GateDecision.PASS, TODAY, TODAY, "desk", 3, MONDAY)
    (entry,) = history("patient", "patient-1")
    assert entry.details == {
        "gate": "payment",
        "decision": "pass",
        "valid_until": "2027-01-04",
        "covers_visits": 3,
    }


def test_an_authorisation_covers_so_many_doses_and_no_more() -> None:
    series = booked(protocol=COURSE)
    assert unpaid(series) == []
    decided(replace(PASS, covers_visits=2))
    assert unpaid(series) == ["D3"]
    (last,) = [one for one in findings_now(stored_series(series.id), MONDAY) if one.rule == "GATE-6"]
    assert last.why.startswith("payment as decided on Mon 4 Jan 2027 covers 2 visits, and D3 on ")
    assert last.why.endswith(" is number 3 since")
    decided(replace(PASS, covers_visits=3), later=timedelta(minutes=1))
    assert unpaid(series) == []


def test_doses_of_another_series_are_covered_by_the_same_authorisation() -> None:
    first = booked(protocol=COURSE)
    decided(replace(PASS, covers_visits=4))
    second = booked(protocol=COURSE)
    assert unpaid(first) == []
    assert unpaid(second) == ["D2", "D3"]


def test_the_last_day_is_judged_on_the_day_of_the_visit() -> None:
    series = booked(protocol=COURSE)
    dose = series.visit("D2")
    assert dose is not None
    decided(replace(PASS, valid_until=dose.start.date()))
    assert unpaid(series) == ["D3"]


def test_of_two_decisions_on_one_day_the_later_counts() -> None:
    series = booked(protocol=COURSE)
    decided(replace(PASS, decision=GateDecision.HOLD), NURSE)
    assert unpaid(series) == ["D1", "D2", "D3"]
    decided(later=timedelta(hours=1))
    assert unpaid(series) == []
    assert len(patient("patient-1").gates) == len(builders.ALL_GATES) + 2


def test_taking_the_clinic_file_in_again_changes_nothing_and_loses_nothing() -> None:
    decided(replace(PASS, decision=GateDecision.HOLD), NURSE)
    before = patient("patient-1")
    clinic = small_clinic()
    with unit_of_work():
        changes = save_clinic(clinic, MONDAY)
    assert (changes.created, changes.changed) == (0, 0)
    assert patient("patient-1") == before


def test_what_the_file_says_otherwise_is_changed_beside_what_was_decided_here() -> None:
    decided(replace(PASS, decision=GateDecision.HOLD), NURSE)
    told = builders.passed("payment", on=date(2027, 1, 2))
    changed = builders.a_patient("patient-1", phone="555-0100", gates=told)
    with unit_of_work():
        changes = save_clinic(replace(small_clinic(), patients=(changed,)), MONDAY)
    assert changes == ClinicChanges(0, 1, changes.unchanged)
    kept = patient("patient-1")
    assert kept.phone == "555-0100"
    assert [gate.decided_at for gate in kept.gates] == [MONDAY, None]
    assert not kept.passes("payment", TODAY), "the decision that was taken here is the later one"


@pytest.mark.parametrize(
    ("fields", "actor", "code"),
    [
        ({"gate": "clearance.medical"}, NURSE, "not_the_role"),
        ({"gate": "order.prescription"}, DESK, "not_the_role"),
        ({}, PRESCRIBER, "not_the_role"),
        ({"decision": GateDecision.HOLD, "gate": "clearance.medical"}, DESK, "not_the_role"),
        ({"gate": "payments"}, DESK, "unknown_gate"),
        ({"valid_until": TODAY - timedelta(days=1)}, DESK, "over_already"),
        ({"covers_visits": 0}, DESK, "covers"),
        ({"covers_visits": 100}, DESK, "covers"),
        ({"decision": GateDecision.HOLD, "covers_visits": 1}, DESK, "hold_without_end"),
        ({"patient": "none"}, DESK, "unknown_patient"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(fields: dict[str, Any], actor: Actor, code: str) -> None:
    refused = decide_gate(replace(PASS, **fields), actor, StandingClock(MONDAY))
    assert isinstance(refused, Refused)
    assert [reason.code for reason in refused.reasons] == [code]
    assert not history("patient", "patient-1")


def test_whose_a_decision_is_is_said() -> None:
    refused = decide_gate(replace(PASS, gate="clearance.psychological"), NURSE, StandingClock(MONDAY))
    assert isinstance(refused, Refused)
    assert refused.reasons[0].why == (
        "Whether psychological clearance passes is for the prescriber or therapist to decide, and this account is for "
        "the nurse."
    )
    assert refused.reasons[0].mend == "Ask the therapist."


def test_whoever_treats_may_put_anything_on_hold() -> None:
    held = decided(replace(PASS, gate="clearance.medical", decision=GateDecision.HOLD), NURSE)
    assert [gate.decision for gate in held] == [GateDecision.HOLD]


@pytest.mark.parametrize("actor", [SYSTEM, replace(DESK, site="elsewhere")], ids=["system", "elsewhere"])
def test_others_may_not(actor: Actor) -> None:
    assert isinstance(decide_gate(PASS, actor, StandingClock(MONDAY)), NotAllowed)


def test_the_same_request_sent_twice_is_done_once() -> None:
    command = replace(PASS, idempotency_key="key-1")
    assert decided(command) == decided(command, later=timedelta(minutes=5))
