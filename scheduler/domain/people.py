"""Who treats and who is treated: staff with roles, credentials and hours; patients with contacts and decisions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache

from scheduler.domain.interval import InOrder, Interval, merged, without
from scheduler.domain.places import Site, WeeklyHours, weekly_times


class Role(StrEnum):
    """What a member of staff may do in a visit (the clinic's words, see the glossary)."""

    PRESCRIBER = "prescriber"
    ADMINISTERING_CLINICIAN = "administering_clinician"
    MEDICAL_MONITOR = "medical_monitor"
    THERAPIST = "therapist"
    CARE_COORDINATOR = "care_coordinator"


@dataclass(frozen=True, slots=True)
class Credential:
    """A proof of qualification such as `bls`, `acls` or `kap_training`.

    Valid through `valid_until`, an inclusive clinic-local day; `None` means it does not expire.
    """

    kind: str
    valid_until: date | None = None

    def is_valid_on(self, day: date) -> bool:
        """Say whether it holds on that calendar day, the last day included."""
        return self.valid_until is None or day <= self.valid_until


@dataclass(frozen=True, slots=True)
class StaffMember:
    """One person of the staff at one site.

    `may_watch` is how many patients the person may watch at once as medical monitor, 0 for none;
    `may_supervise` how many dosing visits the person may stand behind at once as prescriber on the premises.
    """

    id: str
    site: str
    name: str
    roles: frozenset[Role]
    hours: tuple[WeeklyHours, ...]
    credentials: tuple[Credential, ...] = ()
    time_off: tuple[Interval, ...] = ()
    may_watch: int = 0
    may_supervise: int = 0

    def working_times(self, site: Site, horizon: Interval) -> tuple[Interval, ...]:
        """Return when the person is on the premises within the horizon: hours less time off, sorted and merged.

        Closures of the site are not taken out here: the site's own open times say that.
        """
        return self.work(site, horizon).found

    def work(self, site: Site, horizon: Interval) -> InOrder:
        """Return the same, for looking up by time."""
        return _at_work(self.hours, self.time_off, horizon, site.zone)

    def holds(self, credential: str, day: date) -> bool:
        """Say whether a credential of this kind is valid on that day."""
        return any(held.is_valid_on(day) for held in self.credentials if held.kind == credential)


@lru_cache(maxsize=4096)
def _at_work(
    hours: tuple[WeeklyHours, ...], time_off: tuple[Interval, ...], horizon: Interval, zone: str
) -> InOrder:
    return InOrder(without(weekly_times(hours, horizon, zone), time_off))


class GateDecision(StrEnum):
    """What was decided about a gate; an override is recorded apart, with its reason."""

    PASS = "pass"
    HOLD = "hold"


@dataclass(frozen=True, slots=True)
class GateRecord:
    """A decision about a patient: which gate, what was decided, on which day and until when it holds.

    Only the decision is kept, never a score, a dose or a note. `valid_until` is an inclusive clinic-local day;
    `None` means until replaced.
    """

    kind: str
    decision: GateDecision
    decided_on: date
    valid_until: date | None = None
    decided_by: str = ""

    def passes_on(self, day: date) -> bool:
        """Say whether the gate stands open on that day because of this record."""
        return (
            self.decision is GateDecision.PASS
            and self.decided_on <= day
            and (self.valid_until is None or day <= self.valid_until)
        )


@dataclass(frozen=True, slots=True)
class Patient:
    """One patient. `zone` is where the patient lives, `None` meaning the site's zone."""

    id: str
    site: str
    given_name: str
    family_name: str
    birth_date: date
    email: str = ""
    phone: str = ""
    language: str = "en"
    zone: str | None = None
    unavailable: tuple[Interval, ...] = ()
    gates: tuple[GateRecord, ...] = ()

    @property
    def name(self) -> str:
        """Full name, for signed-in pages alone."""
        return f"{self.given_name} {self.family_name}"

    def passes(self, gate: str, day: date) -> bool:
        """Say whether the gate stands open on that clinic-local day: the latest decision counts."""
        decisions = [record for record in self.gates if record.kind == gate and record.decided_on <= day]
        return bool(decisions) and max(decisions, key=lambda record: record.decided_on).passes_on(day)

    def unavailable_times(self) -> tuple[Interval, ...]:
        """Return when the patient cannot come, merged."""
        return merged(self.unavailable)
