"""A protocol made ready for the search: its steps by number, what their starts depend on, and its windows as arcs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from operator import add

from scheduler.domain.telling import told
from scheduler.domain.treatment import Counting, Protocol, Step, StepKind, Window
from scheduler.planner.network import Arc, distances
from scheduler.planner.shapes import Shape, shape_of
from scheduler.planner.timeline import SLOT, slots_at_most, slots_in
from scheduler.rules.wording import limit, window_words


@dataclass(frozen=True, eq=False)
class Outline:
    """The steps of one series in order, with their shapes and lengths in slots, and the arcs of all windows.

    `reach` is for each step the least time in slots from its start to the end of the last visit.
    """

    protocol: Protocol
    steps: tuple[Step, ...]
    numbers: dict[str, int]
    shapes: tuple[Shape, ...]
    lengths: tuple[int, ...]
    arcs: tuple[Arc, ...]
    reach: tuple[int, ...]

    @property
    def keeps_one_therapist(self) -> bool:
        """Say whether any step asks for the therapist of the series."""
        return any(shape.keeps_one_therapist for shape in self.shapes)

    def of_kind(self, kind: StepKind) -> tuple[int, ...]:
        """Return the numbers of all steps of one kind, in order."""
        return tuple(number for number, step in enumerate(self.steps) if step.kind is kind)

    def finish(self, starts: list[int]) -> int:
        """Return the slot at which the last visit is over."""
        last: int = max(map(add, starts, self.lengths))
        return last

    def said(self, arc: Arc) -> str:
        """Return in words what an arc asks for: the window it stands for, or the least time between two starts."""
        if arc.window is not None:
            return window_words(arc.window)
        one, other = self.steps[arc.source].key, self.steps[arc.target].key
        return told(
            "%(other)s starts at least %(length)s after %(one)s starts",
            other=other,
            length=limit(arc.distance * SLOT),
            one=one,
        )


@lru_cache(maxsize=4096)
def distance(outline: Outline, source: int, target: int) -> int | None:
    """Return how much later one step starts than another at the least, in slots; `None` when no window says."""
    return distances(len(outline.steps), outline.arcs, source).get(target)


@lru_cache(maxsize=256)
def outline_of(protocol: Protocol) -> Outline:
    """Return the outline of a protocol already narrowed to the steps of one series."""
    numbers = {step.key: number for number, step in enumerate(protocol.steps)}
    lengths = tuple(slots_in(step.length) for step in protocol.steps)
    arcs = (*_of_windows(protocol, numbers), *_of_spacing(protocol, numbers))
    return Outline(
        protocol=protocol,
        steps=protocol.steps,
        numbers=numbers,
        shapes=tuple(shape_of(step) for step in protocol.steps),
        lengths=lengths,
        arcs=arcs,
        reach=_reach(lengths, arcs),
    )


def _of_windows(protocol: Protocol, numbers: dict[str, int]) -> Iterator[Arc]:
    for window in protocol.windows:
        yield at_least(protocol, numbers, window, window.at_least)
        if window.at_most is not None:
            yield at_most(protocol, numbers, window, window.at_most)


def at_least(protocol: Protocol, numbers: dict[str, int], window: Window, time: timedelta) -> Arc:
    """Return the arc by which the later visit of a window comes no earlier than `time` after the earlier one."""
    source, target = numbers[window.from_step], numbers[window.to_step]
    if window.counted is Counting.ELAPSED:
        distance = slots_in(time + protocol.between_starts(window))
        return Arc(source, target, distance, window=window)
    lead, tail = (slots_in(moment) for moment in protocol.moments_of(window))
    return Arc(source, target, days=time.days, lead=lead, tail=tail, window=window)


def at_most(protocol: Protocol, numbers: dict[str, int], window: Window, time: timedelta) -> Arc:
    """Return the arc by which the later visit of a window comes no later than `time` after the earlier one."""
    source, target = numbers[window.from_step], numbers[window.to_step]
    if window.counted is Counting.ELAPSED:
        distance = -slots_at_most(time + protocol.between_starts(window))
        return Arc(target, source, distance, window=window)
    lead, tail = (slots_in(moment) for moment in protocol.moments_of(window))
    return Arc(target, source, days=-time.days, lead=tail, tail=lead, window=window)


def _of_spacing(protocol: Protocol, numbers: dict[str, int]) -> Iterator[Arc]:
    doses = protocol.of_kind(StepKind.DOSING)
    for earlier, later in zip(doses, doses[1:], strict=False):
        if earlier.holds_dose_spacing > timedelta(0):
            yield Arc(numbers[earlier.key], numbers[later.key], slots_in(earlier.holds_dose_spacing))


def _reach(lengths: tuple[int, ...], arcs: tuple[Arc, ...]) -> tuple[int, ...]:
    """Return the longest ways to the end of any visit, along arcs that count elapsed time."""
    reach = list(lengths)
    # As many rounds as there are steps settle every way; a window that contradicts others is refused where it is read.
    for _ in lengths:
        before = list(reach)
        for arc in arcs:
            if arc.days is None:
                reach[arc.source] = max(reach[arc.source], arc.distance + reach[arc.target])
        if reach == before:
            break
    return tuple(reach)
