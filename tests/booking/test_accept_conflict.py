"""A conflict that is accepted: out of the open list with who, when and why, and back when its facts change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from scheduler.access.permissions import SYSTEM, AccountRole, Actor, Permission
from scheduler.booking.accept_conflict import AcceptConflict, ConflictAccepted, accept_conflict
from scheduler.booking.adopt_version import AdoptVersion, VersionAdopted, adopt_version
from scheduler.booking.change_staff import change_staff
from scheduler.booking.changed_series import ChangedVisit
from scheduler.booking.changing_facts import ChangeOfFacts, FactsChanged
from scheduler.booking.import_clinic import ClinicImported, ImportClinic, import_clinic
from scheduler.booking.keep_inbox import KeepInbox, keep_inbox
from scheduler.booking.move_appointment import MoveAppointment, move_appointment
from scheduler.booking.outcomes import NotAllowed, SeriesChanged
from scheduler.booking.override_rule import OverrideRule, RuleOverridden, override_rule
from scheduler.booking.preview_move import WantedMove
from scheduler.booking.see_conflicts import SeriesInConflict, see_accepted, see_conflicts
from scheduler.booking.withdraw_override import OverrideWithdrawn, WithdrawOverride, withdraw_override
from scheduler.domain.clock import StandingClock
from scheduler.domain.series import Series
from scheduler.domain.staff_changes import TimeOffAdded
from scheduler.rules.finding import Level
from scheduler.store.audit import history
from scheduler.store.conflicts import VisitConflict, conflict, conflicts_of_series, count_open, open_conflicts
from scheduler.store.overrides import all_overrides
from scheduler.store.series import all_series
from tests.booking.the_day import DESK, MINUTE, NURSE, PRESCRIBER, THERAPIST, Floor, S, codes
from tests.builders import AS_OF, HOUR, at
from tests.cases.clinic_of_the_cases import the, with_numbers
from tests.cases.conftest import keep_example
from tests.databases import Filling

REASON = "Agreed with the patient."
NUMBERS = {"dosing.max_gap": 4, "integration.until": 48, "dosing.span": 14}
"""What the second version asks for: of the example, the span of 18 days alone is too long for it, which is a warning."""


@pytest.fixture
def filling() -> Filling:
    """Give what the database holds: the worked example."""
    return keep_example


@pytest.fixture
def clock() -> StandingClock:
    """Give a clock that moves when a test moves it."""
    return StandingClock(AS_OF)


@pytest.fixture
def series(app_context: object) -> Series:
    """Give the worked example."""
    (one,) = all_series()
    return one


def adopted(series: Series, clock: StandingClock, numbers: Mapping[str, float]) -> None:
    """Let the series go by a second version with these numbers."""
    document: dict[str, Any] = {"protocols": [with_numbers(numbers, version=2).document]}
    assert isinstance(import_clinic(ImportClinic(document), SYSTEM, clock), ClinicImported)
    assert isinstance(adopt_version(AdoptVersion(series.id, 2), SYSTEM, clock), VersionAdopted)


@pytest.fixture
def warning(series: Series, clock: StandingClock) -> VisitConflict:
    """Give a conflict that is a warning: the doses lie further apart than the new version would have it."""
    adopted(series, clock, NUMBERS)
    (one,) = open_conflicts()
    assert (one.rule, one.level) == ("SPACE-4", Level.WARN)
    return one


@pytest.fixture
def gate(series: Series, clock: StandingClock) -> VisitConflict:
    """Give a conflict that is a gate: the second preparation lies further back than the new version would have it."""
    adopted(series, clock, {"prep.first_max": 7, "prep.first_ideal": 7})
    (one,) = open_conflicts()
    assert (one.rule, one.level, one.steps) == ("PREP-2", Level.GATE, ("P1", "D1"))
    return one


def accepted(one: VisitConflict, actor: Actor, clock: StandingClock, **fields: Any) -> VisitConflict:
    """Accept a conflict, which must be possible, and return it as it is kept."""
    outcome = accept_conflict(AcceptConflict(one.id, fields.pop("reason", REASON), **fields), actor, clock)
    assert isinstance(outcome, ConflictAccepted), outcome
    assert outcome.conflict == conflict(one.id)
    return outcome.conflict


def ids(found: tuple[SeriesInConflict, ...] | NotAllowed) -> list[str]:
    """Return the ids of the conflicts that somebody sees."""
    assert isinstance(found, tuple)
    return [one.id for entry in found for one in entry.conflicts]


def moved(series: Series, step: str, start: datetime, clock: StandingClock) -> None:
    """Move one visit alone."""
    was = the(series, step)
    change = ChangedVisit(was.id, was.version, start, was.room, was.staff, was.relief)
    outcome = move_appointment(MoveAppointment(WantedMove(was.id), (change,)), SYSTEM, clock)
    assert isinstance(outcome, SeriesChanged), outcome


def test_a_warning_is_accepted_at_the_front_desk_and_told_with_who_when_and_why(
    series: Series, warning: VisitConflict, clock: StandingClock
) -> None:
    clock.advance(HOUR)
    kept = accepted(warning, DESK, clock, reason="  Agreed   with the patient. ", seen=warning.why)
    assert kept.acceptance is not None
    assert (kept.acceptance.by, kept.acceptance.at, kept.acceptance.reason) == ("desk", clock.now(), REASON)
    assert (kept.resolved_at, count_open("site-1")) == (None, 0)
    assert ids(see_conflicts("site-1", DESK, clock)) == []
    assert ids(see_accepted("site-1", DESK)) == [warning.id]
    assert not all_overrides()
    [entry] = [one for one in history("series", series.id) if one.verb == "accept_conflict"]
    assert (entry.actor, entry.details["rule"]) == ("desk", "SPACE-4")
    assert REASON not in str(entry.details), "the reason stays with the conflict"


def test_accepted_it_stays_so_by_night_and_when_the_inbox_is_looked_at(
    warning: VisitConflict, clock: StandingClock
) -> None:
    accepted(warning, DESK, clock)
    clock.advance(24 * HOUR)
    keep_inbox(KeepInbox("site-1"), SYSTEM, clock)
    assert ids(see_conflicts("site-1", DESK, clock)) == []
    assert ids(see_accepted("site-1", DESK)) == [warning.id]
    assert len(conflicts_of_series(warning.series)) == 1


def test_it_comes_back_when_its_facts_change_and_goes_when_there_is_nothing_to_find(
    series: Series, warning: VisitConflict, clock: StandingClock
) -> None:
    accepted(warning, DESK, clock)
    clock.advance(HOUR)
    moved(series, "D6", at("2026-12-21 09:30"), clock)
    [again] = open_conflicts()
    assert (again.id, again.acceptance, again.found_at) == (warning.id, None, clock.now())
    assert again.why != warning.why
    assert ids(see_conflicts("site-1", DESK, clock)) == [warning.id]
    assert accepted(again, DESK, clock).why == again.why
    clock.instant = the(series, "D6").discharge + 2 * HOUR
    assert ids(see_conflicts("site-1", DESK, clock)) == []
    assert ids(see_accepted("site-1", DESK)) == []
    assert conflict(warning.id).resolved_at == clock.now()


def test_a_gate_is_accepted_by_the_role_that_its_rule_names_and_let_pass_by_that(
    series: Series, gate: VisitConflict, clock: StandingClock
) -> None:
    for actor in (DESK, Actor("admin", AccountRole.ADMINISTRATOR, "site-1")):
        assert codes(accept_conflict(AcceptConflict(gate.id, REASON), actor, clock)) == ["not_the_role"]
    kept = accepted(gate, PRESCRIBER, clock)
    assert kept.acceptance is not None and kept.acceptance.by == "dr-lee"
    [override] = all_overrides()
    assert (override.rule, override.appointment) == ("PREP-2", the(series, "D1").id)
    assert (override.reason, override.expires_at) == (REASON, the(series, "D1").discharge)
    assert ids(see_conflicts("site-1", DESK, clock)) == []
    assert ids(see_accepted("site-1", DESK)) == [gate.id]
    dose = Floor(series, "D1")
    dose.goes(S.CHECKED_IN, S.CLEARED)


def test_a_gate_is_back_when_the_override_is_taken_back_or_expires(
    series: Series, gate: VisitConflict, clock: StandingClock
) -> None:
    accepted(gate, PRESCRIBER, clock)
    [override] = all_overrides()
    clock.advance(HOUR)
    taken_back = withdraw_override(WithdrawOverride(override.id), PRESCRIBER, clock)
    assert isinstance(taken_back, OverrideWithdrawn)
    assert ids(see_conflicts("site-1", DESK, clock)) == [gate.id]
    accepted(gate, PRESCRIBER, clock)
    assert ids(see_conflicts("site-1", DESK, clock)) == []
    clock.instant = the(series, "D1").discharge + MINUTE
    assert ids(see_conflicts("site-1", DESK, clock)) == []
    assert ids(see_accepted("site-1", DESK)) == [], "the visit is over"


def test_a_gate_whose_facts_change_is_decided_anew_though_the_former_override_still_stands(
    series: Series, gate: VisitConflict, clock: StandingClock
) -> None:
    accepted(gate, PRESCRIBER, clock)
    clock.advance(HOUR)
    moved(series, "D1", at("2026-12-03 09:30"), clock)
    assert ids(see_conflicts("site-1", DESK, clock)) == [gate.id]
    assert conflict(gate.id).why != gate.why
    again = accepted(gate, PRESCRIBER, clock, reason="Half an hour less is all right.")
    assert again.acceptance is not None
    former, latter = all_overrides()
    assert (former.withdrawn_at, latter.withdrawn_at) == (clock.now(), None)
    assert latter.reason == again.acceptance.reason == "Half an hour less is all right."
    assert ids(see_conflicts("site-1", DESK, clock)) == []


def test_what_is_overridden_at_its_visit_is_accepted_with_that(
    series: Series, gate: VisitConflict, clock: StandingClock
) -> None:
    clock.advance(HOUR)
    command = OverrideRule(the(series, "D1").id, "PREP-2", "Seen yesterday.", expires=30)
    assert isinstance(override_rule(command, PRESCRIBER, clock), RuleOverridden)
    assert ids(see_conflicts("site-1", DESK, clock)) == []
    kept = conflict(gate.id)
    assert kept.acceptance is not None
    assert (kept.acceptance.by, kept.acceptance.reason) == ("dr-lee", "Seen yesterday.")


def test_what_refuses_a_booking_is_never_accepted(series: Series, clock: StandingClock) -> None:
    dose = the(series, "D2")
    ill = ChangeOfFacts("site-1", TimeOffAdded("therapist-1", dose.interval))
    assert isinstance(change_staff(ill, SYSTEM, clock), FactsChanged)
    blocks = [one for one in open_conflicts() if one.level is Level.BLOCK]
    assert blocks
    for one in blocks:
        for actor in (DESK, PRESCRIBER):
            assert codes(accept_conflict(AcceptConflict(one.id, REASON), actor, clock)) == ["never_accepted"]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"reason": " "}, "reason_length"),
        ({"reason": "x" * 201}, "reason_length"),
        ({"seen": "something else"}, "changed_meanwhile"),
        ({"conflict": "none"}, "unknown_conflict"),
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_is_written(
    warning: VisitConflict, clock: StandingClock, fields: dict[str, str], code: str
) -> None:
    command = replace(AcceptConflict(warning.id, REASON), **fields)
    assert codes(accept_conflict(command, DESK, clock)) == [code]
    assert conflict(warning.id) == warning


def test_others_may_not_and_the_same_press_sent_twice_is_one(
    warning: VisitConflict, clock: StandingClock
) -> None:
    command = AcceptConflict(warning.id, REASON, idempotency_key="key-1")
    for actor in (NURSE, THERAPIST, SYSTEM, replace(DESK, site="elsewhere")):
        assert accept_conflict(command, actor, clock) == NotAllowed(Permission.ACCEPT_CONFLICT)
    assert see_accepted("site-1", NURSE) == NotAllowed(Permission.SEE_CONFLICTS)
    once = accept_conflict(command, DESK, clock)
    assert accept_conflict(command, DESK, clock) == once
    other = replace(command, idempotency_key=None)
    assert codes(accept_conflict(other, DESK, clock)) == ["accepted_already"]
