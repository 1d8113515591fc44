"""The wish that nobody has to come to the clinic while still not allowed to drive."""

from __future__ import annotations

from datetime import timedelta

from scheduler.domain.treatment import Point, Protocol
from scheduler.planner.network import Arc
from scheduler.planner.timeline import slots_in
from scheduler.rules.integration import ARRIVAL


def after_no_driving(protocol: Protocol) -> tuple[Arc, ...]:
    """Return the arcs that keep visits in person after the no-driving interval of the visit they follow."""
    pairs = dict.fromkeys(
        (window.from_step, window.to_step)
        for window in protocol.windows
        if window.from_point is Point.END and window.at_least >= timedelta(0)
    )
    return tuple(
        Arc(source, target, slots_in(before.length + before.no_driving + ARRIVAL), None)
        for source, target in pairs
        if (before := protocol.step(source)).no_driving > timedelta(0)
        and protocol.step(target).room_capability is not None
    )
