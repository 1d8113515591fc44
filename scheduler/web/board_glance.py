"""What is to be seen of a board at a glance: who watches whom at this moment, and who comes and goes next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from scheduler.domain.appointment import NOT_BEGUN, UNDER_WAY, Appointment
from scheduler.domain.people import Role
from scheduler.web.board_facts import BoardFacts, is_late, watch_claims
from scheduler.web.real_course import Course
from scheduler.web.speech import said
from scheduler.web.words import KINDS, KindWords, clock_in

NEXT = 5
"""So many arrivals and releases are told ahead."""


@dataclass(frozen=True, slots=True)
class Watching:
    """One who may watch several patients: how many of how many now, and which patients on which chairs."""

    name: str
    count: int
    most: int
    chairs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Coming:
    """What comes next: at which time who arrives or may leave, and where."""

    visit: Appointment
    words: KindWords
    time: str
    patient: str
    what: str
    where: str
    is_past: bool


def watching_now(facts: BoardFacts) -> tuple[Watching, ...]:
    """Return everybody at work who may watch, with the chairs that they watch at this moment."""
    chairs: dict[str, list[str]] = {}
    for course in facts.courses:
        if course.visit.state not in UNDER_WAY:
            continue
        for claim in watch_claims(course.visit):
            real = course.as_it_goes(claim.interval)
            # Past the release somebody watches on, until the patient has left.
            if real is not None and real.start <= facts.now <= real.end:
                chairs.setdefault(claim.resource, []).append(
                    f"{facts.name_of(course.visit)} ({facts.place_of(course.visit)})"
                )
    nurses = [person for person in facts.staff.values() if Role.MEDICAL_MONITOR in person.roles]
    at_work = [
        person
        for person in nurses
        if person.id in chairs
        or any(one.holds(facts.now) for one in person.working_times(facts.site, facts.axis.whole))
    ]
    return tuple(
        Watching(
            person.name,
            len(chairs.get(person.id, ())),
            person.may_watch,
            tuple(dict.fromkeys(chairs.get(person.id, ()))),
        )
        for person in sorted(at_work, key=lambda one: one.name)
    )


def coming_next(facts: BoardFacts) -> Iterator[Coming]:
    """Yield the next arrivals and releases, in order; those that are past and did not come true first."""
    ahead: list[tuple[datetime, str, Course]] = []
    for course in facts.courses:
        visit = course.visit
        if visit.state in NOT_BEGUN and visit.discharge > facts.now:
            ahead.append(
                (visit.start, said("was to arrive") if is_late(visit, facts.now) else said("arrives"), course)
            )
        elif visit.state in UNDER_WAY:
            what = said("is ready to leave") if course.release <= facts.now else said("may leave")
            ahead.append((course.release, what, course))
    for at, what, course in sorted(ahead, key=lambda one: (one[0], one[2].visit.id))[:NEXT]:
        visit = course.visit
        yield Coming(
            visit=visit,
            words=KINDS[visit.kind],
            time=clock_in(at, facts.site.zone),
            patient=facts.name_of(visit),
            what=what,
            where=facts.place_of(visit),
            is_past=at <= facts.now,
        )
