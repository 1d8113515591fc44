"""Entries as iCalendar bytes (RFC 5545 and 7986), the same bytes for the same entries, always."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from icalendar import Calendar, Parameters, vDuration
from icalendar.parser import Contentline
from icalendar.prop import vInline

from scheduler.domain.appointment import AppointmentState
from scheduler.feeds.entries import Entry
from scheduler.feeds.links import Link
from scheduler.feeds.texts import escaped

_LOOK_AGAIN = timedelta(hours=1)
_FOLD = 74
"""After so many octets the library folds a line: the next begins with a blank, and 75 are allowed."""

_END = b"END:VCALENDAR\r\n"


def calendar_bytes(name: str, entries: Iterable[Entry], color: str = "") -> bytes:
    """Return the whole calendar: UTF-8, lines of at most 75 octets ended by CRLF, all times in UTC.

    `color` is the CSS3 name of the one to show it in, empty for whichever the program likes.
    """
    return b"".join((_opening(name, color), *(_event_bytes(entry) for entry in entries), _END))


@lru_cache(maxsize=64)
def _opening(name: str, color: str) -> bytes:
    """Return everything before the first event.

    There is no UID: with one, subscribing programs take the whole calendar for a single item. There is no SOURCE: it is
    the secret address, and comes in by `with_address` alone. There is no LAST-MODIFIED: that would differ between addresses
    of one and the same calendar.
    """
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", "-//Calendar//Appointments//EN")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    if color:
        calendar.add("color", color)
    # RFC 7986 section 5.7 requires the VALUE parameter, which the library leaves out.
    calendar.add("refresh-interval", _LOOK_AGAIN, parameters={"VALUE": "DURATION"})
    # The library writes a timedelta here as a clock time.
    calendar.add("x-published-ttl", "PT1H")
    opening: bytes = calendar.to_ical()
    return opening.removesuffix(_END)


def with_address(calendar: bytes, address: str) -> bytes:
    """Return a calendar of ours that says where it was read (RFC 7986 section 5.8). Kept nowhere: the address is secret."""
    line: bytes = Contentline.from_parts("SOURCE", Parameters({"VALUE": "URI"}), vInline(address)).to_ical()
    before, begin, after = calendar.partition(b"REFRESH-INTERVAL")
    return b"".join((before, line, b"\r\n", begin, after))


@lru_cache(maxsize=20_000)
def _event_bytes(entry: Entry) -> bytes:
    """Return one event. Kept by its content, so that a change to one visit writes one visit anew.

    The lines are put together here, as the library would write them and much quicker: times and numbers need neither
    folding nor escaping, and what people wrote is left to the library where it is long, or more than ASCII.
    """
    changed = _instant(entry.changed_at)
    # Most visits are never changed.
    created = changed if entry.created_at == entry.changed_at else _instant(entry.created_at)
    interval = entry.interval
    return (
        "BEGIN:VEVENT\r\n"
        f"{_text('SUMMARY', entry.summary)}"
        f"DTSTART:{_instant(interval.start)}\r\n"
        f"DTEND:{_instant(interval.end)}\r\n"
        # Never the present moment: the bytes must stay the same until the visit changes.
        f"DTSTAMP:{changed}\r\n"
        f"{_line('UID', entry.uid)}"
        f"SEQUENCE:{entry.sequence}\r\n"
        f"CREATED:{created}\r\n"
        f"LAST-MODIFIED:{changed}\r\n"
        f"{_text('LOCATION', entry.location) if entry.location else ''}"
        f"{''.join(map(_link, entry.links))}"
        f"{_STANDING[entry.state]}"
        f"{_alarm(entry)}"
        "END:VEVENT\r\n"
    ).encode()


def _link(link: Link) -> str:
    """Return what the visit waits for; its line is folded as the library folds what has no escapes."""
    line = _relation(link.kind, link.gap) + link.uid
    return "\r\n ".join(line[at : at + _FOLD] for at in range(0, len(line), _FOLD)) + "\r\n"


@lru_cache(maxsize=1000)
def _relation(kind: str, gap: timedelta | None) -> str:
    """Return the line up to the UID (RFC 9253 sections 4 and 6.2); in UTC, as all times here, a day is 24 hours."""
    parameters = Parameters({"RELTYPE": kind})
    if gap is not None:
        parameters["GAP"] = vDuration(gap)
    line: bytes = Contentline.from_parts("RELATED-TO", parameters, vInline("")).to_ical()
    return line.decode()


def _alarm(entry: Entry) -> str:
    """Return a reminder in the words of the entry; by its uid (RFC 9074) programs know one that was dismissed."""
    if entry.alarm_minutes is None:
        return ""
    lines = (
        "BEGIN:VALARM\r\nACTION:DISPLAY\r\n",
        _text("DESCRIPTION", entry.summary),
        f"TRIGGER:-PT{entry.alarm_minutes}M\r\n",
        _line("UID", f"{entry.uid}-{entry.alarm_minutes}"),
        "END:VALARM\r\n",
    )
    return "".join(lines)


_TWO = tuple(f"{number:02}" for number in range(60))
"""How months, days, hours, minutes and seconds are written."""


def _instant(instant: datetime) -> str:
    utc = instant.astimezone(UTC)
    # Looked up rather than formatted, which takes a third of the time: a visit has four of them.
    day = f"{utc.year:04}{_TWO[utc.month]}{_TWO[utc.day]}"
    return f"{day}T{_TWO[utc.hour]}{_TWO[utc.minute]}{_TWO[utc.second]}Z"


@lru_cache(maxsize=5_000)
def _text(name: str, value: str) -> str:
    """Return a line that many visits have in common."""
    return _line(name, value)


def _line(name: str, text: str) -> str:
    """Return a line with a text."""
    value = escaped(text)
    if len(name) + 1 + len(value) <= _FOLD and value.isascii():
        return f"{name}:{value}\r\n"
    return _folded(name, value)


def _folded(name: str, value: str) -> str:
    """Return a line as the library folds it: never within a character, nor within an escape."""
    line: bytes = Contentline.from_parts(name, Parameters(), vInline(value)).to_ical()
    return line.decode() + "\r\n"


def _standing(state: AppointmentState) -> str:
    if not state.takes_time:
        return "STATUS:CANCELLED\r\nTRANSP:TRANSPARENT\r\n"
    status = "TENTATIVE" if state is AppointmentState.TENTATIVE else "CONFIRMED"
    return f"STATUS:{status}\r\nTRANSP:OPAQUE\r\n"


_STANDING = {state: _standing(state) for state in AppointmentState}
"""Of each state the lines that say whether the visit stands, and takes up its time."""
