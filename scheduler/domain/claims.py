"""What a visit takes from rooms, people and the patient: claims on lanes, the one invariant of the ledger."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache

from scheduler.domain.interval import Interval, without
from scheduler.domain.people import Role, StaffMember
from scheduler.domain.treatment import Attention, Segment, Step, joined


class Purpose(StrEnum):
    """What a resource is claimed for; each purpose has its own lanes, numbered from 0."""

    OCCUPY = "occupy"
    WATCH = "watch"
    ON_PREMISES = "on_premises"
    SPACING = "spacing"
    PLACE = "place"


@dataclass(frozen=True, slots=True)
class Claim:
    """One lane of a resource, taken for a stretch of time by one visit.

    `phases` are the phases it spans, empty for dose spacing; `role` is `None` for rooms and patients.
    `lane` is an arrangement made by the ledger and `None` until then.
    """

    resource: str
    purpose: Purpose
    interval: Interval
    appointment: str
    phases: tuple[str, ...] = ()
    role: Role | None = None
    lane: int | None = None


def capacity_of(person: StaffMember) -> Mapping[Purpose, int]:
    """Return how many lanes a member of staff has for each purpose."""
    return {
        Purpose.OCCUPY: 1,
        Purpose.WATCH: person.may_watch,
        Purpose.ON_PREMISES: person.may_supervise,
    }


ROOM_CAPACITY: Mapping[Purpose, int] = {Purpose.OCCUPY: 1}
PATIENT_CAPACITY: Mapping[Purpose, int] = {Purpose.OCCUPY: 1, Purpose.SPACING: 1}


def cohort_capacity(most: int) -> Mapping[Purpose, int]:
    """Return how many lanes a cohort has: its own time and spacing as a patient has them, and a place for each member."""
    return {**PATIENT_CAPACITY, Purpose.PLACE: most}


_ANY_START = datetime(2000, 1, 1, tzinfo=UTC)


def lanes_needed(segment: Segment, may_watch: int) -> Mapping[Purpose, int]:
    """Return how many lanes of each purpose a person gives to a segment.

    Somebody in the room with one patient can watch nobody else, so every watch lane goes with it. Hands-on work takes
    one watch lane, for the patient in hand is one of those watched. A ratio stricter than the person's own limit takes
    more than one lane, so that the sum over patients never exceeds the ratio.
    """
    match segment.attention:
        case Attention.IN_ROOM:
            return {Purpose.OCCUPY: 1, Purpose.WATCH: may_watch}
        case Attention.HANDS_ON:
            return {Purpose.OCCUPY: 1, Purpose.WATCH: min(1, may_watch)}
        case Attention.WATCHING:
            return {Purpose.WATCH: -(-max(may_watch, 1) // segment.patients_per_person)}
        case Attention.ON_PREMISES:
            return {Purpose.ON_PREMISES: 1}


@dataclass(frozen=True, slots=True)
class Placement:
    """Where and with whom a step takes place: `staff` names who begins in each role of the step.

    `relief` names, for a role that is handed over, who serves the n-th of `step.segments_of(role)` (from 0) where it is
    not who began.
    """

    step: Step
    start: datetime
    patient: str
    room: str | None
    staff: Mapping[Role, str]
    relief: Mapping[tuple[Role, int], str] = field(default_factory=dict)

    def serving(self, role: Role, segment: int) -> str:
        """Return who serves the n-th segment of a role, from 0. Raises `KeyError` for a role that nobody serves."""
        return self.relief.get((role, segment), self.staff[role])


def claims_of(placement: Placement, people: Mapping[str, StaffMember], appointment: str) -> tuple[Claim, ...]:
    """Return every claim a visit makes, without lanes.

    A person who serves in two roles is claimed once wherever the roles overlap, and who serves on from one phase to the
    next is claimed without a break.
    """
    claims = [*_room_and_patient(placement, appointment)]
    by_person: dict[str, list[Segment]] = {}
    served: Counter[Role] = Counter()
    for segment in placement.step.segments:
        if segment.role in placement.staff:
            person = placement.serving(segment.role, served[segment.role])
            by_person.setdefault(person, []).append(segment)
            served[segment.role] += 1
    start = placement.start
    for person, segments in by_person.items():
        may_watch = people[person].may_watch if person in people else 0
        for run in _runs(joined(segments), may_watch):
            interval = Interval(start + run.begins, start + run.ends)
            claims.append(
                Claim(person, run.purpose, interval, appointment, run.segment.phases, run.segment.role)
            )
    return tuple(claims)


def _room_and_patient(placement: Placement, appointment: str) -> Iterator[Claim]:
    step, start = placement.step, placement.start
    if placement.room is not None:
        names = tuple(phase.name for phase in step.phases)
        yield Claim(
            placement.room, Purpose.OCCUPY, Interval.lasting(start, step.room_length), appointment, names
        )
    names = tuple(phase.name for phase in step.phases if phase.with_patient)
    yield Claim(placement.patient, Purpose.OCCUPY, Interval.lasting(start, step.length), appointment, names)
    if step.holds_dose_spacing > timedelta(0):
        yield Claim(
            placement.patient, Purpose.SPACING, Interval.lasting(start, step.holds_dose_spacing), appointment
        )


@dataclass(frozen=True, slots=True)
class _Run:
    """One lane that a person gives from `begins` to `ends`, counted from the start of the visit, and for what."""

    purpose: Purpose
    begins: timedelta
    ends: timedelta
    segment: Segment


@lru_cache(maxsize=4096)
def _runs(segments: tuple[Segment, ...], may_watch: int) -> tuple[_Run, ...]:
    """Return, lane by lane, what one person is claimed for; watching names the stretch before hands-on work does."""
    ordered = sorted(segments, key=lambda s: (s.attention is not Attention.WATCHING, s.begins))
    runs: list[_Run] = []
    for purpose in (Purpose.OCCUPY, Purpose.WATCH, Purpose.ON_PREMISES):
        most = max(lanes_needed(segment, may_watch).get(purpose, 0) for segment in ordered)
        for level in range(1, most + 1):
            needed = [s for s in ordered if lanes_needed(s, may_watch).get(purpose, 0) >= level]
            runs += _one_lane(needed, purpose)
    return tuple(runs)


def _one_lane(segments: Iterable[Segment], purpose: Purpose) -> list[_Run]:
    """Lay segments on one lane; where they overlap, the one given first names the stretch."""
    taken: list[tuple[Interval, Segment]] = []
    for segment in segments:
        whole = Interval(_ANY_START + segment.begins, _ANY_START + segment.ends)
        taken += [(piece, segment) for piece in without([whole], [i for i, _ in taken])]
    laid = sorted(taken, key=lambda pair: pair[0])
    return [_Run(purpose, i.start - _ANY_START, i.end - _ANY_START, segment) for i, segment in laid]
