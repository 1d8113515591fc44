"""The full CP-SAT model knows dates, hand-overs, visits that are left out, and hours that end between two slots."""

from __future__ import annotations

from dataclasses import replace

from bench import checker, cp_sat
from bench.instances import Query
from bench.solved import Solved, Verdict
from scheduler.domain.claims import Purpose
from scheduler.domain.diary import Diary
from scheduler.domain.people import Role, StaffMember
from scheduler.domain.treatment import Counting, Protocol, Step, WindowMeaning
from tests.builders import (
    AS_OF,
    DAY,
    a_claim,
    a_contact_step,
    a_coordinator,
    a_diary,
    a_dosing_step,
    a_nurse,
    a_patient,
    a_prescriber,
    a_room,
    a_small_protocol,
    a_therapist,
    a_window,
    an_office,
    at,
    between,
    passed,
    weekdays,
)

MONITOR = Role.MEDICAL_MONITOR
WEEK = Query(a_patient(), AS_OF, at("2026-12-02 00:00"))
"""From Monday 23 November, 09:00, with Thanksgiving on Thursday."""


def _clinic(*nurses: StaffMember, **fields: object) -> Diary:
    """Build a clinic with one of everybody else."""
    staff = (a_therapist(), a_prescriber(), a_coordinator(), *(nurses or (a_nurse(),)))
    return a_diary(staff=staff, rooms=(a_room(), an_office()), **fields)  # type: ignore[arg-type]  # the tests name the fields they mean


def _of(*steps: Step, **fields: object) -> Protocol:
    protocol = Protocol("some", 1, "Some", "iv", "course", steps, (), most_doses=9)
    return replace(protocol, **fields)  # type: ignore[arg-type]  # the tests name the fields they mean


def _solved(diary: Diary, protocol: Protocol, query: Query = WEEK) -> Solved:
    """Ask for the earliest series, which the checker finds nothing wrong with."""
    found = cp_sat.earliest(diary, protocol, query)
    assert found.proven
    if found.verdict is Verdict.FOUND:
        assert checker.faults(diary, protocol, query, found.placements) == ()
    return found


def test_what_ends_and_begins_between_two_slots_is_no_contradiction() -> None:
    """At 12:22 another visit ends on one of her two lanes, and she leaves: in the slot at 12:20 she is not there."""
    nurse = a_nurse(hours=weekdays("08:00", "12:22"))
    taken = a_claim("nurse-1", Purpose.WATCH, between("2026-11-23 12:00", "2026-11-23 12:22"))
    found = _solved(_clinic(nurse, claims=(taken,)), _of(a_dosing_step()))
    assert found.starts == {"D1": at("2026-11-23 09:00")}


def test_a_window_by_date_ends_at_midnight_and_one_by_hours_does_not() -> None:
    window = a_window(WindowMeaning.INTEGRATION, "D1.end", "I1.start", DAY, DAY)
    steps = a_small_protocol(1).only(["D1", "I1"]).steps
    # Dosed until 12:00 on Tuesday alone, and talked to in the mornings alone.
    busy = [
        a_claim("office-1", Purpose.OCCUPY, between(f"2026-11-{day} 10:00", f"2026-11-{day} 18:00"))
        for day in (23, 24, 25, 27)
    ]
    shut = [
        a_claim("dosing-1", Purpose.OCCUPY, between(*times))
        for times in (("2026-11-23 00:00", "2026-11-24 09:15"), ("2026-11-24 12:15", "2026-12-02 00:00"))
    ]
    diary = _clinic(claims=[*busy, *shut])
    by_date = replace(window, counted=Counting.CALENDAR)
    assert _solved(diary, _of(*steps, windows=(window,))).verdict is Verdict.NONE
    assert _solved(diary, _of(*steps, windows=(by_date,))).starts["I1"] == at("2026-11-25 08:00")


def _shifts() -> Diary:
    early = a_nurse("nurse-1", hours=weekdays("08:00", "10:30"))
    late = a_nurse("nurse-2", hours=weekdays("10:00", "12:15"), roles=frozenset({MONITOR}))
    return _clinic(early, late, a_nurse("nurse-3", roles=frozenset({Role.ADMINISTERING_CLINICIAN})))


def test_two_shifts_hold_a_dose_together_where_the_role_is_handed_over() -> None:
    step = a_dosing_step()
    handed_over = replace(step, hands_over=frozenset({MONITOR}))
    assert _solved(_shifts(), _of(step)).verdict is Verdict.NONE
    found = _solved(_shifts(), _of(handed_over))
    assert found.starts == {"D1": at("2026-11-23 09:00")}
    (visit,) = found.placements
    assert (visit.staff[MONITOR], {*visit.relief.values()}) == ("nurse-1", {"nurse-2"})


def test_the_checker_refuses_hand_overs_that_may_not_be() -> None:
    diary = a_diary(staff=(*_clinic().staff.values(), a_nurse("nurse-2")))
    found = _solved(diary, _of(a_dosing_step()))
    (visit,) = found.placements
    other = next(id for id in ("nurse-1", "nurse-2") if id != visit.staff[MONITOR])
    relief = {(MONITOR, 2): other}

    def said(step: Step, relief: dict[tuple[Role, int], str]) -> tuple[str, ...]:
        placed = replace(visit, step=step, relief=relief)
        return checker.faults(diary, _of(step), WEEK, [placed])

    handed_over = replace(visit.step, hands_over=frozenset({MONITOR}))
    assert said(handed_over, relief) == ()
    assert said(visit.step, relief) == ("D1: nobody may take over as medical_monitor at 2",)
    assert said(handed_over, {(MONITOR, 9): other}) == ("D1: nobody may take over as medical_monitor at 9",)
    assert "D1: nobody may take over as medical_monitor at 0" in said(handed_over, {(MONITOR, 0): other})
    guide = {(MONITOR, 2): "therapist-1"}
    assert "D1: the therapist watches their own patient" in said(handed_over, guide)


def test_what_is_declined_not_asked_for_or_passed_is_left_out() -> None:
    small = a_small_protocol(1)
    call = a_contact_step("C1", optional=True)
    passes = replace(small.step("P1"), left_out_when_passed="clearance.medical")
    protocol = _of(passes, *small.steps[1:], call)
    lapsed = a_patient(gates=passed("clearance.medical", until=AS_OF.date() - DAY))
    for patient, declined, included, keys in (
        (a_patient(), (), (), ["D1", "I1"]),
        (a_patient(gates=()), ("I1",), (), ["D1", "P1"]),
        (lapsed, (), (), ["D1", "I1", "P1"]),
        (a_patient(), (), ("C1",), ["C1", "D1", "I1"]),
    ):
        query = Query(
            patient, AS_OF, AS_OF + 10 * DAY, declined=frozenset(declined), included=frozenset(included)
        )
        found = _solved(_clinic(patient=patient), protocol, query)
        assert sorted(found.starts) == keys
