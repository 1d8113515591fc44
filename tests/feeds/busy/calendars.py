"""Calendars as text, the way programs write them, and what is read out of them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from scheduler.domain.interval import Interval
from scheduler.feeds.busy.reading import Question, Reading, read_busy_times

DENVER, ADELAIDE = "America/Denver", "Australia/Adelaide"

WINDOW = Interval(datetime(2026, 10, 1, tzinfo=UTC), datetime(2027, 12, 1, tzinfo=UTC))

#: What Outlook writes of a zone that somebody put together: no name that anybody else knows.
CUSTOM_ZONE = (
    "BEGIN:VTIMEZONE",
    "TZID:Customized Time Zone",
    "BEGIN:STANDARD",
    "DTSTART:16010101T020000",
    "TZOFFSETFROM:-0600",
    "TZOFFSETTO:-0700",
    "RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=1SU;BYMONTH=11",
    "END:STANDARD",
    "BEGIN:DAYLIGHT",
    "DTSTART:16010101T020000",
    "TZOFFSETFROM:-0700",
    "TZOFFSETTO:-0600",
    "RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=2SU;BYMONTH=3",
    "END:DAYLIGHT",
    "END:VTIMEZONE",
)


def event(*lines: str, uid: str = "one@example.org") -> tuple[str, ...]:
    """Return an event with these lines, and a title that must never be kept."""
    return ("BEGIN:VEVENT", f"UID:{uid}", "SUMMARY:Something private", *lines, "END:VEVENT")


def calendar(*parts: tuple[str, ...], head: tuple[str, ...] = ()) -> str:
    """Return a calendar of these parts."""
    inside = [line for part in parts for line in part]
    return "\r\n".join(
        ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//x//y", *head, *inside, "END:VCALENDAR", ""]
    )


def read(
    text: str, zone: str = DENVER, window: Interval = WINDOW, ours: frozenset[str] = frozenset()
) -> Reading:
    """Read a calendar at a clinic in this zone."""
    return read_busy_times(text, Question(window, zone, ours))


def told(reading: Reading, zone: str = DENVER) -> list[str]:
    """Return the times as they are on a wall in this zone, such as '2026-11-02 10:00/11:00'."""
    place = ZoneInfo(zone)
    stretches = [(time.start.astimezone(place), time.end.astimezone(place)) for time in reading.times]
    return [
        f"{start:%Y-%m-%d %H:%M}/{end:%H:%M}"
        if start.date() == end.date()
        else f"{start:%Y-%m-%d %H:%M}/{end:%Y-%m-%d %H:%M}"
        for start, end in stretches
    ]


def at(*lines: str, **fields: str) -> list[str]:
    """Return the times in Denver of one event with these lines."""
    return told(read(calendar(event(*lines, **fields))))
