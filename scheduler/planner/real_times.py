"""Windows counted from facts: a visit that has begun may take longer than planned, or begin inside a slot."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeAlias

from scheduler.domain.appointment import Appointment
from scheduler.domain.treatment import Counting, Point, Window
from scheduler.planner.network import Arc
from scheduler.planner.outline import Outline
from scheduler.planner.timeline import SLOT, slots_at_most, slots_in


@dataclass(frozen=True, slots=True)
class RealTimes:
    """When a visit begins and is really over, both counted from the begin of the slot in which it begins."""

    begins: timedelta
    over: timedelta

    def at(self, point: Point) -> timedelta:
        """Return when one of the two is."""
        return self.begins if point is Point.START else self.over


#: By number of the step; `None` for a visit that begins with a slot and takes as long as planned.
Facts: TypeAlias = tuple[RealTimes | None, ...]


def real_times(visit: Appointment, length: timedelta, origin: datetime) -> RealTimes | None:
    """Return the real times of a visit that has begun, `None` when they are just as planned; slots count from `origin`."""
    begins = (visit.start - origin) % SLOT
    over = begins + (visit.over_at - visit.start)
    return None if not begins and over == length else RealTimes(begins, over)


def arcs_from_facts(outline: Outline, facts: Facts) -> Iterator[Arc]:
    """Yield the arcs of an outline, those to and from visits with real times by these.

    The starts of such visits are taken as the slots in which they begin. No bound of these arcs is looser or tighter than
    the window itself, as far as whole slots can say it.
    """
    for arc in outline.arcs:
        if facts[arc.source] is None and facts[arc.target] is None:
            yield arc
        elif arc.window is None:
            begins = [
                found.begins if (found := facts[end]) else timedelta(0) for end in (arc.source, arc.target)
            ]
            yield replace(arc, distance=slots_in(arc.distance * SLOT + begins[0] - begins[1]))
        else:
            yield _of_window(outline, facts, arc, arc.window)


def length_in_slots(outline: Outline, facts: Facts, step: int) -> int:
    """Return how many slots after its start another visit of the patient may begin."""
    found = facts[step]
    return outline.lengths[step] if found is None else slots_in(found.over)


def _of_window(outline: Outline, facts: Facts, arc: Arc, window: Window) -> Arc:
    lead = _moment(outline, facts, window.from_step, window.from_point)
    tail = _moment(outline, facts, window.to_step, window.to_point)
    is_minimum = arc.source == outline.numbers[window.from_step]
    if window.counted is Counting.CALENDAR:
        first, second = (lead, tail) if is_minimum else (tail, lead)
        return replace(arc, lead=first // SLOT, tail=second // SLOT)
    if is_minimum:
        return replace(arc, distance=slots_in(lead + window.at_least - tail))
    assert window.at_most is not None, "there is no arc of a limit that there is not"
    return replace(arc, distance=-slots_at_most(lead + window.at_most - tail))


def _moment(outline: Outline, facts: Facts, step: str, point: Point) -> timedelta:
    """Return how long after the begin of its slot a moment of a visit is."""
    number = outline.numbers[step]
    found: RealTimes | None = facts[number]
    if found is not None:
        return found.at(point)
    return outline.steps[number].length if point is Point.END else timedelta(0)
