"""A treatment series: all linked visits that carry one patient through one protocol."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from scheduler.domain.appointment import Appointment, AppointmentState
from scheduler.domain.extra_steps import ExtraStep


class SeriesState(StrEnum):
    """The life of a series.

    `TENTATIVE`: held while somebody decides; `LAPSED`: nobody decided in time. `PAUSED`: nothing is booked until it is
    resumed. `STOPPED`: ended before its last visit; `CANCELLED`: called off whole; `COMPLETED`: everything took place.
    `DORMANT`: nothing is ahead and the last dose lies far back, so that somebody decides whether it goes on.
    """

    TENTATIVE = "tentative"
    BOOKED = "booked"
    PAUSED = "paused"
    STOPPED = "stopped"
    CANCELLED = "cancelled"
    COMPLETED = "completed"
    LAPSED = "lapsed"
    DORMANT = "dormant"


@dataclass(frozen=True, slots=True)
class Series:
    """One series, whole: booked, moved and cancelled as one thing.

    `appointments` are in order of start, called-off ones included; `declined` are step keys the patient declined.
    `id` is empty for a series that is only proposed. `held_until` is when a tentative one is released by itself, `None`
    for every other. `extra` are steps that it has beside those of its protocol.
    """

    id: str
    site: str
    patient: str
    protocol: str
    protocol_version: int
    state: SeriesState
    appointments: tuple[Appointment, ...]
    declined: frozenset[str] = frozenset()
    held_until: datetime | None = None
    extra: tuple[ExtraStep, ...] = ()

    @property
    def standing(self) -> tuple[Appointment, ...]:
        """The visits that are not called off, in order of start."""
        return tuple(visit for visit in self.appointments if visit.state.takes_time)

    def visit(self, step: str) -> Appointment | None:
        """Return the standing visit for a step, or `None`."""
        return next((visit for visit in self.standing if visit.step == step), None)

    @property
    def missing(self) -> tuple[Appointment, ...]:
        """The visits that it should have and has no more: of each step without any, the one called off last.

        Not of steps that the patient declined.
        """
        kept = {visit.step for visit in self.standing} | self.declined
        return tuple({visit.step: visit for visit in self.appointments if visit.step not in kept}.values())

    def is_through(self, may_lack: Set[str] = frozenset()) -> bool:
        """Say whether nothing is left to be done: each visit is closed, or the patient left it, and none is missing.

        `may_lack` are steps without which the series is whole, such as optional ones.
        """
        ended = all(visit.state in _ENDED for visit in self.standing)
        lacking = {visit.step for visit in self.missing} - may_lack
        return bool(self.standing) and ended and not lacking


_ENDED = frozenset({AppointmentState.CLOSED, AppointmentState.LEFT_BEFORE_RELEASE})
"""The states of visits that took place, from which nothing follows."""
