"""A treatment series: all linked visits that carry one patient through one protocol."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from scheduler.domain.appointment import Appointment


class SeriesState(StrEnum):
    """The life of a series."""

    BOOKED = "booked"
    CANCELLED = "cancelled"
    COMPLETED = "completed"


@dataclass(frozen=True, slots=True)
class Series:
    """One series, whole: booked, moved and cancelled as one thing.

    `appointments` are in order of start, called-off ones included; `declined` are step keys the patient declined.
    `id` is empty for a series that is only proposed.
    """

    id: str
    site: str
    patient: str
    protocol: str
    protocol_version: int
    state: SeriesState
    appointments: tuple[Appointment, ...]
    declined: frozenset[str] = frozenset()

    @property
    def standing(self) -> tuple[Appointment, ...]:
        """The visits that are not called off, in order of start."""
        return tuple(visit for visit in self.appointments if visit.state.takes_time)

    def visit(self, step: str) -> Appointment | None:
        """Return the standing visit for a step, or `None`."""
        return next((visit for visit in self.standing if visit.step == step), None)
