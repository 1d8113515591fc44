"""One process's dice and clock, with what every deed looks for: a patient, a series, a visit of today."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

from scheduler.access.permissions import SYSTEM, AccountRole, Actor
from scheduler.booking.calling_off import is_to_come
from scheduler.domain.appointment import UNDER_WAY, Appointment
from scheduler.domain.clock import Clock
from scheduler.domain.interval import Interval
from scheduler.domain.places import Site
from scheduler.domain.series import Series, SeriesState
from scheduler.store import clinic
from scheduler.store import series as stored
from scheduler.store.appointments import appointments_between

PATIENTS_ASKED = 12
NEAR = timedelta(hours=14)


@dataclass(frozen=True, slots=True)
class Dice:
    """What a process throws and looks at. `kept` is what it remembers of its own deeds, to take some of them back."""

    random: Random
    clock: Clock
    kept: dict[str, list[object]] = field(default_factory=dict)

    @property
    def site(self) -> Site:
        """The site at which all happens."""
        return clinic.sites()[0]

    def chance(self, of_hundred: int) -> bool:
        """Throw the dice: true so many times of a hundred."""
        return self.random.randrange(100) < of_hundred

    def actor(self, role: str) -> Actor:
        """Return somebody with an account for a role; the same in every process."""
        return SYSTEM if role == "system" else Actor(f"soak-{role}", AccountRole(role), site=self.site.id)

    def a_patient(self) -> str:
        """Return any patient."""
        return self.random.choice(clinic.patients(self.site.id)).id

    def a_series(self, *states: SeriesState) -> Series | None:
        """Return any series in one of these states, or `None` when some patients taken by chance have none."""
        patients = clinic.patients(self.site.id)
        for patient in self.random.sample(patients, min(PATIENTS_ASKED, len(patients))):
            found = [one for one in stored.series_of_patient(patient.id) if one.state in states]
            if found:
                return self.random.choice(found)
        return None

    def a_visit_to_come(self) -> tuple[Series, Appointment] | None:
        """Return any visit to come of a booked series."""
        series = self.a_series(SeriesState.BOOKED)
        ahead = [one for one in series.standing if is_to_come(one, self.clock.now())] if series else []
        return (series, self.random.choice(ahead)) if series and ahead else None

    def a_visit_of_today(self) -> Appointment | None:
        """Return any standing visit around now, mostly one that is under way."""
        now = self.clock.now()
        near = appointments_between(Interval(now - NEAR, now + NEAR), self.site.id)
        standing = [visit for visit in near if visit.state.takes_time and visit.series]
        under_way = [visit for visit in standing if visit.state in UNDER_WAY]
        chosen = under_way if under_way and self.chance(60) else standing
        return self.random.choice(chosen) if chosen else None

    def remember(self, kind: str, what: object) -> None:
        """Keep in mind what was done, for `forget`."""
        self.kept.setdefault(kind, []).append(what)

    def forget(self, kind: str) -> object:
        """Return something of a kind that was done, and keep it in mind no longer; `None` when there is nothing."""
        known = self.kept.get(kind)
        return known.pop(self.random.randrange(len(known))) if known else None


def some(weights: Mapping[str, int], random: Random) -> str:
    """Return one of several, by how often each is wanted."""
    return random.choices(list(weights), list(weights.values()))[0]
