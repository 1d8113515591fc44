"""Reads when somebody is busy out of the text of a calendar: all recurrences within a window, and nothing but times."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeAlias

from scheduler.domain.interval import BusyTimes, Interval
from scheduler.feeds.busy.content import Component, UnusableCalendar, calendars
from scheduler.feeds.busy.entries import Entry, Length, Moment, entry_from, periods
from scheduler.feeds.busy.unrolling import UnreadableRule, Unrolling
from scheduler.feeds.busy.zones import Zones

MOST_TIMES = 10_000
"""How many times may lie in the window: more than one an hour, day and night."""

_A_DAY = timedelta(days=1)

Exceptions: TypeAlias = Mapping[tuple[str, object], Entry]
"""Entries that stand in place of one recurrence, by UID and the instant or the day of that recurrence."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a calendar: the times within a window, at a clinic in this zone.

    `ours` are the UIDs of entries that came from this program, as somebody may have copied their visits into a calendar of
    their own: a visit must not be in its own way.
    """

    window: Interval
    zone: str
    ours: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Reading:
    """What a calendar says: the times, and how many entries and times could not be read as they are meant.

    `skipped` entries were left out wholly or in part; `unknown_zones` times name a zone that nobody knows and count as times
    at the clinic.
    """

    times: BusyTimes
    skipped: int = 0
    unknown_zones: int = 0

    @property
    def remark(self) -> str:
        """What somebody should know about it, empty when all was read."""
        remarks = []
        if self.skipped:
            entries = "1 entry" if self.skipped == 1 else f"{self.skipped} entries"
            remarks.append(f"{entries} could not be read and may be missing here.")
        if self.unknown_zones:
            remarks.append(
                "Some times name a time zone that is not known; they count as times at the clinic."
            )
        return " ".join(remarks)


def read_busy_times(text: str, question: Question) -> Reading:
    """Return the times within the window, clipped to it, merged. Raises `UnusableCalendar`."""
    found: list[Interval] = []
    skipped = unknown = 0
    unrolling = Unrolling(question.window)
    for calendar in calendars(text):
        zones = Zones.of(calendar, question.zone, unrolling)
        reader = _Reader(question, unrolling)
        found.extend(reader.times(calendar, zones))
        skipped += reader.skipped
        unknown += zones.unknown
    return Reading(BusyTimes(found), skipped, unknown)


@dataclass
class _Reader:
    question: Question
    unrolling: Unrolling
    skipped: int = 0
    found: int = 0
    onwards: list[tuple[datetime, int, Entry]] = field(default_factory=list)

    def times(self, calendar: Component, zones: Zones) -> Iterator[Interval]:
        """Yield every time of a calendar that shares a moment with the window, clipped to it."""
        entries = list(self._entries(calendar, zones))
        exceptions = _exceptions(entries)
        self.onwards = sorted(
            (one.replaces.instant, number, one)
            for number, one in enumerate(exceptions.values())
            if one.onwards and one.replaces
        )
        alone = [one for one in entries if one.replaces is None]
        for entry in [*alone, *exceptions.values()]:
            yield from self._guarded(self._of(entry, exceptions))
        for part in calendar.parts:
            if part.name == "VFREEBUSY":
                yield from self._guarded(self._of_free_busy(part, zones))

    def _entries(self, calendar: Component, zones: Zones) -> Iterator[Entry]:
        named = calendar.first("X-WR-CALNAME")
        # Google names a calendar by its owner's address: so their own refusals are known.
        owner = named.value.strip().lower() if named and "@" in named.value else ""
        for part in calendar.parts:
            if part.name != "VEVENT":
                continue
            try:
                entry = entry_from(part, zones, owner)
            except (ValueError, OverflowError):
                self.skipped += 1
                continue
            if entry.uid not in self.question.ours:
                yield entry

    def _guarded(self, times: Iterator[Interval]) -> Iterator[Interval]:
        """Yield times as long as they make sense, and count an entry whose times do not."""
        try:
            for time in times:
                if shared := time.shared_with(self.question.window):
                    self.found += 1
                    if self.found > MOST_TIMES:
                        raise UnusableCalendar(
                            f"The calendar has more than {MOST_TIMES:,} times in the days that count. "
                            "Publish one with fewer."
                        )
                    yield shared
        except (ValueError, OverflowError):
            self.skipped += 1

    def _of(self, entry: Entry, exceptions: Exceptions) -> Iterator[Interval]:
        if entry.replaces is not None:
            yield from _one(entry, entry.begins, entry.length)
            return
        for moment, length in self._recurrences(entry):
            at = moment.instant
            if _is_excluded(entry, moment, at) or _exception_for(entry, moment, at, exceptions):
                continue
            later = [one for since, _, one in self.onwards if one.uid == entry.uid and since <= at]
            if later:
                yield from _as_changed(later[-1], moment)
            else:
                yield from _one(entry, moment, length)

    def _recurrences(self, entry: Entry) -> Iterator[tuple[Moment, Length]]:
        """Yield each time that an entry takes place, its own first, none twice; those before the window may be left out."""
        seen = {entry.begins.wall}
        yield entry.begins, entry.length
        for moment, length in entry.more:
            if moment.to_instant is not entry.begins.to_instant or moment.wall not in seen:
                seen.add(moment.wall)
                yield moment, length
        since = self.question.window.start.replace(tzinfo=None) - entry.length.longest - 2 * _A_DAY
        for rule in entry.rules:
            try:
                for wall in self.unrolling.walls(rule, entry.begins.wall, since, entry.begins.to_instant):
                    if wall not in seen:
                        seen.add(wall)
                        yield replace(entry.begins, wall=wall), entry.length
            except UnreadableRule:
                self.skipped += 1

    def _of_free_busy(self, part: Component, zones: Zones) -> Iterator[Interval]:
        for line in part.all("FREEBUSY"):
            if line.parameters.get("FBTYPE", "BUSY").upper() != "FREE":
                for begins, length in periods(line, zones):
                    if (end := length.end(begins)) > begins.instant:
                        yield Interval(begins.instant, end)


def _one(entry: Entry, begins: Moment, length: Length) -> Iterator[Interval]:
    start, end = begins.instant, length.end(begins)
    if entry.is_busy and end > start:
        yield Interval(start, end)


def _as_changed(change: Entry, moment: Moment) -> Iterator[Interval]:
    """Yield what an exception for all that follow makes of a recurrence: moved as far, and as long as it says."""
    assert change.replaces is not None
    moved_by = change.begins.wall - change.replaces.wall
    return _one(change, replace(change.begins, wall=moment.wall + moved_by), change.length)


def _is_excluded(entry: Entry, moment: Moment, at: datetime) -> bool:
    return at in entry.excluded or moment.wall.date() in entry.excluded_days


def _exception_for(entry: Entry, moment: Moment, at: datetime, exceptions: Exceptions) -> bool:
    return (entry.uid, at) in exceptions or (entry.uid, moment.wall.date()) in exceptions


def _exceptions(entries: Iterable[Entry]) -> Exceptions:
    """Return what stands in place of recurrences; of several for one, the latest version counts."""
    found: dict[tuple[str, object], Entry] = {}
    for entry in entries:
        if entry.replaces is not None:
            key = entry.uid, entry.replaces.wall.date() if entry.replaces.is_day else entry.replaces.instant
            if key not in found or found[key].sequence <= entry.sequence:
                found[key] = entry
    return found
