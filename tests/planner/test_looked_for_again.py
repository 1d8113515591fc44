"""Visits that were called off and are looked for again, and limits that a role may let pass where nothing else works."""

from __future__ import annotations

from datetime import date

from scheduler.planner.change import Change, Way
from scheduler.planner.reschedule import reschedule, ways_to_reschedule
from scheduler.rules.evaluate import evaluate
from scheduler.rules.finding import Level
from tests.builders import ZONE, a_diary, at, between
from tests.planner.standing_series import INDUCTION, blocks, booked_out, moved, saved


def test_what_a_role_may_override_is_offered_where_it_is_all_that_works() -> None:
    """D2 has been given and D3 is free a week later at the soonest: the five days may be doubled, not more."""
    horizon = between("2026-11-23 00:00", "2027-03-01 00:00")
    claims = booked_out("2026-12-08 00:00", "2026-12-14 10:00")
    diary = a_diary(as_of=at("2026-12-07 18:00"), claims=claims, horizon=horizon)
    change = Change.off_day("D3", date(2026, 12, 10), ZONE)
    (only,) = ways_to_reschedule(diary, INDUCTION, saved(), change)
    assert only.way is Way.WAIVED
    dose = only.rescheduling.visit("D3")
    assert dose is not None
    assert dose.start == at("2026-12-14 10:00")
    assert only.rescheduling.series is not None
    found = evaluate(diary, INDUCTION, only.rescheduling.series)
    assert not [one for one in found if one.level is Level.BLOCK]
    assert ("SPACE-2", ("D2", "D3")) in {(one.rule, one.steps) for one in found}
    further = a_diary(
        as_of=at("2026-12-07 18:00"),
        claims=booked_out("2026-12-08 00:00", "2026-12-18 10:00"),
        horizon=horizon,
    )
    (none,) = ways_to_reschedule(further, INDUCTION, saved(), change)
    assert none.rescheduling.series is None


def test_a_visit_that_was_missed_is_placed_anew_and_what_is_over_stays() -> None:
    """D2 was missed on Monday; what is left is asked for on Monday evening."""
    diary = a_diary(as_of=at("2026-12-07 18:00"), horizon=between("2026-11-23 00:00", "2027-03-01 00:00"))
    found = reschedule(diary, INDUCTION, saved(), Change("D2", anew=frozenset({"D2", "I2", "C2"})))
    assert found.series is not None
    dose = found.visit("D2")
    assert dose is not None
    assert at("2026-12-07 18:00") <= dose.start <= at("2026-12-08 10:00"), "at most five days after D1"
    assert not {"P1", "P2", "D1", "I1", "C1"} & set(moved(found))
    assert not blocks(diary, INDUCTION, found.series)


def test_a_visit_looked_for_again_may_have_its_former_time_back_while_that_is_to_come() -> None:
    change = Change("D3", anew=frozenset({"D3"}))
    assert reschedule(a_diary(), INDUCTION, saved(), change).moves == ()
    taken = a_diary(claims=booked_out("2026-12-10 09:00", "2026-12-10 13:00"))
    assert "D3" in moved(reschedule(taken, INDUCTION, saved(), change))


def test_a_former_time_that_does_not_suit_the_others_any_more_is_not_taken_again() -> None:
    """While D3 was called off, its call was moved to the morning of the next day: less than a day after that dose."""
    series = saved(C3="2026-12-11 09:00")
    change = Change("D3", anew=frozenset({"D3"}))
    found = reschedule(a_diary(), INDUCTION, series, change)
    assert found.series is not None
    assert {"C3", "D3"} & set(moved(found))
    assert not blocks(a_diary(), INDUCTION, found.series)
