"""The day of a visit: step by step, each by those who may, not before what it needs, and everything noted."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from scheduler.access.permissions import SYSTEM, AccountRole, Actor
from scheduler.booking.advance_appointment import AdvanceAppointment, Advanced, advance_appointment
from scheduler.booking.decide_gate import DecideGate, decide_gate
from scheduler.booking.outcomes import NotAllowed, Refused
from scheduler.booking.override_rule import OverrideRule, RuleOverridden, override_rule
from scheduler.booking.recheck import RecheckCommand, recheck
from scheduler.domain.claims import Claim, Purpose
from scheduler.domain.clock import StandingClock
from scheduler.domain.interval import Interval
from scheduler.domain.people import GateDecision
from scheduler.domain.series import Series
from scheduler.domain.visit_day import MOVES, DayReason, path_of
from scheduler.rules.evaluate import refuses
from scheduler.rules.finding import Level
from scheduler.store.audit import history
from scheduler.store.clinic import patient
from scheduler.store.feed_visits import feed_visits
from scheduler.store.ledger import all_claims, take
from scheduler.store.subscriptions import FeedSubscription, SubscriptionKind
from scheduler.store.visit_events import events_of
from scheduler.store.work import unit_of_work
from tests.booking.small_clinic import COURSE, booked
from tests.booking.the_day import DESK, MINUTE, NURSE, PRESCRIBER, THERAPIST, Floor, S, codes


@pytest.fixture
def series(course: Series) -> Series:
    return course


@pytest.fixture
def dose(series: Series) -> Floor:
    return Floor(series, "D1")


def test_a_dose_goes_its_whole_way(dose: Floor) -> None:
    start, planned_end = dose.visit.start, dose.visit.discharge
    dose.at(start - timedelta(days=1)).goes(S.CONFIRMED, actor=DESK)
    dose.minutes_in(-10).goes(S.CHECKED_IN, actor=DESK)
    dose.minutes_in(12).goes(S.CLEARED)
    dose.minutes_in(36).goes(S.DOSING)
    dose.minutes_in(42).goes(S.OBSERVING)
    dose.minutes_in(100).goes(S.RECOVERING)
    dose.at(planned_end + 3 * MINUTE).goes(S.DISCHARGED)
    visit = dose.goes(S.CLOSED, actor=DESK)
    assert (visit.began_at, visit.released_at) == (start - 10 * MINUTE, planned_end + 3 * MINUTE)
    assert visit.version == 9
    assert [(one.former, one.state) for one in events_of(dose.id)] == [
        *zip(path_of(visit), path_of(visit)[1:], strict=False)
    ]
    assert [one.noted_by for one in events_of(dose.id)][:3] == ["desk", "desk", "nurse"]
    told = [entry.details["to"] for entry in history("appointment", dose.id)]
    assert told == [state.value for state in path_of(visit)[1:]]


def test_calendars_hear_nothing_of_it(dose: Floor) -> None:
    before = {claim.appointment for claim in all_claims()}
    seen = _feed(dose)
    dose.goes(S.CHECKED_IN, S.CLEARED, S.DOSING)
    assert _feed(dose) == seen
    assert {claim.appointment for claim in all_claims()} == before


def _feed(dose: Floor) -> list[tuple[object, ...]]:
    feed = FeedSubscription(
        "f", "site-1", SubscriptionKind.PATIENT, "patient-1", False, "hash", "", dose.visit.start
    )
    shown = feed_visits(feed, dose.visit.start - timedelta(days=90))
    assert shown
    return [(one.uid, one.sequence, one.changed_at) for one in shown]


def test_a_visit_without_a_dose_skips_the_middle(series: Series) -> None:
    talk = Floor(series, "P1")
    assert path_of(talk.visit) == (S.BOOKED, S.CONFIRMED, S.CHECKED_IN, S.DISCHARGED, S.CLOSED)
    talk.goes(S.CHECKED_IN, actor=THERAPIST)
    assert codes(talk.tries(S.DOSING)) == ["no_such_step"]
    talk.minutes_in(20).goes(S.DISCHARGED, S.CLOSED, actor=THERAPIST)


def test_the_patient_is_checked_in_on_the_clinics_own_day(dose: Floor) -> None:
    midnight = dose.visit.start.replace(hour=7, minute=0)
    assert codes(dose.at(midnight - MINUTE).tries(S.CHECKED_IN)) == ["not_its_day"]
    dose.at(midnight).goes(S.CHECKED_IN)


def test_an_open_gate_keeps_the_dose_waiting_until_it_is_settled_or_overridden(dose: Floor) -> None:
    for gate in ("clearance.medical", "order.prescription"):
        held = decide_gate(DecideGate("patient-1", gate, GateDecision.HOLD), NURSE, dose.clock)
        assert not isinstance(held, Refused | NotAllowed)
    dose.goes(S.CHECKED_IN)
    assert codes(dose.tries(S.CLEARED)) == ["GATE-1", "GATE-5"]
    dose.clock.advance(MINUTE)
    decide_gate(DecideGate("patient-1", "clearance.medical", GateDecision.PASS), PRESCRIBER, dose.clock)
    assert codes(dose.tries(S.CLEARED)) == ["GATE-5"]
    passing = OverrideRule(dose.id, "GATE-5", "Signed on paper.", 1)
    assert isinstance(override_rule(passing, PRESCRIBER, dose.clock), RuleOverridden)
    dose.goes(S.CLEARED)
    decide_gate(DecideGate("patient-1", "escort", GateDecision.HOLD), NURSE, dose.clock)
    assert codes(dose.tries(S.DOSING)) == ["GATE-7"], "a hold after the check still stops the dose"


def test_what_only_a_later_dose_waits_for_does_not_stop_this_one(series: Series) -> None:
    first = Floor(series, "D1")
    second = Floor(series, "D2")
    first.goes(S.CHECKED_IN)
    first.minutes_in(16).tries(S.NO_SHOW)
    first.goes(S.SAME_DAY_HOLD, reason=DayReason.ATE)
    outcome = second.tries(S.CHECKED_IN)
    assert isinstance(outcome, Advanced)


def test_nobody_is_let_go_before_the_planned_end(dose: Floor) -> None:
    dose.goes(S.CHECKED_IN, S.CLEARED, S.DOSING, S.OBSERVING, S.RECOVERING)
    early = dose.at(dose.visit.discharge - timedelta(seconds=90)).tries(S.DISCHARGED)
    assert isinstance(early, Refused)
    (reason,) = early.reasons
    assert reason.code == "minimum_end"
    assert reason.why.endswith(" at the earliest; 2 min are missing.")
    assert "MST" in reason.why
    dose.at(dose.visit.discharge).goes(S.DISCHARGED)


def test_nothing_begins_after_its_planned_end(dose: Floor) -> None:
    dose.goes(S.CHECKED_IN)
    assert codes(dose.at(dose.visit.discharge).tries(S.CLEARED)) == ["time_over"]
    dose.at(dose.visit.discharge - MINUTE).goes(S.CLEARED)


@pytest.mark.parametrize(
    ("state", "actor"),
    [(S.CLEARED, DESK), (S.CLEARED, THERAPIST), (S.CLEARED, replace(DESK, role=AccountRole.ADMINISTRATOR))],
)
def test_each_step_is_for_those_who_can_judge_it(dose: Floor, state: S, actor: Actor) -> None:
    dose.goes(S.CHECKED_IN)
    refused = dose.tries(state, actor)
    assert isinstance(refused, Refused)
    assert refused.reasons[0].code == "not_the_role"
    assert refused.reasons[0].why == "That D1 is cleared is for the nurse or prescriber to say."


def test_everything_that_is_in_the_way_is_said_at_once(dose: Floor) -> None:
    dose.goes(S.CHECKED_IN)
    decide_gate(DecideGate("patient-1", "escort", GateDecision.HOLD), NURSE, dose.clock)
    dose.clock.advance(timedelta(days=1))
    refused = dose.tries(S.CLEARED, DESK, reason=DayReason.ATE)
    assert codes(refused) == ["not_the_role", "not_its_day", "time_over", "reason"]


def test_others_may_not_at_all(dose: Floor) -> None:
    for actor in (SYSTEM, replace(NURSE, site="elsewhere")):
        assert isinstance(dose.tries(S.CONFIRMED, actor), NotAllowed)


def test_a_step_on_what_has_changed_meanwhile_is_refused(dose: Floor) -> None:
    seen = dose.visit.version
    dose.goes(S.CONFIRMED)
    refused = dose.tries(S.CHECKED_IN, version=seen)
    assert codes(refused) == ["changed_meanwhile"]
    assert isinstance(refused, Refused)
    assert refused.race_lost
    unknown = advance_appointment(AdvanceAppointment("none", S.CONFIRMED, 1), NURSE, dose.clock)
    assert codes(unknown) == ["unknown_visit"]


def test_the_same_press_sent_twice_is_one_step(dose: Floor) -> None:
    command = AdvanceAppointment(dose.id, S.CONFIRMED, 1, idempotency_key="key-1")
    for _ in range(2):
        assert isinstance(advance_appointment(command, NURSE, dose.clock), Advanced)
    assert dose.visit.version == 2
    assert len(events_of(dose.id)) == 1


def test_a_patient_who_does_not_come_gives_everything_back_and_the_next_dose_waits(series: Series) -> None:
    dose = Floor(series, "D1")
    assert codes(dose.minutes_in(14).tries(S.NO_SHOW, DESK)) == ["grace"]
    outcome = dose.minutes_in(15).tries(S.NO_SHOW, DESK)
    assert isinstance(outcome, Advanced)
    assert (outcome.appointment.state, outcome.appointment.claims) == (S.NO_SHOW, ())
    assert outcome.on_hold == "clearance.medical"
    held = [one for one in outcome.findings if one.rule == "GATE-1" and one.level is Level.GATE]
    assert [one.steps for one in held] == [("D2",), ("D3",)]
    decide_gate(
        DecideGate("patient-1", "clearance.medical", GateDecision.PASS),
        PRESCRIBER,
        StandingClock(dose.clock.now() + MINUTE),
    )
    assert patient("patient-1").passes("clearance.medical", dose.visit.start.date())


def test_a_dose_stopped_on_the_day_is_no_absence(dose: Floor) -> None:
    dose.goes(S.CHECKED_IN)
    assert codes(dose.tries(S.SAME_DAY_HOLD)) == ["reason"]
    assert codes(dose.tries(S.SAME_DAY_HOLD, reason=DayReason.AGAINST_ADVICE)) == ["reason"]
    visit = dose.goes(S.SAME_DAY_HOLD, reason=DayReason.BLOOD_PRESSURE)
    assert visit.claims == ()
    assert events_of(dose.id)[-1].reason is DayReason.BLOOD_PRESSURE
    assert not [gate for gate in patient("patient-1").gates if gate.decided_at], "nothing is held after it"


def test_who_leaves_before_release_keeps_the_spacing_and_the_next_dose_waits(dose: Floor) -> None:
    dose.goes(S.CHECKED_IN, S.CLEARED, S.DOSING)
    outcome = dose.minutes_in(80).tries(S.LEFT_BEFORE_RELEASE, THERAPIST, reason=DayReason.WITHOUT_A_WORD)
    assert isinstance(outcome, Advanced)
    assert outcome.on_hold == "clearance.medical"
    assert outcome.appointment.released_at == dose.visit.start + 80 * MINUTE
    assert outcome.appointment.claims, "the dose was given"
    assert codes(dose.tries(S.CLOSED)) == ["no_such_step"]


def test_who_leaves_early_gives_back_the_rest_of_the_time_but_the_turnover_and_the_spacing(
    dose: Floor,
) -> None:
    before = dose.visit
    dose.goes(S.CHECKED_IN, S.CLEARED, S.DOSING)
    left = before.start + 80 * MINUTE
    dose.at(left).goes(S.LEFT_BEFORE_RELEASE, actor=THERAPIST, reason=DayReason.WITHOUT_A_WORD)
    ends = {(one.resource, one.purpose): one.interval.end for one in dose.visit.claims}
    room = next(one.interval for one in before.claims if one.resource == before.room)
    turnover = room.end - before.discharge
    assert ends.pop((before.room or "", Purpose.OCCUPY)) == left + turnover
    spacing = next(one.interval.end for one in before.claims if one.purpose is Purpose.SPACING)
    assert ends.pop((before.patient, Purpose.SPACING)) == spacing
    assert max(ends.values()) == left
    answer = recheck(RecheckCommand(), SYSTEM, dose.clock)
    assert isinstance(answer, tuple)
    assert not any(refuses(one.findings) for one in answer), "nothing is asked of a visit that is over"
    # The chair is free again for somebody else.
    other, chair = booked("patient-2", protocol=COURSE).appointments[0].id, before.room or ""
    with unit_of_work():
        take([Claim(chair, Purpose.OCCUPY, Interval(left + turnover, room.end), other)])


def test_a_talk_that_is_over_early_gives_back_the_rest_of_its_time(series: Series) -> None:
    talk = Floor(series, "P1")
    talk.goes(S.CHECKED_IN, actor=THERAPIST)
    talk.minutes_in(20).goes(S.DISCHARGED, actor=THERAPIST)
    assert {one.interval.end for one in talk.visit.claims} == {talk.visit.start + 20 * MINUTE}
    talk.minutes_in(25)
    assert isinstance(talk.undoes(THERAPIST), Advanced)
    assert {one.interval.end for one in talk.visit.claims} == {talk.visit.discharge}


def test_the_table_names_roles_that_sign_in_and_asks_for_reasons_on_the_ways_out() -> None:
    roles = {role.value for role in AccountRole} - {"system"}
    for move in MOVES:
        assert move.by <= roles
        assert bool(move.reasons) == (move.to in {S.SAME_DAY_HOLD, S.LEFT_BEFORE_RELEASE})
