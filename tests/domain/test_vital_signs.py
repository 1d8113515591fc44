"""When vital signs are looked at: by the route of the dose, from its real begin, until the patient is let go."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from scheduler.domain.appointment import Appointment, AppointmentState, PhaseTime
from scheduler.domain.interval import Interval
from scheduler.domain.vital_signs import TIMETABLES, vital_times
from tests.builders import at
from tests.web.visits import a_visit

DOSED = at("2026-12-03 10:35")
MINUTE = timedelta(minutes=1)


def a_dose(state: AppointmentState = AppointmentState.DOSING, left: datetime | None = None) -> Appointment:
    """Return a dose from 10:00 to 12:45 that is given from 10:35 to 11:15."""
    visit = a_visit("D1", at("2026-12-03 10:00"), 165)
    given = PhaseTime("administration", Interval.lasting(DOSED, timedelta(minutes=40)))
    return replace(visit, state=state, phases=(given,), released_at=left)


def minutes_of(
    route: str, visit: Appointment, late: timedelta = timedelta(0), now: datetime = DOSED
) -> list[int]:
    """Return when looks are due, in minutes after the dose really began."""
    dosed = DOSED + late
    return [
        int((one.due - dosed.replace(second=0)) / MINUTE) for one in vital_times(visit, route, dosed, now)
    ]


@pytest.mark.parametrize(
    ("route", "expected"),
    [
        ("iv", [0, 15, 30, 40, 55, 70, 85, 100, 115, 130]),
        ("intranasal", [0, 40, 130]),
        ("im", [0, 15, 30, 60, 130]),
        ("sl", [0, 15, 30, 60, 130]),
        ("", [0, 15, 30, 60, 130]),
    ],
)
def test_each_route_has_its_times(route: str, expected: list[int]) -> None:
    assert minutes_of(route, a_dose()) == expected


def test_they_follow_a_dose_that_began_late_and_count_from_its_whole_minute() -> None:
    late = timedelta(minutes=20, seconds=40)
    # The release waits for as many whole minutes as the dose began late, rounded up.
    assert minutes_of("im", a_dose(), late) == [0, 15, 30, 60, 131]
    assert vital_times(a_dose(), "im", DOSED + late, DOSED)[1].due == at("2026-12-03 11:10")


def test_before_the_dose_there_are_none() -> None:
    assert vital_times(a_dose(AppointmentState.CLEARED), "iv", None, DOSED) == ()


def test_after_an_infusion_they_go_on_for_as_long_as_the_patient_is_there() -> None:
    now = at("2026-12-03 12:50")
    assert minutes_of("iv", a_dose(AppointmentState.RECOVERING), now=now)[-2:] == [130, 145]
    assert minutes_of("im", a_dose(AppointmentState.RECOVERING), now=now)[-1] == 130


def test_whoever_has_left_is_asked_for_none_after_that() -> None:
    left = a_dose(AppointmentState.LEFT_BEFORE_RELEASE, left=at("2026-12-03 11:20"))
    assert minutes_of("im", left, now=at("2026-12-03 13:00")) == [0, 15, 30]


def test_one_is_overdue_some_minutes_after_its_time() -> None:
    first = vital_times(a_dose(), "im", DOSED, DOSED)[0]
    assert first.what == "before the dose"
    assert not first.is_overdue_at(DOSED + 4 * MINUTE)
    assert first.is_overdue_at(DOSED + 5 * MINUTE)
    assert first.opens_at() == DOSED - 10 * MINUTE


def test_each_timetable_says_where_it_comes_from() -> None:
    assert all(one.source for one in TIMETABLES.values())
