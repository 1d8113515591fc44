"""Whether a visit can stay just as it is: with its own room and people, at its own time."""

from __future__ import annotations

from dataclasses import replace

from scheduler.domain.appointment import Appointment
from scheduler.domain.people import Role
from scheduler.domain.series import Series
from scheduler.planner.question import Question
from scheduler.planner.timeline import SLOT
from scheduler.rules.evaluate import evaluate
from scheduler.rules.finding import Finding, Level


def against_staying(
    question: Question, number: int, series: Series, visit: Appointment
) -> tuple[Finding, ...]:
    """Return what forbids a visit of a series to stay as it is, whatever becomes of the others; empty when nothing does.

    `number` is that of its step. Where the masks of free time already say that all is well, as mostly they do, the rules
    are not asked: masks know whole slots alone and so see too little free time at times, but never too much.
    Raises `InvalidValue` when the visit lies outside of the diary's horizon.
    """
    if _is_free(question, number, visit):
        return ()
    alone = replace(series, appointments=(visit,))
    findings = evaluate(question.diary, question.outline.protocol.only([visit.step]), alone)
    return tuple(finding for finding in findings if finding.level is Level.BLOCK)


def _is_free(question: Question, number: int, visit: Appointment) -> bool:
    shape, holes, supply = question.outline.shapes[number], question.holes[number], question.supply
    slot, rest = divmod(visit.start - question.grid.origin, SLOT)
    if rest or slot < 0 or (holes is not None and holes.end_over(slot) is not None):
        return False
    if visit.interval.duration != shape.like.length:
        return False
    # Where a role is handed over, or the therapist watches as well, there is more to ask than who is free.
    if visit.relief or visit.staff.get(Role.THERAPIST) in visit.serving_as(Role.MEDICAL_MONITOR):
        return False
    mask = supply.starts(shape)
    room = question.diary.rooms.get(visit.room or "")
    if shape.like.room_capability is not None:
        mask &= supply.starts_in(room, shape) if room in supply.fit_rooms(shape) else 0
    for role in shape.like.roles:
        person = question.diary.staff.get(visit.staff.get(role, ""))
        for segment in shape.like.segments_of(role):
            mask &= supply.starts_of_segment(person, segment) if person and role in person.roles else 0
    return bool(mask >> slot & 1)
