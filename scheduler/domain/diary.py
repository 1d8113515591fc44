"""The facts a decision needs, loaded once: places, people, one patient, and what is already claimed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property

from scheduler.domain.claim_book import ClaimBook
from scheduler.domain.claims import Claim, Purpose
from scheduler.domain.cohorts import Attendance
from scheduler.domain.facts import Facts
from scheduler.domain.interval import InOrder, Interval
from scheduler.domain.lazily import lazily
from scheduler.domain.override import Override
from scheduler.domain.people import Patient, Role, StaffMember
from scheduler.domain.places import Room, Site
from scheduler.domain.treatment import StepKind

MARGIN = timedelta(days=8)
"""How far beyond the visits in question a diary must reach: doses are spaced, and counted over seven days."""


@dataclass(frozen=True, slots=True)
class BookedVisit:
    """One visit of the patient that stands or took place, whatever it belongs to; `start` is UTC.

    `given` is from when the dose was given until the patient was let go; `None` without a dose, and before it is given.
    A visit of which nobody noted anything took place as planned once its time is over.
    """

    id: str
    kind: StepKind
    start: datetime
    given: Interval | None = None


@dataclass(frozen=True)
class Diary:
    """Plain facts about one site and one patient over a horizon; nothing is asked of the database after this.

    `as_of` is the instant of the request. `claims` are those of all *other* visits: of every room and member of staff of
    the site, and of this patient at every site. None that shares a moment with the horizon is missing; others may be there.
    `overrides` are those of this patient's visits that nobody took back; others may be there. `booked` are
    this patient's visits at every site and at any time, called off ones left out. `attendance` says of a patient that stands
    for a cohort who takes part in its visits, `None` of every other: such a patient's claims are those of all members, as
    claims of the cohort.
    """

    site: Site
    patient: Patient
    horizon: Interval
    as_of: datetime
    rooms: Mapping[str, Room]
    staff: Mapping[str, StaffMember]
    claims: Collection[Claim] = ()
    overrides: tuple[Override, ...] = ()
    booked: tuple[BookedVisit, ...] = ()
    attendance: Attendance | None = None

    @lazily
    def book(self) -> ClaimBook:
        """The claims by resource and purpose."""
        return self.claims if isinstance(self.claims, ClaimBook) else ClaimBook.of(self.claims)

    def claims_on(self, resource: str, purpose: Purpose) -> tuple[Claim, ...]:
        """Return the claims of other visits on a resource for one purpose, sorted by start."""
        return self.book.on(resource, purpose).found

    @cached_property
    def open_times(self) -> InOrder:
        """When the site is open within the horizon."""
        return InOrder(self.site.open_times(self.horizon))

    @cached_property
    def working_times(self) -> Mapping[str, InOrder]:
        """When each member of staff is at work within the horizon."""
        return {person.id: person.work(self.site, self.horizon) for person in self.staff.values()}

    def having(self, role: Role) -> tuple[StaffMember, ...]:
        """Return the staff with a role, by id."""
        return tuple(
            sorted((p for p in self.staff.values() if role in p.roles), key=lambda person: person.id)
        )

    def taken(self, resource: str, purpose: Purpose, during: Interval) -> tuple[Claim, ...]:
        """Return the claims of other visits on a resource that share a moment with the interval."""
        return self.book.on(resource, purpose).during(during)

    def leaving_out(self, appointments: frozenset[str]) -> Diary:
        """Return the diary without the claims of these visits, for judging them as if not yet booked."""
        return replace(self, claims=self.book.leaving_out(appointments))

    def under(self, facts: Facts) -> Diary:
        """Return the diary with other facts about the site, for judging visits as if these were so."""
        return replace(self, site=facts.site, rooms=facts.rooms, staff=facts.staff)
