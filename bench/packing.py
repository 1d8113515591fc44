"""Fills a clinic's days with whole visits and takes some out again, so that what is left is neither trivial nor void.

Random single visits would leave only crumbs between them long before a calendar is four fifths full. A day that was
packed with whole visits and then lost some, as to cancellations, has holes in which a whole visit fits.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from random import Random

from scheduler.domain.claims import ROOM_CAPACITY, Placement, Purpose, capacity_of, claims_of, lanes_needed
from scheduler.domain.clock import days_of, whole_local_day
from scheduler.domain.interval import Interval
from scheduler.domain.people import Role, StaffMember
from scheduler.domain.places import Room, Site
from scheduler.domain.treatment import Protocol, Step, StepKind

SLOT = timedelta(minutes=5)
QUARTER = timedelta(minutes=15)
INFUSION_FIRST = 0.45
"""How often an infusion is tried before a talk when a therapist is free; rooms and nurses mostly refuse it."""
FULLEST, EMPTIEST = 0.97, 0.40
"""The shares that the first and the last day are booked; calendars fill from the front."""


@dataclass(frozen=True)
class Packing:
    """A clinic to be filled: `booked` is the share of the therapists' hours that is to be taken in the end."""

    site: Site
    rooms: tuple[Room, ...]
    staff: tuple[StaffMember, ...]
    protocol: Protocol
    booked: float

    def fill(self, horizon: Interval, random: Random) -> tuple[Placement, ...]:
        """Return visits of other patients within the horizon; no capacity is ever exceeded."""
        days = list(days_of(horizon, self.site.zone))
        visits: list[Placement] = []
        for number, day in enumerate(days):
            packed = list(_Day(self, day, random).pack(number))
            visits += self._thinned(packed, day, self._share(number / len(days)), random)
        return tuple(visits)

    def _share(self, passed: float) -> float:
        """Return how full a day is when this part of the horizon has passed, from 0 to 1: full at first, then less."""
        fall = FULLEST - min(EMPTIEST, self.booked / 2)
        bend = fall / (FULLEST - self.booked) - 1
        return FULLEST - fall * float(passed**bend)

    def _thinned(self, packed: list[Placement], day: date, share: float, random: Random) -> list[Placement]:
        """Take visits out, whichever comes, until the therapists' hours of the day are as full as they should be."""
        whole = whole_local_day(day, self.site.zone)
        hours = sum(
            (
                time.duration
                for person in self.staff
                if Role.THERAPIST in person.roles
                for time in person.working_times(self.site, whole)
            ),
            timedelta(0),
        )
        taken = sum((_with_therapist(visit.step) for visit in packed), timedelta(0))
        random.shuffle(packed)
        while packed and taken > share * hours:
            taken -= _with_therapist(packed.pop().step)
        return sorted(packed, key=lambda visit: visit.start)


def _with_therapist(step: Step) -> timedelta:
    segments = step.segments_of(Role.THERAPIST)
    return sum((segment.ends - segment.begins for segment in segments), timedelta(0))


@dataclass(frozen=True)
class _Need:
    """One lane that a role takes from somebody, in slots from the start of the visit."""

    purpose: Purpose
    begins: int
    ends: int


@lru_cache(maxsize=256)
def _needs(step: Step, role: Role) -> tuple[_Need, ...]:
    """Return what a role takes; nobody in these clinics gives more than one lane of a purpose to one visit."""
    found = []
    for segment in step.segments_of(role):
        for purpose, lanes in lanes_needed(segment, segment.patients_per_person).items():
            if lanes and (purpose is not Purpose.WATCH or role is Role.MEDICAL_MONITOR):
                found.append(_Need(purpose, segment.begins // SLOT, segment.ends // SLOT))
    return tuple(found)


class _Day:
    """One local day while it is being packed: what is free of everybody, counted by five minutes."""

    def __init__(self, packing: Packing, day: date, random: Random) -> None:
        self.packing = packing
        self.random = random
        whole = whole_local_day(day, packing.site.zone)
        self.begin = whole.start
        self.people: Mapping[str, StaffMember] = {person.id: person for person in packing.staff}
        self.open = packing.site.open_times(whole)
        slots = whole.duration // SLOT
        self.free: dict[tuple[str, Purpose], list[int]] = {}
        for room in packing.rooms:
            self.free[room.id, Purpose.OCCUPY] = self._when(self.open, slots, ROOM_CAPACITY[Purpose.OCCUPY])
        for person in packing.staff:
            times = person.working_times(packing.site, whole)
            for purpose, capacity in capacity_of(person).items():
                self.free[person.id, purpose] = self._when(times, slots, capacity)

    def pack(self, number: int) -> Iterator[Placement]:
        """Yield visits in order of start, as many as fit; `number` tells the patients of this day from others'."""
        therapists = [person for person in self.packing.staff if Role.THERAPIST in person.roles]
        talks = [step for step in self.packing.protocol.steps if step.kind is not StepKind.DOSING]
        dose = self.packing.protocol.of_kind(StepKind.DOSING)[0]
        count = 0
        for start in self._starts():
            self.random.shuffle(therapists)
            slot = (start - self.begin) // SLOT
            for therapist in therapists:
                if not self.free[therapist.id, Purpose.OCCUPY][slot]:
                    continue
                talk = self.random.choice(talks)
                first = self.random.random() < INFUSION_FIRST
                for step in (dose, talk) if first else (talk, dose):
                    # A patient is used again on the fifth day only, when no dose of theirs holds time any more.
                    visit = self._fitting(step, start, therapist, f"other-{number % 5}-{count}")
                    if visit is not None:
                        count += 1
                        yield visit
                        break

    def _starts(self) -> Iterator[datetime]:
        for time in self.open:
            start = time.start
            while start < time.end:
                yield start
                start += QUARTER

    def _fitting(self, step: Step, start: datetime, therapist: StaffMember, patient: str) -> Placement | None:
        """Return the step with the first room and people that are free for it, and take them."""
        slot = (start - self.begin) // SLOT
        if not self._gives(therapist, _needs(step, Role.THERAPIST), slot):
            return None
        staff = {Role.THERAPIST: therapist}
        for role in step.roles:
            if role is not Role.THERAPIST:
                person = self._free_person(step, role, slot)
                if person is None:
                    return None
                staff[role] = person
        length = step.room_length // SLOT
        for room in self.packing.rooms:
            free = self.free[room.id, Purpose.OCCUPY][slot : slot + length]
            if step.room_capability in room.capabilities and len(free) == length and all(free):
                names = {role: person.id for role, person in staff.items()}
                visit = Placement(step, start, patient, room.id, names)
                self._take(visit)
                return visit
        return None

    def _free_person(self, step: Step, role: Role, slot: int) -> StaffMember | None:
        able = [person for person in self.packing.staff if role in person.roles]
        self.random.shuffle(able)
        needs = _needs(step, role)
        return next((person for person in able if self._gives(person, needs, slot)), None)

    def _gives(self, person: StaffMember, needs: tuple[_Need, ...], slot: int) -> bool:
        for need in needs:
            free = self.free[person.id, need.purpose][slot + need.begins : slot + need.ends]
            if len(free) < need.ends - need.begins or not all(free):
                return False
        return True

    def _take(self, visit: Placement) -> None:
        for claim in claims_of(visit, self.people, ""):
            if claim.resource != visit.patient:
                free = self.free[claim.resource, claim.purpose]
                begin, end = (
                    (instant - self.begin) // SLOT for instant in (claim.interval.start, claim.interval.end)
                )
                free[begin:end] = [lanes - 1 for lanes in free[begin:end]]

    def _when(self, times: tuple[Interval, ...], slots: int, capacity: int) -> list[int]:
        free = [0] * slots
        for time in times:
            begin, end = (time.start - self.begin) // SLOT, (time.end - self.begin) // SLOT
            free[begin:end] = [capacity] * (end - begin)
        return free
