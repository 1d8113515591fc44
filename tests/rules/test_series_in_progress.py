"""What is over is a fact, what was called off leaves a gap, and doses of other series count as well."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scheduler.domain.appointment import AppointmentState
from scheduler.domain.claims import Purpose
from scheduler.domain.errors import InvalidValue, NotFound
from scheduler.domain.interval import Interval
from scheduler.domain.series import Series
from scheduler.rules.evaluate import evaluate
from scheduler.rules.finding import Finding, Level
from tests.builders import (
    DAY,
    HOUR,
    a_claim,
    a_diary,
    a_small_protocol,
    a_therapist,
    an_induction_protocol,
    at,
    between,
    t1_like_series,
)
from tests.rules.examples.case import staff_but

AFTER_D1 = at("2026-12-03 13:00")


def _called_off(series: Series, *steps: str) -> Series:
    visits = tuple(
        replace(visit, state=AppointmentState.CANCELLED_BY_PATIENT, claims=())
        if visit.step in steps
        else visit
        for visit in series.appointments
    )
    return replace(series, appointments=visits)


def _rules(findings: tuple[Finding, ...]) -> dict[str, tuple[str, ...]]:
    return {finding.rule: finding.steps for finding in findings if not finding.rule.startswith("GATE-")}


def test_a_breach_among_past_visits_is_not_told_again() -> None:
    protocol = a_small_protocol()
    diary = a_diary(as_of=AFTER_D1, staff=staff_but(a_therapist("therapist-1", hours=())))
    series = t1_like_series(protocol, {"P1": "2026-12-02 14:00"}, diary=diary, id="series-1")
    findings = evaluate(diary, protocol, series)
    touched = {step for finding in findings for step in finding.steps}
    assert "D1" not in {finding.steps[0] for finding in findings if len(finding.steps) == 1}
    assert "PREP-1" not in _rules(findings)
    assert {"I1", "D2", "I2"} <= touched


def test_a_breach_between_a_past_and_a_future_visit_is_told() -> None:
    protocol = a_small_protocol()
    diary = a_diary(as_of=AFTER_D1)
    series = t1_like_series(protocol, {"I1": "2026-12-04 09:00"}, diary=diary, id="series-1")
    assert _rules(evaluate(diary, protocol, series))["INTEG-1"] == ("D1", "I1")


def test_a_visit_that_goes_on_is_still_judged() -> None:
    protocol = a_small_protocol()
    away = between("2026-12-03 12:00", "2026-12-03 12:30")
    diary = a_diary(
        as_of=at("2026-12-03 11:00"), staff=staff_but(a_therapist("therapist-1", time_off=(away,)))
    )
    series = t1_like_series(protocol, diary=diary, id="series-1")
    assert _rules(evaluate(diary, protocol, series)) == {"HOURS-3": ("D1",)}


def test_past_visits_may_lie_outside_of_the_horizon_but_visits_to_be_judged_may_not() -> None:
    protocol = a_small_protocol()
    series = t1_like_series(protocol, id="series-1")
    later = a_diary(as_of=AFTER_D1, horizon=Interval(AFTER_D1, AFTER_D1 + 20 * DAY))
    assert not [f for f in evaluate(later, protocol, series) if f.level is Level.BLOCK]
    short = a_diary(as_of=AFTER_D1, horizon=Interval(AFTER_D1, AFTER_D1 + 2 * DAY))
    with pytest.raises(
        InvalidValue, match="D2 on Mon 7 Dec 2026 10:00 MST lies outside of the time that was looked at"
    ):
        evaluate(short, protocol, series)


def test_a_visit_of_an_unknown_step_is_never_passed_over() -> None:
    with pytest.raises(NotFound):
        evaluate(a_diary(), a_small_protocol(1), t1_like_series(a_small_protocol(2)))


def test_over_a_dose_that_was_called_off_the_gap_runs_on() -> None:
    protocol = an_induction_protocol()
    series = _called_off(t1_like_series(protocol, id="series-1"), "D3", "C3", "I3")
    for recipe in (protocol, protocol.only(key for key in [s.key for s in protocol.steps] if key != "D3")):
        findings = _rules(evaluate(a_diary(), recipe, series))
        assert findings == {"SPACE-2": ("D2", "D4")}


def test_the_least_gap_holds_between_the_doses_that_are_left() -> None:
    protocol = a_small_protocol(3)
    starts = {"D2": "2026-12-04 10:00", "D3": "2026-12-04 14:00"}
    series = _called_off(t1_like_series(protocol, starts, id="series-1"), "D2", "I2")
    assert _rules(evaluate(a_diary(), protocol, series))["SPACE-1"] == ("D1", "D3")
    without_windows = replace(protocol, windows=())
    assert _rules(evaluate(a_diary(), without_windows, series))["SPACE-1"] == ("D1", "D3")


def test_doses_within_a_week_are_counted_without_those_called_off() -> None:
    protocol = a_small_protocol(4)
    starts = {"D2": "2026-12-05 10:00", "D3": "2026-12-07 10:00", "D4": "2026-12-09 10:00"}
    series = t1_like_series(protocol, starts, id="series-1")
    diary = a_diary()
    assert _rules(evaluate(diary, protocol, series))["SPACE-3"] == ("D1", "D2", "D3", "D4")
    assert "SPACE-3" not in _rules(evaluate(diary, protocol, _called_off(series, "D2")))


def test_an_integration_that_was_called_off_is_missed_and_one_declined_is_not() -> None:
    protocol = a_small_protocol()
    series = _called_off(t1_like_series(protocol, id="series-1"), "I2")
    found = [f for f in evaluate(a_diary(), protocol, series) if f.rule == "INTEG-4"]
    assert [finding.steps for finding in found] == [("D2", "I2")]
    assert found[0].mend == (
        "book I2 between Tue 8 Dec 2026 12:45 MST and Thu 10 Dec 2026 12:45 MST, or record that the patient declined it"
    )
    assert not _rules(evaluate(a_diary(), protocol, replace(series, declined=frozenset({"I2"}))))


@pytest.mark.parametrize(
    ("now", "told"),
    [
        ("2026-12-07 12:44", ("D2", "I2")),
        ("2026-12-07 12:45", ("I2",)),
        ("2026-12-10 12:45", ("I2",)),
        ("2026-12-10 12:46", None),
    ],
)
def test_after_the_dose_a_missing_integration_is_told_as_long_as_its_window_is_open(
    now: str, told: tuple[str, ...] | None
) -> None:
    protocol = an_induction_protocol()
    series = _called_off(t1_like_series(protocol, id="series-1"), "I2")
    findings = evaluate(a_diary(as_of=at(now)), protocol, series)
    assert _rules(findings).get("INTEG-4") == told
    assert not [finding for finding in findings if finding.level is Level.BLOCK]


def _beside(start: str, hold: int) -> tuple[Finding, ...]:
    """Judge the small example with a dose of another series, which holds the patient's dosing lane for so many hours."""
    protocol = a_small_protocol()
    claim = a_claim("patient-1", Purpose.SPACING, Interval.lasting(at(start), hold * HOUR))
    diary = a_diary(claims=[claim])
    return tuple(
        f for f in evaluate(diary, protocol, t1_like_series(protocol, diary=diary)) if f.rule == "SPACE-1"
    )


@pytest.mark.parametrize(
    ("start", "hold", "steps"),
    [
        ("2026-12-01 10:00", 48, []),
        ("2026-12-01 10:01", 48, ["D1"]),
        ("2026-12-05 10:00", 48, []),
        ("2026-12-05 09:59", 48, ["D1"]),
        ("2026-12-05 10:00", 49, ["D2"]),
        ("2026-11-30 10:00", 168, ["D1"]),
        ("2026-11-30 10:01", 168, ["D1", "D2"]),
    ],
)
def test_doses_of_another_series_keep_their_distance_both_ways(
    start: str, hold: int, steps: list[str]
) -> None:
    assert [step for finding in _beside(start, hold) for step in finding.steps] == steps


def test_the_distance_to_another_series_is_told_from_the_side_it_is_missing_on() -> None:
    before, after = _beside("2026-12-02 10:00", 48)[0], _beside("2026-12-04 10:00", 24)[0]
    assert before.why == (
        "D1 starts 24 h 0 min after a dose of another series; at least 48 h are asked for "
        "(Wed 2 Dec 2026 10:00 MST to Thu 3 Dec 2026 10:00 MST)"
    )
    assert before.mend == "start D1 at Fri 4 Dec 2026 10:00 MST or later"
    assert after.why == (
        "a dose of another series starts 24 h 0 min after D1; at least 48 h are asked for "
        "(Thu 3 Dec 2026 10:00 MST to Fri 4 Dec 2026 10:00 MST)"
    )
    assert after.mend == "start D1 at Wed 2 Dec 2026 10:00 MST or earlier"
