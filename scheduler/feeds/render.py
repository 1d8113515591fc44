"""Entries as iCalendar bytes (RFC 5545 and 7986), the same bytes for the same entries, always."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from functools import lru_cache

from icalendar import Alarm, Calendar, Event

from scheduler.domain.appointment import AppointmentState
from scheduler.feeds.entries import Entry

FORMAT = "2"
"""Raised whenever the same entries are written differently, so that every program reads them anew."""

_LOOK_AGAIN = timedelta(hours=1)
_END = b"END:VCALENDAR\r\n"


def calendar_bytes(name: str, entries: Iterable[Entry]) -> bytes:
    """Return the whole calendar: UTF-8, lines of at most 75 octets ended by CRLF, all times in UTC."""
    return b"".join((_opening(name), *(_event_bytes(entry) for entry in entries), _END))


@lru_cache(maxsize=64)
def _opening(name: str) -> bytes:
    """Return everything before the first event.

    There is no UID: with one, subscribing programs take the whole calendar for a single item.
    """
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", "-//Calendar//Appointments//EN")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    # RFC 7986 section 5.7 requires the VALUE parameter, which the library leaves out.
    calendar.add("refresh-interval", _LOOK_AGAIN, parameters={"VALUE": "DURATION"})
    # The library writes a timedelta here as a clock time.
    calendar.add("x-published-ttl", "PT1H")
    opening: bytes = calendar.to_ical()
    return opening.removesuffix(_END)


@lru_cache(maxsize=20_000)
def _event_bytes(entry: Entry) -> bytes:
    """Return one event. Kept by its content, so that a change to one visit writes one visit anew."""
    event = Event()
    event.add("uid", entry.uid)
    event.add("sequence", entry.sequence)
    # Never the present moment: the bytes must stay the same until the visit changes.
    event.add("dtstamp", entry.changed_at.replace(microsecond=0))
    event.add("last-modified", entry.changed_at.replace(microsecond=0))
    event.add("created", entry.created_at.replace(microsecond=0))
    event.add("dtstart", entry.interval.start)
    event.add("dtend", entry.interval.end)
    event.add("summary", entry.summary)
    if entry.location:
        event.add("location", entry.location)
    event.add("status", _status(entry.state))
    event.add("transp", "OPAQUE" if entry.state.takes_time else "TRANSPARENT")
    if entry.alarm_minutes is not None:
        event.add_component(_alarm(entry))
    written: bytes = event.to_ical()
    return written


def _alarm(entry: Entry) -> Alarm:
    """Return a reminder in the words of the entry; by its uid (RFC 9074) programs know one that was dismissed."""
    alarm = Alarm()
    alarm.add("uid", f"{entry.uid}-{entry.alarm_minutes}")
    alarm.add("action", "DISPLAY")
    alarm.add("trigger", -timedelta(minutes=entry.alarm_minutes or 0))
    alarm.add("description", entry.summary)
    return alarm


def _status(state: AppointmentState) -> str:
    if not state.takes_time:
        return "CANCELLED"
    return "TENTATIVE" if state is AppointmentState.TENTATIVE else "CONFIRMED"
