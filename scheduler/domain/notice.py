"""Whether a visit is called off in time or late, by the clinic's own line, and how many visits did not take place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from scheduler.domain.appointment import UNANNOUNCED, Appointment
from scheduler.domain.places import NoticeAsked
from scheduler.domain.treatment import StepKind


class Timeliness(StrEnum):
    """Whether a visit was called off early enough for its time to be given to somebody else."""

    IN_TIME = "in_time"
    LATE = "late"


def line_of(visit: Appointment, asked: NoticeAsked) -> datetime:
    """Return the last instant at which a visit is called off in time, UTC."""
    return visit.start - (asked.dosing if visit.kind is StepKind.DOSING else asked.other)


def timeliness_of(visit: Appointment, asked: NoticeAsked, now: datetime) -> Timeliness:
    """Say what calling a visit off now counts as; one that nobody was told of yet is never late."""
    late = now > line_of(visit, asked) and visit.state not in UNANNOUNCED
    return Timeliness.LATE if late else Timeliness.IN_TIME


@dataclass(frozen=True, slots=True)
class Absences:
    """How many visits did not take place, each told apart: by whom, in time or late, and what the clinic stopped itself.

    What was only held and let go is not among them, nor what was called off before anybody noted how early.
    """

    by_patient_in_time: int = 0
    by_patient_late: int = 0
    by_clinic_in_time: int = 0
    by_clinic_late: int = 0
    no_shows: int = 0
    same_day_holds: int = 0
