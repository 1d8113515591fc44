"""What a protocol says of itself: moments of windows, visits that are not needed, and who takes over from whom."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from scheduler.domain.appointment import appointment_at
from scheduler.domain.claims import Placement
from scheduler.domain.people import Role
from scheduler.domain.treatment import Attention, Cover, Phase, WindowMeaning
from tests.builders import (
    a_dosing_step,
    a_patient,
    a_preparation_step,
    a_small_protocol,
    a_window,
    at,
    passed,
)

TEAM = {Role.MEDICAL_MONITOR: "nurse-1", Role.PRESCRIBER: "prescriber-1"}


def test_a_window_is_measured_between_moments_of_its_visits() -> None:
    protocol = a_small_protocol()
    window = a_window(WindowMeaning.INTEGRATION, "D1.end", "I1.start")
    assert protocol.moments_of(window) == (timedelta(minutes=165), timedelta(0))
    assert protocol.between_starts(window) == timedelta(minutes=165)
    assert protocol.moments_of(a_window(WindowMeaning.ORDER, "D1.start", "I1.end")) == (
        timedelta(0),
        timedelta(minutes=50),
    )


def test_a_visit_is_not_needed_from_the_day_on_which_its_gate_is_passed() -> None:
    step = a_preparation_step(left_out_when_passed="clearance.medical")
    patient = a_patient(gates=passed("clearance.medical", on=date(2026, 12, 1)))
    assert step.is_passed_by(patient, date(2026, 12, 1))
    assert not step.is_passed_by(patient, date(2026, 11, 30))
    assert not a_preparation_step().is_passed_by(patient, date(2026, 12, 1))


def test_a_placed_visit_knows_who_takes_over_and_everybody_who_serves() -> None:
    step = a_dosing_step(hands_over=frozenset({Role.MEDICAL_MONITOR}))
    relief = {(Role.MEDICAL_MONITOR, 1): "nurse-1", (Role.MEDICAL_MONITOR, 3): "nurse-2"}
    visit = appointment_at(
        Placement(step, at("2026-12-03 10:00"), "patient-1", "dosing-1", TEAM, relief), {}, "s"
    )
    assert visit.relief == {(Role.MEDICAL_MONITOR, 3): "nurse-2"}, "who serves on takes over from nobody"
    assert [visit.serving(Role.MEDICAL_MONITOR, n) for n in (0, 1, 3)] == ["nurse-1", "nurse-1", "nurse-2"]
    assert visit.serving(Role.THERAPIST, 0) is None
    assert visit.people == ("nurse-1", "prescriber-1", "nurse-2")


def test_a_role_that_is_handed_over_is_given_phase_by_phase_whatever_a_phase_asks_for() -> None:
    """Both hands at first and eyes throughout are one turn; the phase after it is the next."""
    nurse = Role.MEDICAL_MONITOR
    hands, eyes = Cover(nurse, Attention.HANDS_ON, first_minutes=15), Cover(nurse, Attention.WATCHING, 2)
    phases = (Phase("administration", 40, (eyes, hands)), Phase("recovery", 45, (eyes,)))
    step = a_dosing_step(phases=phases, site_cover=())
    whole = [[(s.attention, s.phases) for s in turn] for turn in step.turns_of(nurse)]
    both = ("administration", "recovery")
    assert whole == [[(Attention.HANDS_ON, both[:1]), (Attention.WATCHING, both)]]
    turns = replace(step, hands_over=frozenset({nurse})).turns_of(nurse)
    assert [[(s.attention, s.phases) for s in turn] for turn in turns] == [
        [(Attention.HANDS_ON, both[:1]), (Attention.WATCHING, both[:1])],
        [(Attention.WATCHING, both[1:])],
    ]
    assert step.turns_of(Role.CARE_COORDINATOR) == ()
