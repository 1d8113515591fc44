"""Overriding a rule: by the role it names, for one visit, with a reason and an end; reported, and never of a BLOCK."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from scheduler.access.permissions import SYSTEM, AccountRole, Actor
from scheduler.booking.export_clinic import export_clinic
from scheduler.booking.judging import findings_now
from scheduler.booking.move_appointment import MoveAppointment, move_appointment
from scheduler.booking.outcomes import NotAllowed, Refused
from scheduler.booking.override_rule import OverrideRule, RuleOverridden, override_rule
from scheduler.booking.preview_move import WantedMove
from scheduler.booking.recheck import RecheckCommand, recheck
from scheduler.booking.withdraw_override import OverrideWithdrawn, WithdrawOverride, withdraw_override
from scheduler.domain.appointment import Appointment, AppointmentState
from scheduler.domain.clock import StandingClock
from scheduler.domain.override import Override
from scheduler.domain.series import Series
from scheduler.rules.finding import Finding, Level
from scheduler.store.audit import history
from scheduler.store.overrides import all_overrides, mark_withdrawn, override
from scheduler.store.series import all_series
from scheduler.store.series import series as stored_series
from scheduler.store.work import unit_of_work
from tests import builders
from tests.booking.small_clinic import INDUCTION, MONDAY, booked, clock, store_small_clinic
from tests.databases import Filling

NOBODY_PAID = tuple(gate for gate in builders.ALL_GATES if gate not in ("payment", "escort"))

PRESCRIBER = Actor("dr-lee", AccountRole.PRESCRIBER, site="site-1", staff="prescriber-1")
ADMINISTRATOR = Actor("admin", AccountRole.ADMINISTRATOR)


def keep_unpaid() -> None:
    """Store the clinic, with an induction that nobody has paid for and no escort was named for."""
    store_small_clinic()
    patient = builders.a_patient("patient-1", gates=builders.passed(*NOBODY_PAID))
    store_small_clinic(patients=(patient,))
    booked(protocol=INDUCTION)


@pytest.fixture
def filling() -> Filling:
    return keep_unpaid


@pytest.fixture
def series(app_context: object) -> Series:
    (kept,) = all_series()
    return kept


def visit_of(series: Series, step: str) -> Appointment:
    visit = stored_series(series.id).visit(step)
    assert visit is not None
    return visit


def letting_pass(series: Series, step: str = "D1", **fields: Any) -> OverrideRule:
    command = OverrideRule(visit_of(series, step).id, "GATE-7", "Her brother comes.", expires=60)
    return replace(command, **fields)


def overridden(command: OverrideRule, actor: Actor = PRESCRIBER) -> Override:
    outcome = override_rule(command, actor, clock())
    assert isinstance(outcome, RuleOverridden), outcome
    return outcome.override


def about(series: Series, rule: str, step: str) -> Finding:
    (one,) = [
        one
        for one in findings_now(stored_series(series.id), MONDAY)
        if one.rule == rule and step in one.steps
    ]
    return one


def test_a_gate_is_let_pass_for_one_visit_and_told_everywhere(series: Series) -> None:
    made = overridden(letting_pass(series, reason="  Her brother\n comes. "))
    assert made == override(made.id)
    assert (made.reason, made.role, made.made_by) == ("Her brother comes.", "prescriber", "dr-lee")
    assert about(series, "GATE-7", "D1").level is Level.INFO
    assert about(series, "GATE-7", "D2").level is Level.GATE
    told = recheck(RecheckCommand("site-1"), SYSTEM, clock())
    assert not isinstance(told, NotAllowed)
    assert [one.override for one in told[0].findings if one.override] == [made]
    (entry,) = [one for one in history("appointment", made.appointment) if one.verb == "override_rule"]
    assert "brother" not in str(entry.details)
    assert entry.details["rule"] == "GATE-7"


def test_the_export_lists_it(series: Series) -> None:
    made = overridden(letting_pass(series))
    (listed,) = export_clinic(clock())["overrides"]
    assert {name: listed[name] for name in ("appointment", "rule", "reason", "by")} == {
        "appointment": made.appointment,
        "rule": "GATE-7",
        "reason": "Her brother comes.",
        "by": "dr-lee",
    }
    assert listed["at"].endswith("Z")


def test_once_withdrawn_the_gate_is_closed_again(series: Series) -> None:
    made = overridden(letting_pass(series))
    command = WithdrawOverride(made.id)
    refused = withdraw_override(command, ADMINISTRATOR, clock())
    assert isinstance(refused, Refused)
    assert (
        refused.reasons[0].why == "The prescriber let GATE-7 pass, and this account is for the administrator."
    )
    outcome = withdraw_override(command, PRESCRIBER, clock())
    assert isinstance(outcome, OverrideWithdrawn)
    assert outcome.override == override(made.id) == replace(made, withdrawn_at=MONDAY)
    assert about(series, "GATE-7", "D1").level is Level.GATE
    assert withdraw_override(command, PRESCRIBER, clock()) == outcome, "doing it again changes nothing"
    overridden(letting_pass(series))
    assert len(all_overrides()) == 2


def test_a_moved_visit_keeps_its_override_while_that_holds(series: Series) -> None:
    dose = visit_of(series, "D1")
    made = overridden(letting_pass(series))
    until = dose.start + timedelta(hours=2)
    with unit_of_work():
        mark_withdrawn(made.id, MONDAY)
    short = overridden(letting_pass(series, expires=until))
    assert about(series, "GATE-7", "D1").override == short
    moved = move_appointment(
        MoveAppointment(WantedMove(dose.id, no_earlier=dose.start + timedelta(days=1))), SYSTEM, clock()
    )
    assert not isinstance(moved, Refused | NotAllowed)
    assert about(series, "GATE-7", "D1").level is Level.GATE


def test_only_the_role_that_the_rule_names_may(series: Series) -> None:
    for rule, actor, said in (
        ("GATE-7", ADMINISTRATOR, "by the prescriber alone, and this account is for the administrator"),
        ("GATE-6", PRESCRIBER, "by the administrator alone, and this account is for the prescriber"),
    ):
        refused = override_rule(letting_pass(series, rule=rule), actor, clock())
        assert isinstance(refused, Refused)
        assert said in refused.reasons[0].why
    assert overridden(letting_pass(series, rule="GATE-6"), ADMINISTRATOR).role == "administrator"


@pytest.mark.parametrize(
    "actor",
    [
        Actor("desk", AccountRole.FRONT_DESK, site="site-1"),
        Actor("nurse", AccountRole.NURSE, site="site-1"),
        SYSTEM,
        replace(PRESCRIBER, site="elsewhere"),
    ],
    ids=lambda actor: actor.id,
)
def test_others_may_not(series: Series, actor: Actor) -> None:
    assert isinstance(override_rule(letting_pass(series), actor, clock()), NotAllowed)
    made = overridden(letting_pass(series))
    assert isinstance(withdraw_override(WithdrawOverride(made.id), actor, clock()), NotAllowed)
    assert override(made.id) == made


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"rule": "SPACE-1"}, "never_overridden"),
        ({"rule": "INTEG-2"}, "never_overridden"),
        ({"rule": "NONE-1"}, "unknown_rule"),
        ({"rule": "GATE-1"}, "nothing_open"),
        ({"reason": " "}, "reason_length"),
        ({"reason": "x" * 201}, "reason_length"),
        ({"expires": 0}, "expiry"),
        ({"expires": 181}, "expiry"),
        ({"expires": 1}, "expires_before"),
        ({"appointment": "none"}, "unknown_visit"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(series: Series, fields: dict[str, Any], code: str) -> None:
    refused = override_rule(letting_pass(series, **fields), PRESCRIBER, clock())
    assert isinstance(refused, Refused)
    assert [reason.code for reason in refused.reasons] == [code]
    assert not all_overrides()


def test_the_longest_reason_and_the_longest_life_are_kept(series: Series) -> None:
    made = overridden(letting_pass(series, reason="x" * 200, expires=180))
    assert made.expires_at == MONDAY + timedelta(days=180)


def test_one_override_of_a_rule_is_enough_for_a_visit(series: Series) -> None:
    overridden(letting_pass(series))
    again = override_rule(letting_pass(series, reason="Another."), PRESCRIBER, clock())
    assert isinstance(again, Refused)
    assert again.reasons[0].code == "overridden_already"


def test_the_same_request_sent_twice_is_done_once(series: Series) -> None:
    command = letting_pass(series, idempotency_key="key-1")
    made = overridden(command)
    assert overridden(command) == made
    assert all_overrides() == (made,)
    other = override_rule(replace(command, reason="Another."), PRESCRIBER, clock())
    assert isinstance(other, Refused)
    assert other.reasons[0].code == "key_used_otherwise"


def test_a_visit_that_is_over_waits_for_nothing(series: Series) -> None:
    dose = visit_of(series, "D1")
    assert dose.state is AppointmentState.BOOKED
    later = StandingClock(dose.discharge + timedelta(days=30))
    refused = override_rule(letting_pass(series), PRESCRIBER, later)
    assert isinstance(refused, Refused)
    assert refused.reasons[0].code == "nothing_open"
    unknown = withdraw_override(WithdrawOverride("none"), PRESCRIBER, later)
    assert isinstance(unknown, Refused)
