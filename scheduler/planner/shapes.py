"""What the feasible starts of a visit depend on: the six doses of a series have one shape, and are looked up once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from weakref import WeakValueDictionary

from scheduler.domain.people import Role
from scheduler.domain.treatment import Segment, Step
from scheduler.planner.apart import NOT_THE_GUIDE
from scheduler.planner.timeline import slots_in


@dataclass(frozen=True, eq=False)
class Shape:
    """All of a step that matters to where it can stand; steps that need the same have the very same shape.

    `like` is one of them. `guided` says whether a therapist takes part, `keeps_one_therapist` whether it must be the
    therapist of the series; `turns` are what each role gives, in order of first need, by what one person gives, and
    `besides_guide` the roles other than the therapist, of which the therapist and each other person serve in one of `apart`.
    """

    like: Step
    guided: bool
    keeps_one_therapist: bool
    turns: Mapping[Role, tuple[tuple[Segment, ...], ...]]
    besides_guide: frozenset[Role]
    apart: tuple[Role, ...]

    @cached_property
    def room_slots(self) -> int:
        """For how many slots it holds its room, turnover included."""
        return slots_in(self.like.room_length)


_KNOWN: WeakValueDictionary[tuple[object, ...], Shape] = WeakValueDictionary()


@lru_cache(maxsize=512)
def shape_of(step: Step) -> Shape:
    """Return the shape of a step: the same object for all steps that need the same."""
    needs = (
        step.phases,
        step.room_capability,
        step.site_cover,
        step.holds_dose_spacing,
        step.ends_before_close,
        step.keeps_one_therapist,
        step.hands_over,
        step.places,
    )
    shape = _KNOWN.get(needs)
    if shape is None:
        guided = Role.THERAPIST in step.roles
        turns = {role: step.turns_of(role) for role in step.roles}
        others = frozenset(turns) - {Role.THERAPIST}
        apart = tuple(role for role in NOT_THE_GUIDE if role in others)
        made = Shape(step, guided, guided and step.keeps_one_therapist, turns, others, apart)
        shape = _KNOWN.setdefault(needs, made)
    return shape
