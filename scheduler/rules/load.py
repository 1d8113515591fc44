"""How many claims lie on one another at each moment: the arithmetic behind ratios and one-to-one care."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from itertools import pairwise

from scheduler.domain.interval import Interval, merged


def where_load(
    during: Interval, spans: Iterable[Interval], *, at_least: int = 0, at_most: int = sys.maxsize
) -> tuple[Interval, ...]:
    """Return the stretches of an interval in which so many spans lie at once, both limits included; sorted and merged."""
    inside = [span for span in spans if span.overlaps(during)]
    # Mostly nothing is out of order, and that is seen without going moment by moment.
    if len(inside) < at_least or sum(span.contains(during) for span in inside) > at_most:
        return ()
    cuts = {during.start, during.end}
    for span in inside:
        cuts.add(max(span.start, during.start))
        cuts.add(min(span.end, during.end))
    return merged(
        Interval(begin, end)
        for begin, end in pairwise(sorted(cuts))
        if at_least <= sum(span.start <= begin and end <= span.end for span in inside) <= at_most
    )


def most_at_once(during: Interval, spans: Iterable[Interval]) -> int:
    """Return the greatest number of spans that share a moment of the interval."""
    inside = [span for span in spans if span.overlaps(during)]
    moments = [max(span.start, during.start) for span in inside]
    return max((sum(span.holds(moment) for span in inside) for moment in moments), default=0)
