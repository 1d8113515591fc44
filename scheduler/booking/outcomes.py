"""The answers that several use cases share: expected refusals are values, never exceptions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from scheduler.access.permissions import Permission
from scheduler.domain.appointment import Appointment
from scheduler.domain.series import Series
from scheduler.domain.treatment import Protocol
from scheduler.planner.change import Move, Way
from scheduler.planner.proposal import Proposal, Reason
from scheduler.rules.finding import Finding


@dataclass(frozen=True, slots=True)
class NotAllowed:
    """The actor may not do this; nothing was read or written."""

    permission: Permission


@dataclass(frozen=True, slots=True)
class PreviewedSeries:
    """One complete series that could be booked now, with what the rules say about it.

    `protocol` is narrowed to the visits that this series has. `findings` name visits by their step keys.
    """

    proposal: Proposal
    protocol: Protocol
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class PlannedChange:
    """One way to change a series that stands, with what the rules say about the series as it would be.

    `moves` are in order of the new starts; `reassigned` are steps whose visits keep their time, in another room or with
    other people. Of the `findings` those `refusing` forbid the change. `protocol` is narrowed to the visits of the series.
    `way` is what the planner is good at there, `None` for visits that somebody chose; `exact` as in `Rescheduling`.
    `replaces` holds by id of a new visit the called-off one in whose place it is booked.
    """

    before: Series
    after: Series
    protocol: Protocol
    moves: tuple[Move, ...]
    reassigned: tuple[str, ...]
    findings: tuple[Finding, ...]
    refusing: tuple[Finding, ...]
    way: Way | None = None
    exact: bool = True
    replaces: Mapping[str, Appointment] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SeriesChanged:
    """A standing series that was changed, as it is in the store now; `change` says what was done.

    `change` is `None` where an earlier request of the same key did it: then nothing of it is told again.
    """

    series: Series
    change: PlannedChange | None = None

    @property
    def moves(self) -> tuple[Move, ...]:
        """What moved, in order of the new starts."""
        return self.change.moves if self.change else ()

    @property
    def reassigned(self) -> tuple[str, ...]:
        """The steps whose visits keep their time, in another room or with other people."""
        return self.change.reassigned if self.change else ()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What the rules still ask for (gates and warnings)."""
        return self.change.findings if self.change else ()


@dataclass(frozen=True, slots=True)
class Ways:
    """The ways to make a change that the rules do not refuse, the one that moves the fewest visits first; or the reasons."""

    ways: tuple[PlannedChange, ...]
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing was written.

    `findings` are the rules that refuse it, `reasons` what else stands in the way (either may be empty, never both).
    `instead` is what could be booked now, best first, `ways` how a series could be changed instead. `race_lost` says
    that somebody else was faster.
    """

    findings: tuple[Finding, ...] = ()
    reasons: tuple[Reason, ...] = ()
    instead: tuple[PreviewedSeries, ...] = ()
    ways: tuple[PlannedChange, ...] = ()
    race_lost: bool = False


class CalledOffBy(StrEnum):
    """Who calls a visit off."""

    PATIENT = "patient"
    CLINIC = "clinic"


class CancelReason(StrEnum):
    """Why a visit is called off: a choice, not free text, so that the audit holds no personal data."""

    ILLNESS = "illness"
    TIME_DOES_NOT_SUIT = "time_does_not_suit"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    CLINICAL_DECISION = "clinical_decision"
    STAFF_ABSENT = "staff_absent"
    ROOM_OUT_OF_USE = "room_out_of_use"
    BOOKED_BY_MISTAKE = "booked_by_mistake"
    OTHER = "other"
