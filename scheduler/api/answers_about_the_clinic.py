"""What programs are told about patients and protocols, a visit on its day, and conflicts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Self

from scheduler.api.answers import Answer, AppointmentAnswer, FindingAnswer, findings_told
from scheduler.booking.advance_appointment import Advanced
from scheduler.booking.see_conflicts import SeriesInConflict
from scheduler.domain.appointment import Appointment
from scheduler.domain.people import GateDecision, GateRecord, Patient
from scheduler.domain.series import Series, SeriesState
from scheduler.domain.treatment import Protocol, Step, StepKind
from scheduler.rules.finding import Finding, Level
from scheduler.store.conflicts import VisitConflict
from scheduler.store.glances import PatientLine


class PatientLineAnswer(Answer):
    """One patient in a list; `next_visit` is the start of the next standing visit."""

    id: str
    given_name: str
    family_name: str
    birth_date: date
    phone: str
    next_visit: datetime | None

    @classmethod
    def of(cls, line: PatientLine) -> Self:
        """Tell one patient."""
        return cls.by_name(line)


class PatientsAnswer(Answer):
    """The patients that were found, by family name; `more` says that there are others."""

    patients: tuple[PatientLineAnswer, ...]
    more: bool


class DecisionAnswer(Answer):
    """A decision about a patient: which gate, what was decided, and for how long; days are clinic-local and included."""

    gate: str
    decision: GateDecision
    decided_on: date
    decided_by: str
    valid_until: date | None
    covers_visits: int | None

    @classmethod
    def of(cls, record: GateRecord) -> Self:
        """Tell one decision."""
        return cls.by_name(record, gate=record.kind)


class SeriesLineAnswer(Answer):
    """One series of a patient."""

    id: str
    protocol: str
    protocol_version: int
    state: SeriesState
    held_until: datetime | None

    @classmethod
    def of(cls, series: Series) -> Self:
        """Tell one series."""
        return cls.by_name(series)


class PatientAnswer(Answer):
    """A patient without name and contact: the site, what was decided, and the series.

    `language` is what the patient reads, a code of BCP 47, `null` where nothing else than the site's is known.
    """

    id: str
    site: str
    language: str | None
    decisions: tuple[DecisionAnswer, ...]
    series: tuple[SeriesLineAnswer, ...]

    @classmethod
    def of(cls, patient: Patient, series: Iterable[Series]) -> Self:
        """Tell a patient."""
        return cls(
            id=patient.id,
            site=patient.site,
            language=patient.language,
            decisions=tuple(DecisionAnswer.of(record) for record in patient.gates),
            series=tuple(SeriesLineAnswer.of(one) for one in series),
        )


class StepAnswer(Answer):
    """One visit of a protocol; `optional` ones are left out unless they are in `included`."""

    key: str
    title: str
    kind: StepKind
    optional: bool
    declinable: bool

    @classmethod
    def of(cls, step: Step) -> Self:
        """Tell one step."""
        return cls.by_name(step)


class ProtocolAnswer(Answer):
    """A protocol in its newest version, with its visits in order."""

    key: str
    version: int
    title: str
    steps: tuple[StepAnswer, ...]

    @classmethod
    def of(cls, protocol: Protocol) -> Self:
        """Tell one protocol."""
        return cls.by_name(protocol, steps=tuple(StepAnswer.of(step) for step in protocol.steps))


class ProtocolsAnswer(Answer):
    """The protocols that a series can be booked by."""

    protocols: tuple[ProtocolAnswer, ...]


class AppointmentStanding(Answer):
    """A visit as it stands, and the open gates that it waits for."""

    appointment: AppointmentAnswer
    waits_for: tuple[FindingAnswer, ...]

    @classmethod
    def of(cls, visit: Appointment, waits_for: Iterable[Finding]) -> Self:
        """Tell one visit."""
        return cls(appointment=AppointmentAnswer.of(visit), waits_for=findings_told(waits_for))


class AdvanceAnswer(Answer):
    """A visit a step on; `on_hold` is the decision that keeps the next dose waiting now.

    `findings` are what the rules say about the series, told where the visit ended otherwise than planned.
    """

    appointment: AppointmentAnswer
    on_hold: str | None
    findings: tuple[FindingAnswer, ...]

    @classmethod
    def of(cls, outcome: Advanced) -> Self:
        """Tell what was noted."""
        return cls(
            appointment=AppointmentAnswer.of(outcome.appointment),
            on_hold=outcome.on_hold,
            findings=findings_told(outcome.findings),
        )


class ConflictAnswer(Answer):
    """A rule that a standing series breaks since something changed; `cause` says what, in a word."""

    id: str
    rule: str
    level: Level
    steps: tuple[str, ...]
    why: str
    mend: str
    visit_starts_at: datetime
    cause: str
    found_at: datetime

    @classmethod
    def of(cls, conflict: VisitConflict) -> Self:
        """Tell one conflict."""
        return cls.by_name(conflict)


class SeriesInConflictAnswer(Answer):
    """A series with its open conflicts, by when their visits start."""

    series: SeriesLineAnswer
    site: str
    patient: str
    conflicts: tuple[ConflictAnswer, ...]

    @classmethod
    def of(cls, found: SeriesInConflict) -> Self:
        """Tell one series."""
        return cls(
            series=SeriesLineAnswer.of(found.series),
            site=found.series.site,
            patient=found.series.patient,
            conflicts=tuple(ConflictAnswer.of(one) for one in found.conflicts),
        )


class ConflictsAnswer(Answer):
    """The inbox of conflicts, the most urgent series first."""

    series: tuple[SeriesInConflictAnswer, ...]
