"""Stretches of slots at which something may not be: joined, cut and widened without a look at every slot."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import sub

from scheduler.domain.lazily import lazily

#: Earlier than any slot.
_BEFORE_ALL = -(1 << 40)


@dataclass(frozen=True, eq=False)
class Holes:
    """Stretches of slots at which a visit may not start, half-open, in order, none touching another.

    `edges` are the begin and the end of each in turn, so that a slot lies in one of them when the edges up to it, its own
    included, are odd in number.
    """

    edges: tuple[int, ...]

    @classmethod
    def of(cls, spans: Iterable[tuple[int, int]]) -> Holes | None:
        """Join spans; `None` when there is nothing of them."""
        edges: list[int] = []
        last = _BEFORE_ALL
        for begin, end in sorted(spans):
            if begin >= end:
                continue
            if begin > last:
                edges.append(begin)
                edges.append(end)
                last = end
            elif end > last:
                edges[-1] = last = end
        return cls(tuple(edges)) if edges else None

    def beside(self, spans: Iterable[tuple[int, int]]) -> Holes:
        """Return these stretches and some more, of which there are few."""
        edges = self.edges
        for begin, end in spans:
            if begin < end:
                # What begins or ends in one of the known stretches, or at its edge, goes on with it.
                low, high = bisect_left(edges, begin), bisect_right(edges, end)
                first, last = () if low & 1 else (begin,), () if high & 1 else (end,)
                edges = (*edges[:low], *first, *last, *edges[high:])
        return Holes(edges)

    def spans(self) -> Iterable[tuple[int, int]]:
        """Return the stretches."""
        return zip(self.edges[::2], self.edges[1::2], strict=True)

    def between(self, first: int, last: int) -> Iterable[tuple[int, int]]:
        """Return what is left from `first` to before `last`, in order."""
        cuts = self.cuts_between(first, last)
        return zip(cuts[::2], cuts[1::2], strict=True)

    def cuts_between(self, first: int, last: int) -> Sequence[int]:
        """Return the same as `edges`: the begin and the end of each stretch in turn."""
        if first >= last:
            return ()
        begin, end = bisect_right(self.edges, first), bisect_left(self.edges, last)
        return (*(() if begin & 1 else (first,)), *self.edges[begin:end], *(() if end & 1 else (last,)))

    def reached_by(self, length: int) -> Holes:
        """Return the starts from which something of a length, in slots, would reach into one of these stretches."""
        edges, before = list(self.edges), length - 1
        edges[::2] = [begin - before for begin in edges[::2]]
        if before < self._least_between:
            # Mostly none of them meet: then there is nothing to join.
            return Holes(tuple(edges))
        joined = Holes.of(zip(edges[::2], edges[1::2], strict=True))
        assert joined is not None
        return joined

    @lazily
    def _least_between(self) -> int:
        """How many slots lie between two of the stretches at the least; without end where there is but one."""
        return min(map(sub, self.edges[2::2], self.edges[1::2]), default=1 << 40)

    def end_over(self, slot: int) -> int | None:
        """Return the end of the stretch that holds a slot, or `None`."""
        place = bisect_right(self.edges, slot)
        return self.edges[place] if place & 1 else None
