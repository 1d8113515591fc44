"""Finds the visits that a series lacks around those that stand still, such as a member's own visits around the group's."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from scheduler.domain.claims import Placement
from scheduler.domain.diary import Diary
from scheduler.domain.treatment import Protocol
from scheduler.planner.assign import place
from scheduler.planner.network import Choices, Network, Stuck
from scheduler.planner.question import Question
from scheduler.planner.timeline import SLOT
from scheduler.planner.wishes import Wishes


def around(
    diary: Diary, protocol: Protocol, fixed: Mapping[str, datetime], wishes: Wishes
) -> tuple[Placement, ...] | None:
    """Return the visits of all steps but the fixed ones, each as early as it can be; `None` where they have no place.

    The protocol is narrowed to the fixed steps, whose starts these are, and those that are lacking. A fixed visit is a list
    of one start, so the answer is exact as for a whole series. Windows between two fixed visits are not asked again.
    The diary holds the claims of the fixed visits: they are in the way of the others as any visit is.
    """
    question = Question.of(diary, protocol, wishes)
    slots = {
        number: (fixed[step.key] - question.grid.origin) // SLOT
        for number, step in enumerate(question.outline.steps)
        if step.key in fixed
    }
    arcs = [arc for arc in question.outline.arcs if not {arc.source, arc.target} <= slots.keys()]
    network = Network.of(len(question.outline.steps), question.days, arcs)
    best: tuple[int, str, list[int]] | None = None
    for therapist in question.therapists:
        choices = _held(question.choices(therapist), slots)
        found = network.least(choices, choices.lower)
        if not isinstance(found, Stuck):
            # Of equals the first therapist, by id.
            finish = question.outline.finish(found)
            best = (finish, therapist, found) if best is None or finish < best[0] else best
    if best is None:
        return None
    return tuple(one for one in place(question, best[2], best[1]) if one.step.key not in fixed)


def _held(choices: Choices, slots: Mapping[int, int]) -> Choices:
    """Return the choices with one start for each step that is held."""
    numbers = range(len(choices.rows))
    return choices._replace(
        rows=tuple([slots[n]] if n in slots else choices.rows[n] for n in numbers),
        holes=tuple(None if n in slots else choices.holes[n] for n in numbers),
        lower=tuple(slots.get(n, choices.lower[n]) for n in numbers),
        upper=tuple(slots.get(n, choices.upper[n]) for n in numbers),
    )
