"""The slot picker beside the rest of a series: limits to the minute, and nights on which the clocks change."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta

import pytest

from scheduler.domain.claims import Claim, Purpose
from scheduler.domain.clock import local
from scheduler.domain.diary import Diary
from scheduler.domain.interval import Interval
from scheduler.domain.people import Role
from scheduler.domain.places import WeeklyHours
from scheduler.domain.series import Series
from scheduler.domain.treatment import Counting, Protocol, WindowMeaning
from scheduler.planner.slots import Beside, Slots, free_starts
from tests.builders import (
    a_diary,
    a_dosing_step,
    a_nurse,
    a_prescriber,
    a_room,
    a_site,
    a_small_protocol,
    a_therapist,
    an_office,
    at,
    between,
    t1_like_series,
)

DENVER, SYDNEY = "America/Denver", "Australia/Sydney"
ALL_WEEK = tuple(WeeklyHours(day, time(7), time(20)) for day in range(7))


def _small(**fields: object) -> Diary:
    """Build a clinic with one of everybody and one room of each kind, so that whatever is taken bites."""
    fields.setdefault("staff", (a_therapist(), a_nurse(), a_prescriber()))
    fields.setdefault("rooms", (a_room(), an_office()))
    return a_diary(**fields)  # type: ignore[arg-type]  # the tests name the fields they mean


def _only_reason(slots: Slots, start: str, zone: str = DENVER) -> tuple[str, str, str]:
    (reason,) = slots.reasons_at(at(start, zone))
    return reason.code, reason.why, reason.mend


# Limits


def _beside(key: str, **starts: str) -> tuple[Diary, Slots]:
    """Ask for a visit of a small series, with the others where the example has them."""
    diary, protocol = a_diary(), a_small_protocol()
    series = t1_like_series(protocol, starts, diary=diary, id="series-1")
    return diary, free_starts(diary, protocol.step(key), beside=Beside(series, protocol))


def test_integration_is_free_from_24_hours_after_discharge_to_72_both_included() -> None:
    # D1 on Tuesday at 10:00 is over at 12:45.
    _, slots = _beside("I1", D1="2026-12-01 10:00", P1="2026-11-24 14:00")
    assert slots.free[0] == at("2026-12-02 12:45")
    assert slots.free[-1] == at("2026-12-04 12:45")
    code, why, mend = _only_reason(slots, "2026-12-02 12:30")
    assert code == "window"
    assert why == (
        "I1 may start from Wed 2 Dec 2026 12:45 MST until Fri 4 Dec 2026 12:45 MST, for I1 starts at least 24 h and "
        "at most 72 h after D1 is over"
    )
    assert mend == "move D1, or look from Wed 2 Dec 2026 12:45 MST on"
    assert _only_reason(slots, "2026-12-04 13:00")[2] == (
        "move D1, or look no later than Fri 4 Dec 2026 12:45 MST"
    )


def test_a_dose_is_free_from_exactly_48_hours_after_the_one_before() -> None:
    _, slots = _beside("D2", D1="2026-12-01 10:00", I1="2026-12-02 13:00", I2="2026-12-05 08:00")
    assert slots.free[0] == at("2026-12-03 10:00")
    codes = {reason.code for reason in slots.reasons_at(at("2026-12-03 09:45"))}
    assert codes == {"window", "spacing"}


def test_a_visit_of_the_series_that_is_moved_is_not_in_its_own_way() -> None:
    diary, protocol = _small(), a_small_protocol()
    staff = dict.fromkeys((Role.MEDICAL_MONITOR, Role.ADMINISTERING_CLINICIAN), "nurse-1")
    visits = {"D1": {"staff": staff}, "D2": {"staff": staff}}
    series = t1_like_series(protocol, diary=diary, id="series-1", visits=visits)
    own = tuple(claim for visit in series.appointments for claim in visit.claims)
    slots = free_starts(replace(diary, claims=own), protocol.step("D1"), beside=Beside(series, protocol))
    assert slots.is_free(at("2026-12-03 10:00")) and slots.is_free(at("2026-12-03 10:15"))


def test_a_dose_of_another_series_keeps_its_distance_on_both_sides() -> None:
    other = Claim(
        "patient-1", Purpose.SPACING, Interval.lasting(at("2026-12-03 10:00"), timedelta(hours=48)), "x"
    )
    slots = free_starts(a_diary(claims=[other]), a_dosing_step())
    assert slots.is_free(at("2026-12-01 10:00")) and slots.is_free(at("2026-12-07 08:00"))
    assert _only_reason(slots, "2026-12-01 10:15")[:2] == (
        "spacing",
        "the patient has another dose at Thu 3 Dec 2026 10:00 MST; 48 h are asked for between doses",
    )
    assert _only_reason(slots, "2026-12-04 10:00")[0] == "spacing"


# Clock changes


def _around_a_change(zone: str, days: tuple[str, str], dose: str) -> tuple[Diary, Protocol, Series]:
    site = a_site(zone=zone, hours=ALL_WEEK, closures=())
    staff = (a_therapist(hours=ALL_WEEK), a_nurse(hours=ALL_WEEK), a_nurse("nurse-2", hours=ALL_WEEK))
    begin, end = (f"{day} 00:00" for day in days)
    diary = a_diary(
        site=site,
        staff=(*staff, a_prescriber(hours=ALL_WEEK)),
        as_of=at(begin, zone),
        horizon=between(begin, end, zone),
    )
    protocol = a_small_protocol(2)
    series = t1_like_series(protocol.only(["D1"]), {"D1": dose}, diary=diary, id="series-1")
    return diary, protocol, series


@pytest.mark.parametrize(
    "zone, days, dose, first, last",
    [
        # The night of 14 March 2027 has an hour less in Denver, that of 7 November one more.
        (DENVER, ("2027-03-10", "2027-03-25"), "2027-03-13 10:00", "2027-03-15 11:00", "2027-03-18 11:00"),
        (DENVER, ("2027-11-03", "2027-11-18"), "2027-11-06 10:00", "2027-11-08 09:00", "2027-11-11 09:00"),
        # In Sydney it is the other way round: 4 October 2026 is short, 4 April 2027 long.
        (SYDNEY, ("2026-09-28", "2026-10-15"), "2026-10-03 10:00", "2026-10-05 11:00", "2026-10-08 11:00"),
        (SYDNEY, ("2027-03-30", "2027-04-15"), "2027-04-03 10:00", "2027-04-05 09:00", "2027-04-08 09:00"),
    ],
)
def test_hours_pass_as_they_do_whatever_the_clocks_say(
    zone: str, days: tuple[str, str], dose: str, first: str, last: str
) -> None:
    diary, protocol, series = _around_a_change(zone, days, dose)
    slots = free_starts(diary, protocol.step("D2"), beside=Beside(series, protocol))
    assert (slots.free[0], slots.free[-1]) == (at(first, zone), at(last, zone))
    assert slots.free[0] - at(dose, zone) == timedelta(hours=48)
    assert slots.free[-1] - at(dose, zone) == timedelta(days=5)


@pytest.mark.parametrize(
    "zone, days, dose, day",
    [
        (DENVER, ("2027-03-10", "2027-03-25"), "2027-03-13 17:00", date(2027, 3, 14)),
        (SYDNEY, ("2027-03-30", "2027-04-15"), "2027-04-03 17:00", date(2027, 4, 4)),
    ],
)
def test_calendar_days_begin_at_the_clinics_midnight(
    zone: str, days: tuple[str, str], dose: str, day: date
) -> None:
    diary, protocol, series = _around_a_change(zone, days, dose)
    one = timedelta(days=1)
    windows = tuple(
        replace(w, at_least=one, at_most=one, counted=Counting.CALENDAR)
        if w.meaning is WindowMeaning.INTEGRATION
        else w
        for w in protocol.windows
    )
    protocol = replace(protocol, windows=windows)
    slots = free_starts(diary, protocol.step("I1"), beside=Beside(series, protocol))
    assert {local(start, zone).date() for start in slots.free} == {day}
    assert local(slots.free[0], zone).time() == time(7)
    assert len(slots.free) == 12 * 4 + 1
