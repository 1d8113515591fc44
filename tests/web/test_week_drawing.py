"""Hours drawn as a week: the usual one, and what is not as usual in the weeks that come."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time

from scheduler.domain.interval import BusyTimes, Interval
from scheduler.domain.people import Role, StaffMember
from scheduler.domain.places import Closure, Room, Site, WeeklyHours
from scheduler.web.week_drawing import DayRow, WeekDrawing, week_of_person, week_of_room, week_of_site

ZONE = "America/Denver"
#: Monday 23 November 2026, nine in the morning in Denver.
NOW = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
HOURS = tuple(WeeklyHours(day, time(8), time(16)) for day in range(5))
SITE = Site("maple", "Maple", "Maple", ZONE, HOURS)
PERSON = StaffMember("ana", "maple", "Ana", frozenset({Role.THERAPIST}), HOURS)


def at(day: int, hour: int) -> datetime:
    return datetime(2026, 11, day, hour + 7, tzinfo=UTC)


def day(drawing: WeekDrawing, name: str) -> DayRow:
    return next(row for week in drawing.coming for row in week.rows if row.name == name)


def stretches(row: DayRow) -> list[tuple[str, str]]:
    return [(one.tone, one.told) for one in row.segments]


def test_the_usual_week_and_four_that_come() -> None:
    drawing = week_of_person(PERSON, SITE, NOW)
    assert [row.words for row in drawing.usual.rows] == ["08:00–16:00"] * 5 + ["Not at work"] * 2
    assert [week.name for week in drawing.coming] == [
        "Week of Mon 23 Nov 2026",
        "Week of Mon 30 Nov 2026",
        "Week of Mon 7 Dec 2026",
        "Week of Mon 14 Dec 2026",
    ]
    assert not any(week.differs for week in drawing.coming)
    assert (drawing.first, drawing.last, drawing.ticks) == (7, 18, (9, 12, 15, 18))
    [work] = drawing.usual.rows[0].segments
    assert (drawing.at(work.begins), drawing.wide(work)) == ("9.09", "72.73")


def test_time_off_and_calendars_elsewhere_are_cut_out_of_the_hours() -> None:
    person = replace(
        PERSON,
        time_off=(Interval(at(24, 0), at(24, 12)),),
        busy=BusyTimes([Interval(at(24, 11), at(24, 13))]),
    )
    drawing = week_of_person(person, SITE, NOW)
    row = day(drawing, "Tue 24 Nov")
    assert stretches(row) == [("away", "08:00–12:00"), ("taken", "12:00–13:00"), ("work", "13:00–16:00")]
    assert row.words == "13:00–16:00; away 08:00–12:00; taken elsewhere 12:00–13:00"
    assert drawing.coming[0].differs == ("Tue 24 Nov: away 08:00–12:00; taken elsewhere 12:00–13:00",)
    assert drawing.tones == {"work", "away", "taken"}


def test_a_closure_takes_the_whole_day_and_says_why() -> None:
    site = replace(SITE, closures=(Closure(date(2026, 11, 26), date(2026, 11, 29), "Thanksgiving"),))
    for drawing in (week_of_person(PERSON, site, NOW), week_of_site(site, NOW)):
        assert stretches(day(drawing, "Thu 26 Nov")) == [("shut", "08:00–16:00")]
        assert day(drawing, "Thu 26 Nov").words == "The site is shut (Thanksgiving)"
        # Nobody works at weekends anyway.
        assert not day(drawing, "Sat 28 Nov").differs


def test_other_hours_for_some_time_are_told_beside_the_usual_ones() -> None:
    late = WeeklyHours(1, time(12), time(20), date(2026, 12, 1), date(2026, 12, 1))
    drawing = week_of_person(replace(PERSON, hours=(*HOURS, late)), SITE, NOW)
    row = day(drawing, "Tue 1 Dec")
    assert row.words == "08:00–20:00; usually 08:00–16:00"
    assert drawing.usual.rows[1].words == "08:00–16:00"
    assert drawing.last == 20


def test_a_day_without_hours_for_some_time_says_what_is_usual() -> None:
    # A pattern that holds only from December on is no usual one yet.
    hours = (WeeklyHours(0, time(8), time(24 - 1, 59), date(2026, 12, 1)),)
    drawing = week_of_site(replace(SITE, hours=hours), NOW)
    assert day(drawing, "Mon 23 Nov").words == "Not open"
    assert day(drawing, "Mon 7 Dec").words == "08:00–23:59; usually not open"
    assert drawing.last == 24


def test_a_room_out_of_use_is_drawn_while_the_site_is_open() -> None:
    room = Room("r", "maple", "North", frozenset({"office"}), (Interval(at(24, 14), at(26, 9)),))
    drawing = week_of_room(room, SITE, NOW)
    assert stretches(day(drawing, "Tue 24 Nov")) == [("work", "08:00–14:00"), ("away", "14:00–16:00")]
    assert day(drawing, "Wed 25 Nov").words == "Out of use 08:00–16:00"


def test_the_hours_are_those_of_the_clock_when_the_clocks_change() -> None:
    # On Sunday 1 November 2026 an hour comes twice in Denver.
    site = replace(SITE, hours=(WeeklyHours(6, time(1), time(4)),))
    drawing = week_of_site(site, datetime(2026, 10, 30, 16, tzinfo=UTC))
    assert stretches(day(drawing, "Sun 1 Nov")) == [("work", "01:00–04:00")]
    assert drawing.first == 1
