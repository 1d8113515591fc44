"""When a resource is taken, lane by lane, as masks; brought up to date claim by claim."""

from __future__ import annotations

from dataclasses import dataclass

from scheduler.domain.claims import Claim
from scheduler.planner.timeline import Grid, with_span, without_span


@dataclass(frozen=True, slots=True)
class Taken:
    """When a resource is taken, by depth: layer n is set where more than n lanes are.

    What lies beyond the capacity leaves no trace; `exact` says that there is nothing of it.
    """

    layers: tuple[int, ...]
    exact: bool

    @classmethod
    def by(cls, claims: tuple[Claim, ...], capacity: int, grid: Grid) -> Taken:
        """Lay claims over each other."""
        layers = grid.layers((grid.touching(claim.interval) for claim in claims), capacity + 1)
        return cls(layers[:-1], exact=not layers[-1])

    def after(self, before: tuple[Claim, ...], now: tuple[Claim, ...], grid: Grid) -> Taken:
        """Return what is taken by claims that are mostly the same as those before; both in order of start."""
        if not self.exact:
            return Taken.by(now, len(self.layers), grid)
        first = _length_shared(before, now)
        last = _length_shared(before[first:][::-1], now[first:][::-1])
        layers = self.layers
        for claim in before[first : len(before) - last]:
            layers = without_span(layers, grid.run(grid.touching(claim.interval)))
        for claim in now[first : len(now) - last]:
            raised = with_span(layers, grid.run(grid.touching(claim.interval)))
            if raised is None:
                return Taken.by(now, len(self.layers), grid)
            layers = raised
        return Taken(layers, exact=True)


def _length_shared(one: tuple[Claim, ...], other: tuple[Claim, ...]) -> int:
    """Return how many claims two lists have in common at their beginning."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        # Comparing whole stretches is quick: claims that stayed are the very same objects.
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
