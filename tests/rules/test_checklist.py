"""The one list of what a visit waits for: whose it is, by when, and how it stands on the day of the visit."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from scheduler.access.permissions import AccountRole
from scheduler.domain.people import GateDecision, GateRecord
from scheduler.domain.treatment import GateRequirement, Protocol
from scheduler.rules.checklist import Checkpoint, Standing, checklist, waits_for
from scheduler.rules.evaluate import evaluate
from scheduler.rules.gate_families import GATE_FAMILIES, GateFamily, family_of
from scheduler.rules.question import Question
from tests.builders import a_diary, a_patient, a_small_protocol, at, t1_like_series
from tests.rules.test_overriding import an_override

PASSED = GateRecord(
    "payment", GateDecision.PASS, date(2026, 11, 20), date(2026, 12, 31), "desk", covers_visits=2
)
HELD = GateRecord("clearance.medical", GateDecision.HOLD, date(2026, 11, 20))


def _protocol() -> Protocol:
    kinds = ("clearance.medical", "payment", "escort", "order.prescription")
    gates = tuple(GateRequirement(kind) for kind in kinds)
    protocol = a_small_protocol()
    steps = tuple(replace(s, gates=gates if s.key in ("D1", "D2") else ()) for s in protocol.steps)
    return replace(protocol, steps=steps)


def listed(step: str) -> tuple[Checkpoint, ...]:
    protocol = _protocol()
    diary = a_diary(patient=a_patient(gates=(PASSED, HELD)), overrides=(an_override(),))
    series = t1_like_series(protocol, diary=diary, id="series-1")
    question = Question(diary, protocol, series)
    visit = question.visit(step)
    assert visit is not None
    findings = evaluate(diary, protocol, series)
    assert {one.rule for one in waits_for(visit.id, findings)} == {
        one.rule for one in checklist(question, findings, visit) if one.blocks
    }
    return checklist(question, findings, visit)


def test_what_blocks_comes_first_by_when_it_is_due() -> None:
    told = [(one.name, one.standing, one.owner) for one in listed("D2")]
    assert told == [
        ("medical clearance", Standing.HOLD, "prescriber"),
        ("prescription order", Standing.OPEN, "prescriber"),
        ("escort", Standing.OVERRIDDEN, "front_desk"),
        ("payment", Standing.PASSED, "front_desk"),
    ]


def test_each_entry_says_by_when_why_and_what_mends_it() -> None:
    hold, order, escort, payment = listed("D2")
    assert hold.due == at("2026-12-07 10:00") - timedelta(days=7)
    assert order.due == escort.due == at("2026-12-05 10:00")
    assert (order.rule, order.override_role) == ("GATE-5", "prescriber")
    assert order.mend == "decide on prescription order before Mon 7 Dec 2026 10:00 MST"
    assert escort.override == an_override()
    assert payment.why == (
        "decided on Fri 20 Nov 2026, holds until Thu 31 Dec 2026; D2 is number 2 of the 2 that it covers"
    )


def test_another_visit_has_its_own_list() -> None:
    assert [one.standing for one in listed("D1")] == [
        Standing.HOLD,
        Standing.OPEN,
        Standing.OPEN,
        Standing.PASSED,
    ]
    assert listed("P1") == ()


@pytest.mark.parametrize("family", GATE_FAMILIES, ids=lambda family: "-".join(family.kinds) or "other")
def test_every_family_has_an_owner_who_may_decide(family: GateFamily) -> None:
    roles = {role.value for role in AccountRole} - {"system"}
    assert family.owner in family.deciders <= roles
    assert family.deciders <= family.may_hold() <= roles
    assert timedelta(0) <= family.due <= timedelta(days=7)
    assert family.source
    for kind in family.kinds:
        assert family_of(kind) is family
        assert family_of(f"{kind}.something") is family


def test_no_gate_stands_in_two_families_and_an_unknown_one_in_the_last() -> None:
    kinds = [kind for family in GATE_FAMILIES for kind in family.kinds]
    assert len(kinds) == len(set(kinds))
    assert family_of("clearance.other") is family_of("fasting") is GATE_FAMILIES[-1]
