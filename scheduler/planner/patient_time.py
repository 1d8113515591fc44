"""When one patient can come: not while another visit, an absence or too recent a dose stands in the way."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from scheduler.domain.claims import Purpose
from scheduler.domain.diary import Diary
from scheduler.planner.network import Holes
from scheduler.planner.shapes import Shape
from scheduler.planner.timeline import Grid, Span, slots_in


def patient_holes(diary: Diary, shape: Shape, grid: Grid) -> Holes | None:
    """Return the slots at which a visit of this shape may not start for the patient's sake; `None` for none."""
    return Holes.of((*while_away(diary, shape, grid), *too_near_a_dose(diary, shape, grid)))


def spacing_holes(diary: Diary, shape: Shape, grid: Grid) -> Holes | None:
    """Return the slots at which too recent or too near a dose alone forbids the start; `None` for none."""
    return Holes.of(too_near_a_dose(diary, shape, grid))


def while_away(diary: Diary, shape: Shape, grid: Grid) -> Iterator[Span]:
    """Yield the starts from which a visit would reach into another one of the patient, or into an absence."""
    patient, length = diary.patient, slots_in(shape.like.length)
    for claim in diary.claims_on(patient.id, Purpose.OCCUPY):
        yield _reaching(grid.touching(claim.interval), length)
    for interval in patient.unavailable_times():
        yield _reaching(grid.touching(interval), length)


def too_near_a_dose(diary: Diary, shape: Shape, grid: Grid) -> Iterator[Span]:
    """Yield the starts that are too near another dose of the patient, in whatever series."""
    if (hold := shape.like.holds_dose_spacing) > timedelta(0):
        for claim in diary.claims_on(diary.patient.id, Purpose.SPACING):
            yield _reaching(grid.touching(claim.interval), slots_in(hold))


def _reaching(taken: Span, length: int) -> Span:
    """Return the starts from which something of a length would reach into what is taken."""
    begin, end = taken
    return (begin - length + 1, end) if begin < end else (0, 0)
