"""A patient who stays longer on the day: by a supplemental dose, or because recovery takes its time."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest

from scheduler.access.permissions import SYSTEM
from scheduler.booking.changed_series import ChangedVisit
from scheduler.booking.extend_stay import (
    ExtendStay,
    PlannedStay,
    StayExtended,
    StayReason,
    extend_stay,
    preview_stay,
)
from scheduler.booking.move_appointment import MoveAppointment, move_appointment
from scheduler.booking.outcomes import SeriesChanged
from scheduler.booking.preview_move import WantedMove
from scheduler.clinic_file import bundled_protocol, read_protocol
from scheduler.domain.people import Role, StaffMember
from scheduler.domain.series import Series
from scheduler.domain.treatment import Protocol
from tests.booking.small_clinic import INDUCTION
from tests.booking.the_day import MINUTE, NURSE, Floor, S, codes
from tests.builders import HOUR, a_prescriber, a_staff, at, weekdays
from tests.cases.clinic_of_the_cases import Example, beside, clock, days_later, store_clinic


def with_supplemental_doses() -> Protocol:
    """Return the induction that says by how much a supplemental dose lengthens a stay: 45 minutes."""
    document = deepcopy(dict[str, Any](bundled_protocol(INDUCTION)))
    quantity = {"value": 45, "unit": "min", "range": [15, 60], "level": "info", "source": "Clinic policy"}
    document["quantities"]["supplemental.extra_minutes"] = quantity
    return read_protocol(document)


def dosed(**clinic: Any) -> Floor:
    """Store the clinic and bring the first patient to where a second dose may be given, late in the afternoon."""
    protocol = with_supplemental_doses()
    store_clinic(protocols=(protocol,), **clinic)
    times = {"D1": "2026-12-03 14:15", "C1": "2026-12-04 17:00"}
    series = Example(times, protocol=protocol, declined=frozenset({"I1"})).booked().series
    dose = Floor(series, "D1")
    dose.goes(S.CHECKED_IN, S.CLEARED, S.DOSING)
    return dose


def supplemental(dose: Floor, minutes: int | None = None) -> ExtendStay:
    """Return what the nurse asks for before giving another dose."""
    return ExtendStay(dose.id, StayReason.SUPPLEMENTAL_DOSE, minutes, dose.visit.version)


@pytest.mark.usefixtures("app_context")
def test_a_supplemental_dose_after_which_the_patient_would_stay_past_the_last_moment_is_refused() -> None:
    """Case 5: "Supplemental dose lengthens the minimum end past closing time": until 17:45, and 17:30 is the last."""
    dose = dosed()
    before = dose.visit
    assert codes(extend_stay(supplemental(dose), NURSE, dose.clock)) == ["HOURS-2"]
    assert dose.visit == before
    by_hand = extend_stay(supplemental(dose, 65), NURSE, dose.clock)
    assert {"HOURS-1", "HOURS-3", "COVER-4"} <= set(codes(by_hand)), "past 18:00 everybody has gone"
    assert isinstance(extend_stay(supplemental(dose, 30), NURSE, dose.clock), StayExtended)
    assert dose.visit.discharge == before.discharge + 30 * MINUTE


def on_call_until(closes: str) -> tuple[StaffMember, ...]:
    """Return the staff with a prescriber who goes home earlier than the others."""
    shorter = a_prescriber(hours=weekdays("08:00", closes))
    return tuple(shorter if one.id == shorter.id else one for one in a_staff())


@pytest.mark.usefixtures("app_context")
def test_a_supplemental_dose_past_the_prescribers_shift_is_refused() -> None:
    """Case 5: "or past the prescriber's shift", which ends at 17:15 here: 15 minutes more are possible, no more."""
    dose = dosed(staff=on_call_until("17:15"))
    refused = set(codes(extend_stay(supplemental(dose, 20), NURSE, dose.clock)))
    assert "COVER-4" in refused
    assert "HOURS-2" not in refused
    assert isinstance(extend_stay(supplemental(dose, 15), NURSE, dose.clock), StayExtended)


@pytest.mark.usefixtures("app_context")
def test_the_minimum_end_goes_along_so_that_nobody_is_let_go_at_the_former_time() -> None:
    """Case 5: "lengthens the minimum end"."""
    dose = dosed()
    former = dose.visit.discharge
    assert isinstance(extend_stay(supplemental(dose, 30), NURSE, dose.clock), StayExtended)
    dose.goes(S.OBSERVING, S.RECOVERING)
    assert codes(dose.at(former).tries(S.DISCHARGED)) == ["minimum_end"]
    dose.at(former + 30 * MINUTE).goes(S.DISCHARGED)


IN_THE_SAME_CHAIR = {
    "room": "dosing-1",
    "staff": {Role.THERAPIST: "therapist-2", Role.MEDICAL_MONITOR: "nurse-2"},
}


@pytest.fixture
def next_in_the_chair(example: Series) -> Floor:
    """Give the first dose of a second patient, in the same chair as soon as that has been turned over."""
    after = {"D1": "2026-12-03 13:00", "C1": "2026-12-04 16:00", "I1": "2026-12-04 16:30"}
    return Floor(beside(after, D1=IN_THE_SAME_CHAIR).booked().series, "D1")


@pytest.fixture
def next_of_the_therapist(example: Series) -> Floor:
    """Give the first preparation of a third patient, with the first one's therapist five minutes after the dose."""
    times = {**days_later(35), "P1": "2026-12-03 12:40"}
    return Floor(Example(times, "patient-3").booked().series, "P1")


def moved(visit: Floor, **fields: Any) -> None:
    """Move a visit to another room or time."""
    was = visit.visit
    kept = ChangedVisit(was.id, was.version, was.start, was.room, was.staff, was.relief)
    command = MoveAppointment(WantedMove(was.id), (replace(kept, **fields),))
    outcome = move_appointment(command, SYSTEM, clock(was.start - 4 * HOUR))
    assert isinstance(outcome, SeriesChanged), outcome


def test_recovery_that_takes_40_minutes_longer_is_told_to_run_into_both_who_come_next_and_is_kept_once_they_give_way(
    example: Series, next_in_the_chair: Floor, next_of_the_therapist: Floor
) -> None:
    """Case 18: "Recovery overruns by 40 min into the next booking of the same chair, and the therapist's next patient"."""
    dose = Floor(example, "D1")
    dose.goes(S.CHECKED_IN, S.CLEARED, S.DOSING, S.OBSERVING, S.RECOVERING)
    overrun = ExtendStay(dose.id, StayReason.OVERRUN, 40, dose.visit.version)
    seen = preview_stay(overrun, NURSE, dose.clock)
    assert isinstance(seen, PlannedStay)
    assert {(one.resource, one.appointment) for one in seen.collisions} == {
        ("dosing-1", next_in_the_chair.id),
        ("therapist-1", next_of_the_therapist.id),
    }
    before = dose.visit
    assert codes(extend_stay(overrun, NURSE, dose.clock)) == ["collides", "collides"]
    assert dose.visit == before
    moved(next_in_the_chair, room="dosing-2")
    moved(next_of_the_therapist, start=at("2026-12-03 13:30"))
    assert isinstance(extend_stay(overrun, NURSE, dose.clock), StayExtended)
    assert dose.visit.discharge == before.discharge + 40 * MINUTE
