"""What programs are told, field by field: series, visits, findings and reasons as JSON; the command line prints the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Self

from pydantic import BaseModel, ConfigDict

from scheduler.domain.appointment import Appointment, AppointmentState
from scheduler.domain.interval import Interval
from scheduler.domain.people import Role
from scheduler.domain.series import Series, SeriesState
from scheduler.domain.treatment import StepKind
from scheduler.planner.proposal import Reason
from scheduler.rules.finding import Finding, Level


class Answer(BaseModel):
    """What every answer has in common: instants are RFC 3339 in UTC, and what is not there is `null`, never left out."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def plain(self) -> dict[str, Any]:
        """Return it as JSON knows it."""
        return self.model_dump(mode="json", by_alias=True)

    @classmethod
    def by_name(cls, told: object, **otherwise: Any) -> Self:
        """Tell something field by field as its attributes of the same names are; `otherwise` are fields that are not."""
        named = {name: getattr(told, name) for name in cls.model_fields if name not in otherwise}
        return cls(**named, **otherwise)


class FindingAnswer(Answer):
    """One breach of one rule; `why` and `mend` may name staff and rooms, never the patient."""

    rule: str
    level: Level
    title: str
    appointments: tuple[str, ...]
    steps: tuple[str, ...]
    why: str
    mend: str
    override_role: str | None

    @classmethod
    def of(cls, finding: Finding) -> Self:
        """Tell one finding."""
        return cls.by_name(finding)


class ReasonAnswer(Answer):
    """One reason, by a stable `code`; a `way_out` is a concession with which all would be over at `finish`."""

    code: str
    why: str
    mend: str
    step: str | None
    way_out: bool
    finish: datetime | None

    @classmethod
    def of(cls, reason: Reason) -> Self:
        """Tell one reason."""
        return cls.by_name(reason, step=reason.step or None)


class ReliefAnswer(Answer):
    """Who serves the n-th stretch of a role, from 0, where it is not who begins."""

    role: Role
    segment: int
    person: str


class VisitAnswer(Answer):
    """One visit of a series; one that is only proposed has no id yet. `staff` are those who begin in each role."""

    id: str | None
    step: str
    title: str
    kind: StepKind
    state: AppointmentState
    version: int
    start: datetime
    end: datetime
    room: str | None
    staff: dict[Role, str]
    relief: tuple[ReliefAnswer, ...]

    @classmethod
    def of(cls, visit: Appointment) -> Self:
        """Tell one visit."""
        return cls.by_name(visit, **_visit_fields(visit))


def _visit_fields(visit: Appointment) -> dict[str, Any]:
    """Return what is told of a visit otherwise than it is kept."""
    return {
        "id": visit.id if visit.id != visit.step else None,
        "end": visit.discharge,
        **people_told(visit.staff, visit.relief),
    }


def people_told(staff: Mapping[Role, str], relief: Mapping[tuple[Role, int], str]) -> dict[str, Any]:
    """Tell who begins in each role, and who takes over, each in one order."""
    taking_over = sorted(relief.items())
    return {
        "staff": dict(sorted(staff.items())),
        "relief": tuple(ReliefAnswer(role=role, segment=n, person=who) for (role, n), who in taking_over),
    }


class PhaseAnswer(Answer):
    """One phase of a visit."""

    name: str
    start: datetime
    end: datetime

    @classmethod
    def of(cls, name: str, interval: Interval) -> Self:
        """Tell one phase."""
        return cls(name=name, start=interval.start, end=interval.end)


class AppointmentAnswer(VisitAnswer):
    """One visit as it stands, with whose it is; `series` is `null` for one that came with the clinic file."""

    site: str
    series: str | None
    patient: str
    phases: tuple[PhaseAnswer, ...]
    began_at: datetime | None
    released_at: datetime | None

    @classmethod
    def of(cls, visit: Appointment) -> Self:
        """Tell one visit."""
        return cls.by_name(
            visit,
            **_visit_fields(visit),
            series=visit.series or None,
            phases=tuple(PhaseAnswer.of(phase.name, phase.interval) for phase in visit.phases),
        )


class SeriesAnswer(Answer):
    """A series with its visits in order of start, called-off ones included; a proposed one has no id yet."""

    id: str | None
    site: str
    patient: str
    protocol: str
    protocol_version: int
    state: SeriesState
    held_until: datetime | None
    declined: tuple[str, ...]
    visits: tuple[VisitAnswer, ...]

    @classmethod
    def of(cls, series: Series) -> Self:
        """Tell a series."""
        return cls.by_name(
            series,
            id=series.id or None,
            declined=tuple(sorted(series.declined)),
            visits=tuple(VisitAnswer.of(visit) for visit in series.appointments),
        )


def findings_told(findings: Iterable[Finding]) -> tuple[FindingAnswer, ...]:
    """Tell findings in their order."""
    return tuple(FindingAnswer.of(finding) for finding in findings)


def reasons_told(reasons: Iterable[Reason]) -> tuple[ReasonAnswer, ...]:
    """Tell reasons in their order."""
    return tuple(ReasonAnswer.of(reason) for reason in reasons)
