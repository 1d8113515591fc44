"""Wishes about who and where: the therapist the patient would rather have, even work, and rooms that others need more."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import lru_cache, reduce

from scheduler.domain.places import Room
from scheduler.domain.telling import told
from scheduler.domain.treatment import StepKind
from scheduler.planner.holes import Holes
from scheduler.planner.narrowing import Wish
from scheduler.planner.question import Question
from scheduler.planner.shapes import Shape
from scheduler.planner.timeline import slots_in, spans_of

STAGGER = timedelta(minutes=30)
"""Two patients who arrive for a dose within this time of each other need the same hands; clinic policy."""


def wished_therapist(question: Question) -> tuple[Wish, ...]:
    """Ask for the therapist whom the patient would rather have."""
    return (Wish(therapist=question.wishes.rather),) if question.wishes.rather else ()


def tell_wished(question: Question, therapist: str, _: Sequence[int]) -> tuple[int, str] | None:
    """Say whether it is the therapist that was wished for; one who was demanded always is."""
    wished = question.wishes.rather or question.wishes.therapist
    if not wished:
        return None
    kept = therapist == wished
    return int(not kept), told("kept") if kept else told("with another therapist")


def one_therapist(question: Question) -> tuple[Wish, ...]:
    """Ask for the therapist of the series in visits that the protocol leaves to anybody fit."""
    return tuple(Wish(their_own=frozenset({step})) for step in _left_open(question))


def _left_open(question: Question) -> tuple[int, ...]:
    if not question.outline.keeps_one_therapist:
        return ()
    shapes = question.outline.shapes
    return tuple(step for step, shape in enumerate(shapes) if shape.guided and not shape.keeps_one_therapist)


def tell_one_therapist(question: Question, therapist: str, starts: Sequence[int]) -> tuple[int, str] | None:
    """Count the visits that need another therapist than that of the series."""
    if not therapist:
        return None
    shapes, supply = question.outline.shapes, question.supply
    others = [
        question.outline.steps[step].key
        for step in _left_open(question)
        if not supply.starts(shapes[step], therapist) >> starts[step] & 1
    ]
    name = question.diary.staff[therapist].name
    return len(others), name + (
        told(", but %(others)s with somebody else", others=", ".join(others)) if others else ""
    )


def level_load(question: Question) -> tuple[Wish, ...]:
    """Ask for each dose that no other patient is set up within half an hour of it."""
    doses = question.outline.of_kind(StepKind.DOSING)
    holes = _near_other_set_ups(question) if doses else None
    return tuple(Wish(holes={dose: holes}) for dose in doses) if holes else ()


def tell_level_load(question: Question, _: str, starts: Sequence[int]) -> tuple[int, str] | None:
    """Count the doses that begin while another patient is set up."""
    doses = question.outline.of_kind(StepKind.DOSING)
    if not doses:
        return None
    holes = _near_other_set_ups(question)
    crowded = [dose for dose in doses if holes and holes.end_over(starts[dose]) is not None]
    keys = ", ".join(question.outline.steps[dose].key for dose in crowded)
    return len(crowded), told(
        "%(keys)s within half an hour of another patient's set-up", keys=keys
    ) if crowded else told("kept")


def _near_other_set_ups(question: Question) -> Holes | None:
    return _around(question.supply.set_ups)


@lru_cache(maxsize=256)
def _around(begins: tuple[int, ...]) -> Holes | None:
    apart = slots_in(STAGGER)
    return Holes.of((begin - apart + 1, begin + apart) for begin in begins)


def scarce_rooms(question: Question) -> tuple[Wish, ...]:
    """Ask for each visit that one of the plainest rooms fit for it is free, so that none is taken that could do more."""
    holes = {shape: _without_a_plain_room(question, shape) for shape in set(question.outline.shapes)}
    return tuple(
        Wish(holes={step: found})
        for step, shape in enumerate(question.outline.shapes)
        if (found := holes[shape]) is not None
    )


def _without_a_plain_room(question: Question, shape: Shape) -> Holes | None:
    plainest = _plainest(question, shape)
    if not plainest:
        return None
    starts = (question.supply.starts_in(room, shape) for room in plainest)
    return Holes.of(spans_of(question.grid.full & ~reduce(int.__or__, starts)))


def _plainest(question: Question, shape: Shape) -> tuple[Room, ...]:
    """Return the rooms fit for the fewest things; none where all rooms are alike, or no room is needed."""
    rooms = question.supply.fit_rooms(shape) if shape.like.room_capability is not None else ()
    sizes = {len(room.capabilities) for room in rooms}
    return tuple(room for room in rooms if len(room.capabilities) == min(sizes)) if len(sizes) > 1 else ()


def tell_scarce_rooms(question: Question, _: str, starts: Sequence[int]) -> tuple[int, str] | None:
    """Count the visits for which only a room is free that could do more than they need."""
    plainest = {shape: _plainest(question, shape) for shape in set(question.outline.shapes)}
    if not any(plainest.values()):
        return None
    crowded = [
        step.key
        for step, shape, start in zip(question.outline.steps, question.outline.shapes, starts, strict=True)
        if (rooms := plainest[shape])
        and not any(question.supply.starts_in(room, shape) >> start & 1 for room in rooms)
    ]
    return len(crowded), told(
        "%(crowded)s in a room that could do more", crowded=", ".join(crowded)
    ) if crowded else told("kept")
