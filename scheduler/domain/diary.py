"""The facts a decision needs, loaded once: places, people, one patient, and what is already claimed."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from operator import attrgetter

from scheduler.domain.claims import Claim, Purpose
from scheduler.domain.interval import Interval
from scheduler.domain.people import Patient, Role, StaffMember
from scheduler.domain.places import Room, Site


@dataclass(frozen=True)
class _Claims:
    """The claims on one resource in order of start."""

    found: tuple[Claim, ...]

    @cached_property
    def starts(self) -> list[datetime]:
        """Their starts."""
        return [claim.interval.start for claim in self.found]

    @cached_property
    def longest(self) -> timedelta:
        """How long the longest of them lasts."""
        return max((claim.interval.duration for claim in self.found), default=timedelta(0))


_BY_TIME = attrgetter("interval.start", "interval.end")


@dataclass(frozen=True)
class Diary:
    """Plain facts about one site and one patient over a horizon; nothing is asked of the database after this.

    `as_of` is the instant of the request. `claims` are those of all *other* visits that share a moment with the
    horizon: of every room and member of staff of the site, and of this patient at every site.
    """

    site: Site
    patient: Patient
    horizon: Interval
    as_of: datetime
    rooms: Mapping[str, Room]
    staff: Mapping[str, StaffMember]
    claims: tuple[Claim, ...] = ()

    @cached_property
    def _found(self) -> Mapping[tuple[str, Purpose], list[Claim]]:
        lists: dict[tuple[str, Purpose], list[Claim]] = {}
        for claim in self.claims:
            lists.setdefault((claim.resource, claim.purpose), []).append(claim)
        return lists

    @cached_property
    def _in_order(self) -> dict[tuple[str, Purpose], _Claims]:
        """The claims that were asked for so far; most decisions ask for a few resources alone."""
        return {}

    def _claims(self, resource: str, purpose: Purpose) -> _Claims:
        key = (resource, purpose)
        if key not in self._in_order:
            self._in_order[key] = _Claims(tuple(sorted(self._found.get(key, ()), key=_BY_TIME)))
        return self._in_order[key]

    def claims_on(self, resource: str, purpose: Purpose) -> tuple[Claim, ...]:
        """Return the claims of other visits on a resource for one purpose, sorted by start."""
        return self._claims(resource, purpose).found

    @cached_property
    def open_times(self) -> tuple[Interval, ...]:
        """When the site is open within the horizon."""
        return self.site.open_times(self.horizon)

    @cached_property
    def working_times(self) -> Mapping[str, tuple[Interval, ...]]:
        """When each member of staff is at work within the horizon."""
        return {person.id: person.working_times(self.site, self.horizon) for person in self.staff.values()}

    def having(self, role: Role) -> tuple[StaffMember, ...]:
        """Return the staff with a role, by id."""
        return tuple(
            sorted((p for p in self.staff.values() if role in p.roles), key=lambda person: person.id)
        )

    def taken(self, resource: str, purpose: Purpose, during: Interval) -> tuple[Claim, ...]:
        """Return the claims of other visits on a resource that share a moment with the interval."""
        claims = self._claims(resource, purpose)
        # What starts earlier than the longest claim lasts cannot reach into the interval.
        first = bisect_left(claims.starts, during.start - claims.longest)
        last = bisect_left(claims.starts, during.end)
        return tuple(claim for claim in claims.found[first:last] if claim.interval.end > during.start)

    def leaving_out(self, appointments: frozenset[str]) -> Diary:
        """Return the diary without the claims of these visits, for judging them as if not yet booked."""
        return replace(self, claims=tuple(c for c in self.claims if c.appointment not in appointments))
