"""What an override changes: one gate, of one visit, while it holds; and nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from scheduler.domain.appointment import AppointmentState
from scheduler.domain.override import Override
from scheduler.domain.people import GateDecision, GateRecord
from scheduler.domain.series import Series
from scheduler.domain.treatment import GateRequirement, Protocol
from scheduler.rules.evaluate import evaluate
from scheduler.rules.finding import Finding, Level
from tests.builders import AS_OF, a_diary, a_patient, a_small_protocol, at, t1_like_series

D2_STARTS = at("2026-12-07 10:00")


def an_override(**fields: Any) -> Override:
    override = Override(
        id="override-1",
        site="site-1",
        appointment="series-1/D2",
        rule="GATE-7",
        reason="A neighbour was named by phone.",
        made_by="dr-lee",
        role="prescriber",
        made_at=AS_OF,
        expires_at=D2_STARTS + timedelta(hours=2),
    )
    return replace(override, **fields)


def asking_for_an_escort() -> Protocol:
    protocol = a_small_protocol()
    steps = tuple(
        replace(step, gates=(GateRequirement("escort"),) if step.key in ("D1", "D2") else ())
        for step in protocol.steps
    )
    return replace(protocol, steps=steps)


def found(*overrides: Override, now: datetime = AS_OF, **series: Any) -> dict[tuple[str, ...], Finding]:
    """Return the findings about escorts by steps; nobody has named one."""
    protocol = asking_for_an_escort()
    diary = a_diary(patient=a_patient(gates=()), overrides=overrides, as_of=now)
    asked = t1_like_series(protocol, diary=diary, id="series-1", **series)
    return {one.steps: one for one in evaluate(diary, protocol, asked) if one.rule == "GATE-7"}


def test_what_was_let_pass_is_told_by_whom_until_when_and_why() -> None:
    told = found(an_override())
    assert told[("D1",)].level is Level.GATE
    passed = told[("D2",)]
    assert (passed.level, passed.override, passed.gated) == (Level.INFO, an_override(), "series-1/D2")
    assert passed.why == (
        "no decision on escort is recorded for D2 on Mon 7 Dec 2026; the prescriber lets it pass until "
        "Mon 7 Dec 2026 12:00 MST: A neighbour was named by phone."
    )


@pytest.mark.parametrize(
    "other",
    [
        an_override(rule="GATE-5"),
        an_override(appointment="series-1/D1"),
        an_override(withdrawn_at=AS_OF),
        an_override(expires_at=D2_STARTS),
    ],
    ids=["another rule", "another visit", "withdrawn", "expired at the start"],
)
def test_anything_else_leaves_the_gate_closed(other: Override) -> None:
    assert found(other)[("D2",)].level is Level.GATE


def test_it_is_enough_to_hold_at_the_very_start() -> None:
    just = an_override(expires_at=D2_STARTS + timedelta(microseconds=1))
    assert found(just)[("D2",)].level is Level.INFO


def test_a_visit_that_is_late_starts_when_it_does_and_a_cleared_one_has_started() -> None:
    short = an_override(expires_at=D2_STARTS + timedelta(minutes=10))
    late = D2_STARTS + timedelta(minutes=10)
    assert found(short, now=late)[("D2",)].level is Level.GATE
    cleared = {"D2": {"state": AppointmentState.CLEARED}}
    assert found(short, now=late, visits=cleared)[("D2",)].level is Level.INFO


def _too_long_a_gap(*overrides: Override) -> Finding:
    protocol = a_small_protocol()
    diary = a_diary(overrides=overrides)
    later: dict[str, str | datetime] = {"D2": "2026-12-14 10:00", "I2": "2026-12-15 15:00"}
    series: Series = t1_like_series(protocol, later, diary=diary, id="series-1")
    return next(one for one in evaluate(diary, protocol, series) if one.rule == "SPACE-2")


def test_of_two_visits_the_later_one_waits() -> None:
    gap = an_override(rule="SPACE-2", expires_at=at("2026-12-20 10:00"))
    assert _too_long_a_gap(replace(gap, appointment="series-1/D1")).level is Level.GATE
    assert _too_long_a_gap(gap).level is Level.INFO
    assert _too_long_a_gap().gated == "series-1/D2"


def test_a_block_is_never_let_pass() -> None:
    protocol = a_small_protocol()
    visits = ("series-1/P1", "series-1/D1", "series-1/I1", "series-1/D2", "series-1/I2")
    every = tuple(an_override(rule="SPACE-1", appointment=visit) for visit in visits)
    diary = a_diary(overrides=every)
    series = t1_like_series(protocol, {"D2": "2026-12-05 09:59"}, diary=diary, id="series-1")
    told = [one for one in evaluate(diary, protocol, series) if one.rule == "SPACE-1"]
    assert [(one.level, one.gated, one.override) for one in told] == [(Level.BLOCK, "series-1/D2", None)]


def test_a_hold_is_let_pass_like_a_decision_that_is_missing() -> None:
    protocol = asking_for_an_escort()
    held = (GateRecord("escort", GateDecision.HOLD, date(2026, 11, 20)),)
    diary = a_diary(patient=a_patient(gates=held), overrides=(an_override(),))
    told = evaluate(diary, protocol, t1_like_series(protocol, diary=diary, id="series-1"))
    assert {one.steps: one.level for one in told if one.rule == "GATE-7"} == {
        ("D1",): Level.GATE,
        ("D2",): Level.INFO,
    }
