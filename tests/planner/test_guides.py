"""Visits given to a therapist who is named: they keep their times where that person is free, and move where not."""

from __future__ import annotations

from scheduler.domain.people import Role
from scheduler.planner.change import Change
from scheduler.planner.reschedule import reschedule
from scheduler.rules.evaluate import evaluate, refuses
from tests.builders import (
    WORKED_EXAMPLE,
    a_diary,
    a_therapist,
    an_induction_protocol,
    between,
    t1_like_series,
)
from tests.rules.examples.case import staff_but

INDUCTION = an_induction_protocol()
SAVED = t1_like_series(INDUCTION, id="series-1")


def test_visits_are_given_to_somebody_named_and_move_only_where_that_person_is_not_free() -> None:
    steps = list(WORKED_EXAMPLE)
    rest = steps[steps.index("D4") :]
    guides = dict.fromkeys(rest, "therapist-2")
    guided = {v.step for v in SAVED.standing if v.step in guides and Role.THERAPIST in v.staff}
    found = reschedule(a_diary(), INDUCTION, SAVED, Change("D4", guides=guides))
    assert found.moves == ()
    assert set(found.reassigned) == guided
    assert set(found.substitutes.values()) == {"therapist-2"}
    busy = a_therapist("therapist-2", time_off=(between("2026-12-14 08:00", "2026-12-14 18:00"),))
    diary = a_diary(staff=staff_but(busy))
    found = reschedule(diary, INDUCTION, SAVED, Change("D4", guides=guides))
    assert "D4" in {move.step for move in found.moves}
    assert found.series is not None
    assert {v.staff[Role.THERAPIST] for v in found.series.standing if v.step in guided} == {"therapist-2"}
    assert not refuses(evaluate(diary, INDUCTION, found.series))
    fixed = reschedule(diary, INDUCTION, SAVED, Change("D4", guides=guides, fixed=frozenset({"D4"})))
    assert fixed.series is None
    assert "whoever is to take it is not free then" in fixed.reasons[0].why
