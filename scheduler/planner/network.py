"""The windows between visits as a network of differences, and its least solution.

Every window says `x_j >= x_i + d` for two starts (a maximum is the same with a negative `d` the other way round).
If two series keep all of these, so does the series made of the earlier of each pair of starts. Hence there is one
series in which every visit is as early as in any series at all, and raising each start to its next feasible one
finds it, or proves that none exists, without ever stepping back.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from scheduler.domain.treatment import Protocol, StepKind, Window
from scheduler.planner.timeline import SLOTS_PER_DAY, slots_at_most, slots_in

_A_WEEK = (1 << 7 * SLOTS_PER_DAY) - 1


@dataclass(frozen=True, slots=True)
class Arc:
    """`start(to) >= start(from) + distance`, in slots; `window` is what asks for it."""

    source: str
    target: str
    distance: int
    window: Window | None


@dataclass(frozen=True, slots=True)
class Stuck:
    """Why no solution exists: `step` would have to start at or after `bound`, and has no feasible start there.

    `arc` is what raised the bound last (`None`: the horizon alone), `starts` the least starts found until then.
    """

    step: str
    bound: int
    arc: Arc | None
    starts: Mapping[str, int]


@dataclass
class Network:
    """The arcs among the steps of one protocol, in slots."""

    keys: tuple[str, ...]
    leaving: dict[str, list[Arc]] = field(default_factory=dict)

    @classmethod
    def of(cls, protocol: Protocol) -> Network:
        """Build the network of a protocol already narrowed to the steps of one series."""
        network = cls(tuple(step.key for step in protocol.steps))
        for window in protocol.windows:
            network.add_window(protocol, window)
        doses = protocol.of_kind(StepKind.DOSING)
        for earlier, later in zip(doses, doses[1:], strict=False):
            if earlier.holds_dose_spacing > timedelta(0):
                network.add(Arc(earlier.key, later.key, slots_in(earlier.holds_dose_spacing), None))
        return network

    def add(self, arc: Arc) -> None:
        """Add one arc."""
        self.leaving.setdefault(arc.source, []).append(arc)

    def add_window(self, protocol: Protocol, window: Window) -> None:
        """Add a window's minimum, and its maximum when it has one."""
        shift = protocol.between_starts(window)
        self.add(Arc(window.from_step, window.to_step, slots_in(window.at_least + shift), window))
        if window.at_most is not None:
            self.add(Arc(window.to_step, window.from_step, -slots_at_most(window.at_most + shift), window))

    def least(
        self, starts: Mapping[str, int], not_before: Mapping[str, int] | None = None
    ) -> dict[str, int] | Stuck:
        """Return the series in which every visit is as early as it can be, or where the search got stuck.

        `starts` are the feasible starts of each step, as masks; `not_before` are extra lower bounds.
        """
        found: dict[str, int] = {}
        for key in self.keys:
            bound = (not_before or {}).get(key, 0)
            first = _next(starts[key], bound)
            if first is None:
                return Stuck(key, bound, None, found)
            found[key] = first
        waiting = deque(self.keys)
        queued = set(self.keys)
        while waiting:
            source = waiting.popleft()
            queued.discard(source)
            for arc in self.leaving.get(source, ()):
                bound = found[source] + arc.distance
                if found[arc.target] >= bound:
                    continue
                raised = _next(starts[arc.target], bound)
                if raised is None:
                    return Stuck(arc.target, bound, arc, found)
                found[arc.target] = raised
                if arc.target not in queued:
                    queued.add(arc.target)
                    waiting.append(arc.target)
        return found


def _next(starts: int, bound: int) -> int | None:
    bound = max(bound, 0)
    left = starts >> bound
    # The next start is mostly near: looking at a week first keeps the numbers short.
    near = left & _A_WEEK or left
    return bound + (near & -near).bit_length() - 1 if near else None


def with_extra(network: Network, arcs: Iterable[Arc]) -> Network:
    """Return a copy with more arcs."""
    copy = Network(network.keys, {source: list(out) for source, out in network.leaving.items()})
    for arc in arcs:
        copy.add(arc)
    return copy
