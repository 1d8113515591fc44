"""The arithmetic of the board: a day as an axis, stretches of time as places on it, rows where they overlap.

Blocks stand on lines of a grid, five minutes apart, so that style sheets place them; what is drawn inside and behind them
stands in per cent. All of it is counted in elapsed time: a day has 23 to 25 hours.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from scheduler.domain.clock import instant_at, local, whole_local_day
from scheduler.domain.interval import Interval, without
from scheduler.web.words import clock_in

LINE = timedelta(minutes=5)
"""How far the lines of the grid are apart."""

MOST_LINES = 12 * 25
"""The lines of a day of 25 hours: for so many the style sheet has places."""

NARROWEST = 3
"""So many lines are kept for a block however short its visit is: it is to be hit with a finger."""

TRACK, LETTER = 800, 6.4
"""The width in pixels at which a board is drawn at the least, and that of a letter in it."""

_HOUR = timedelta(hours=1)
_USUAL = (time(8), time(18))


@dataclass(frozen=True, slots=True)
class Hour:
    """A full hour: where it stands in per cent, and its label in local time."""

    left: float
    label: str


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a width, both in per cent."""

    left: float
    width: float


@dataclass(frozen=True, slots=True)
class Place:
    """From one line of the grid to another, from 1, and on which row of a lane, from 1."""

    first: int
    last: int
    row: int


@dataclass(frozen=True, slots=True)
class Axis:
    """The part of a day that is drawn, in whole hours of elapsed time since midnight."""

    whole: Interval
    zone: str

    @property
    def lines(self) -> int:
        """How many steps of five minutes it has."""
        return self.whole.duration // LINE

    def at(self, instant: datetime) -> float:
        """Return where an instant stands in per cent; what lies outside stands at the end that is nearer."""
        return _percent(instant - self.whole.start, self.whole.duration)

    def stretch(self, interval: Interval) -> Stretch:
        """Return where an interval stands, as far as it is on the axis."""
        left = self.at(interval.start)
        return Stretch(left, round(self.at(interval.end) - left, 3))

    def line(self, instant: datetime) -> int:
        """Return the line that is nearest, from 1; of two as near the later one."""
        number = (instant - self.whole.start + LINE / 2) // LINE
        return min(max(number, 0), self.lines) + 1

    def hours(self) -> tuple[Hour, ...]:
        """Return the full hours, the end left out; one that the clock shows twice names its zone."""
        starts = [self.whole.start + _HOUR * number for number in range(self.whole.duration // _HOUR)]
        labels = [clock_in(start, self.zone) for start in starts]
        return tuple(
            Hour(
                self.at(start),
                label if labels.count(label) == 1 else f"{label} {local(start, self.zone).tzname()}",
            )
            for start, label in zip(starts, labels, strict=True)
        )

    def closed(self, opened: Iterable[Interval]) -> tuple[Stretch, ...]:
        """Return what is not open."""
        return tuple(self.stretch(one) for one in without([self.whole], opened))

    def fits(self, label: str, within: Interval) -> bool:
        """Say whether there is room for a label in an interval where the board is drawn as narrow as it gets."""
        pixels = self.stretch(within).width / 100 * TRACK
        return len(label) * LETTER + 6 <= pixels


def axis_of(day: date, zone: str, drawn: Iterable[Interval]) -> Axis:
    """Return the axis on which everything of a day is to be seen that is drawn: opening hours and visits.

    What reaches beyond midnight is seen as far as the day goes. A day with nothing on it has the usual hours.
    """
    whole = whole_local_day(day, zone)
    shown = [part for one in drawn if (part := one.shared_with(whole))]
    if not shown:
        shown = [Interval(*(instant_at(day, at, zone) for at in _USUAL))]
    first = (min(one.start for one in shown) - whole.start) // _HOUR
    last = -((whole.start - max(one.end for one in shown)) // _HOUR)
    return Axis(Interval(whole.start + first * _HOUR, min(whole.start + last * _HOUR, whole.end)), zone)


def places(axis: Axis, intervals: Sequence[Interval]) -> tuple[Place, ...]:
    """Return where blocks stand, in the order in which they are given; those that would cover one another on rows below."""
    lines = [_from_to(axis, one) for one in intervals]
    free_from: list[int] = []
    rows = [0] * len(lines)
    for number in sorted(range(len(lines)), key=lambda one: (lines[one][0], -lines[one][1])):
        first, last = lines[number]
        row = next((row for row, free in enumerate(free_from) if free <= first), len(free_from))
        free_from[row : row + 1] = [max(last, first + NARROWEST)]
        rows[number] = row + 1
    return tuple(Place(first, last, row) for (first, last), row in zip(lines, rows, strict=True))


def parts(whole: Interval, intervals: Iterable[Interval]) -> tuple[Stretch, ...]:
    """Return where parts of a whole stand in it, in per cent of its width."""
    found = []
    for one in intervals:
        left = _percent(one.start - whole.start, whole.duration)
        found.append(Stretch(left, round(_percent(one.end - whole.start, whole.duration) - left, 3)))
    return tuple(found)


def load_by_hour(taken: Iterable[Interval], axis: Axis) -> tuple[float, ...]:
    """Return for each full hour of an axis how much is taken on average: 1.5 where one is taken whole and one for half."""
    found = [timedelta(0)] * (axis.whole.duration // _HOUR)
    for one in taken:
        shared = one.shared_with(axis.whole)
        while shared is not None:
            number = (shared.start - axis.whole.start) // _HOUR
            if number >= len(found):
                break
            end = min(shared.end, axis.whole.start + (number + 1) * _HOUR)
            found[number] += end - shared.start
            shared = Interval(end, shared.end) if end < shared.end else None
    return tuple(round(one / _HOUR, 3) for one in found)


def most_at_once(taken: Iterable[Interval]) -> int:
    """Return how many intervals share a moment at the most; two that merely touch share none."""
    turns = sorted(turn for one in taken for turn in ((one.start, 1), (one.end, -1)))
    most = now = 0
    for _, by in turns:
        now += by
        most = max(most, now)
    return most


def _from_to(axis: Axis, interval: Interval) -> tuple[int, int]:
    first, last = axis.line(interval.start), axis.line(interval.end)
    # At the very end there is still room for a block.
    first = min(first, axis.lines)
    return first, max(last, first + 1)


def _percent(part: timedelta, whole: timedelta) -> float:
    return round(min(max(part / whole, 0.0), 1.0) * 100, 3)
