"""Draws clinics around changes of the clocks, where shifts end within a dose, and what a patient asks of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from random import Random

from bench.instances import Query
from scheduler.domain.claims import Claim, Purpose, capacity_of
from scheduler.domain.clock import first_moment, instant_at
from scheduler.domain.diary import Diary
from scheduler.domain.interval import Interval
from scheduler.domain.people import Credential, Patient, Role, StaffMember
from scheduler.domain.places import Closure, Room, Site, WeeklyHours
from scheduler.domain.treatment import Protocol
from tests.builders import (
    DAY,
    HOUR,
    a_coordinator,
    a_diary,
    a_nurse,
    a_patient,
    a_prescriber,
    a_room,
    a_site,
    a_therapist,
    an_office,
)
from tests.planner.drawn_protocols import a_protocol_of

CHANGES = (
    ("America/Denver", date(2027, 3, 14)),
    ("Australia/Sydney", date(2027, 4, 4)),
    ("America/Denver", date(2026, 11, 1)),
    ("Australia/Sydney", date(2026, 10, 4)),
    # At midnight, by half an hour, and a zone that never does and whose days begin within an hour of UTC.
    ("America/Santiago", date(2027, 4, 4)),
    ("Australia/Lord_Howe", date(2027, 4, 4)),
    ("America/Santiago", date(2026, 9, 6)),
    ("Asia/Kolkata", date(2027, 3, 14)),
)
"""Zones on both halves of the world, each with a Sunday, mostly one on which its clocks go forward or back."""

HOURS = ((time(8), time(16)), (time(9), time(17, 30)), (time(0), time(9)), (time(15), time(23, 45)))
"""By day, and by night, where one date soon follows another."""


@dataclass(frozen=True)
class Asked:
    """A clinic, what is asked of it, and by which protocol; not yet narrowed to the visits of the series."""

    diary: Diary
    protocol: Protocol
    query: Query


@lru_cache(maxsize=256)
def asked(seed: int) -> Asked:
    """Draw a clinic and a question; every fifth asks for a time that is hardly long enough."""
    random = Random(f"{seed} by date")
    zone, change = CHANGES[seed % len(CHANGES)]
    first = change - timedelta(days=random.randint(2, 7))
    begin, end = first_moment(first, zone), first_moment(first + 28 * DAY, zone)
    hours = random.choice(HOURS)
    site = _site(random, zone, hours, first)
    staff = tuple(_staff(random, hours, begin))
    rooms = tuple(_rooms(random, begin))
    protocol = a_protocol_of(random)
    patient = _patient(random, begin)
    claims = [claim for person in staff for claim in _taken(random, person, begin, end)]
    claims += [c for room in rooms for c in _stretches(random, (room.id, Purpose.OCCUPY), 0.12, begin, end)]
    if random.random() < 0.3:
        elsewhere = Interval.lasting(begin + random.randrange(10 * 24) * HOUR, 48 * HOUR)
        claims.append(Claim(patient.id, Purpose.SPACING, elsewhere, "elsewhere"))
    diary = a_diary(
        rooms=rooms,
        staff=staff,
        claims=claims,
        site=site,
        patient=patient,
        horizon=Interval(begin, end),
        as_of=instant_at(first, time(8), zone),
    )
    days = random.randint(3, 9) if seed % 5 == 0 else 28
    query = Query(
        patient=patient,
        earliest=diary.as_of,
        latest=begin + days * DAY,
        therapist=random.choice((None, None, "therapist-1")),
        declined=frozenset(s.key for s in protocol.steps if s.declinable and random.random() < 0.2),
        included=frozenset(s.key for s in protocol.steps if s.optional and random.random() < 0.5),
    )
    return Asked(diary, protocol, query)


def _site(random: Random, zone: str, hours: tuple[time, time], first: date) -> Site:
    shut = first + timedelta(days=random.randrange(2, 9))
    closures = (Closure(shut, shut, "Works"),) if random.random() < 0.8 else ()
    return a_site(zone=zone, hours=_every_day(*hours), closures=closures)


def _every_day(opens: time, closes: time) -> tuple[WeeklyHours, ...]:
    return tuple(WeeklyHours(day, opens, closes) for day in range(7))


def _rooms(random: Random, begin: datetime) -> Iterator[Room]:
    works = Interval.lasting(begin + random.randrange(9 * 24) * HOUR, 30 * HOUR)
    yield a_room("dosing-1", out_of_use=(works,) if random.random() < 0.5 else ())
    yield an_office("office-1")
    if random.random() < 0.5:
        yield an_office("office-2")


def _patient(random: Random, begin: datetime) -> Patient:
    away = tuple(
        Interval.lasting(begin + random.randrange(14 * 24) * HOUR, random.choice((4, 30)) * HOUR)
        for _ in range(random.randrange(6))
    )
    patient = a_patient(unavailable=away)
    if random.random() < 0.5:
        gates = tuple(gate for gate in patient.gates if gate.kind != "clearance.psychological")
        return replace(patient, gates=gates)
    return patient


def _staff(random: Random, hours: tuple[time, time], begin: datetime) -> Iterator[StaffMember]:
    """Draw few enough people that each of them matters; nurses and prescribers rarely stay from opening to closing.

    Most clinics have their therapists for some hours alone, about when the others change shifts.
    """
    whole = _every_day(*hours)
    guiding = whole if random.random() < 0.3 else _middle(random, hours)
    yield _until(random, begin, a_therapist("therapist-1", hours=guiding, time_off=_leave(random, begin)))
    second = a_therapist("therapist-2", hours=guiding)
    if random.random() < 0.4:
        both = frozenset({Role.THERAPIST, Role.MEDICAL_MONITOR})
        second = replace(
            second, roles=both, may_watch=1, credentials=a_nurse().credentials + second.credentials
        )
    yield second
    yield a_coordinator(hours=whole)
    shifts = [_early(random, hours), _late(random, hours), random.choice((whole, _late(random, hours)))]
    for number, shift in enumerate(shifts[: random.choice((2, 2, 3))], start=1):
        nurse = a_nurse(f"nurse-{number}", hours=shift, may_watch=random.choice((1, 2, 3)))
        yield _until(random, begin, replace(nurse, time_off=_leave(random, begin)))
    behind = (
        [_early(random, hours), _late(random, hours)] if random.random() < 0.8 else [_early(random, hours)]
    )
    for number, shift in enumerate(behind, start=1):
        prescriber = a_prescriber(f"prescriber-{number}", hours=shift, may_supervise=random.choice((1, 2)))
        if random.random() < 0.3:
            # May give the drug as well.
            licences = (*prescriber.credentials, Credential("rn_licence"))
            roles = prescriber.roles | {Role.ADMINISTERING_CLINICIAN}
            prescriber = replace(prescriber, roles=roles, credentials=licences)
        yield prescriber


def _early(random: Random, hours: tuple[time, time]) -> tuple[WeeklyHours, ...]:
    """Return a shift from opening to about the middle."""
    return _every_day(hours[0], _moved(_half(hours), random.choice((0, 15, 45))))


def _late(random: Random, hours: tuple[time, time]) -> tuple[WeeklyHours, ...]:
    return _every_day(_moved(_half(hours), -random.choice((0, 15, 45))), hours[1])


def _middle(random: Random, hours: tuple[time, time]) -> tuple[WeeklyHours, ...]:
    around = random.choice((75, 90))
    return _every_day(_moved(_half(hours), -around), _moved(_half(hours), around))


def _half(hours: tuple[time, time]) -> time:
    opens, closes = hours
    return _moved(opens, ((closes.hour - opens.hour) * 60 + closes.minute - opens.minute) // 2)


def _moved(at: time, minutes: int) -> time:
    return (datetime.combine(date(2027, 1, 1), at) + timedelta(minutes=minutes)).time()


def _leave(random: Random, begin: datetime) -> tuple[Interval, ...]:
    off = Interval.lasting(begin + random.randrange(14 * 24) * HOUR, random.choice((6, 40)) * HOUR)
    return (off,) if random.random() < 0.6 else ()


def _until(random: Random, begin: datetime, person: StaffMember) -> StaffMember:
    """Return the person with one credential that lapses within the horizon, now and then."""
    if random.random() < 0.6:
        return person
    lapses = random.choice(person.credentials).kind
    last = begin.date() + timedelta(days=random.randrange(2, 16))
    kept = tuple(held for held in person.credentials if held.kind != lapses)
    return replace(person, credentials=(*kept, Credential(lapses, last)))


def _taken(random: Random, person: StaffMember, begin: datetime, end: datetime) -> Iterator[Claim]:
    for purpose, lanes in capacity_of(person).items():
        busy = 0.2 if purpose is Purpose.ON_PREMISES else 0.06
        for _ in range(lanes):
            yield from _stretches(random, (person.id, purpose), busy, begin, end)


def _stretches(
    random: Random, resource: tuple[str, Purpose], busy: float, begin: datetime, end: datetime
) -> Iterator[Claim]:
    """Yield claims on one lane, one after the other, which take this part of the time."""
    cursor = begin
    while cursor < end:
        length = timedelta(minutes=random.choice((15, 45, 60, 135)))
        if random.random() < busy:
            yield Claim(*resource, Interval.lasting(cursor, length), f"other-{random.random()}")
        cursor += length
