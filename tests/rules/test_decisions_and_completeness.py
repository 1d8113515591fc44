"""What findings say about decisions that are missing, on hold, lapsed or too old, and about visits that are missing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from scheduler.domain.people import GateDecision, GateRecord
from scheduler.domain.series import Series
from scheduler.domain.treatment import GateRequirement, Protocol
from scheduler.rules.evaluate import evaluate
from scheduler.rules.finding import Finding, Level
from tests.builders import a_diary, a_patient, a_small_protocol, an_induction_protocol, t1_like_series


def _with_review_after(step: str | None) -> Protocol:
    protocol = a_small_protocol()
    gate = GateRequirement("review.response", step)
    steps = tuple(replace(s, gates=(gate,) if s.key == "D2" else ()) for s in protocol.steps)
    return replace(protocol, steps=steps)


def _told(decisions: tuple[GateRecord, ...], after: str | None = "D1") -> list[Finding]:
    protocol = _with_review_after(after)
    diary = a_diary(patient=a_patient(gates=decisions))
    return list(evaluate(diary, protocol, t1_like_series(protocol, diary=diary)))


def _decided(on: date, decision: GateDecision = GateDecision.PASS, until: date | None = None) -> GateRecord:
    return GateRecord("review.response", decision, on, until)


DAY_OF_D1, DAY_BEFORE = date(2026, 12, 3), date(2026, 12, 2)


@pytest.mark.parametrize(
    ("decisions", "why"),
    [
        ((), "no decision on response review is recorded for D2 on Mon 7 Dec 2026"),
        (
            (_decided(DAY_BEFORE),),
            "response review was last decided on Wed 2 Dec 2026; D2 on Mon 7 Dec 2026 asks for a decision on or after "
            "the day of D1, Thu 3 Dec 2026",
        ),
        (
            (_decided(DAY_OF_D1, GateDecision.HOLD),),
            "response review is on hold since Thu 3 Dec 2026, and D2 on Mon 7 Dec 2026 needs it",
        ),
        (
            (_decided(DAY_OF_D1, until=date(2026, 12, 6)),),
            "response review held until Sun 6 Dec 2026, which is before D2 on Mon 7 Dec 2026",
        ),
        (
            (_decided(date(2026, 12, 8)),),
            "no decision on response review is recorded for D2 on Mon 7 Dec 2026",
        ),
    ],
)
def test_a_closed_gate_says_why_and_by_when_it_is_to_be_decided(
    decisions: tuple[GateRecord, ...], why: str
) -> None:
    findings = _told(decisions)
    assert [(finding.rule, finding.steps, finding.why) for finding in findings] == [("GATE-8", ("D2",), why)]
    assert findings[0].mend == "decide on response review between Thu 3 Dec 2026 and Mon 7 Dec 2026 10:00 MST"


def test_a_decision_on_the_day_of_the_earlier_visit_is_late_enough() -> None:
    assert _told((_decided(DAY_OF_D1),)) == []
    assert _told((_decided(DAY_BEFORE, GateDecision.HOLD), _decided(DAY_OF_D1))) == []


def test_without_an_earlier_visit_any_decision_before_the_visit_will_do() -> None:
    assert _told((_decided(date(2026, 1, 1)),), after=None) == []
    assert _told((), after=None)[0].mend == "decide on response review before Mon 7 Dec 2026 10:00 MST"


def _missing(series: Series, protocol: Protocol) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(found.rule, found.why, found.steps) for found in _completeness(series, protocol)]


def _completeness(series: Series, protocol: Protocol) -> list[Finding]:
    findings = evaluate(a_diary(), protocol, series)
    return [finding for finding in findings if finding.rule in ("WHOLE-1", "INTEG-4")]


def _without(series: Series, *steps: str) -> Series:
    return replace(
        series, appointments=tuple(visit for visit in series.appointments if visit.step not in steps)
    )


def test_a_proposal_without_one_of_its_visits_is_not_whole() -> None:
    protocol = a_small_protocol()
    series = t1_like_series(protocol)
    assert _missing(_without(series, "P1"), protocol) == [
        ("WHOLE-1", "P1 (Preparation 1) is not booked", ("P1",))
    ]
    declined = replace(_without(series, "P1"), declined=frozenset({"P1"}))
    assert _missing(declined, protocol) == [("WHOLE-1", "P1 (Preparation 1) cannot be declined", ("P1",))]
    assert _missing(_without(series, "D2", "I2"), protocol)[0][2] == ("D2",)


def test_a_new_series_books_each_integration_or_says_that_it_is_declined() -> None:
    protocol = a_small_protocol()
    series = _without(t1_like_series(protocol), "I2")
    (found,) = _completeness(series, protocol)
    assert (found.rule, found.level, found.steps, found.appointments) == (
        "WHOLE-1",
        Level.BLOCK,
        ("D2", "I2"),
        ("D2",),
    )
    assert found.why == (
        "D2 on Mon 7 Dec 2026 10:00 MST has no integration: I2 is neither booked nor declined"
    )
    assert found.mend == (
        "book I2 between Tue 8 Dec 2026 12:45 MST and Thu 10 Dec 2026 12:45 MST, or record that the patient declined it"
    )
    assert _completeness(replace(series, declined=frozenset({"I2"})), protocol) == []


def test_an_integration_that_belongs_to_no_single_dose_is_asked_for_alike() -> None:
    protocol = an_induction_protocol()
    series = _without(t1_like_series(protocol), "I7")
    (found,) = _completeness(series, protocol)
    assert (found.why, found.mend, found.steps) == (
        "I7 (Consolidation) is neither booked nor declined",
        "book I7, or record that the patient declined it",
        ("I7",),
    )
    assert _completeness(replace(series, declined=frozenset({"I7"})), protocol) == []


def test_an_integration_that_may_not_be_declined_is_asked_for_whatever_was_said() -> None:
    protocol = a_small_protocol()
    firm = replace(protocol, steps=tuple(replace(step, declinable=False) for step in protocol.steps))
    series = _without(t1_like_series(firm), "I2")
    (missing,) = _completeness(series, firm)
    assert missing.why.endswith("has no integration: I2 is not booked")
    (declined,) = _completeness(replace(series, declined=frozenset({"I2"})), firm)
    assert declined.why.endswith("has no integration: I2 cannot be declined")
    assert declined.mend.endswith("Thu 10 Dec 2026 12:45 MST")


def test_a_saved_series_that_lost_an_integration_is_warned_about_and_not_blocked() -> None:
    protocol = a_small_protocol()
    (found,) = _completeness(_without(t1_like_series(protocol, id="series-1"), "I2"), protocol)
    assert (found.rule, found.level, found.steps) == ("INTEG-4", Level.WARN, ("D2", "I2"))
    assert _missing(_without(t1_like_series(protocol, id="series-1"), "P1"), protocol) == []


def test_a_visit_there_twice_is_told_whether_proposed_or_saved() -> None:
    protocol = a_small_protocol()
    for id in ("", "series-1"):
        series = t1_like_series(protocol, id=id)
        first = series.appointments[0]
        again = replace(first, id=f"{id}/again")
        twice = replace(series, appointments=(*series.appointments, again))
        (found,) = _completeness(twice, protocol)
        assert (found.rule, found.steps, found.appointments) == (
            "WHOLE-1",
            ("P1",),
            (*sorted((first.id, again.id)),),
        )
        assert found.why == (
            "P1 (Preparation 1) is there 2 times, on Tue 1 Dec 2026 14:00 MST and Tue 1 Dec 2026 14:00 MST; the protocol "
            "asks for it once"
        )
        assert found.mend == "keep P1 once and leave the other out"


def test_a_visit_that_the_patients_clearance_makes_needless_may_be_missing() -> None:
    protocol = an_induction_protocol()
    needless = tuple(
        replace(step, left_out_when_passed="clearance.medical" if step.key == "P2" else None)
        for step in protocol.steps
    )
    recipe = replace(protocol, steps=needless)
    assert _missing(_without(t1_like_series(recipe), "P2"), recipe) == []
    unmet = replace(
        recipe,
        steps=tuple(replace(s, left_out_when_passed=s.left_out_when_passed and "labs") for s in needless),
    )
    assert [found[0] for found in _missing(_without(t1_like_series(unmet), "P2"), unmet)] == ["WHOLE-1"]


def test_nobody_misses_a_visit_that_is_optional() -> None:
    """Whether it was never asked for or is called off later; one that is booked twice is too much all the same."""
    protocol = a_small_protocol()
    kinds = {"P1", "I2"}
    choice = replace(
        protocol,
        steps=tuple(
            replace(step, optional=True, declinable=False) if step.key in kinds else step
            for step in protocol.steps
        ),
    )
    diary = a_diary()
    for id in ("", "series-1"):
        whole = t1_like_series(choice, diary=diary, id=id)
        rest = tuple(visit for visit in whole.appointments if visit.step not in kinds)
        rules = {f.rule for f in evaluate(diary, choice, replace(whole, appointments=rest))}
        assert not rules & {"WHOLE-1", "INTEG-4", "PREP-3"}
        less = replace(whole, appointments=tuple(visit for visit in rest if visit.step != "I1"))
        assert {f.rule for f in evaluate(diary, choice, less)} & {"WHOLE-1", "INTEG-4"}
    new = t1_like_series(choice, diary=diary)
    twice = replace(new, appointments=(*new.appointments, new.appointments[-1]))
    assert "WHOLE-1" in {f.rule for f in evaluate(diary, choice, twice)}
