"""Working and opening hours drawn as a week: a bar for each day on one scale of hours, each day told in words as well."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from scheduler.domain.clock import local, local_day, whole_local_day
from scheduler.domain.interval import Interval, merged, without
from scheduler.domain.people import StaffMember
from scheduler.domain.places import Closure, Room, Site, WeeklyHours, weekly_times
from scheduler.domain.weekly_hours import Period, periods_from
from scheduler.web.speech import SpokenInOrder, manner, mark, said
from scheduler.web.words import WEEKDAYS, day_words, lower_first, short_day_words, time_words

WEEKS = 4
"""So many weeks are drawn as they come, the present one first."""

_DAY = timedelta(days=1)
_MINUTES = 24 * 60
#: What is drawn at the least, in hours of the clock: so one person's week looks like another's.
_LEAST = (7, 18)


EVERY_WEEKDAY = SpokenInOrder(
    mark("Mondays"),
    mark("Tuesdays"),
    mark("Wednesdays"),
    mark("Thursdays"),
    mark("Fridays"),
    mark("Saturdays"),
    mark("Sundays"),
)
"""The weekdays as what happens on each of them names them: 'on Mondays'."""


@dataclass(frozen=True, slots=True)
class Tongue:
    """How the times of somebody or something are told: what they are without any, and while not to be had; marked."""

    none: str
    away: str


OF_STAFF = Tongue(mark("not at work"), mark("away %(times)s"))
OF_SITE = Tongue(mark("not open"), mark("not open %(times)s"))
OF_ROOM = Tongue(mark("not open"), mark("out of use %(times)s"))


@dataclass(frozen=True, slots=True)
class Times:
    """When somebody or something is to be had: a weekly pattern in a zone, and what is taken from it."""

    hours: tuple[WeeklyHours, ...]
    zone: str
    tongue: Tongue
    closures: tuple[Closure, ...] = ()
    away: tuple[Interval, ...] = ()
    taken: tuple[Interval, ...] = ()


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a day in minutes since midnight by the clock there; `tone` is 'work', 'away', 'taken' or 'shut'."""

    tone: str
    begins: int
    ends: int

    @property
    def told(self) -> str:
        """From when to when, such as '08:00–12:00'."""
        return f"{_clock(self.begins)}–{_clock(self.ends)}"


@dataclass(frozen=True, slots=True)
class DayRow:
    """One day: its name, its bars, and the same in words. `differs` says how it is not as usual, empty where it is."""

    name: str
    segments: tuple[Segment, ...]
    words: str
    differs: str = ""


@dataclass(frozen=True, slots=True)
class DrawnWeek:
    """Seven days from Monday; `differs` tells the days that are not as usual."""

    name: str
    rows: tuple[DayRow, ...]

    @property
    def differs(self) -> tuple[str, ...]:
        """What is not as usual, day by day."""
        return tuple(f"{row.name}: {row.differs}" for row in self.rows if row.differs)


@dataclass(frozen=True, slots=True)
class LaterWeek:
    """Another week that is planned: when it holds, what holds until then, and how it is drawn."""

    period: Period
    before: Period
    drawn: DrawnWeek


@dataclass(frozen=True, slots=True)
class WeekDrawing:
    """The week that is usual now, those that come and what will be usual `later`, all between two hours of the clock."""

    first: int
    last: int
    usual: DrawnWeek
    coming: tuple[DrawnWeek, ...]
    later: tuple[LaterWeek, ...] = ()

    @property
    def ticks(self) -> tuple[int, ...]:
        """The full hours that are written above the bars."""
        return tuple(hour for hour in range(self.first, self.last + 1) if hour % 3 == 0)

    @property
    def tones(self) -> frozenset[str]:
        """What is anywhere in the drawing, for its legend."""
        return frozenset(
            one.tone for week in (self.usual, *self.coming) for row in week.rows for one in row.segments
        )

    def at(self, minutes: int) -> str:
        """Return where a time of the day stands, in per cent of the width."""
        return f"{self._share(minutes - 60 * self.first):.2f}"

    def wide(self, segment: Segment) -> str:
        """Return how wide a stretch is, in per cent of the width."""
        return f"{self._share(segment.ends - segment.begins):.2f}"

    def _share(self, minutes: int) -> float:
        return 100 * minutes / (60 * (self.last - self.first))


def week_of_person(person: StaffMember, site: Site, now: datetime) -> WeekDrawing:
    """Draw when somebody is at work: usually, and in the weeks that come with time off, calendars elsewhere and closures."""
    taken = tuple(person.busy)
    return drawn(Times(person.hours, site.zone, OF_STAFF, site.closures, person.time_off, taken), now)


def week_of_site(site: Site, now: datetime) -> WeekDrawing:
    """Draw when a site is open: usually, and in the weeks that come with its closures."""
    return drawn(Times(site.hours, site.zone, OF_SITE, site.closures), now)


def week_of_room(room: Room, site: Site, now: datetime) -> WeekDrawing:
    """Draw when a room can be used: while the site is open, but for the times it is out of use."""
    return drawn(Times(site.hours, site.zone, OF_ROOM, site.closures, room.out_of_use), now)


def drawn(times: Times, now: datetime) -> WeekDrawing:
    """Draw times by the week."""
    today = local_day(now, times.zone)
    monday = today - today.weekday() * _DAY
    now_held, *then = periods_from(times.hours, today)
    usual = DrawnWeek(said("The usual week"), _usual_rows(times, now_held))
    coming = tuple(_week(times, monday + number * 7 * _DAY, usual) for number in range(WEEKS))
    later = tuple(
        LaterWeek(period, before, DrawnWeek(_days(period), _usual_rows(times, period)))
        for before, period in pairwise([now_held, *then])
    )
    weeks = (usual, *coming, *(one.drawn for one in later))
    stretches = [one for week in weeks for row in week.rows for one in row.segments]
    first = min([_LEAST[0], *(one.begins // 60 for one in stretches)])
    last = max([_LEAST[1], *(-(-one.ends // 60) for one in stretches)])
    return WeekDrawing(first, last, usual, coming, later)


def _days(period: Period) -> str:
    assert period.first_day is not None, "it begins later"
    first = day_words(period.first_day)
    if period.last_day is None:
        return said("From %(day)s", day=first)
    return said("From %(first)s through %(last)s", first=first, last=day_words(period.last_day))


def _usual_rows(times: Times, period: Period) -> tuple[DayRow, ...]:
    return tuple(_usual_row(times, period, weekday) for weekday in range(7))


def _usual_row(times: Times, period: Period, weekday: int) -> DayRow:
    found = tuple(
        Segment(
            "work", _minutes(one.opens.hour, one.opens.minute), _minutes(one.closes.hour, one.closes.minute)
        )
        for one in period.week
        if one.weekday == weekday
    )
    return DayRow(WEEKDAYS[weekday], found, _capital(_told(found) or said(times.tongue.none)))


def _week(times: Times, monday: date, usual: DrawnWeek) -> DrawnWeek:
    rows = tuple(_row(times, monday + number * _DAY, usual.rows[number]) for number in range(7))
    return DrawnWeek(said("Week of %(day)s", day=day_words(monday)), rows)


def _row(times: Times, day: date, usual: DayRow) -> DayRow:
    whole = whole_local_day(day, times.zone)
    pattern = weekly_times(times.hours, whole, times.zone)
    shut = next((one for one in times.closures if one.first_day <= day <= one.last_day), None)
    closed = [whole] if shut else []
    away = without(_within(pattern, merged(times.away)), closed)
    taken = without(_within(pattern, merged(times.taken)), [*closed, *away])
    work = without(pattern, [*closed, *away, *taken])
    kinds = {"work": work, "away": away, "taken": taken, "shut": _within(pattern, closed)}
    segments = {
        tone: tuple(_segment(tone, one, day, times.zone) for one in found) for tone, found in kinds.items()
    }
    differs = _differs(usual, segments, times.tongue, shut)
    every = tuple(sorted((one for found in segments.values() for one in found), key=lambda one: one.begins))
    words = _told(segments["work"]) or ("" if differs else said(times.tongue.none))
    sentence = _capital("; ".join(filter(None, (words, differs))))
    return replace(usual, name=short_day_words(day), segments=every, words=sentence, differs=differs)


def _differs(
    usual: DayRow, segments: dict[str, tuple[Segment, ...]], tongue: Tongue, shut: Closure | None
) -> str:
    found = []
    if shut is not None and segments["shut"]:
        found.append(said("the site is shut (%(reason)s)", reason=shut.reason))
    if segments["away"]:
        found.append(said(tongue.away, times=_told(segments["away"])))
    if segments["taken"]:
        found.append(said("taken elsewhere %(times)s", times=_told(segments["taken"])))
    if _joined(one for those in segments.values() for one in those) != _joined(usual.segments):
        found.append(said("usually %(times)s", times=lower_first(usual.words)))
    return "; ".join(found)


def _joined(segments: Iterable[Segment]) -> list[tuple[int, int]]:
    """Return stretches as one where one begins when another ends, whatever they are."""
    found: list[tuple[int, int]] = []
    for begins, ends in sorted((one.begins, one.ends) for one in segments):
        if found and begins <= found[-1][1]:
            found[-1] = found[-1][0], max(ends, found[-1][1])
        else:
            found.append((begins, ends))
    return found


def _within(pattern: Iterable[Interval], stretches: Sequence[Interval]) -> list[Interval]:
    shared = (one.shared_with(other) for one in pattern for other in stretches)
    return [one for one in shared if one]


def _segment(tone: str, interval: Interval, day: date, zone: str) -> Segment:
    begins, ends = local(interval.start, zone), local(interval.end, zone)
    last = _MINUTES if ends.date() > day else _minutes(ends.hour, ends.minute)
    return Segment(tone, _minutes(begins.hour, begins.minute), last)


def _told(segments: Iterable[Segment]) -> str:
    return ", ".join(one.told for one in segments)


def _minutes(hour: int, minute: int) -> int:
    return 60 * hour + minute


def _clock(minutes: int) -> str:
    if minutes == _MINUTES and not manner().counts_to_twelve:
        return "24:00"
    return time_words(time(minutes // 60 % 24, minutes % 60))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
