"""Who treats and who is treated: staff with roles, credentials and hours; patients with contacts and decisions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import lru_cache

from scheduler.domain.interval import NOT_BUSY, BusyTimes, InOrder, Interval, merged, without
from scheduler.domain.places import Site, WeeklyHours, weekly_times


class Role(StrEnum):
    """What a member of staff may do in a visit (the clinic's words, see the glossary)."""

    PRESCRIBER = "prescriber"
    ADMINISTERING_CLINICIAN = "administering_clinician"
    MEDICAL_MONITOR = "medical_monitor"
    THERAPIST = "therapist"
    CARE_COORDINATOR = "care_coordinator"
    CO_THERAPIST = "co_therapist"


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
    `busy` is when their calendars elsewhere say that they are taken: it counts as time off, and no clinic file tells it.
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
    busy: BusyTimes = NOT_BUSY

    def working_times(self, site: Site, horizon: Interval) -> tuple[Interval, ...]:
        """Return when the person is on the premises within the horizon: hours less time off and
        what other calendars say, sorted and merged.

        Closures of the site are not taken out here: the site's own open times say that.
        """
        return self.work(site, horizon).found

    def work(self, site: Site, horizon: Interval) -> InOrder:
        """Return the same, for looking up by time."""
        return _at_work(self.hours, self.time_off, self.busy, horizon, site.zone)

    @property
    def away(self) -> tuple[Interval, ...]:
        """When the person is not to be had whatever their hours are: time off, and what other calendars say; merged."""
        return merged([*self.time_off, *self.busy])

    def holds(self, credential: str, day: date) -> bool:
        """Say whether a credential of this kind is valid on that day."""
        return any(held.is_valid_on(day) for held in self.credentials if held.kind == credential)


@lru_cache(maxsize=4096)
def _at_work(
    hours: tuple[WeeklyHours, ...],
    time_off: tuple[Interval, ...],
    busy: BusyTimes,
    horizon: Interval,
    zone: str,
) -> InOrder:
    return InOrder(without(weekly_times(hours, horizon, zone), [*time_off, *busy]))


class GateDecision(StrEnum):
    """What was decided about a gate; an override is recorded apart, with its reason."""

    PASS = "pass"
    HOLD = "hold"


_BEFORE_ALL = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class GateRecord:
    """A decision about a patient: which gate, what was decided, on which day and until when it holds.

    Only the decision is kept, never a score, a dose or a note. `valid_until` is an inclusive clinic-local day;
    `None` means until replaced. `covers_visits` is for how many visits of a kind a pass is good, counted from its day on;
    `None` for any number. `decided_at` is the instant of a decision taken here, `None` for one that a file told of.
    """

    kind: str
    decision: GateDecision
    decided_on: date
    valid_until: date | None = None
    decided_by: str = ""
    covers_visits: int | None = None
    decided_at: datetime | None = None

    @property
    def order(self) -> tuple[date, datetime]:
        """What decisions about one gate are put in order by: the day, and on one day what was decided here comes later."""
        return self.decided_on, self.decided_at or _BEFORE_ALL

    def passes_on(self, day: date) -> bool:
        """Say whether the gate stands open on that day because of this record."""
        return (
            self.decision is GateDecision.PASS
            and self.decided_on <= day
            and (self.valid_until is None or day <= self.valid_until)
        )


@dataclass(frozen=True, slots=True)
class Patient:
    """One patient. `zone` is where the patient lives, `None` meaning the site's zone.

    `language` is what the patient reads, a code of BCP 47, `None` meaning the site's language. `referred_on` is the
    clinic-local day of the last referral, `None` where none is known; it counts in figures alone.

    One who `stands_for_cohort` is nobody, but a group in the ledger: its family name is the name of the group.
    """

    id: str
    site: str
    given_name: str
    family_name: str
    birth_date: date
    email: str = ""
    phone: str = ""
    language: str | None = None
    zone: str | None = None
    unavailable: tuple[Interval, ...] = ()
    gates: tuple[GateRecord, ...] = ()
    stands_for_cohort: bool = False
    referred_on: date | None = None

    @property
    def name(self) -> str:
        """Full name, for signed-in pages alone."""
        return f"{self.given_name} {self.family_name}".strip()

    def latest_decision(self, gate: str, day: date) -> GateRecord | None:
        """Return the decision about a gate that counts on a clinic-local day, `None` when there is none by then.

        It is the latest; of two that a file tells of for one day, the first.
        """
        decisions = (record for record in self.gates if record.kind == gate and record.decided_on <= day)
        return max(decisions, key=lambda record: record.order, default=None)

    def passes(self, gate: str, day: date) -> bool:
        """Say whether the gate stands open on that clinic-local day: the latest decision counts."""
        latest = self.latest_decision(gate, day)
        return latest is not None and latest.passes_on(day)

    def unavailable_times(self) -> tuple[Interval, ...]:
        """Return when the patient cannot come, merged."""
        return merged(self.unavailable)
