"""The feasible starts of every visit of a series, for one therapist: one mask a step, exact for that step alone."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from scheduler.domain.people import Role, StaffMember
from scheduler.domain.treatment import Protocol, Step
from scheduler.planner.supply import Supply
from scheduler.planner.timeline import every, slots_at_most, slots_in

START_EVERY = timedelta(minutes=15)
"""Visits are offered on the quarter of an hour, as clinics keep their books; every zone's offset is a multiple of it."""


class Scarcity(StrEnum):
    """One kind of thing that can stand in the way; explanations ask what would fit if it did not."""

    HOURS = "hours"
    ROOM = "room"
    PATIENT = "patient"
    SITE_COVER = "site_cover"
    THERAPIST = "therapist"
    MEDICAL_MONITOR = "medical_monitor"
    ADMINISTERING_CLINICIAN = "administering_clinician"
    PRESCRIBER = "prescriber"
    CARE_COORDINATOR = "care_coordinator"


@dataclass
class FeasibleStarts:
    """The starts between `earliest` and the last at which a visit is over by `latest`, both instants UTC, included.

    `ignoring` names what is taken to be no obstacle.
    """

    supply: Supply
    protocol: Protocol
    earliest: datetime
    latest: datetime
    ignoring: Set[Scarcity] = frozenset()

    def __post_init__(self) -> None:
        self._starts: dict[tuple[str, str | None], int] = {}
        self._without_staff: dict[str, int] = {}
        self._roles: dict[tuple[str, Role, str | None], int] = {}
        first_of: dict[object, Step] = {}
        self._alike = {step.key: first_of.setdefault(_shape(step), step) for step in self.protocol.steps}
        self._quarters = every(self.supply.grid, slots_in(START_EVERY))

    def alike(self, step: Step) -> Step:
        """Return the first step with the same feasible starts, so that the six doses of a series are looked up once."""
        return self._alike[step.key]

    def of(self, step: Step, therapist: str | None) -> int:
        """Return the slots at which the step can start with this therapist (`None`: with anybody fit), as a mask."""
        step = self.alike(step)
        whom = therapist if step.keeps_one_therapist and Role.THERAPIST in step.roles else None
        key = (step.key, whom)
        if key not in self._starts:
            self._starts[key] = self._of(step, whom)
        return self._starts[key]

    def _of(self, step: Step, therapist: str | None) -> int:
        mask = self._anyhow(step)
        if therapist is not None or Role.THERAPIST not in step.roles:
            return self._staffed(step, therapist, mask)
        found = 0
        for person in self.supply.diary.having(Role.THERAPIST):
            found |= self._staffed(step, person.id, mask)
        return found

    def starts_alone(self, step: Step, therapist: str) -> int:
        """Return the slots at which the step can start with this very therapist, whether it keeps to one or not."""
        step = self.alike(step)
        return self._staffed(step, therapist, self._anyhow(step))

    def _staffed(self, step: Step, therapist: str | None, mask: int) -> int:
        for role in step.roles:
            if mask and not self.ignores(role):
                mask &= self._with_somebody(step, role, therapist)
        return mask

    def ignores(self, role: Role) -> bool:
        """Say whether the want of this role is taken to be no obstacle."""
        return Scarcity(role.value) in self.ignoring

    def _with_somebody(self, step: Step, role: Role, therapist: str | None) -> int:
        key = (step.key, role, therapist if role in (Role.THERAPIST, Role.MEDICAL_MONITOR) else None)
        if key not in self._roles:
            mask = 0
            for person in self.pool(role, therapist):
                mask |= self.supply.starts_with(person, step, role)
            self._roles[key] = mask
        return self._roles[key]

    def pool(self, role: Role, therapist: str | None) -> tuple[StaffMember, ...]:
        """Return who may serve in a role beside this therapist: nobody watches the body of the patient they guide."""
        people = self.supply.diary.having(role)
        if role is Role.THERAPIST and therapist is not None:
            return tuple(person for person in people if person.id == therapist)
        if role is Role.MEDICAL_MONITOR:
            return tuple(person for person in people if person.id != therapist)
        return people

    def _anyhow(self, step: Step) -> int:
        if step.key not in self._without_staff:
            self._without_staff[step.key] = self._place_and_patient(step)
        return self._without_staff[step.key]

    def _place_and_patient(self, step: Step) -> int:
        supply, grid = self.supply, self.supply.grid
        first = slots_in(self.earliest - grid.origin)
        last = slots_at_most(self.latest - step.length - grid.origin)
        if last < first:
            return 0
        mask = self._quarters & grid.run((max(first, 0), min(last + 1, grid.slots)))
        if Scarcity.HOURS not in self.ignoring:
            mask &= supply.starts_while_open(step)
        if Scarcity.PATIENT not in self.ignoring:
            mask &= supply.starts_for_patient(step)
        if step.site_cover and Scarcity.SITE_COVER not in self.ignoring:
            mask &= supply.starts_with_enough_people(step)
        if step.room_capability is not None and Scarcity.ROOM not in self.ignoring:
            rooms = 0
            for room in supply.diary.rooms.values():
                if step.room_capability in room.capabilities:
                    rooms |= supply.starts_in(room, step)
            mask &= rooms
        return mask


def _shape(step: Step) -> tuple[object, ...]:
    """Return all that the feasible starts of a step depend on."""
    return (
        step.phases, step.room_capability, step.site_cover, step.holds_dose_spacing,
        step.ends_before_close, step.keeps_one_therapist,
    )  # fmt: skip
