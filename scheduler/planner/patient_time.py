"""When one patient can come: not while another visit, an absence or too recent a dose stands in the way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from scheduler.domain.claims import Purpose
from scheduler.domain.diary import Diary
from scheduler.planner.holes import Holes
from scheduler.planner.shapes import Shape
from scheduler.planner.timeline import Grid, slots_in


@dataclass(frozen=True, slots=True)
class PatientTime:
    """What the patient's time is taken by, in slots: visits and absences, and the spacing of doses in whatever series."""

    away: Holes | None
    spacing: Holes | None

    @classmethod
    def of(cls, diary: Diary, grid: Grid) -> PatientTime:
        """Look it up once, for visits of every shape."""
        patient, book = diary.patient, diary.book
        visits, doses = book.on(patient.id, Purpose.OCCUPY), book.on(patient.id, Purpose.SPACING)
        if not (visits.starts or doses.starts or patient.unavailable):
            return ALL_FREE
        away = grid.touched(zip(visits.starts, visits.ends, strict=True)) if visits.starts else []
        away += grid.touching_each(patient.unavailable)
        spaced = grid.touched(zip(doses.starts, doses.ends, strict=True)) if doses.starts else []
        return cls(Holes.of(away), Holes.of(spaced))

    def holes(self, shape: Shape) -> Holes | None:
        """Return the slots at which a visit of a shape may not start for the patient's sake; `None` for none."""
        away, spacing = self.while_away(shape), self.too_near_a_dose(shape)
        if away is None or spacing is None:
            return away or spacing
        return Holes.of([*away.spans(), *spacing.spans()])

    def while_away(self, shape: Shape) -> Holes | None:
        """Return the starts from which a visit would reach into another one of the patient, or into an absence."""
        return self.away.reached_by(slots_in(shape.like.length)) if self.away else None

    def too_near_a_dose(self, shape: Shape) -> Holes | None:
        """Return the starts that are too near another dose of the patient."""
        hold = shape.like.holds_dose_spacing
        return self.spacing.reached_by(slots_in(hold)) if self.spacing and hold > timedelta(0) else None


ALL_FREE = PatientTime(None, None)
"""The time of a patient whom nothing takes."""
