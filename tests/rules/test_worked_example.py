"""The series the clinic explains the induction with keeps every rule, and what goes wrong when it is disturbed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from scheduler.domain.diary import Diary
from scheduler.domain.people import Role
from scheduler.domain.treatment import Protocol
from scheduler.rules.evaluate import evaluate, refuses
from scheduler.rules.finding import Finding, Level
from tests.builders import (
    WORKED_EXAMPLE,
    a_diary,
    a_prescriber,
    an_induction_protocol,
    between,
    t1_like_series,
)
from tests.bundled_protocols import a_bundled_protocol
from tests.rules.examples.case import staff_but


def _from_the_clinic_file() -> Protocol:
    """Return the protocol that comes with the clinic file, without the screening that the patient has passed."""
    return a_bundled_protocol().only(WORKED_EXAMPLE)


@pytest.fixture(params=[an_induction_protocol, _from_the_clinic_file], ids=["built", "clinic file"])
def protocol(request: pytest.FixtureRequest) -> Protocol:
    build = request.param
    recipe = build()
    assert isinstance(recipe, Protocol)
    return recipe


def _findings(
    protocol: Protocol,
    starts: Mapping[str, str] | None = None,
    diary: Diary | None = None,
    visits: Mapping[str, Mapping[str, Any]] | None = None,
) -> tuple[Finding, ...]:
    clinic = diary or a_diary()
    series = t1_like_series(protocol, starts, diary=clinic, visits=visits)
    assert len(series.appointments) == 22
    return evaluate(clinic, protocol, series)


def _by_level(findings: tuple[Finding, ...], *levels: Level) -> dict[str, list[tuple[str, ...]]]:
    found: dict[str, list[tuple[str, ...]]] = {}
    for finding in findings:
        if finding.level in levels:
            found.setdefault(finding.rule, []).append(finding.steps)
    return found


def test_the_worked_example_waits_for_the_review_of_the_response_alone(protocol: Protocol) -> None:
    findings = _findings(protocol)
    assert not refuses(findings)
    assert _by_level(findings, *Level) == {"GATE-8": [("D4",), ("D5",), ("D6",)]}
    assert "Thu 10 Dec 2026" in findings[0].mend


def test_a_dose_found_only_eleven_days_later_forces_the_series_to_be_planned_anew(protocol: Protocol) -> None:
    late = {"D3": "2026-12-18 10:00", "C3": "2026-12-19 13:00", "I3": "2026-12-19 15:00"}
    findings = _findings(protocol, late)
    gaps = [finding for finding in findings if finding.rule == "SPACE-2"]
    assert [finding.steps for finding in gaps] == [("D2", "D3")]
    assert gaps[0].level is Level.GATE
    assert gaps[0].override_role == "prescriber"
    assert gaps[0].why == (
        "D3 starts 11 d 0 h 0 min after the start of D2; at most 5 d are allowed "
        "(Mon 7 Dec 2026 10:00 MST to Fri 18 Dec 2026 10:00 MST)"
    )
    # Shifting it silently would put it behind its successors, which nobody may save.
    assert ("D3", "D4") in _by_level(findings, Level.BLOCK)["SPACE-1"]


def test_a_dose_moved_alone_leaves_its_integration_and_call_behind(protocol: Protocol) -> None:
    blocks = _by_level(_findings(protocol, {"D2": "2026-12-08 10:00"}), Level.BLOCK)
    assert blocks == {"INTEG-1": [("D2", "I2")], "FOLLOW-1": [("D2", "C2")]}


MOVED = {"D2": "2026-12-08 10:00", "C2": "2026-12-09 13:00", "I2": "2026-12-09 15:00"}


def test_the_next_dose_may_stand_exactly_at_the_least_gap(protocol: Protocol) -> None:
    assert not refuses(_findings(protocol, MOVED))


def test_the_integration_still_has_to_be_over_before_that_dose(protocol: Protocol) -> None:
    late = _findings(protocol, {**MOVED, "I2": "2026-12-10 13:00"})
    assert _by_level(late, Level.BLOCK)["INTEG-3"] == [("I2", "D3")]


def test_a_substitute_therapist_is_somebody_the_patient_has_not_met(protocol: Protocol) -> None:
    substitute = {"D4": {"staff": {Role.THERAPIST: "therapist-2"}}}
    findings = [f for f in _findings(protocol, visits=substitute) if f.rule == "CONT-1"]
    assert [(finding.level, finding.steps, finding.override_role) for finding in findings] == [
        (Level.GATE, ("D4",), "therapist")
    ]
    assert findings[0].why.startswith(
        "the patient has not met Therapist 2, named for D4 on Mon 14 Dec 2026 10:00 MST"
    )


def test_whoever_takes_over_for_the_rest_is_somebody_the_patient_has_not_met_at_the_first_visit_alone(
    protocol: Protocol,
) -> None:
    """However many visits are left: the one with most of them is not thereby the one whom the patient knows."""
    for first in ("P2", "D2", "D6"):
        steps = list(WORKED_EXAMPLE)
        rest = steps[steps.index(first) :]
        theirs = {step: {"staff": {Role.THERAPIST: "therapist-2"}} for step in rest}
        findings = [f for f in _findings(protocol, visits=theirs) if f.rule == "CONT-1"]
        assert [(finding.level, finding.steps, finding.override_role) for finding in findings] == [
            (Level.GATE, (first,), "therapist")
        ]
        assert findings[0].why.startswith(f"the patient has not met Therapist 2, named for {first} on ")
        assert "Therapist 1 is the therapist of " in findings[0].why


def test_a_substitute_who_comes_a_second_time_is_known_and_asked_about_again(protocol: Protocol) -> None:
    theirs = {step: {"staff": {Role.THERAPIST: "therapist-2"}} for step in ("D2", "I2", "D5")}
    findings = [f for f in _findings(protocol, visits=theirs) if f.rule == "CONT-1"]
    assert [finding.steps for finding in findings] == [("D2",), ("D5",)]
    assert findings[1].why == (
        "Therapist 2, named for D5 on Thu 17 Dec 2026 10:00 MST, is known to the patient from D2; "
        "Therapist 1 is the therapist of the series"
    )


def test_a_prescriber_away_for_an_hour_in_the_middle_stops_the_dose(protocol: Protocol) -> None:
    away = between("2026-12-17 11:00", "2026-12-17 12:00")
    diary = a_diary(staff=staff_but(a_prescriber(time_off=(away,))))
    findings = [f for f in _findings(protocol, diary=diary) if f.level is Level.BLOCK]
    assert [(finding.rule, finding.steps) for finding in findings] == [("COVER-4", ("D5",))]
    assert findings[0].why == (
        "Prescriber 1 must be on the premises Thu 17 Dec 2026 10:35 MST to 12:45 as prescriber of D5 and is away "
        "Thu 17 Dec 2026 11:00 MST to 12:00"
    )


def test_a_saved_worked_example_is_judged_the_same(protocol: Protocol) -> None:
    diary = a_diary()
    proposed = t1_like_series(protocol, diary=diary)
    saved = t1_like_series(protocol, diary=diary, id="series-1")
    told = [(f.rule, f.steps, f.why) for f in evaluate(diary, protocol, proposed)]
    assert [(f.rule, f.steps, f.why) for f in evaluate(diary, protocol, saved)] == told
    # Should the diary hold the claims of the series itself, they are not taken for somebody else's.
    claims = tuple(claim for visit in saved.appointments for claim in visit.claims)
    assert [
        (f.rule, f.steps, f.why) for f in evaluate(replace(diary, claims=claims), protocol, saved)
    ] == told
