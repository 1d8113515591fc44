"""Fills the demo clinic with real series, booked as anybody would book them, until its dosing rooms are busy enough."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from random import Random

from scheduler.access.permissions import Actor
from scheduler.booking.book_series import Booked, BookSeries, book_series
from scheduler.domain.clock import Clock, local_day
from scheduler.domain.interval import Interval, without
from scheduler.domain.people import Role
from scheduler.domain.places import Room, Site
from scheduler.domain.series import Series
from scheduler.store import clinic
from scheduler.store import series as stored

WEEKS = 8
ENOUGH = 0.60
"""The share of the dosing rooms' opening hours in the weeks ahead that is to be taken."""

LEFT_WITHOUT = 8
"""So many patients stay without a series, for somebody to book one."""

LATEST_START_WEEK = 1

PROTOCOLS = (*("iv_kap_induction_6",) * 9, "im_kap_3")
"""What is booked, nine of the one for each of the other on average."""

ASKS_FOR_A_THERAPIST = 0.1
"""The share of patients who wish for one therapist; the others take anybody fit."""


@dataclass(frozen=True, slots=True)
class Filled:
    """How many series stand, and which share of the dosing rooms' opening hours in the weeks ahead they take."""

    series: int
    share: float


@dataclass
class _Rooms:
    """The dosing rooms' opening hours in the weeks ahead, and how much of them is taken."""

    ids: frozenset[str]
    ahead: Interval
    open: timedelta
    taken: timedelta = timedelta(0)

    def add(self, series: Series) -> None:
        """Count what a series takes."""
        for visit in series.standing:
            for claim in visit.claims:
                if claim.resource in self.ids and (shared := claim.interval.shared_with(self.ahead)):
                    self.taken += shared.duration

    @property
    def share(self) -> float:
        """The share that is taken, 0 to 1."""
        return self.taken / self.open if self.open else 0.0


def book_demo_series(site: Site, seed: int, actor: Actor, clock: Clock, say: Callable[[str], None]) -> Filled:
    """Book series for one patient after the other, with weeks and therapists by the seed, until enough is taken.

    Patients who have a series keep it, so that a load that was broken off goes on where it ended.
    """
    chance = Random(seed)  # noqa: S311 - sample data, not a secret
    now = clock.now()
    rooms = _rooms(site, now)
    therapists = [person.id for person in clinic.staff(site.id) if Role.THERAPIST in person.roles]
    patients = [patient.id for patient in clinic.patients(site.id)]
    chance.shuffle(patients)
    count = 0
    for patient in patients[:-LEFT_WITHOUT]:
        wish = _wish(patient, chance, therapists, local_day(now, site.zone))
        standing = stored.series_of_patient(patient) or _booked(wish, actor, clock)
        for series in standing:
            rooms.add(series)
        count += len(standing)
        if count % 10 == 0:
            say(f"{count} series booked, {rooms.share:.0%} of the dosing rooms' hours taken …")
        if rooms.share >= ENOUGH:
            break
    say(f"{count} series stand and take {rooms.share:.0%} of the dosing rooms' hours in {WEEKS} weeks.")
    return Filled(count, rooms.share)


def _wish(patient: str, chance: Random, therapists: list[str], today: date) -> BookSeries:
    weeks = chance.randint(0, LATEST_START_WEEK)
    return BookSeries(
        patient=patient,
        protocol=chance.choice(PROTOCOLS),
        earliest=today + timedelta(weeks=weeks),
        therapist=chance.choice(therapists) if chance.random() < ASKS_FOR_A_THERAPIST else None,
    )


def _booked(wish: BookSeries, actor: Actor, clock: Clock) -> tuple[Series, ...]:
    """Book as wished; where that does not fit with anybody fit, else at any time; nothing when nothing fits at all."""
    for attempt in (wish, replace(wish, therapist=None), replace(wish, therapist=None, earliest=None)):
        outcome = book_series(attempt, actor, clock)
        if isinstance(outcome, Booked):
            return (outcome.series,)
    return ()


def _rooms(site: Site, now: datetime) -> _Rooms:
    ahead = Interval(now, now + timedelta(weeks=WEEKS))
    dosing = [room for room in clinic.rooms(site.id) if _is_for_dosing(room)]
    opened = site.open_times(ahead)
    usable = [interval for room in dosing for interval in without(opened, room.out_of_use)]
    ids = frozenset(room.id for room in dosing)
    return _Rooms(ids, ahead, sum((interval.duration for interval in usable), timedelta(0)))


def _is_for_dosing(room: Room) -> bool:
    return any(capability.endswith("_dosing") for capability in room.capabilities)
