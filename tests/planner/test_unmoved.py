"""What is said when a visit cannot be moved: from when to when it would have to be, in hours or in days as they count."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from scheduler.domain.claims import Purpose
from scheduler.domain.interval import Interval
from scheduler.domain.treatment import Counting, Point, Protocol
from scheduler.planner.change import Change
from scheduler.planner.proposal import Reason
from scheduler.planner.reschedule import reschedule
from tests.builders import DAY, ZONE, a_claim, a_diary, a_small_protocol, at, between, t1_like_series

AFTER_D1 = at("2026-12-03 18:00")
"""The first dose has been given; it and the preparation stay where they are."""


def _by_dates(to_point: Point = Point.START) -> Protocol:
    """Build the small protocol with the first integration one or two calendar days after the first dose."""
    protocol = a_small_protocol()
    windows = [
        replace(w, at_least=DAY, at_most=2 * DAY, counted=Counting.CALENDAR, to_point=to_point)
        if w.to_step == "I1"
        else w
        for w in protocol.windows
    ]
    return replace(protocol, windows=tuple(windows))


def _against(protocol: Protocol, change: Change) -> Reason:
    series = t1_like_series(protocol, id="series-1")
    found = reschedule(a_diary(as_of=AFTER_D1), protocol, series, change)
    assert found.series is None
    return found.reasons[0]


def test_windows_counted_in_calendar_days_are_told_as_days() -> None:
    told = _against(_by_dates(), Change.off_day("I1", date(2026, 12, 4), ZONE))
    assert (told.code, told.step) == ("chain", "I1")
    asked = "I1 starts at least 1 calendar day and at most 2 calendar days after D1 is over"
    assert told.why == (
        f"I1 (Integration 1) would have to start on Fri 4 Dec 2026 or later, because {asked}, and on Sat 5 Dec 2026 or "
        f"earlier, because {asked}; no start is free then, the next one is on Mon 7 Dec 2026 08:00 MST"
    )


def test_where_the_end_of_a_visit_is_counted_its_start_is_told_to_the_minute() -> None:
    told = _against(_by_dates(Point.END), Change.off_day("I1", date(2026, 12, 4), ZONE))
    # To be over on a date, 50 minutes of talking must begin in time.
    assert "on Thu 3 Dec 2026 23:10 MST or later, because I1 is over at least 1 calendar day" in told.why
    assert "on Sat 5 Dec 2026 23:05 MST or earlier" in told.why


def test_the_same_window_counted_in_hours_is_told_to_the_minute() -> None:
    told = _against(a_small_protocol(), Change.off_day("I1", date(2026, 12, 4), ZONE))
    assert told.why.startswith(
        "I1 (Integration 1) would have to start on Fri 4 Dec 2026 12:45 MST or later, because I1 starts at least 24 h and "
        "at most 72 h after D1 is over, and on Sun 6 Dec 2026 12:45 MST or earlier, because "
    )


def test_what_can_never_be_is_not_told_as_if_somebody_had_taken_it() -> None:
    fixed = frozenset({"D2", "I1"})
    told = _against(a_small_protocol(), Change("I2", exactly=at("2026-12-11 10:00"), fixed=fixed))
    assert told.why == (
        "I2 (Integration 2) would have to start on Fri 11 Dec 2026 10:00 MST or later, and on Thu 10 Dec 2026 12:45 MST or "
        "earlier, because I2 starts at least 24 h and at most 72 h after D2 is over; it cannot do both"
    )
    assert told.mend == "ask for another time, or plan the rest of the series anew"


def test_what_only_the_present_moment_limits_is_told_so() -> None:
    series = t1_like_series(a_small_protocol(), id="series-1")
    busy = Interval(at("2026-12-07 00:00"), at("2026-12-09 00:00"))
    now = at("2026-12-06 12:00")
    asked = Change("D2", not_during=(busy,), fixed=frozenset({"I2"}))
    told = reschedule(a_diary(as_of=now), a_small_protocol(), series, asked).reasons[0]
    assert told.why.startswith(
        "D2 (Dosing 2) would have to start on Sun 6 Dec 2026 12:00 MST or later, because that is now, and on Mon 7 Dec 2026 "
        "12:15 MST or earlier, because "
    )


def test_another_therapist_is_told_with_how_many_visits_move() -> None:
    busy = a_claim("therapist-1", Purpose.OCCUPY, between("2026-12-04 00:00", "2026-12-07 00:00"))
    series = t1_like_series(a_small_protocol(), id="series-1")
    diary = a_diary(as_of=AFTER_D1, claims=(busy,))
    asked = Change("I1", not_during=(between("2026-12-04 15:00", "2026-12-04 15:30"),))
    found = reschedule(diary, a_small_protocol(), series, asked)
    assert [reason.mend for reason in found.reasons if reason.code == "another_therapist"] == [
        "with another therapist I1 could start on Fri 4 Dec 2026 15:30 MST, with 1 visit moved in all"
    ]
