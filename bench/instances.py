"""The clinics of the benchmark, made from seeds as domain values: small, medium and one clinic of a large practice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from random import Random

from bench.packing import Packing
from bench.treatment import the_protocol
from scheduler.domain.claim_book import ClaimBook
from scheduler.domain.claims import Claim, Placement, claims_of
from scheduler.domain.clock import days_of, instant_at
from scheduler.domain.diary import Diary
from scheduler.domain.interval import Interval
from scheduler.domain.people import Patient, Role, StaffMember
from scheduler.domain.places import Closure, Room, Site, WeeklyHours
from scheduler.domain.treatment import Protocol

ZONE = "America/Chicago"
FIRST_DAY = date(2027, 2, 1)
"""A Monday; every horizon crosses the change of clocks on 14 March 2027."""
SEED = 20270201
CLINICS_OF_LARGE = 20


@dataclass(frozen=True, slots=True)
class Size:
    """How large a clinic is. There are four offices for five therapists; `booked` is the share of therapists' hours."""

    name: str
    therapists: int
    rooms: int
    nurses: int
    prescribers: int
    days: int
    booked: float


SMALL = Size("small", 4, 3, 2, 1, 90, 0.60)
MEDIUM = Size("medium", 20, 12, 8, 4, 120, 0.80)
LARGE = Size("large", 10, 6, 4, 2, 180, 0.85)
EMPTY = Size("empty", 20, 12, 8, 4, 120, 0.05)
SIZES = (SMALL, MEDIUM, LARGE)


@dataclass(frozen=True, slots=True)
class Query:
    """A patient for whom a complete series is wanted between two instants; `therapist` is `None` for anybody fit.

    `declined` and `included` are keys of steps: those the patient does without, and optional ones that are asked for.
    """

    patient: Patient
    earliest: datetime
    latest: datetime
    therapist: str | None = None
    declined: frozenset[str] = frozenset()
    included: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Instance:
    """One clinic with the visits that others have booked, and the claims these make on its rooms and staff."""

    name: str
    site: Site
    rooms: Mapping[str, Room]
    staff: Mapping[str, StaffMember]
    protocol: Protocol
    horizon: Interval
    visits: tuple[Placement, ...]
    seed: int

    @cached_property
    def claims(self) -> tuple[Claim, ...]:
        """Every claim of the booked visits, the other patients' own ones included."""
        found: list[Claim] = []
        for number, visit in enumerate(self.visits):
            found += claims_of(visit, self.staff, f"{self.site.id}-visit-{number}")
        return tuple(found)

    @cached_property
    def book(self) -> ClaimBook:
        """The claims on rooms and staff: what the diary of somebody else knows."""
        return ClaimBook.of(
            claim for claim in self.claims if claim.resource in self.rooms or claim.resource in self.staff
        )

    def diary(self, query: Query) -> Diary:
        """Return the diary in which the query's patient looks for a series, put together anew as for each request."""
        return self.diary_with(self.book, query)

    def diary_with(self, book: ClaimBook, query: Query) -> Diary:
        """Return the diary of the query's patient in which others have booked what this book says."""
        return Diary(
            site=self.site,
            patient=query.patient,
            horizon=self.horizon,
            as_of=self.horizon.start,
            rooms=self.rooms,
            staff=self.staff,
            claims=book.beside(ClaimBook.of(())),
        )

    def queries(self, number: int) -> tuple[Query, ...]:
        """Return patients who ask from various days of the first third of the horizon; every other one has limits."""
        random = Random(f"{self.seed} queries")
        days = list(days_of(self.horizon, self.site.zone))
        found = []
        for count in range(number):
            earliest = instant_at(random.choice(days[: len(days) // 3]), time(8), self.site.zone)
            away = _limits(days, random) if count % 2 else ()
            patient = Patient(
                f"patient-{count}", self.site.id, "Robin", "Sample", date(1990, 2, 3), unavailable=away
            )
            found.append(Query(patient, earliest, self.horizon.end))
        return tuple(found)


def make(size: Size, clinic: int = 0) -> Instance:
    """Return the clinic with this number; the same size and number give the same clinic."""
    seed = SEED + clinic
    random = Random(f"{seed} {size.name}")
    site = _site(f"{size.name}-{clinic}")
    horizon = Interval(
        instant_at(FIRST_DAY, time(0), ZONE),
        instant_at(FIRST_DAY + timedelta(days=size.days), time(0), ZONE),
    )
    rooms, staff = _rooms(size, site), _staff(size, site, random)
    protocol = the_protocol()
    visits = Packing(site, rooms, staff, protocol, size.booked).fill(horizon, random)
    return Instance(
        name=size.name,
        site=site,
        rooms={room.id: room for room in rooms},
        staff={person.id: person for person in staff},
        protocol=protocol,
        horizon=horizon,
        visits=visits,
        seed=seed,
    )


def _site(id: str) -> Site:
    hours = tuple(WeeklyHours(day, time(8), time(18)) for day in range(5))
    shut = (
        Closure(date(2027, 2, 15), date(2027, 2, 15), "Presidents' Day"),
        Closure(date(2027, 5, 31), date(2027, 5, 31), "Memorial Day"),
        Closure(date(2027, 7, 5), date(2027, 7, 5), "Independence Day"),
    )
    return Site(id, "Clinic", "Maple House", ZONE, hours, shut)


def _rooms(size: Size, site: Site) -> tuple[Room, ...]:
    dosing = [
        Room(f"{site.id}-dosing-{number}", site.id, f"Dosing {number}", frozenset({"iv_dosing"}))
        for number in range(size.rooms)
    ]
    offices = [
        Room(f"{site.id}-office-{number}", site.id, f"Office {number}", frozenset({"office"}))
        for number in range(-(-size.therapists * 4 // 5))
    ]
    return (*dosing, *offices)


def _staff(size: Size, site: Site, random: Random) -> tuple[StaffMember, ...]:
    def people(role: Role, number: int, watch: int, supervise: int) -> list[StaffMember]:
        return [
            StaffMember(
                id=f"{site.id}-{role.value}-{count}",
                site=site.id,
                name=f"{role.value} {count}",
                roles=frozenset({role}),
                hours=_shifts(count),
                time_off=_time_off(size.days, random) if number > 1 else (),
                may_watch=watch,
                may_supervise=supervise,
            )
            for count in range(number)
        ]

    return (
        *people(Role.THERAPIST, size.therapists, 0, 0),
        *people(Role.MEDICAL_MONITOR, size.nurses, 2, 0),
        *people(Role.PRESCRIBER, size.prescribers, 0, 4),
    )


def _shifts(number: int) -> tuple[WeeklyHours, ...]:
    """Return weekly hours: all day, early with a long day, or late with a short one, in turn."""
    early, late = (time(8), time(16)), (time(10), time(18))
    whole = (time(8), time(18))
    week = ((whole,) * 5, (early, early, whole, early, early), (late, late, late, whole, late))[number % 3]
    return tuple(WeeklyHours(day, opens, closes) for day, (opens, closes) in enumerate(week))


def _time_off(days: int, random: Random) -> tuple[Interval, ...]:
    """Return one week's leave and a single day about once a month."""
    first = FIRST_DAY + timedelta(days=random.randrange(days - 7))
    leave = [(first, first + timedelta(days=7))]
    for month in range(days // 30):
        day = FIRST_DAY + timedelta(days=30 * month + random.randrange(30))
        leave.append((day, day + timedelta(days=1)))
    return tuple(Interval(instant_at(a, time(0), ZONE), instant_at(b, time(0), ZONE)) for a, b in leave)


def _limits(days: list[date], random: Random) -> tuple[Interval, ...]:
    """Return when a patient cannot come: two mornings or afternoons of the week, and a journey of ten days."""
    weekdays = random.sample(range(5), 2)
    begins, ends = random.choice(((time(7), time(13)), (time(12), time(19))))
    busy = [
        Interval(instant_at(day, begins, ZONE), instant_at(day, ends, ZONE))
        for day in days
        if day.weekday() in weekdays
    ]
    leaves = random.choice(days)
    journey = Interval(
        instant_at(leaves, time(0), ZONE), instant_at(leaves + timedelta(days=10), time(0), ZONE)
    )
    return (*busy, journey)
