"""When a resource is taken, lane by lane, as masks; brought up to date claim by claim."""

from __future__ import annotations

from dataclasses import dataclass

from scheduler.domain.claim_book import ClaimsInOrder
from scheduler.planner.timeline import Grid, with_span, without_span


@dataclass(frozen=True, slots=True)
class Taken:
    """When a resource is taken, by depth: layer n is set where more than n lanes are.

    What lies beyond the capacity leaves no trace; `exact` says that there is nothing of it.
    """

    layers: tuple[int, ...]
    exact: bool

    @classmethod
    def by(cls, claims: ClaimsInOrder, capacity: int, grid: Grid) -> Taken:
        """Lay claims over each other."""
        layers = grid.layers_taken(claims.starts, claims.ends, capacity + 1)
        return cls(layers[:-1], exact=not layers[-1])

    def after(self, before: ClaimsInOrder, now: ClaimsInOrder, grid: Grid) -> Taken:
        """Return what is taken by claims that are mostly the same as those before."""
        if not self.exact:
            return Taken.by(now, len(self.layers), grid)
        gone, come = before.stretches_unlike(now)
        layers = self.layers
        for span in grid.touched(gone):
            layers = without_span(layers, grid.run(span))
        for span in grid.touched(come):
            raised = with_span(layers, grid.run(span))
            if raised is None:
                return Taken.by(now, len(self.layers), grid)
            layers = raised
        return Taken(layers, exact=True)
