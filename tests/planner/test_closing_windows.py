"""Until when a visit that was called off can still be booked."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from scheduler.domain.appointment import AppointmentState
from scheduler.domain.series import Series
from scheduler.planner.closing_windows import closing_windows
from tests.builders import ZONE, a_small_protocol, t1_like_series


def without(*steps: str, **fields: object) -> Series:
    series = t1_like_series(id="one")
    visits = tuple(
        replace(visit, state=AppointmentState.CANCELLED_BY_PATIENT) if visit.step in steps else visit
        for visit in series.appointments
    )
    return replace(series, appointments=visits)


def closing(series: Series) -> dict[str, object]:
    return {one.visit.step: one.last for one in closing_windows(a_small_protocol(), series, ZONE)}


def test_integration_is_due_within_three_days_of_the_discharge() -> None:
    series = without("I1")
    dose = series.visit("D1")
    assert dose is not None
    assert closing(series) == {"I1": dose.discharge + timedelta(hours=72)}


def test_it_counts_from_when_the_patient_really_left() -> None:
    series = without("I1")
    later = timedelta(minutes=40)
    stayed = tuple(
        replace(visit, released_at=visit.discharge + later) if visit.step == "D1" else visit
        for visit in series.appointments
    )
    dose = series.visit("D1")
    assert dose is not None
    assert closing(replace(series, appointments=stayed))["I1"] == dose.discharge + later + timedelta(hours=72)


def test_what_stands_and_what_was_declined_is_not_waited_for() -> None:
    assert closing(t1_like_series(id="one")) == {}
    assert closing(replace(without("I1"), declined=frozenset({"I1"}))) == {}


def test_what_hangs_on_a_visit_that_is_missing_too_is_not_held_by_it() -> None:
    assert "I2" not in closing(without("D2", "I2"))
