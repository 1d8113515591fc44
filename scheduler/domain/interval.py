"""A stretch of time between two instants, half-open, kept in UTC."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice

from scheduler.domain.errors import InvalidValue


def as_utc(instant: datetime) -> datetime:
    """Return the same instant in UTC.

    Python subtracts two aware datetimes of one zone by the wall clock, so every instant is brought
    to UTC before anything is measured. Raises `InvalidValue` for a datetime without a zone.
    """
    if instant.tzinfo is UTC:
        return instant
    if instant.tzinfo is None:
        raise InvalidValue(f"{instant.isoformat()} has no time zone; give an offset such as +00:00")
    return instant.astimezone(UTC)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def in_microseconds(instant: datetime) -> int:
    """Return an instant in UTC as whole microseconds since 1970; nothing is lost, for instants have no finer parts."""
    return (instant - _EPOCH) // _MICROSECOND


def from_microseconds(number: int) -> datetime:
    """Return the instant, in UTC, so many microseconds after the beginning of 1970."""
    return _EPOCH + timedelta(microseconds=number)


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """From `start` (included) to `end` (not included), both UTC; never empty.

    Two intervals that merely touch do not overlap. Raises `InvalidValue` when `end` is not after `start`.
    """

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        # Mostly both are in UTC already, and intervals are made by the thousand.
        if self.start.tzinfo is not UTC:
            object.__setattr__(self, "start", as_utc(self.start))
        if self.end.tzinfo is not UTC:
            object.__setattr__(self, "end", as_utc(self.end))
        if self.end <= self.start:
            raise InvalidValue(f"an interval must end after it starts: {self.start} to {self.end}")

    @classmethod
    def lasting(cls, start: datetime, duration: timedelta) -> Interval:
        """Build the interval of elapsed `duration` from `start`."""
        utc = as_utc(start)
        return cls(utc, utc + duration)

    @property
    def duration(self) -> timedelta:
        """Elapsed time from start to end."""
        return self.end - self.start

    def shifted(self, by: timedelta) -> Interval:
        """Return it so much later, in elapsed time; earlier for a negative one."""
        return Interval(self.start + by, self.end + by)

    def overlaps(self, other: Interval) -> bool:
        """Say whether the two share any moment."""
        return self.start < other.end and other.start < self.end

    def contains(self, other: Interval) -> bool:
        """Say whether `other` lies wholly inside, ends included."""
        return self.start <= other.start and other.end <= self.end

    def holds(self, instant: datetime) -> bool:
        """Say whether the instant lies inside: the start does, the end does not."""
        return self.start <= instant < self.end

    def shared_with(self, other: Interval) -> Interval | None:
        """Return the stretch both have, or `None`."""
        start, end = max(self.start, other.start), min(self.end, other.end)
        if start is self.start and end is self.end:
            return self
        return Interval(start, end) if start < end else None


class InOrder:
    """Intervals in order of which none shares a moment with another, for looking up by time."""

    def __init__(self, intervals: Iterable[Interval]) -> None:
        self.found = tuple(intervals)
        self._starts = [interval.start for interval in self.found]
        self._ends = [interval.end for interval in self.found]

    def __iter__(self) -> Iterator[Interval]:
        return iter(self.found)

    def sharing(self, during: Interval) -> tuple[Interval, ...]:
        """Return those that share a moment with an interval, not clipped to it."""
        return self.found[bisect_right(self._ends, during.start) : bisect_left(self._starts, during.end)]


def merged(intervals: Iterable[Interval]) -> tuple[Interval, ...]:
    """Return the union as sorted intervals that neither overlap nor touch."""
    ordered = sorted(intervals)
    if len(ordered) < 2:
        return tuple(ordered)
    result: list[Interval] = []
    for interval in ordered:
        if result and interval.start <= result[-1].end:
            if interval.end > result[-1].end:
                result[-1] = Interval(result[-1].start, interval.end)
        else:
            result.append(interval)
    return tuple(result)


def without(intervals: Iterable[Interval], holes: Iterable[Interval]) -> tuple[Interval, ...]:
    """Return what is left of `intervals` when every hole is cut out; sorted and merged."""
    cut = merged(holes)
    left: list[Interval] = []
    first = 0
    for interval in merged(intervals):
        cursor = interval.start
        # Both are in order: a hole that ends before this stretch is before all that follow as well.
        while first < len(cut) and cut[first].end <= cursor:
            first += 1
        for hole in islice(cut, first, None):
            if hole.start >= interval.end:
                break
            if hole.start > cursor:
                left.append(Interval(cursor, hole.start))
            cursor = max(cursor, hole.end)
        if cursor < interval.end:
            left.append(Interval(cursor, interval.end))
    return tuple(left)


def uncovered(wanted: Interval, available: Iterable[Interval]) -> tuple[Interval, ...]:
    """Return the stretches of `wanted` that no available interval covers; empty when all is covered."""
    stretches = tuple(available)
    # Mostly one stretch covers all of it, and nothing needs to be cut.
    if any(stretch.contains(wanted) for stretch in stretches):
        return ()
    return without([wanted], stretches)


class BusyTimes:
    """Stretches of time that somebody is taken by elsewhere: in order, none touching another, equal when they say the same.

    There may be hundreds, and who has them is looked up again and again: the hash is worked out once.
    """

    __slots__ = ("_hash", "found")

    def __init__(self, intervals: Iterable[Interval] = ()) -> None:
        self.found = merged(intervals)
        self._hash = hash(self.found)

    def __iter__(self) -> Iterator[Interval]:
        return iter(self.found)

    def __bool__(self) -> bool:
        return bool(self.found)

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        return isinstance(other, BusyTimes) and self._hash == other._hash and self.found == other.found

    def __hash__(self) -> int:
        return self._hash

    def __repr__(self) -> str:
        return f"BusyTimes({list(self.found)!r})"


NOT_BUSY = BusyTimes()
"""Of somebody who is taken by nothing elsewhere."""
