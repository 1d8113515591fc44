"""What calendars say is read as the programs that wrote them mean it."""

from __future__ import annotations

import pytest

from scheduler.feeds.busy.content import UnusableCalendar
from tests.feeds.busy.calendars import ADELAIDE, CUSTOM_ZONE, DENVER, at, calendar, event, read, told

IN_DENVER = "TZID=America/Denver"


def test_a_time_in_utc_in_a_zone_and_without_one() -> None:
    assert at("DTSTART:20261203T170000Z", "DTEND:20261203T180000Z") == ["2026-12-03 10:00/11:00"]
    assert at("DTSTART;TZID=Europe/Berlin:20261203T180000", "DURATION:PT1H") == ["2026-12-03 10:00/11:00"]
    assert at("DTSTART:20261203T100000", "DTEND:20261203T110000") == ["2026-12-03 10:00/11:00"]


def test_a_floating_time_is_meant_where_the_calendar_is_kept() -> None:
    text = calendar(
        event("DTSTART:20261203T100000", "DTEND:20261203T110000"), head=("X-WR-TIMEZONE:America/New_York",)
    )
    assert told(read(text)) == ["2026-12-03 08:00/09:00"]


@pytest.mark.parametrize(
    "name",
    [
        "Mountain Standard Time",
        '"Mountain Standard Time"',
        "America/Denver",
        "/mozilla.org/20050126_1/America/Denver",
        "/freeassociation.sourceforge.net/America/Denver",
        "/citadel.org/20190914_1/America/Denver",
    ],
)
def test_zones_by_the_names_that_programs_give_them(name: str) -> None:
    assert at(f"DTSTART;TZID={name}:20270705T100000", f"DTEND;TZID={name}:20270705T110000") == [
        "2027-07-05 10:00/11:00"
    ]


def test_a_zone_that_the_calendar_defines_itself_follows_its_own_clock_changes() -> None:
    lines = (
        "DTSTART;TZID=Customized Time Zone:20261030T100000",
        "DTEND;TZID=Customized Time Zone:20261030T110000",
        "RRULE:FREQ=WEEKLY;COUNT=3",
    )
    found = told(read(calendar(CUSTOM_ZONE, event(*lines)), zone="UTC"), zone="UTC")
    assert found == ["2026-10-30 16:00/17:00", "2026-11-06 17:00/18:00", "2026-11-13 17:00/18:00"]


def test_a_zone_nobody_knows_counts_as_the_clinics_and_is_told() -> None:
    found = read(calendar(event("DTSTART;TZID=Nowhere:20261203T100000", "DURATION:PT1H")))
    assert told(found) == ["2026-12-03 10:00/11:00"]
    assert "time zone that is not known" in found.remark
    assert "Nowhere" not in found.remark


@pytest.mark.parametrize("zone", [DENVER, ADELAIDE])
def test_a_whole_day_is_a_day_at_the_clinic(zone: str) -> None:
    days = read(calendar(event("DTSTART;VALUE=DATE:20261203")), zone)
    assert told(days, zone) == ["2026-12-03 00:00/2026-12-04 00:00"]
    days = read(calendar(event("DTSTART;VALUE=DATE:20261203", "DTEND;VALUE=DATE:20261206")), zone)
    assert told(days, zone) == ["2026-12-03 00:00/2026-12-06 00:00"]
    # Some programs end a day with itself.
    days = read(calendar(event("DTSTART;VALUE=DATE:20261203", "DTEND;VALUE=DATE:20261203")), zone)
    assert told(days, zone) == ["2026-12-03 00:00/2026-12-04 00:00"]


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        (DENVER, "20270314", 23),
        (DENVER, "20261101", 25),
        (ADELAIDE, "20261004", 23),
        (ADELAIDE, "20270404", 25),
    ],
)
def test_a_day_of_a_clock_change_is_as_long_as_it_is(zone: str, day: str, hours: int) -> None:
    (time,) = read(calendar(event(f"DTSTART;VALUE=DATE:{day}")), zone).times
    assert time.duration.total_seconds() == hours * 3600


@pytest.mark.parametrize(
    ("zone", "first"),
    [(DENVER, "20261030"), (DENVER, "20270312"), (ADELAIDE, "20261002"), (ADELAIDE, "20270402")],
)
def test_what_recurs_keeps_its_hour_over_a_clock_change(zone: str, first: str) -> None:
    lines = (
        f"DTSTART;TZID={zone}:{first}T090000",
        f"DTEND;TZID={zone}:{first}T103000",
        "RRULE:FREQ=DAILY;COUNT=5",
    )
    found = told(read(calendar(event(*lines)), zone), zone)
    assert len(found) == 5
    assert {entry.split(" ")[1] for entry in found} == {"09:00/10:30"}


def test_a_night_over_a_clock_change_is_never_cut_short() -> None:
    lines = (f"DTSTART;{IN_DENVER}:20261030T220000", f"DTEND;{IN_DENVER}:20261031T060000")
    nights = at(*lines, "RRULE:FREQ=DAILY;COUNT=2")
    assert nights[1] == "2026-10-31 22:00/2026-11-01 06:00"
    (night, *_) = read(
        calendar(event(f"DTSTART;{IN_DENVER}:20270313T020000", "DURATION:P1D", uid="two@example.org"))
    ).times
    # One day on the wall: 02:00 does not come on the fourteenth, and is three o'clock then.
    assert night.duration.total_seconds() == 24 * 3600


def test_the_hour_that_is_skipped_and_the_hour_that_comes_twice() -> None:
    assert at(f"DTSTART;{IN_DENVER}:20270314T023000", "DURATION:PT30M") == ["2027-03-14 03:30/04:00"]
    found = read(calendar(event(f"DTSTART;{IN_DENVER}:20261101T013000", "DURATION:PT15M")))
    assert [f"{time.start:%H:%M}" for time in found.times] == ["07:30"]


def test_exceptions_further_dates_and_moved_recurrences() -> None:
    series = event(
        f"DTSTART;{IN_DENVER}:20261207T100000",
        f"DTEND;{IN_DENVER}:20261207T110000",
        "RRULE:FREQ=WEEKLY;BYDAY=MO;UNTIL=20270104T170000Z",
        f"EXDATE;{IN_DENVER}:20261214T100000",
        "RDATE:20261216T170000Z",
    )
    moved = event(
        "RECURRENCE-ID:20261221T170000Z",
        f"DTSTART;{IN_DENVER}:20261222T140000",
        f"DTEND;{IN_DENVER}:20261222T150000",
    )
    called_off = event("RECURRENCE-ID:20261228T170000Z", "STATUS:CANCELLED", "DTSTART:20261228T170000Z")
    assert told(read(calendar(series, moved, called_off))) == [
        "2026-12-07 10:00/11:00",
        "2026-12-16 10:00/11:00",
        "2026-12-22 14:00/15:00",
        "2027-01-04 10:00/11:00",
    ]


def test_of_two_versions_of_an_exception_the_later_counts_and_one_alone_is_an_event() -> None:
    late = event("RECURRENCE-ID:20261221T170000Z", "SEQUENCE:3", "DTSTART:20261222T170000Z", "DURATION:PT1H")
    early = event("RECURRENCE-ID:20261221T170000Z", "SEQUENCE:1", "DTSTART:20261223T170000Z", "DURATION:PT1H")
    assert told(read(calendar(late, early))) == ["2026-12-22 10:00/11:00"]


def test_an_exception_for_all_that_follow_moves_them() -> None:
    series = event(f"DTSTART;{IN_DENVER}:20261207T100000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=4")
    later = event(
        f"RECURRENCE-ID;RANGE=THISANDFUTURE;{IN_DENVER}:20261221T100000",
        f"DTSTART;{IN_DENVER}:20261221T130000",
        "DURATION:PT2H",
    )
    assert told(read(calendar(series, later))) == [
        "2026-12-07 10:00/11:00",
        "2026-12-14 10:00/11:00",
        "2026-12-21 13:00/15:00",
        "2026-12-28 13:00/15:00",
    ]


def test_days_left_out_of_whole_days_and_of_hours() -> None:
    assert at("DTSTART;VALUE=DATE:20261207", "RRULE:FREQ=DAILY;COUNT=3", "EXDATE;VALUE=DATE:20261208") == [
        "2026-12-07 00:00/2026-12-08 00:00",
        "2026-12-09 00:00/2026-12-10 00:00",
    ]
    assert at(
        f"DTSTART;{IN_DENVER}:20261207T100000",
        "DURATION:PT1H",
        "RRULE:FREQ=DAILY;COUNT=3",
        "EXDATE;VALUE=DATE:20261208",
    ) == ["2026-12-07 10:00/11:00", "2026-12-09 10:00/11:00"]


@pytest.mark.parametrize("until", ["20261209", "20261209T235959Z", "20261209T000000Z"])
def test_whole_days_end_with_the_day_of_their_end(until: str) -> None:
    assert at("DTSTART;VALUE=DATE:20261207", f"RRULE:FREQ=DAILY;UNTIL={until}") == [
        "2026-12-07 00:00/2026-12-10 00:00"
    ]


@pytest.mark.parametrize(
    ("line", "is_busy"),
    [
        ("TRANSP:OPAQUE", True),
        ("TRANSP:TRANSPARENT", False),
        ("STATUS:CANCELLED", False),
        ("STATUS:TENTATIVE", True),
        ("X-MICROSOFT-CDO-BUSYSTATUS:BUSY", True),
        ("X-MICROSOFT-CDO-BUSYSTATUS:FREE", False),
        ("X-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE", True),
        ("X-MICROSOFT-CDO-BUSYSTATUS:OOF", True),
        ("X-MICROSOFT-CDO-BUSYSTATUS:WORKINGELSEWHERE\r\nTRANSP:TRANSPARENT", True),
    ],
)
def test_what_makes_somebody_busy(line: str, is_busy: bool) -> None:
    assert bool(at("DTSTART:20261203T170000Z", "DURATION:PT1H", line)) is is_busy


def test_what_the_owner_of_a_google_calendar_declined_is_not_busy() -> None:
    lines = ("DTSTART:20261203T170000Z", "DURATION:PT1H")
    declined = "ATTENDEE;CN=Somebody;PARTSTAT=DECLINED;X-NUM-GUESTS=0:mailto:somebody@example.org"
    head = ("X-WR-CALNAME:Somebody@example.org",)
    assert not told(read(calendar(event(*lines, declined), head=head)))
    assert told(read(calendar(event(*lines, declined.replace(":somebody", ":another")), head=head)))


def test_what_has_no_length_takes_no_time() -> None:
    assert at("DTSTART:20261203T170000Z") == []
    assert at("DTSTART:20261203T170000Z", "DTEND:20261203T170000Z") == []


def test_free_and_busy_periods() -> None:
    part = (
        "BEGIN:VFREEBUSY",
        "FREEBUSY:20261203T170000Z/20261203T180000Z,20261204T170000Z/PT30M",
        "FREEBUSY;FBTYPE=FREE:20261205T170000Z/PT1H",
        "FREEBUSY;FBTYPE=BUSY-TENTATIVE:20261206T170000Z/PT1H",
        "END:VFREEBUSY",
    )
    assert told(read(calendar(part))) == [
        "2026-12-03 10:00/11:00",
        "2026-12-04 10:00/10:30",
        "2026-12-06 10:00/11:00",
    ]


def test_lines_are_unfolded_and_alarms_inside_passed_over() -> None:
    start = "DTSTART;TZID=Amer\r\n ica/Denver:20261203T100\r\n\t000"
    alarm = ("BEGIN:VALARM", "TRIGGER:-PT15M", "DURATION:PT99H", "END:VALARM")
    text = calendar(event(start, "DURATION:PT1H", *alarm))
    assert told(read("\ufeff" + text)) == ["2026-12-03 10:00/11:00"]


def test_what_began_before_the_window_counts_inside_it() -> None:
    assert at("DTSTART;VALUE=DATE:20260901", "DTEND;VALUE=DATE:20261002") == [
        "2026-09-30 18:00/2026-10-02 00:00"
    ]
    long = at(
        "DTSTART:20260301T000000Z", "DURATION:P3D", "RRULE:FREQ=MONTHLY;BYMONTHDAY=29;UNTIL=20261029T000000Z"
    )
    assert long == ["2026-09-30 18:00/2026-10-01 18:00", "2026-10-28 18:00/2026-10-31 18:00"]


def test_our_own_visits_in_somebodys_calendar_are_not_in_their_own_way() -> None:
    text = calendar(event("DTSTART:20261203T170000Z", "DURATION:PT1H", uid="ours"))
    assert not read(text, ours=frozenset({"ours"})).times
    assert read(text).times


def test_an_entry_that_makes_no_sense_is_counted_and_the_others_are_taken() -> None:
    text = calendar(
        event("DTSTART:tomorrow", "DURATION:PT1H", uid="1"),
        event("DTSTART:20261203T170000Z", "DTEND:20261203T160000Z", uid="2"),
        event("DTSTART:20261203T170000Z", "DURATION:PT1H", "RRULE:FREQ=SOMETIMES", uid="3"),
        event("SUMMARY:no beginning", uid="4"),
    )
    found = read(text)
    assert told(found) == ["2026-12-03 10:00/11:00"]
    assert found.remark == "4 entries could not be read and may be missing here."


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("<!DOCTYPE html><title>Sign in</title>", "web page instead of a calendar"),
        ("", "no calendar"),
        ("Not found", "no calendar"),
        ("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n", "breaks off"),
        ("BEGIN:VCALENDAR\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n", "muddled"),
        ("BEGIN:VCALENDAR\r\n" * 50, "nested too deeply"),
    ],
)
def test_what_is_no_calendar_is_refused_in_words(text: str, why: str) -> None:
    with pytest.raises(UnusableCalendar, match=why):
        read(text)


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SECONDLY",
        "FREQ=MINUTELY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=MINUTELY;INTERVAL=20",
        "FREQ=DAILY;BYHOUR=1,2,3,4,5,6,7,8,9,10,11,12;BYMINUTE=" + ",".join(map(str, range(0, 60, 10))),
    ],
)
def test_a_calendar_that_asks_for_too_much_work_is_refused(rule: str) -> None:
    with pytest.raises(UnusableCalendar, match="fewer"):
        at("DTSTART:20200101T100000Z", "DURATION:PT1M", f"RRULE:{rule}")


def test_a_rule_that_never_finds_a_day_ends() -> None:
    assert (
        len(at("DTSTART:20200101T100000Z", "DURATION:PT1H", "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30")) == 0
    )


def test_a_rule_from_long_ago_costs_nothing() -> None:
    found = at(
        f"DTSTART;{IN_DENVER}:19010107T100000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE"
    )
    assert len(found) in range(59, 63)
