"""What is preferred among complete series of the same finish: a named list, each wish as arcs like any window."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from scheduler.domain.treatment import Point, Protocol
from scheduler.planner.network import Arc
from scheduler.planner.timeline import slots_at_most, slots_in
from scheduler.rules.integration import ARRIVAL


@dataclass(frozen=True, slots=True)
class Preference:
    """One wish. It is kept whole wherever that costs no later finish and none of the wishes before it.

    `name` is how proposals explain themselves; `arcs` says what the wish asks of a protocol's starts.
    """

    name: str
    arcs: Callable[[Protocol], tuple[Arc, ...]]


def _nobody_comes_while_not_allowed_to_drive(protocol: Protocol) -> tuple[Arc, ...]:
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


def _visits_stand_close_where_the_protocol_wishes_it(protocol: Protocol) -> tuple[Arc, ...]:
    return tuple(
        Arc(window.to_step, window.from_step, -slots_at_most(ideal + protocol.between_starts(window)), window)
        for window in protocol.windows
        if (ideal := window.ideally_at_most) is not None
    )


PREFERENCES: tuple[Preference, ...] = (
    Preference("no visit while not allowed to drive", _nobody_comes_while_not_allowed_to_drive),
    Preference("visits as close as the protocol wishes", _visits_stand_close_where_the_protocol_wishes_it),
)
"""After the earliest finish, in this order; then every visit as early as it can be."""


def unmet(arcs: tuple[Arc, ...], starts: Mapping[str, int]) -> int:
    """Return how many arcs of a wish the starts do not keep."""
    return sum(starts[arc.target] < starts[arc.source] + arc.distance for arc in arcs)
