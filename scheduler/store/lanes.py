"""How claims on one resource are laid out on its lanes: first fit, and a new arrangement where first fit finds none."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import heappop, heappush
from operator import attrgetter


@dataclass(slots=True)
class Span:
    """A stretch of time, half-open, and the lane it lies on; `row` is its number in the ledger, `None` when new."""

    start: datetime
    end: datetime
    lane: int | None = None
    row: int | None = None


class Overfull(Exception):
    """At `moment` more is wanted than there are lanes; no arrangement can help."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment
        super().__init__(moment)


def first_fit(standing: Iterable[Span], wanted: Sequence[Span], capacity: int) -> bool:
    """Give each wanted span the first lane that is free, in order of start, leaving the standing ones alone.

    Returns `False` as soon as one finds no lane: the lanes given so far mean nothing then.
    """
    lanes: list[list[tuple[datetime, datetime]]] = [[] for _ in range(capacity)]
    for span in sorted(standing, key=attrgetter("start")):
        assert span.lane is not None
        lanes[span.lane].append((span.start, span.end))
    for span in sorted(wanted, key=attrgetter("start", "end")):
        span.lane = next((number for number, taken in enumerate(lanes) if _is_free(taken, span)), None)
        if span.lane is None:
            return False
        insort(lanes[span.lane], (span.start, span.end))
    return True


def _is_free(taken: list[tuple[datetime, datetime]], span: Span) -> bool:
    # What is on a lane never overlaps, so only the last to start before the end can be in the way.
    before = bisect_left(taken, span.end, key=lambda pair: pair[0])
    return before == 0 or taken[before - 1][1] <= span.start


def overfull_at(standing: Iterable[Span], wanted: Sequence[Span], capacity: int) -> datetime | None:
    """Return the first moment at which more would be wanted than there are lanes, within the wanted spans; else `None`.

    `standing` must hold whatever overlaps a wanted span; then `None` says that an arrangement is to be had.
    """
    listed = [*standing, *wanted]
    # Where ends come before starts of the same moment, what merely touches is not counted together.
    changes = sorted([(span.start, 1) for span in listed] + [(span.end, -1) for span in listed])
    depth = 0
    for moment, change in changes:
        depth += change
        if depth > capacity and any(span.start <= moment < span.end for span in wanted):
            return moment
    return None


def rearrange(standing: Iterable[Span], wanted: Iterable[Span], capacity: int) -> list[Span]:
    """Give every wanted span a lane, moving standing ones where need be, and return those that were moved.

    `standing` must hold every span that is joined to a wanted one by a chain of overlaps. Taking the spans by start
    and giving each the lowest lane that is free needs no more lanes than there are spans at the busiest moment, so
    this fails, with `Overfull`, only where the capacity is exceeded.
    """
    new = {id(span) for span in wanted}
    before = {id(span): span.lane for span in standing}
    for group in _joined([*standing, *wanted]):
        if any(id(span) in new for span in group):
            _colour(group, capacity)
    return [span for span in standing if span.lane != before[id(span)]]


def _joined(spans: Iterable[Span]) -> Iterator[list[Span]]:
    """Yield the groups of spans that hang together by overlapping; those that merely touch do not."""
    group: list[Span] = []
    reach: datetime | None = None
    for span in sorted(spans, key=attrgetter("start")):
        if reach is not None and span.start >= reach:
            yield group
            group, reach = [], None
        group.append(span)
        reach = span.end if reach is None else max(reach, span.end)
    if group:
        yield group


def _colour(group: Iterable[Span], capacity: int) -> None:
    free = list(range(capacity))
    busy: list[tuple[datetime, int]] = []
    for span in group:
        while busy and busy[0][0] <= span.start:
            heappush(free, heappop(busy)[1])
        if not free:
            raise Overfull(span.start)
        span.lane = heappop(free)
        heappush(busy, (span.end, span.lane))
