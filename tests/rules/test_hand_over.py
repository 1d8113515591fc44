"""A role that is handed over between phases: each person is judged for the time of their own, and no moment lies between."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from scheduler.domain.appointment import Appointment
from scheduler.domain.claims import Claim, Purpose
from scheduler.domain.interval import Interval
from scheduler.domain.people import Credential, Role, StaffMember
from scheduler.domain.treatment import Attention, Cover, Phase, Protocol, StepKind
from scheduler.rules.evaluate import evaluate
from scheduler.rules.finding import Finding, Level
from scheduler.rules.question import Question
from tests.builders import (
    a_claim,
    a_diary,
    a_nurse,
    a_prescriber,
    a_small_protocol,
    a_therapist,
    at,
    between,
    t1_like_series,
)
from tests.rules.examples.case import asked, staff_but
from tests.rules.test_calendar_days import found

MONITOR, PRESCRIBER = Role.MEDICAL_MONITOR, Role.PRESCRIBER
Relief = Mapping[tuple[Role, int], str]

RECOVERY = at("2026-12-03 11:35")
"""When the recovery of D1 begins, from which somebody else serves: segments 3 to 5 of the monitor, 2 to 4 behind."""
NURSE: Relief = {(MONITOR, number): "nurse-3" for number in (3, 4, 5)}
BEHIND: Relief = {(PRESCRIBER, number): "prescriber-2" for number in (2, 3, 4)}
THIRD = a_nurse("nurse-3")
SECOND = a_prescriber("prescriber-2")


def _protocol() -> Protocol:
    protocol = a_small_protocol()
    return replace(
        protocol,
        steps=tuple(
            replace(step, hands_over=frozenset({MONITOR, PRESCRIBER}))
            if step.kind is StepKind.DOSING
            else step
            for step in protocol.steps
        ),
    )


def _question(relief: Relief, *people: StaffMember, claims: tuple[Claim, ...] = ()) -> Question:
    diary = a_diary(staff=staff_but(THIRD, SECOND, *people), claims=claims)
    return asked(protocol=_protocol(), diary=diary, visits={"D1": {"relief": relief}})


def _findings(question: Question) -> list[Finding]:
    every = evaluate(question.diary, question.protocol, question.series)
    return [finding for finding in every if finding.level is Level.BLOCK]


def _rules(relief: Relief, *people: StaffMember, claims: tuple[Claim, ...] = ()) -> set[str]:
    return {finding.rule for finding in _findings(_question(relief, *people, claims=claims))}


def _away(person: StaffMember, begin: str, end: str) -> StaffMember:
    return replace(person, time_off=(between(f"2026-12-03 {begin}", f"2026-12-03 {end}"),))


def test_who_hands_over_may_leave_and_who_takes_over_may_come_at_that_moment() -> None:
    everybody = (
        _away(a_nurse("nurse-1"), "11:35", "18:00"),
        _away(THIRD, "08:00", "11:35"),
        _away(a_prescriber(), "11:35", "18:00"),
        _away(SECOND, "08:00", "11:35"),
    )
    assert _rules({**NURSE, **BEHIND}, *everybody) == set()
    assert "HOURS-3" in _rules({}, *everybody)


@pytest.mark.parametrize(
    ("person", "rule"),
    [
        (_away(a_nurse("nurse-1"), "11:34", "18:00"), "HOURS-3"),
        (_away(THIRD, "08:00", "11:36"), "HOURS-3"),
        (_away(a_prescriber(), "11:34", "18:00"), "COVER-4"),
        (_away(SECOND, "08:00", "11:36"), "COVER-4"),
        (
            replace(THIRD, credentials=(Credential("rn_licence"), Credential("bls", date(2026, 12, 2)))),
            "CRED-1",
        ),
        (replace(THIRD, roles=frozenset({Role.ADMINISTERING_CLINICIAN})), "COVER-7"),
        (replace(THIRD, may_watch=0), "COVER-3"),
        (replace(SECOND, may_supervise=0), "COVER-4"),
    ],
    ids=[
        "leaves early",
        "comes late",
        "gone",
        "not there yet",
        "lapsed",
        "no monitor",
        "watches nobody",
        "full",
    ],
)
def test_each_is_judged_for_the_time_of_their_own(person: StaffMember, rule: str) -> None:
    findings = _findings(_question({**NURSE, **BEHIND}, person))
    assert {finding.rule for finding in findings} == {rule}
    assert all(finding.steps == ("D1",) for finding in findings)


def test_a_hand_over_leaves_no_gap() -> None:
    question = _question(NURSE)
    assert _findings(question) == []

    def late(visit: Appointment) -> Appointment:
        return replace(visit, claims=tuple(_a_minute_later(claim) for claim in visit.claims))

    series = replace(
        question.series,
        appointments=tuple(late(v) if v.step == "D1" else v for v in question.series.appointments),
    )
    (finding,) = _findings(replace(question, series=series))
    assert finding.rule == "COVER-3"
    assert "Nurse 3 is not held for it Thu 3 Dec 2026 11:35 MST to 11:36" in finding.why


def _a_minute_later(claim: Claim) -> Claim:
    if (claim.resource, claim.interval.start) != ("nurse-3", RECOVERY):
        return claim
    return replace(claim, interval=Interval(RECOVERY + timedelta(minutes=1), claim.interval.end))


def test_the_ratio_counts_for_whoever_watches_at_the_moment() -> None:
    before, after = (
        between(*times)
        for times in (
            ("2026-12-03 10:35", "2026-12-03 11:35"),
            ("2026-12-03 11:35", "2026-12-03 12:35"),
        )
    )

    def full(person: str, time: Interval) -> tuple[Claim, ...]:
        return (a_claim(person, Purpose.WATCH, time), a_claim(person, Purpose.WATCH, time))

    assert _rules(NURSE, claims=full("nurse-1", after)) == set()
    assert _rules(NURSE, claims=full("nurse-3", before)) == set()
    assert _rules(NURSE, claims=full("nurse-1", before)) == {"COVER-3"}
    assert _rules(NURSE, claims=full("nurse-3", after)) == {"COVER-3"}


def test_who_takes_over_with_both_hands_is_not_needed_elsewhere() -> None:
    discharge = between("2026-12-03 12:35", "2026-12-03 12:45")
    assert _rules(NURSE, claims=(a_claim("nurse-3", Purpose.OCCUPY, discharge),)) == {"COVER-2"}
    assert _rules(NURSE, claims=(a_claim("nurse-1", Purpose.OCCUPY, discharge),)) == set()


def test_the_therapist_does_not_take_over_the_watch() -> None:
    guide = replace(
        a_therapist("therapist-1"),
        roles=frozenset({Role.THERAPIST, MONITOR}),
        credentials=(*a_therapist().credentials, Credential("rn_licence")),
        may_watch=2,
    )
    assert "COVER-6" in _rules({(MONITOR, 3): "therapist-1"}, guide)


@pytest.mark.parametrize(
    ("relief", "words"),
    [
        ({(MONITOR, 0): "nurse-3"}, "from Thu 3 Dec 2026 10:00 MST; it begins with Nurse 1"),
        ({(MONITOR, 6): "nurse-3"}, "after the last phase that asks for one; it begins with Nurse 1"),
        (
            {(Role.THERAPIST, 1): "therapist-2"},
            "Therapist 2 would take over as therapist of D1 after the last phase",
        ),
        ({(Role.CARE_COORDINATOR, 0): "coordinator-1"}, "it begins with nobody"),
    ],
)
def test_nobody_takes_over_where_the_protocol_does_not_foresee_it(relief: Relief, words: str) -> None:
    (finding,) = found("COVER-8", _question(relief))
    assert words in finding.why
    assert finding.mend.startswith("name one ")


def _set_up_and_watched() -> Protocol:
    """Build the small protocol with both hands of the monitor at the beginning of the administration."""
    hands = Cover(MONITOR, Attention.HANDS_ON, first_minutes=15)

    def set_up(phase: Phase) -> Phase:
        return replace(phase, cover=(*phase.cover, hands)) if phase.name == "administration" else phase

    protocol = _protocol()
    steps = (replace(step, phases=tuple(map(set_up, step.phases))) for step in protocol.steps)
    return replace(protocol, steps=tuple(steps))


def test_whoever_serves_in_a_phase_does_all_that_it_asks_of_the_role() -> None:
    """Segments 1 and 2 of the monitor are the hands and the eyes of the administration, which begins at 10:35."""
    diary = a_diary(staff=staff_but(THIRD))

    def relieved(*segments: int) -> Question:
        relief = {"relief": {(MONITOR, number): "nurse-3" for number in segments}}
        return asked(protocol=_set_up_and_watched(), diary=diary, visits={"D1": relief})

    assert found("COVER-8", relieved(1, 2)) == []
    assert found("COVER-8", relieved(3, 4, 5, 6)) == []
    for segment in (1, 2):
        (finding,) = found("COVER-8", relieved(segment))
        assert finding.why == (
            "Nurse 1 and Nurse 3 would be medical monitor of D1 in one phase, Thu 3 Dec 2026 10:35 MST to 11:15; "
            "one person does all that a phase asks of the role"
        )
        assert finding.mend == "name one medical monitor for that phase of D1"


def test_a_therapist_is_needed_in_the_room_also_while_the_drug_is_given_by_another() -> None:
    """The hands of the nurse who gives the drug do not free the therapist of the same visit."""
    given = between("2026-12-03 10:35", "2026-12-03 10:50")
    diary = a_diary(claims=(a_claim("therapist-1", Purpose.OCCUPY, given),))
    protocol = a_small_protocol()
    findings: dict[str, Any] = {
        f.rule: f for f in evaluate(diary, protocol, t1_like_series(protocol, diary=diary))
    }
    assert (
        "Therapist 1 is needed by D1 and by another visit Thu 3 Dec 2026 10:35 MST to 10:50"
        in findings["CLASH-1"].why
    )
