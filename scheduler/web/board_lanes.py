"""Which visit stands on which lanes of the board, and for how long: by room, by therapist or by nurse."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from scheduler.domain.claims import Claim, Purpose
from scheduler.domain.interval import Interval, merged, without
from scheduler.domain.people import Role, StaffMember
from scheduler.domain.places import Room
from scheduler.web.board_facts import BoardFacts
from scheduler.web.day_view import tone_of
from scheduler.web.real_course import OVERRUN, Course
from scheduler.web.speech import said


class By(StrEnum):
    """What the lanes of a board are."""

    ROOM = "room"
    THERAPIST = "therapist"
    NURSE = "nurse"


ROLES = {
    By.THERAPIST: frozenset({Role.THERAPIST, Role.CO_THERAPIST}),
    By.NURSE: frozenset({Role.MEDICAL_MONITOR, Role.ADMINISTERING_CLINICIAN}),
}

PHONE = "by-phone"
"""The lane of visits without a room."""

MOST = 2000
"""So many visits' lanes are remembered, as long as they go as they do."""

_PRESENT = (Purpose.OCCUPY, Purpose.WATCH)


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a block: its name, its time, and who covers it, as `tone_of` says, or 'over' past the release."""

    name: str
    interval: Interval
    tone: str


@dataclass(frozen=True, slots=True)
class Stay:
    """One visit on one lane, with the parts that are drawn in it."""

    course: Course
    interval: Interval
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class PlannedLane:
    """One room or member of staff: when it is to be had on the axis, and the visits there."""

    id: str
    name: str
    opened: tuple[Interval, ...]
    stays: tuple[Stay, ...]

    @property
    def free(self) -> tuple[Interval, ...]:
        """When it is to be had and nothing is booked there."""
        return without(self.opened, [stay.interval for stay in self.stays])


def lanes_of(facts: BoardFacts, by: By) -> tuple[PlannedLane, ...]:
    """Return the lanes of a board: every room, or everybody of a role who is at work or has a visit."""
    return tuple(_rooms(facts) if by is By.ROOM else _people(facts, ROLES[by]))


def _rooms(facts: BoardFacts) -> Iterator[PlannedLane]:
    stays = _by_room(facts)
    for room in sorted(facts.rooms, key=_doses_first):
        opened = without(facts.opened, room.out_of_use)
        yield PlannedLane(room.id, room.name, opened, tuple(stays.get(room.id, ())))
    if PHONE in stays:
        yield PlannedLane(PHONE, said("By phone"), facts.opened, tuple(stays[PHONE]))


def _by_room(facts: BoardFacts) -> Mapping[str, list[Stay]]:
    room_of = {course.visit.id: course.visit.room for course in facts.courses}
    found: dict[str, list[Stay]] = {}
    for course in facts.courses:
        visit = course.visit
        room = room_of.get(visit.group_visit) if visit.group_visit else visit.room
        found.setdefault(room or PHONE, []).append(_in_room(course))
    return found


@lru_cache(maxsize=MOST)
def _in_room(course: Course) -> Stay:
    return Stay(course, course.whole, tuple(_phases(course)))


def _phases(course: Course) -> Iterator[Part]:
    claims = [
        (claim, real)
        for claim in course.visit.claims
        if claim.role and (real := course.as_it_goes(claim.interval))
    ]
    for phase in course.phases:
        covering = [claim for claim, real in claims if real.overlaps(phase.interval)]
        yield Part(phase.name, phase.interval, "over" if phase.name == OVERRUN else tone_of(covering))


def _people(facts: BoardFacts, roles: frozenset[Role]) -> Iterator[PlannedLane]:
    stays = _by_person(facts)
    for person in sorted(facts.staff.values(), key=lambda one: one.name):
        if not person.roles & roles:
            continue
        opened = _at_work(person, facts)
        theirs = tuple(stays.get(person.id, ()))
        if opened or theirs:
            yield PlannedLane(person.id, person.name, opened, theirs)


def _by_person(facts: BoardFacts) -> Mapping[str, list[Stay]]:
    found: dict[str, list[Stay]] = {}
    for course in facts.courses:
        for person, stay in _with_people(course):
            found.setdefault(person, []).append(stay)
    return found


@lru_cache(maxsize=MOST)
def _with_people(course: Course) -> tuple[tuple[str, Stay], ...]:
    theirs: dict[str, list[Claim]] = {}
    for claim in course.visit.claims:
        if claim.role and claim.purpose in _PRESENT:
            theirs.setdefault(claim.resource, []).append(claim)
    found = []
    for person, claims in theirs.items():
        if parts := tuple(_presence(course, claims)):
            whole = Interval(parts[0].interval.start, max(part.interval.end for part in parts))
            found.append((person, Stay(course, whole, parts)))
    return tuple(found)


def _presence(course: Course, claims: list[Claim]) -> Iterator[Part]:
    """Yield when somebody has a hand on the patient and when they watch; who does both does the first."""
    occupied = merged(_real(course, claims, Purpose.OCCUPY))
    watching = without(_real(course, claims, Purpose.WATCH), occupied)
    both = [Part("present", one, "therapist") for one in occupied]
    both += [Part("watching", one, "watched") for one in watching]
    yield from sorted(both, key=lambda part: part.interval)


def _real(course: Course, claims: list[Claim], purpose: Purpose) -> list[Interval]:
    return [
        real
        for claim in claims
        if claim.purpose is purpose and (real := course.as_it_goes(claim.interval)) is not None
    ]


def _at_work(person: StaffMember, facts: BoardFacts) -> tuple[Interval, ...]:
    working = person.working_times(facts.site, facts.axis.whole)
    return without(working, without([facts.axis.whole], facts.opened))


def _doses_first(room: Room) -> tuple[bool, str]:
    return not any(capability.endswith("_dosing") for capability in room.capabilities), room.name
