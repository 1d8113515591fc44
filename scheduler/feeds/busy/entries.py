"""One entry of a calendar as far as it matters here: when it is, how it recurs, and whether it makes somebody busy."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from icalendar.prop import vDuration

from scheduler.feeds.busy.content import Component, Line
from scheduler.feeds.busy.zones import ToInstant, Zones, in_utc

_TIME = re.compile(r"(\d{8})(?:T(\d{6})(Z)?)?")
_UNTIL_OF_DAY = re.compile(r"(UNTIL=\d{8})T\d{6}Z?", re.IGNORECASE)
_A_DAY = timedelta(days=1)

#: What Outlook says of an entry that leaves somebody free, and of one on which they are not in the clinic.
_FREE, _ELSEWHERE = "FREE", "WORKINGELSEWHERE"


class UnreadableEntry(ValueError):
    """An entry whose times make no sense."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A time as a calendar writes it: on the wall, and what instant that is. A day is its first moment."""

    wall: datetime
    is_day: bool
    to_instant: ToInstant

    @property
    def instant(self) -> datetime:
        """The instant, in UTC."""
        return self.to_instant(self.wall)


@dataclass(frozen=True, slots=True)
class Length:
    """How long an entry lasts: whole days on the wall, and a part of a day on the clock.

    `on_the_wall` is for an entry that tells when it ends: calendar programs show each recurrence to end at the same time on
    the wall, while RFC 5545 (3.8.5.3) has each last equally long. In the night of a change of the clocks the later counts.
    """

    days: int = 0
    elapsed: timedelta = timedelta(0)
    on_the_wall: timedelta | None = None

    def end(self, begins: Moment) -> datetime:
        """Return the instant at which it ends when it begins then."""
        ends = begins.to_instant(begins.wall + self.days * _A_DAY) + self.elapsed
        if self.on_the_wall is None:
            return ends
        return max(ends, begins.to_instant(begins.wall + self.on_the_wall))

    @property
    def longest(self) -> timedelta:
        """As long as it can be, whatever the clocks do."""
        return (self.days + 1) * _A_DAY + max(self.elapsed, self.on_the_wall or timedelta(0))


@dataclass(frozen=True, slots=True)
class Entry:
    """One VEVENT. `replaces` is the recurrence it stands for, `onwards` says that it stands for all that follow too.

    `more` are further times with their own lengths, `excluded` and `excluded_days` what does not take place.
    """

    uid: str
    sequence: int
    begins: Moment
    length: Length
    is_busy: bool
    rules: tuple[str, ...] = ()
    more: tuple[tuple[Moment, Length], ...] = ()
    excluded: frozenset[datetime] = frozenset()
    excluded_days: frozenset[object] = frozenset()
    replaces: Moment | None = None
    onwards: bool = False


def entry_from(part: Component, zones: Zones, owner: str) -> Entry:
    """Return a VEVENT as an entry; `owner` is the mail address the calendar is named by, empty for none.

    Raises `ValueError` and `OverflowError` when its times make no sense.
    """
    start = part.first("DTSTART")
    if start is None or not part.is_readable:
        raise UnreadableEntry("an entry has no beginning, or a line that cannot be read")
    begins, length = _moment(start, zones), _length(part, zones)
    dropped = [moment for line in part.all("EXDATE") for moment in _moments(line, zones)]
    by_day = [moment for moment in dropped if moment.is_day or begins.is_day]
    replaced = part.first("RECURRENCE-ID")
    return Entry(
        uid=(part.first("UID") or start).value,
        sequence=_number(part.text("SEQUENCE")),
        begins=begins,
        length=length,
        is_busy=_is_busy(part, owner),
        rules=tuple(_rule(line.value, begins) for line in part.all("RRULE")),
        more=tuple(one for line in part.all("RDATE") for one in _more(line, zones, length)),
        excluded=frozenset(moment.instant for moment in dropped if not moment.is_day),
        excluded_days=frozenset(moment.wall.date() for moment in by_day),
        replaces=_moment(replaced, zones) if replaced else None,
        onwards=replaced is not None and replaced.parameters.get("RANGE", "").upper() == "THISANDFUTURE",
    )


def periods(line: Line, zones: Zones) -> list[tuple[Moment, Length]]:
    """Return the periods of a line, each from a time to a time or for a duration (RFC 5545, 3.3.9)."""
    found = []
    for text in line.value.split(","):
        first, _, rest = text.strip().partition("/")
        begins = _moment_of(first, line, zones)
        if rest.lstrip("+-").upper().startswith("P"):
            found.append((begins, _duration(rest)))
        else:
            found.append((begins, _until(begins, _moment_of(rest, line, zones))))
    return found


def _is_busy(part: Component, owner: str) -> bool:
    """Say whether an entry makes its owner unavailable; what is tentative does, for it may well take place."""
    outlook = part.text("X-MICROSOFT-CDO-BUSYSTATUS")
    if part.text("STATUS") == "CANCELLED" or outlook == _FREE:
        return False
    if part.text("TRANSP") == "TRANSPARENT" and outlook != _ELSEWHERE:
        return False
    declined = (
        line for line in part.all("ATTENDEE") if line.parameters.get("PARTSTAT", "").upper() == "DECLINED"
    )
    return not (owner and any(line.value.lower().removeprefix("mailto:") == owner for line in declined))


def _length(part: Component, zones: Zones) -> Length:
    start, end, duration = (part.first(name) for name in ("DTSTART", "DTEND", "DURATION"))
    assert start is not None
    begins = _moment(start, zones)
    if end is not None:
        return _until(begins, _moment(end, zones))
    if duration is not None:
        return _duration(duration.value)
    return Length(days=1) if begins.is_day else Length()


def _until(begins: Moment, ends: Moment) -> Length:
    if begins.is_day:
        # Some programs end a day with itself.
        days = (ends.wall.date() - begins.wall.date()).days
        return Length(days=max(1, days))
    elapsed = ends.instant - begins.instant
    if elapsed < timedelta(0):
        raise UnreadableEntry("an entry ends before it begins")
    same_zone = ends.to_instant is begins.to_instant
    return Length(elapsed=elapsed, on_the_wall=ends.wall - begins.wall if same_zone else None)


def _duration(text: str) -> Length:
    """Return a duration: days and weeks are counted on the wall, hours on the clock (RFC 5545, 3.3.6)."""
    size = _duration_from(text.strip().upper())
    if size < timedelta(0):
        raise UnreadableEntry("a duration is negative")
    day_part = text.upper().partition("T")[0]
    if "D" in day_part or "W" in day_part:
        nominal = _duration_from(day_part).days
        return Length(days=nominal, elapsed=size - nominal * _A_DAY)
    return Length(elapsed=size)


def _more(line: Line, zones: Zones, length: Length) -> list[tuple[Moment, Length]]:
    if line.parameters.get("VALUE", "").upper() == "PERIOD" or "/" in line.value:
        return periods(line, zones)
    return [(moment, length) for moment in _moments(line, zones)]


def _moments(line: Line, zones: Zones) -> list[Moment]:
    return [_moment_of(text, line, zones) for text in line.value.split(",") if text.strip()]


def _moment(line: Line, zones: Zones) -> Moment:
    return _moment_of(line.value, line, zones)


def _moment_of(text: str, line: Line, zones: Zones) -> Moment:
    found = _TIME.fullmatch(text.strip())
    if not found:
        raise UnreadableEntry("a time that cannot be read")
    day, clock, is_utc = found.groups()
    if clock is None:
        # A day off is a day at the clinic, wherever the calendar is kept.
        return Moment(_wall(day, "000000"), is_day=True, to_instant=zones.home)
    wall = _wall(day, clock)
    if is_utc:
        return Moment(wall, is_day=False, to_instant=in_utc)
    name = line.parameters.get("TZID", "")
    return Moment(wall, is_day=False, to_instant=zones.named(name) if name else zones.plain)


def _wall(day: str, clock: str) -> datetime:
    # A leap second is the last one before it: no calendar of Python has it.
    second = min(int(clock[4:]), 59) if clock.endswith("60") else int(clock[4:])
    return datetime.combine(
        date(int(day[:4]), int(day[4:6]), int(day[6:])), time(int(clock[:2]), int(clock[2:4]), second)
    )


def _rule(text: str, begins: Moment) -> str:
    # For whole days the day of an end counts, whatever hour is written behind it.
    return _UNTIL_OF_DAY.sub(r"\1", text) if begins.is_day else text


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 0


def _duration_from(text: str) -> timedelta:
    found: timedelta = vDuration.from_ical(text)  # type: ignore[no-untyped-call]  # the library leaves it without types
    return found
