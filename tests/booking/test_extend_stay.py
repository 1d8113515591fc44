"""A visit that takes longer: it holds what it needs for longer, or it is said what it runs into; never silently."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from scheduler.access.permissions import SYSTEM
from scheduler.booking.extend_stay import (
    ExtendStay,
    PlannedStay,
    StayExtended,
    StayReason,
    extend_stay,
    preview_stay,
)
from scheduler.booking.outcomes import NotAllowed, Refused
from scheduler.booking.recheck import RecheckCommand, recheck
from scheduler.clinic_file import bundled_protocol, read_protocol
from scheduler.domain.claims import Claim, Purpose
from scheduler.domain.interval import Interval
from scheduler.domain.people import Role
from scheduler.domain.series import Series
from scheduler.domain.treatment import Protocol
from scheduler.rules.evaluate import refuses
from scheduler.rules.finding import Level
from scheduler.store.audit import history
from scheduler.store.conflicts import open_conflicts
from scheduler.store.ledger import all_claims, take
from scheduler.store.series import all_series
from scheduler.store.work import unit_of_work
from tests.booking.small_clinic import COURSE, booked, keep_course, store_small_clinic
from tests.booking.the_day import DESK, MINUTE, NURSE, Floor, S, codes
from tests.databases import Filling


@pytest.fixture
def series(course: Series) -> Series:
    return course


def keep_dose() -> None:
    """Store the clinic, with a course whose first dose is under way."""
    keep_course()
    (series,) = all_series()
    Floor(series, "D1").goes(S.CHECKED_IN, S.CLEARED, S.DOSING, S.OBSERVING)


@pytest.fixture
def filling(request: pytest.FixtureRequest, filling: Filling) -> Filling:
    return keep_dose if "dose" in request.fixturenames else filling


@pytest.fixture
def dose(series: Series) -> Floor:
    return Floor(series, "D1")


def longer(dose: Floor, minutes: int | None = 40, **fields: Any) -> ExtendStay:
    command = ExtendStay(dose.id, StayReason.OVERRUN, minutes, dose.visit.version)
    return replace(command, **fields)


def extended(dose: Floor, command: ExtendStay) -> StayExtended:
    outcome = extend_stay(command, NURSE, dose.clock)
    assert isinstance(outcome, StayExtended), outcome
    return outcome


def needed_elsewhere(resource: str, purpose: Purpose, interval: Interval, by: str) -> None:
    with unit_of_work():
        take([Claim(resource, purpose, interval, by)])


def test_room_staff_and_minimum_end_go_along(dose: Floor) -> None:
    dose.goes(S.RECOVERING)
    before = dose.visit
    extended(dose, longer(dose))
    after = dose.visit
    assert after.discharge == before.discharge + 40 * MINUTE
    assert (after.start, after.version, after.state) == (before.start, before.version + 1, S.RECOVERING)
    ends = {(one.resource, one.purpose): one.interval.end for one in before.claims}
    later = {(one.resource, one.purpose): one.interval.end for one in after.claims}
    assert before.room is not None
    for key in (
        (before.room, Purpose.OCCUPY),
        (before.patient, Purpose.OCCUPY),
        (before.staff[Role.PRESCRIBER], Purpose.ON_PREMISES),
    ):
        assert later[key] == ends[key] + 40 * MINUTE
    assert later[before.patient, Purpose.SPACING] == ends[before.patient, Purpose.SPACING]
    assert codes(dose.at(before.discharge).tries(S.DISCHARGED)) == ["minimum_end"]
    dose.at(after.discharge).goes(S.DISCHARGED)


def test_it_is_the_phase_at_hand_that_takes_longer(dose: Floor) -> None:
    before = dose.visit
    extended(dose, longer(dose, 15))
    after = dose.visit
    assert after.minutes_by_phase == {
        **before.minutes_by_phase,
        "observation": before.minutes_by_phase["observation"] + 15,
    }


def test_the_rules_judge_it_by_what_it_really_takes(dose: Floor) -> None:
    extended(dose, longer(dose, 15))
    told = recheck(RecheckCommand("site-1"), SYSTEM, dose.clock)
    assert not isinstance(told, NotAllowed)
    about = [one for one in told[0].findings if one.appointments == (dose.id,)]
    assert not refuses(about)


def test_what_it_runs_into_is_said_before_and_refused_by_name(dose: Floor) -> None:
    """Recovery overruns by 40 minutes into the next booking of the same chair, and the therapist's next patient."""
    dose.goes(S.RECOVERING)
    other = Floor(booked("patient-2", protocol=COURSE), "P1")
    visit, therapist = dose.visit, dose.visit.staff[Role.THERAPIST]
    assert visit.room is not None
    free_from = visit.discharge + 60 * MINUTE
    for resource in (visit.room, therapist):
        theirs = [one.interval.end for one in all_claims() if one.resource == resource]
        last = max(end for end in theirs if end <= free_from)
        needed_elsewhere(resource, Purpose.OCCUPY, Interval(last + 20 * MINUTE, last + 25 * MINUTE), other.id)
    plan = preview_stay(longer(dose), NURSE, dose.clock)
    assert isinstance(plan, PlannedStay)
    assert {(one.resource, one.appointment) for one in plan.collisions} == {
        (visit.room, other.id),
        (therapist, other.id),
    }
    refused = extend_stay(longer(dose), NURSE, dose.clock)
    assert codes(refused) == ["collides", "collides"]
    assert isinstance(refused, Refused)
    assert any(one.why.startswith("Room dosing-") for one in refused.reasons)
    assert dose.visit == visit, "nothing was written"
    shorter = preview_stay(longer(dose, 20), NURSE, dose.clock)
    assert isinstance(shorter, PlannedStay)
    assert not shorter.collisions
    extended(dose, longer(dose, 20))


def test_later_visits_that_come_too_soon_then_are_told_and_the_patient_stays_all_the_same(
    dose: Floor,
) -> None:
    """The call and the integration were booked as soon as they may be, a day after the planned discharge."""
    outcome = extended(dose, longer(dose, 25))
    told = {(one.rule, one.steps) for one in outcome.findings}
    assert {("FOLLOW-1", ("D1", "C1")), ("INTEG-1", ("D1", "I1"))} <= told
    assert refuses(outcome.findings)
    kept = {(one.rule, one.steps, one.cause) for one in open_conflicts()}
    assert kept == {
        (one.rule, one.steps, "took_longer") for one in outcome.findings if one.level is Level.BLOCK
    }, "the desk finds them in the inbox at once"


def _with_supplemental_minutes() -> Protocol:
    document = deepcopy(dict[str, Any](bundled_protocol(COURSE)))
    document["version"] = 2
    quantity = {"value": 30, "unit": "min", "range": [15, 60], "level": "info", "source": "Clinic policy"}
    document["quantities"]["supplemental.extra_minutes"] = quantity
    return read_protocol(document)


def test_a_supplemental_dose_moves_the_end_as_the_protocol_says(small_clinic: object) -> None:
    store_small_clinic(protocols=(_with_supplemental_minutes(),))
    dose = Floor(booked(protocol=COURSE), "D1")
    dose.goes(S.CHECKED_IN, S.CLEARED, S.DOSING)
    end = dose.visit.discharge
    supplemental = longer(dose, None, why=StayReason.SUPPLEMENTAL_DOSE)
    extended(dose, supplemental)
    assert dose.visit.discharge == end + 30 * MINUTE
    assert dose.visit.state is S.DOSING
    (entry,) = [one for one in history("appointment", dose.id) if one.verb == "extend_stay"]
    assert entry.details == {"step": "D1", "why": "supplemental_dose", "minutes": 30}


def test_a_supplemental_dose_past_closing_time_is_refused_and_an_overrun_is_told(dose: Floor) -> None:
    """It lengthens the minimum end past closing time, and past the prescriber's shift."""
    closing = dose.visit.start.replace(hour=1, minute=0) + timedelta(days=1)
    minutes = int((closing - dose.visit.discharge) / (5 * MINUTE)) * 5 + 5
    refused = extend_stay(longer(dose, minutes, why=StayReason.SUPPLEMENTAL_DOSE), NURSE, dose.clock)
    assert {"HOURS-1", "HOURS-3", "COVER-4"} <= set(codes(refused))
    plan = preview_stay(longer(dose, minutes), NURSE, dose.clock)
    assert isinstance(plan, PlannedStay)
    assert not plan.refusing
    assert {"HOURS-1", "HOURS-3", "COVER-4"} <= {one.rule for one in plan.findings}


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"minutes": 7}, "minutes"),
        ({"minutes": 0}, "minutes"),
        ({"minutes": 245}, "minutes"),
        ({"minutes": None}, "minutes"),
        ({"minutes": None, "why": StayReason.SUPPLEMENTAL_DOSE}, "minutes"),
        ({"version": 1}, "changed_meanwhile"),
        ({"appointment": "none"}, "unknown_visit"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(dose: Floor, fields: dict[str, Any], code: str) -> None:
    before = dose.visit
    assert codes(extend_stay(longer(dose, **fields), NURSE, dose.clock)) == [code]
    assert dose.visit == before


def test_only_a_visit_under_way_is_extended(series: Series) -> None:
    dose, talk = Floor(series, "D1"), Floor(series, "P1")
    assert codes(extend_stay(longer(dose), NURSE, dose.clock)) == ["not_under_way"]
    talk.goes(S.CHECKED_IN)
    supplemental = longer(talk, 15, why=StayReason.SUPPLEMENTAL_DOSE)
    assert codes(extend_stay(supplemental, NURSE, talk.clock)) == ["no_dose"]
    extended(talk, longer(talk, 10))
    dose.goes(S.CHECKED_IN, S.CLEARED, S.DOSING, S.OBSERVING, S.RECOVERING)
    late = longer(dose, 15, why=StayReason.SUPPLEMENTAL_DOSE)
    assert codes(extend_stay(late, NURSE, dose.clock)) == ["not_under_way"]


def test_others_may_not_and_the_same_press_sent_twice_is_one(dose: Floor) -> None:
    for actor in (DESK, replace(NURSE, site="elsewhere")):
        assert isinstance(extend_stay(longer(dose), actor, dose.clock), NotAllowed)
        assert isinstance(preview_stay(longer(dose), actor, dose.clock), NotAllowed)
    command = longer(dose, 5, idempotency_key="key-1")
    extended(dose, command)
    end = dose.visit.discharge
    assert extended(dose, command).appointment.discharge == end
