"""What a time in a calendar means as an instant: zones by their names, also those of Windows, and as it defines them."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from scheduler.domain.clock import zone_of
from scheduler.domain.errors import InvalidValue
from scheduler.feeds.busy.content import Component
from scheduler.feeds.busy.unrolling import Unrolling

ToInstant: TypeAlias = Callable[[datetime], datetime]
"""Gives the instant, in UTC, of a wall time without a zone.

Of an hour that occurs twice the first is meant, and in one that is skipped the instant the same distance after the
change (RFC 5545, 3.3.5).
"""

_OFFSET = re.compile(r"([+-])(\d{2})(\d{2})(\d{2})?")
#: Some programs put a path of their own before the name.
_PREFIXED = re.compile(r"/[^/]+/(?:[^/]*\d[^/]*/)?(?P<name>[A-Z][A-Za-z_]+(?:/[A-Za-z_+-]+)+)")
_UTC_NAMES = frozenset({"UTC", "GMT", "Z", "ETC/UTC", "TZONE://MICROSOFT/UTC"})
_MOST_CHANGES = 5000


def in_utc(wall: datetime) -> datetime:
    """Return a wall time in UTC as the instant it is."""
    return wall.replace(tzinfo=UTC)


@dataclass
class Zones:
    """The zones of one calendar. `plain` is for times without a zone and whole days, `home` the clinic's.

    `unknown` counts the times that name a zone which nobody knows: they are read as the clinic's.
    """

    home: ToInstant
    plain: ToInstant
    defined: dict[str, ToInstant] = field(default_factory=dict)
    unknown: int = 0
    _known: dict[str, ToInstant | None] = field(default_factory=dict)

    @classmethod
    def of(cls, calendar: Component, zone: str, unrolling: Unrolling) -> Zones:
        """Return the zones that a calendar may name, `zone` being the clinic's."""
        home = _of_name(zone)
        assert home is not None, "the clinic's own zone is known"
        named = calendar.first("X-WR-TIMEZONE")
        zones = cls(home, (named and known_zone(named.value)) or home)
        for part in calendar.parts:
            if part.name == "VTIMEZONE" and (name := part.first("TZID")):
                custom = defined_zone(part, unrolling)
                if custom:
                    zones.defined[name.value] = custom
        return zones

    def named(self, name: str) -> ToInstant:
        """Return the zone of a name: one of the world's first, then the calendar's own, then the clinic's."""
        if name not in self._known:
            self._known[name] = known_zone(name) or self.defined.get(name)
        found = self._known[name]
        if found is None:
            self.unknown += 1
            return self.home
        return found


def known_zone(name: str) -> ToInstant | None:
    """Return a zone of the world by its IANA name, alone or behind a program's own path, or by its name in Windows."""
    plain = name.strip().strip('"')
    if plain.upper() in _UTC_NAMES:
        return in_utc
    if found := _of_name(WINDOWS_TO_OLSON.get(plain, plain)):
        return found
    behind = _PREFIXED.fullmatch(plain)
    return _of_name(behind["name"]) if behind else None


_BY_NAME: dict[str, ToInstant] = {}


def _of_name(name: str) -> ToInstant | None:
    if name not in _BY_NAME:
        try:
            zone = zone_of(name)
        except InvalidValue:
            return None
        _BY_NAME[name] = lambda wall: wall.replace(tzinfo=zone).astimezone(UTC)
    return _BY_NAME[name]


def defined_zone(part: Component, unrolling: Unrolling) -> ToInstant | None:
    """Return a zone as a VTIMEZONE defines it (RFC 5545, 3.6.5), `None` when it cannot be read."""
    try:
        changes = sorted(_changes(part, unrolling))
    except (ValueError, OverflowError):
        return None
    if not changes or len(changes) > _MOST_CHANGES:
        return None
    thresholds = [change.counts_from for change in changes]

    def to_instant(wall: datetime) -> datetime:
        number = bisect_right(thresholds, wall)
        offset = changes[number - 1].after if number else changes[0].before
        return (wall - offset).replace(tzinfo=UTC)

    return to_instant


@dataclass(frozen=True, slots=True, order=True)
class _Change:
    """A change of the clocks: from this wall time on they show another offset from UTC."""

    counts_from: datetime
    before: timedelta
    after: timedelta


def _changes(part: Component, unrolling: Unrolling) -> Iterator[_Change]:
    for half in part.parts:
        start, before, after = (half.first(name) for name in ("DTSTART", "TZOFFSETFROM", "TZOFFSETTO"))
        if half.name not in {"STANDARD", "DAYLIGHT"} or not (start and before and after):
            continue
        leaves, comes = _offset(before.value), _offset(after.value)
        first = datetime.strptime(start.value.strip(), "%Y%m%dT%H%M%S")  # noqa: DTZ007 - a wall time has no zone
        # Wall times that the change skips belong to the time before it, those that occur twice as well.
        skipped = max(timedelta(0), comes - leaves)
        for onset in {first, *_onsets(half, first, unrolling)}:
            yield _Change(onset + skipped, leaves, comes)


def _onsets(half: Component, first: datetime, unrolling: Unrolling) -> Iterable[datetime]:
    for line in half.all("RRULE"):
        if "YEARLY" not in line.value.upper():
            raise ValueError("clocks change by the year")
        yield from unrolling.walls(line.value, first, first, in_utc)
    for line in half.all("RDATE"):
        for value in line.value.split(","):
            yield datetime.strptime(value.strip()[:15], "%Y%m%dT%H%M%S")  # noqa: DTZ007 - a wall time has no zone


def _offset(text: str) -> timedelta:
    found = _OFFSET.fullmatch(text.strip())
    if not found:
        raise ValueError("no offset")
    sign, hours, minutes, seconds = found.groups(default="0")
    size = timedelta(hours=int(hours), minutes=int(minutes), seconds=int(seconds))
    if size >= timedelta(days=1):
        raise ValueError("an offset is less than a day")
    return -size if sign == "-" else size
