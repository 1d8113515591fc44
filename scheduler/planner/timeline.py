"""Time as bit strings: bit k of a mask stands for the k-th five minutes of the horizon."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import cache, lru_cache
from typing import TypeAlias

from scheduler.domain.claim_book import Stretch
from scheduler.domain.clock import instant_at, local_day
from scheduler.domain.interval import Interval, in_microseconds

SLOT = timedelta(minutes=5)
SLOTS_PER_DAY = 288
_BYTES_PER_DAY = SLOTS_PER_DAY // 8

_SLOT = SLOT // timedelta(microseconds=1)
_SECONDS = SLOT // timedelta(seconds=1)

Span: TypeAlias = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Grid:
    """The slots of a horizon: `origin` is a UTC midnight, `days` whole UTC days follow it."""

    origin: datetime
    days: int

    @classmethod
    @lru_cache(maxsize=256)
    def over(cls, horizon: Interval) -> Grid:
        """Return the smallest grid of whole UTC days that holds the horizon."""
        origin = datetime.combine(horizon.start.date(), time.min, tzinfo=UTC)
        return cls(origin, -(-(horizon.end - origin) // timedelta(days=1)))

    @property
    def slots(self) -> int:
        """How many slots there are."""
        return self.days * SLOTS_PER_DAY

    @property
    def full(self) -> int:
        """The mask with every slot set."""
        return _first(self.slots)

    @property
    def horizon(self) -> Interval:
        """The time that the slots cover."""
        return Interval(self.origin, self.at(self.slots))

    def at(self, slot: int) -> datetime:
        """Return the instant at which a slot begins."""
        return self.origin + slot * SLOT

    def instants(self, slots: Iterable[int]) -> tuple[datetime, ...]:
        """Return `at` for many slots of the grid."""
        # Adding is quick, multiplying a duration is not.
        midnights, into_day = _midnights(self), _into_day()
        return tuple([midnights[slot // SLOTS_PER_DAY] + into_day[slot % SLOTS_PER_DAY] for slot in slots])

    def slots_of(self, instants: Iterable[datetime]) -> tuple[int, ...]:
        """Return the slots in which many instants lie."""
        since = [instant - self.origin for instant in instants]
        return tuple([passed.days * SLOTS_PER_DAY + passed.seconds // _SECONDS for passed in since])

    def within(self, interval: Interval) -> Span:
        """Return the slots that lie wholly inside an interval; for time that is available."""
        return self._clipped(-_whole(self.origin - interval.start), _whole(interval.end - self.origin))

    def touching(self, interval: Interval) -> Span:
        """Return the slots that share a moment with an interval; for time that is taken."""
        return self._clipped(_whole(interval.start - self.origin), -_whole(self.origin - interval.end))

    def touching_each(self, intervals: Iterable[Interval]) -> list[Span]:
        """Return `touching` for many intervals."""
        # A patient may have dozens of absences, and every question begins with them: nothing is called here.
        origin, slots = self.origin, self.slots
        found = []
        for interval in intervals:
            begin, rest = interval.start - origin, origin - interval.end
            first = begin.days * SLOTS_PER_DAY + begin.seconds // _SECONDS
            over = -(rest.days * SLOTS_PER_DAY + rest.seconds // _SECONDS)
            found.append((first if first > 0 else 0, over if over < slots else slots))
        return found

    def _clipped(self, begin: int, end: int) -> Span:
        return max(0, begin), min(end, self.slots)

    def run(self, span: Span) -> int:
        """Return the mask of one span, empty when it ends before it begins."""
        begin, end = span
        return ((1 << (end - begin)) - 1) << begin if begin < end else 0

    def mask(self, spans: Iterable[Span]) -> int:
        """Return the union of spans as one mask."""
        return self.layers(spans, 1)[0]

    def touched(self, stretches: Iterable[Stretch]) -> list[Span]:
        """Return `touching` for many stretches, given in microseconds since 1970."""
        origin, slots = in_microseconds(self.origin), self.slots
        return [
            (max(0, (start - origin) // _SLOT), min(-((origin - end) // _SLOT), slots))
            for start, end in stretches
        ]

    def layers_taken(self, starts: Iterable[int], ends: Iterable[int], height: int) -> tuple[int, ...]:
        """Return `layers` of what is `touching` many stretches: from each of `starts`, in order, to each of `ends`.

        Both are in microseconds since 1970.
        """
        origin, slots = in_microseconds(self.origin), self.slots
        begins = [(start - origin) // _SLOT for start in starts]
        over = sorted([-((origin - end) // _SLOT) for end in ends])
        if begins and (begins[0] < 0 or over[-1] > slots):
            begins = [min(max(0, begin), slots) for begin in begins]
            over = [min(max(0, end), slots) for end in over]
        return tuple(self._layer(begins[depth:], over) for depth in range(height))

    def layers(self, spans: Iterable[Span], height: int) -> tuple[int, ...]:
        """Return masks by depth: bit k of layer n is set where more than n of the spans hold slot k.

        Spans beyond `height` at one moment are dropped.
        """
        real = [span for span in spans if span[0] < span[1]]
        begins, ends = sorted([begin for begin, _ in real]), sorted([end for _, end in real])
        return tuple(self._layer(begins[depth:], ends) for depth in range(height))

    def _layer(self, begins: list[int], ends: list[int]) -> int:
        """Return the union of the spans from the n-th begin to the n-th end, both in order.

        More than n spans hold a slot if, for some j, the (n + j)-th has begun by then and the j-th end is still ahead.
        """
        size = self.days * _BYTES_PER_DAY + 1
        rises, falls = bytearray(size), bytearray(size)
        reached = 0
        for begin, end in zip(begins, ends, strict=False):
            if begin < reached:
                begin = reached
            if begin < end:
                rises[begin >> 3] |= 1 << (begin & 7)
                falls[end >> 3] |= 1 << (end & 7)
            reached = end
        # No two of these runs share a slot, and a run is the bit after it less the bit it begins with.
        return int.from_bytes(falls, "little") - int.from_bytes(rises, "little")


@lru_cache(maxsize=64)
def _midnights(grid: Grid) -> tuple[datetime, ...]:
    """Return when each UTC day of a grid begins."""
    return tuple(grid.at(day * SLOTS_PER_DAY) for day in range(grid.days))


@cache
def _into_day() -> tuple[timedelta, ...]:
    """Return how long after its midnight each slot of a UTC day begins."""
    return tuple(slot * SLOT for slot in range(SLOTS_PER_DAY))


@lru_cache(maxsize=64)
def _first(slots: int) -> int:
    """Return the mask with the first slots set."""
    return (1 << slots) - 1


def _whole(duration: timedelta) -> int:
    """Return how many whole slots a duration holds, rounded down; twice as quick as dividing by one."""
    return duration.days * SLOTS_PER_DAY + duration.seconds // _SECONDS


def with_span(layers: Sequence[int], run: int) -> tuple[int, ...] | None:
    """Return masks by depth with one more span, given as a mask; `None` when it would rise above the highest layer."""
    raised = []
    for layer in layers:
        raised.append(layer | run)
        run &= layer
    return None if run else tuple(raised)


def without_span(layers: Sequence[int], run: int) -> tuple[int, ...]:
    """Return masks by depth with one span less, given as a mask; it must be one of those that were added."""
    lowered = []
    for layer in reversed(layers):
        lowered.append(layer & ~run)
        run &= ~layer
    return tuple(reversed(lowered))


def set_slots(mask: int, apart: int = 1, origin: int = 0) -> Sequence[int]:
    """Return the slots that are set in a mask, in order; only such as are a multiple of `apart` may be set.

    The mask begins at slot `origin`, another multiple.
    """
    digits = bin(mask)[:1:-apart]
    first = origin // apart
    numbers = _multiples(apart, -(-(first + len(digits)) // _AT_ONCE) * _AT_ONCE)
    found: list[int] = []
    begin = digits.find("1")
    while begin >= 0:
        # What is set comes in runs, one for each stretch of free time.
        end = digits.find("0", begin)
        end = len(digits) if end < 0 else end
        found += numbers[first + begin : first + end]
        begin = digits.find("1", end)
    return found


def relisted(known: Sequence[int], before: int, now: int, apart: int) -> Sequence[int]:
    """Return `set_slots` of a mask, given that of another: only what lies between the ends of what differs is read anew."""
    unlike = before ^ now
    begin, end = (unlike & -unlike).bit_length() - 1, unlike.bit_length()
    between = set_slots((now >> begin) & ((1 << end - begin) - 1), apart, begin)
    return [*known[: bisect_left(known, begin)], *between, *known[bisect_left(known, end) :]]


_AT_ONCE = 4096


@lru_cache(maxsize=64)
def _multiples(apart: int, count: int) -> tuple[int, ...]:
    """Return the first multiples: lists are searched quicker than arrays, and take little where all share their numbers."""
    return tuple(range(0, count * apart, apart))


def spans_of(mask: int) -> Iterator[Span]:
    """Yield the runs of slots that are set in a mask, in order."""
    while mask:
        begin = (mask & -mask).bit_length() - 1
        rest = mask >> begin
        length = (~rest & (rest + 1)).bit_length() - 1
        yield begin, begin + length
        mask = rest >> length << begin + length


@dataclass(frozen=True, slots=True, eq=False)
class LocalDays:
    """The clinic-local calendar days around a grid, for windows that count days: each begins at a slot of its own.

    A midnight inside a slot counts from the next one; every zone's offset is a multiple of a quarter of an hour.
    """

    begins: tuple[int, ...]

    def days_later(self, slot: int, days: int) -> int:
        """Return the first slot of the local day so many days after the one that holds a slot, or before it."""
        day = bisect_right(self.begins, slot) - 1 + days
        # Mostly it is one of those that are known; beyond them the first or the last stands in.
        return self.begins[day] if 0 <= day < len(self.begins) else self.begins[0 if day < 0 else -1]


_DAYS_AROUND = 400
"""Windows reach at most so many days beyond a grid."""


@lru_cache(maxsize=256)
def local_days(grid: Grid, zone: str) -> LocalDays:
    """Return the local days of a grid and of the months around it."""
    first = local_day(grid.origin, zone) - timedelta(days=_DAYS_AROUND)
    days = (first + timedelta(days=number) for number in range(grid.days + 2 * _DAYS_AROUND))
    return LocalDays(tuple(slots_in(instant_at(day, time.min, zone) - grid.origin) for day in days))


def lasting(mask: int, slots: int) -> int:
    """Return where `slots` set bits in a row begin: the starts at which something of that length fits."""
    have = 1
    while have < slots:
        step = min(have, slots - have)
        mask &= mask >> step
        have += step
    return mask


def slots_in(duration: timedelta) -> int:
    """Return how many slots a duration needs, rounded up; negative durations round towards zero."""
    return -_whole(-duration)


def slots_at_most(duration: timedelta) -> int:
    """Return how many whole slots a duration holds, rounded down."""
    return _whole(duration)


@lru_cache(maxsize=64)
def every(grid: Grid, slots: int) -> int:
    """Return the mask with the first of every `slots` slots set, counted from the grid's UTC midnight."""
    return ((1 << -(-grid.slots // slots) * slots) - 1) // ((1 << slots) - 1)
