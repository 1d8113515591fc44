"""Reads a calendar from standard input with libical, the library of GNOME's and KDE's programs, and prints it as JSON.

A program of its own: a fault in a library written in C ends this process and not the tests. It exits with 3 where there is
no libical.
"""

from __future__ import annotations

import ctypes
import json
import sys
from collections.abc import Iterator

VEVENT = b"VEVENT"


class IcalTime(ctypes.Structure):
    """A time as libical hands it out (`struct icaltimetype` of libical 3)."""

    _fields_ = (
        *((name, ctypes.c_int) for name in ("year", "month", "day", "hour", "minute", "second")),
        *((name, ctypes.c_int) for name in ("is_date", "is_daylight")),
        ("zone", ctypes.c_void_p),
    )


def _library() -> ctypes.CDLL:
    try:
        library = ctypes.CDLL("libical.so.3")
    except OSError:
        sys.exit(3)
    parts, text, number = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int
    for name, answer, *arguments in (
        ("icalparser_parse_string", parts, text),
        ("icalcomponent_string_to_kind", number, text),
        ("icalcomponent_get_first_component", parts, parts, number),
        ("icalcomponent_get_next_component", parts, parts, number),
        ("icalcomponent_get_dtstart", IcalTime, parts),
        ("icalcomponent_get_dtend", IcalTime, parts),
        ("icaltime_as_timet", ctypes.c_int64, IcalTime),
        ("icalcomponent_get_summary", text, parts),
        ("icalcomponent_get_location", text, parts),
        ("icalcomponent_get_status", number, parts),
        ("icalproperty_status_to_string", text, number),
        ("icalcomponent_count_errors", number, parts),
        ("icalrestriction_check", number, parts),
    ):
        function = getattr(library, name)
        function.restype, function.argtypes = answer, arguments
    return library


def _events(library: ctypes.CDLL, calendar: int) -> Iterator[int]:
    kind = library.icalcomponent_string_to_kind(VEVENT)
    event = library.icalcomponent_get_first_component(calendar, kind)
    while event:
        yield event
        event = library.icalcomponent_get_next_component(calendar, kind)


def main() -> None:
    """Print the visits, how many faults libical found, and whether all that is required is there."""
    library = _library()
    calendar = library.icalparser_parse_string(sys.stdin.buffer.read())

    def seconds(time: IcalTime) -> int:
        return int(library.icaltime_as_timet(time))

    visits = [
        {
            "start": seconds(library.icalcomponent_get_dtstart(event)),
            "end": seconds(library.icalcomponent_get_dtend(event)),
            "summary": library.icalcomponent_get_summary(event).decode(),
            "location": (library.icalcomponent_get_location(event) or b"").decode(),
            "status": library.icalproperty_status_to_string(library.icalcomponent_get_status(event)).decode(),
        }
        for event in _events(library, calendar)
    ]
    told = {
        "visits": visits,
        "errors": library.icalcomponent_count_errors(calendar),
        "keeps_restrictions": bool(library.icalrestriction_check(calendar)),
    }
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main()
