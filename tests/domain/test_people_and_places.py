"""Hours, closures, credentials and decisions are judged by clinic-local days, ends included where they say so."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from scheduler.domain.people import Credential, GateDecision, GateRecord
from scheduler.domain.places import Closure, WeeklyHours
from tests.builders import a_nurse, a_patient, a_site, at, between, weekdays

WEEK = between("2026-11-30 00:00", "2026-12-07 00:00")


def test_a_site_is_open_on_its_hours_but_not_on_closed_days() -> None:
    closed = Closure(date(2026, 12, 1), date(2026, 12, 3), "works")
    site = a_site(hours=weekdays("08:00", "12:00"), closures=(closed,))
    assert site.open_times(WEEK) == (
        between("2026-11-30 08:00", "2026-11-30 12:00"),
        between("2026-12-04 08:00", "2026-12-04 12:00"),
    )


def test_time_off_is_taken_out_of_working_hours() -> None:
    lunch = between("2026-11-30 12:00", "2026-11-30 13:00")
    nurse = a_nurse(hours=weekdays("08:00", "16:00")[:1], time_off=(lunch,))
    assert nurse.working_times(a_site(), WEEK) == (
        between("2026-11-30 08:00", "2026-11-30 12:00"),
        between("2026-11-30 13:00", "2026-11-30 16:00"),
    )


def test_a_pattern_holds_from_its_first_to_its_last_day_both_included() -> None:
    monday = weekdays()[0]
    limited = WeeklyHours(0, monday.opens, monday.closes, date(2026, 11, 30), date(2026, 12, 7))
    days = [day for day in range(-7, 21, 7) if limited.applies_on(date(2026, 11, 30) + timedelta(days=day))]
    assert days == [0, 7]


def test_hours_follow_the_wall_clock_through_a_clock_change() -> None:
    sunday = tuple(replace(stretch, weekday=6) for stretch in weekdays("01:00", "09:00")[:1])
    spring = between("2027-03-14 00:00", "2027-03-15 00:00")
    assert [time.duration for time in a_site(hours=sunday).open_times(spring)] == [timedelta(hours=7)]


@pytest.mark.parametrize(("day", "holds"), [(date(2026, 12, 3), True), (date(2026, 12, 4), False)])
def test_a_credential_holds_through_its_last_day(day: date, holds: bool) -> None:
    nurse = a_nurse(credentials=(Credential("bls", date(2026, 12, 3)),))
    assert nurse.holds("bls", day) is holds
    assert not nurse.holds("acls", day)


def _decided(decision: GateDecision, on: date, until: date | None = None) -> GateRecord:
    return GateRecord("payment", decision, on, until)


def test_the_latest_decision_before_the_visit_counts() -> None:
    patient = a_patient(
        gates=(
            _decided(GateDecision.PASS, date(2026, 11, 1), date(2026, 12, 1)),
            _decided(GateDecision.HOLD, date(2026, 11, 10)),
            _decided(GateDecision.PASS, date(2026, 11, 20), date(2026, 12, 3)),
        )
    )
    expected = {
        date(2026, 10, 31): False,
        date(2026, 11, 9): True,
        date(2026, 11, 10): False,
        date(2026, 11, 20): True,
        date(2026, 12, 3): True,
        date(2026, 12, 4): False,
    }
    assert {day: patient.passes("payment", day) for day in expected} == expected
    assert not patient.passes("escort", date(2026, 12, 1))


def test_a_patient_is_unavailable_in_whole_stretches() -> None:
    first, second = (
        between("2026-12-01 08:00", "2026-12-01 10:00"),
        between("2026-12-01 10:00", "2026-12-01 12:00"),
    )
    assert a_patient(unavailable=(second, first)).unavailable_times() == (
        between("2026-12-01 08:00", "2026-12-01 12:00"),
    )
    assert at("2026-12-01 12:00") == second.end
