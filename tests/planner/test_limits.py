"""Series that stand exactly at 24, 48 and 72 hours, and at the first and last date: a quarter beyond, there is none."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest

from scheduler.domain.claims import Claim, Purpose
from scheduler.domain.clock import first_moment, local_day
from scheduler.domain.diary import Diary
from scheduler.domain.interval import Interval, without
from scheduler.domain.places import WeeklyHours
from scheduler.domain.treatment import Counting, Protocol, WindowMeaning
from scheduler.planner.proposal import Answer
from scheduler.planner.propose import propose
from scheduler.planner.wishes import Wishes
from tests.builders import (
    DAY,
    HOUR,
    a_diary,
    a_nurse,
    a_prescriber,
    a_room,
    a_site,
    a_small_protocol,
    a_therapist,
    an_office,
    at,
)

QUARTER = timedelta(minutes=15)
ALL_DAY = tuple(WeeklyHours(day, time(0), time(23, 59)) for day in range(7))

DOSES = (
    ("America/Denver", "2027-02-20 10:00"),
    ("America/Denver", "2027-03-13 10:00"),
    ("America/Denver", "2026-10-31 10:00"),
    ("Australia/Sydney", "2026-10-03 10:00"),
    ("Australia/Sydney", "2027-04-03 10:00"),
)
"""A Saturday on which nothing happens to the clocks, and four before a night in which they go forward or back."""

every_night = pytest.mark.parametrize(("zone", "dose"), DOSES)


def _clinic(zone: str, dose: str, second: Interval, room: str) -> Diary:
    """Build a clinic open day and night, whose dosing room and office are there for the two visits alone."""
    first = Interval.lasting(at(dose, zone), a_small_protocol().step("D1").room_length)
    horizon = Interval(first.start - 10 * DAY, first.start + 20 * DAY)
    free = {"dosing-1": [first], "office-1": []}
    free[room].append(second)
    staff = (a_therapist(), a_nurse(), a_nurse("nurse-2"), a_prescriber())
    return a_diary(
        site=a_site(zone=zone, hours=ALL_DAY, closures=()),
        rooms=(a_room("dosing-1"), an_office("office-1")),
        staff=[replace(person, hours=ALL_DAY) for person in staff],
        claims=[
            Claim(id, Purpose.OCCUPY, taken, f"other-{number}")
            for id, times in free.items()
            for number, taken in enumerate(without([horizon], times))
        ],
        horizon=horizon,
        as_of=horizon.start,
    )


def _asked(diary: Diary, protocol: Protocol) -> Answer:
    return propose(diary, protocol, Wishes(diary.as_of, diary.horizon.end, limit=1))


def _without_limits(protocol: Protocol) -> Protocol:
    """Return the protocol with windows that keep its visits in order alone."""
    windows = (
        replace(w, at_least=timedelta(0), at_most=None, counted=Counting.ELAPSED) for w in protocol.windows
    )
    return replace(protocol, windows=tuple(windows))


def _is_kept(zone: str, dose: str, protocol: Protocol, start: datetime) -> bool:
    """Say whether the second visit of a protocol may start then, for which there is room at that time alone."""
    second = protocol.steps[1]
    room = "office-1" if second.room_capability == "office" else "dosing-1"
    diary = _clinic(zone, dose, Interval.lasting(start, second.room_length), room)
    if second.holds_dose_spacing == timedelta(0):
        # Only the windows stand in the way, if anything does.
        assert _asked(diary, _without_limits(protocol)).proposals
    answer = _asked(diary, protocol)
    assert answer.exact
    assert all(visit.start == start for one in answer.proposals for visit in one.series.appointments[1:])
    return bool(answer.proposals)


@every_night
def test_integration_stands_exactly_at_24_and_at_72_hours_and_not_a_quarter_beyond(
    zone: str, dose: str
) -> None:
    protocol = a_small_protocol(1).only(["D1", "I1"])
    discharge = at(dose, zone) + protocol.step("D1").length
    for hours, beyond in ((24, -QUARTER), (72, QUARTER)):
        assert _is_kept(zone, dose, protocol, discharge + hours * HOUR)
        assert not _is_kept(zone, dose, protocol, discharge + hours * HOUR + beyond)


@every_night
def test_the_next_dose_stands_exactly_at_48_hours_and_not_a_quarter_before(zone: str, dose: str) -> None:
    both = a_small_protocol().only(["D1", "D2"])
    # Asked for twice: by a window of the series, and by what each dose holds of the patient in whatever series.
    by_spacing = _without_limits(both)
    by_window = replace(both, steps=tuple(replace(s, holds_dose_spacing=timedelta(0)) for s in both.steps))
    for protocol in (by_window, by_spacing):
        assert _is_kept(zone, dose, protocol, at(dose, zone) + 48 * HOUR)
        assert not _is_kept(zone, dose, protocol, at(dose, zone) + 48 * HOUR - QUARTER)


@every_night
def test_a_date_begins_and_ends_at_the_clinics_midnight_whatever_the_hours_between(
    zone: str, dose: str
) -> None:
    protocol = a_small_protocol(1).only(["D1", "I1"])
    windows = tuple(
        replace(w, at_least=DAY, at_most=2 * DAY, counted=Counting.CALENDAR)
        for w in protocol.windows
        if w.meaning is WindowMeaning.INTEGRATION
    )
    by_date = replace(protocol, windows=windows)
    day = local_day(at(dose, zone), zone)
    first, over = first_moment(day + DAY, zone), first_moment(day + 3 * DAY, zone)
    # A talk of fifty minutes is over within the hour, and so on the date on which it began.
    for start, kept in ((first - HOUR, False), (first, True), (over - HOUR, True), (over, False)):
        assert _is_kept(zone, dose, by_date, start) is kept
