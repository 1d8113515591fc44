"""Takes the text of a calendar apart into components and the few lines of them that say when somebody is busy."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from icalendar.parser import Contentline

from scheduler.domain.errors import TrellisError


class UnusableCalendar(TrellisError):
    """A calendar that cannot be taken; the sentence says why, names nothing that stands in it, and says what would help."""


@dataclass(frozen=True, slots=True)
class Line:
    """One property: its parameters by name in capitals, and its value as it stands."""

    name: str
    parameters: Mapping[str, str]
    value: str


@dataclass(slots=True)
class Component:
    """A part of a calendar between BEGIN and END, with the lines that matter and the parts inside."""

    name: str
    lines: list[Line] = field(default_factory=list)
    parts: list[Component] = field(default_factory=list)
    is_readable: bool = True

    def all(self, name: str) -> Iterator[Line]:
        """Yield the lines of this name, in their order."""
        return (line for line in self.lines if line.name == name)

    def first(self, name: str) -> Line | None:
        """Return the first line of this name, `None` when there is none."""
        return next(self.all(name), None)

    def text(self, name: str) -> str:
        """Return the value of the first line of this name in capitals, empty when there is none."""
        line = self.first(name)
        return line.value.strip().upper() if line else ""


#: What is looked at; all other lines, titles and places among them, are passed over unread.
WANTED = frozenset(
    {
        *("X-WR-TIMEZONE", "X-WR-CALNAME", "TZID", "TZOFFSETFROM", "TZOFFSETTO"),
        *("DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID", "FREEBUSY"),
        *("UID", "SEQUENCE", "STATUS", "TRANSP", "X-MICROSOFT-CDO-BUSYSTATUS", "ATTENDEE"),
    }
)

_FOLD = re.compile(r"\r?\n[ \t]")
_NAME = re.compile(r"[A-Za-z0-9-]+")
_DEEPEST = 8


def calendars(text: str) -> tuple[Component, ...]:
    """Return the calendars in a text. Raises `UnusableCalendar` when it is none, or breaks off."""
    text = text.removeprefix("\ufeff").lstrip()
    if text.startswith("<"):
        raise UnusableCalendar(
            "What came is a web page instead of a calendar. Use the calendar's iCal address, which often ends in .ics; "
            "a page that asks to sign in gives none."
        )
    if not text[:15].upper().startswith("BEGIN:VCALENDAR"):
        raise UnusableCalendar("What came is no calendar: it does not begin with BEGIN:VCALENDAR.")
    top = Component("")
    open_parts = [top]
    for line in _FOLD.sub("", text).splitlines():
        _take(line, open_parts)
    if len(open_parts) > 1:
        raise UnusableCalendar("The calendar breaks off in the middle, so nothing of it was taken.")
    return tuple(part for part in top.parts if part.name == "VCALENDAR")


def _take(line: str, open_parts: list[Component]) -> None:
    found = _NAME.match(line)
    name = found.group().upper() if found else ""
    if name == "BEGIN":
        if len(open_parts) > _DEEPEST:
            raise UnusableCalendar("The parts of the calendar are nested too deeply to be right.")
        part = Component(line.partition(":")[2].strip().upper())
        open_parts[-1].parts.append(part)
        open_parts.append(part)
    elif name == "END":
        if len(open_parts) == 1 or open_parts[-1].name != line.partition(":")[2].strip().upper():
            raise UnusableCalendar("The parts of the calendar are muddled, so nothing of it was taken.")
        open_parts.pop()
    elif name in WANTED and len(line) > len(name):
        # Most lines have no parameters, and there may be tens of thousands.
        if line[len(name)] == ":":
            open_parts[-1].lines.append(Line(name, {}, line[len(name) + 1 :]))
            return
        try:
            _, parameters, value = _content_line(line).parts()
        except ValueError:
            open_parts[-1].is_readable = False
            return
        plain = {
            key.upper(): value if isinstance(value, str) else ",".join(value)
            for key, value in parameters.items()
        }
        open_parts[-1].lines.append(Line(name, plain, value))


def _content_line(line: str) -> Contentline:
    return Contentline(line)  # type: ignore[no-untyped-call]  # the library leaves it without types
