"""The clinic that the writers of the benchmark book at, and what they want: single visits, and series of six."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random

from scheduler.clinic_file import Clinic
from scheduler.domain.claims import Claim, Purpose
from scheduler.domain.interval import Interval
from scheduler.domain.people import Patient, Role, StaffMember
from scheduler.domain.places import Room, Site
from scheduler.store import clinic as stored
from scheduler.store.work import unit_of_work

WRITERS = 8
DAYS = 40
"""All writers book on the same days."""

SITE = "site-1"
FIRST_DAY = datetime(2027, 1, 4, 15, 0, tzinfo=UTC)
LENGTH = timedelta(minutes=60)
GRID = timedelta(minutes=15)
STARTS = 32
"""How many starts a day has, on that grid."""

ROOMS, THERAPISTS, NURSES, PRESCRIBERS = 8, 8, 4, 2

PLACES: Mapping[str, tuple[int, Purpose, int, Role | None]] = {
    "room": (ROOMS, Purpose.OCCUPY, 1, None),
    "therapist": (THERAPISTS, Purpose.OCCUPY, 1, Role.THERAPIST),
    "nurse": (NURSES, Purpose.WATCH, 2, Role.MEDICAL_MONITOR),
    "prescriber": (PRESCRIBERS, Purpose.ON_PREMISES, 4, Role.PRESCRIBER),
}
"""What a visit takes one of each: how many there are, what for, and how many visits it can serve at once."""

PARTS = len(PLACES)
"""How many claims a visit makes."""


@dataclass(frozen=True, slots=True)
class WantedVisit:
    """A visit that a writer wants, with its claims."""

    id: str
    patient: str
    interval: Interval
    claims: tuple[Claim, ...]


def store_clinic() -> None:
    """Store site, rooms, staff, and a patient for each writer."""
    site = Site(SITE, "The clinic of the benchmark", "The clinic", "UTC", ())
    staff = [
        StaffMember(
            id=f"{kind}-{number}",
            site=SITE,
            name=f"{kind} {number}",
            roles=frozenset({role}),
            hours=(),
            may_watch=capacity if purpose is Purpose.WATCH else 0,
            may_supervise=capacity if purpose is Purpose.ON_PREMISES else 0,
        )
        for kind, (many, purpose, capacity, role) in PLACES.items()
        if role is not None
        for number in range(many)
    ]
    rooms = [Room(f"room-{n}", SITE, f"Room {n}", frozenset({"iv_dosing"})) for n in range(ROOMS)]
    patients = [Patient(patient_of(n), SITE, "Robin", "Sample", date(1990, 2, 3)) for n in range(WRITERS)]
    everything = Clinic(sites=(site,), rooms=tuple(rooms), staff=tuple(staff), patients=tuple(patients))
    with unit_of_work():
        stored.save_clinic(everything, FIRST_DAY)


def patient_of(writer: int) -> str:
    """Return the patient for whom a writer books: all of them want the same rooms and people."""
    return f"patient-{writer}"


def attempts(writer: int, seed: int, visits: int) -> Iterator[tuple[WantedVisit, ...]]:
    """Yield what a writer wants, one after the other without end: so many visits at once, each on another day."""
    random = Random(f"{seed}/{writer}")
    number = 0
    while True:
        days = sorted(random.sample(range(DAYS), visits))
        yield tuple(
            _visit(f"{seed}-{writer}-{number}-{at}", writer, day, random) for at, day in enumerate(days)
        )
        number += 1


def _visit(id: str, writer: int, day: int, random: Random) -> WantedVisit:
    start = FIRST_DAY + timedelta(days=day) + random.randrange(STARTS) * GRID
    interval = Interval(start, start + LENGTH)
    claims = tuple(
        Claim(f"{kind}-{random.randrange(many)}", purpose, interval, id, ("administration",), role)
        for kind, (many, purpose, _, role) in PLACES.items()
    )
    return WantedVisit(id, patient_of(writer), interval, claims)
