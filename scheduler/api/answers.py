"""What programs are told, field by field: series, visits, findings and reasons as JSON; the command line prints the same."""

from __future__ import annotations

from collections.abc import Iterable
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
        return cls(
            rule=finding.rule,
            level=finding.level,
            title=finding.title,
            appointments=finding.appointments,
            steps=finding.steps,
            why=finding.why,
            mend=finding.mend,
            override_role=finding.override_role,
        )


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
        return cls(
            code=reason.code,
            why=reason.why,
            mend=reason.mend,
            step=reason.step or None,
            way_out=reason.way_out,
            finish=reason.finish,
        )


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
        return cls(**_visit_fields(visit))


def _visit_fields(visit: Appointment) -> dict[str, Any]:
    return {
        "id": visit.id if visit.id != visit.step else None,
        "step": visit.step,
        "title": visit.title,
        "kind": visit.kind,
        "state": visit.state,
        "version": visit.version,
        "start": visit.start,
        "end": visit.discharge,
        "room": visit.room,
        "staff": dict(sorted(visit.staff.items())),
        "relief": relief_told(visit),
    }


def relief_told(visit: Appointment) -> tuple[ReliefAnswer, ...]:
    """Tell who takes over in a visit."""
    relief = sorted(visit.relief.items())
    return tuple(ReliefAnswer(role=role, segment=n, person=person) for (role, n), person in relief)


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
        return cls(
            **_visit_fields(visit),
            site=visit.site,
            series=visit.series or None,
            patient=visit.patient,
            phases=tuple(PhaseAnswer.of(phase.name, phase.interval) for phase in visit.phases),
            began_at=visit.began_at,
            released_at=visit.released_at,
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
        return cls(
            id=series.id or None,
            site=series.site,
            patient=series.patient,
            protocol=series.protocol,
            protocol_version=series.protocol_version,
            state=series.state,
            held_until=series.held_until,
            declined=tuple(sorted(series.declined)),
            visits=tuple(VisitAnswer.of(visit) for visit in series.appointments),
        )


def findings_told(findings: Iterable[Finding]) -> tuple[FindingAnswer, ...]:
    """Tell findings in their order."""
    return tuple(FindingAnswer.of(finding) for finding in findings)


def reasons_told(reasons: Iterable[Reason]) -> tuple[ReasonAnswer, ...]:
    """Tell reasons in their order."""
    return tuple(ReasonAnswer.of(reason) for reason in reasons)
