"""What is free, as masks: rooms, people, the patient and the site's hours, less what other visits have claimed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property, lru_cache

from scheduler.domain.claims import Claim, Purpose, capacity_of, lanes_needed
from scheduler.domain.clock import local_day, whole_local_day
from scheduler.domain.diary import Diary
from scheduler.domain.interval import Interval
from scheduler.domain.people import Role, StaffMember
from scheduler.domain.places import Room, Site
from scheduler.domain.treatment import Segment, SiteCover, Step
from scheduler.planner.timeline import Grid, lasting, slots_in


@lru_cache(maxsize=1024)
def _open(site: Site, horizon: Interval, grid: Grid) -> int:
    return grid.mask(grid.within(interval) for interval in site.open_times(horizon))


@lru_cache(maxsize=4096)
def _at_work(person: StaffMember, site: Site, horizon: Interval, grid: Grid) -> int:
    return grid.mask(grid.within(interval) for interval in person.working_times(site, horizon))


class _Taken:
    """The masks of claims made lately, by resource and purpose.

    From one request to the next most resources' claims are the same. What is kept is compared with the claims
    themselves, so it is never stale; equal claims are mostly the very same objects, which makes comparing quick.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: dict[tuple[str, Purpose], tuple[Grid, int, tuple[Claim, ...], tuple[int, ...]]] = {}

    def layers(
        self, key: tuple[str, Purpose], grid: Grid, claims: tuple[Claim, ...], capacity: int
    ) -> tuple[int, ...]:
        """Return by depth when the claims take the resource."""
        kept = self._kept.get(key)
        if kept is not None and kept[:3] == (grid, capacity, claims):
            return kept[3]
        made = grid.layers((grid.touching(claim.interval) for claim in claims), capacity)
        if len(self._kept) >= self._most:
            self._kept.clear()
        self._kept[key] = (grid, capacity, claims, made)
        return made


_TAKEN = _Taken(most=2048)

_WORK = (Purpose.OCCUPY, Purpose.WATCH, Purpose.ON_PREMISES)


@dataclass
class Supply:
    """The free time of one diary on one grid; every mask is made once."""

    diary: Diary
    grid: Grid

    def __post_init__(self) -> None:
        self._free: dict[tuple[str, Purpose], tuple[int, ...]] = {}
        self._working: dict[str, int] = {}
        self._by_person: dict[tuple[str, str, Role], int] = {}
        self._by_room: dict[tuple[str, str], int] = {}
        self._load: dict[tuple[str, date], timedelta] = {}
        self._valid: dict[tuple[str, str], int] = {}

    @cached_property
    def open(self) -> int:
        """When the site is open."""
        return _open(self.diary.site, self.diary.horizon, self.grid)

    def working(self, person: StaffMember) -> int:
        """When a member of staff is at work."""
        if person.id not in self._working:
            self._working[person.id] = _at_work(person, self.diary.site, self.diary.horizon, self.grid)
        return self._working[person.id]

    def free(self, resource: str, purpose: Purpose, capacity: int, lanes: int = 1) -> int:
        """When at least `lanes` of the resource's lanes are not claimed; nothing is ever free beyond capacity."""
        if lanes > capacity:
            return 0
        if (resource, purpose) not in self._free:
            claims = self.diary.claims_on(resource, purpose)
            self._free[resource, purpose] = _TAKEN.layers((resource, purpose), self.grid, claims, capacity)
        return self.grid.full & ~self._free[resource, purpose][capacity - lanes]

    def valid(self, person: StaffMember, credential: str) -> int:
        """On which local days, as slots, a credential of the person holds."""
        key = (person.id, credential)
        if key not in self._valid:
            self._valid[key] = self._valid_slots(person, credential)
        return self._valid[key]

    def _valid_slots(self, person: StaffMember, credential: str) -> int:
        held = [mine for mine in person.credentials if mine.kind == credential]
        if any(mine.valid_until is None for mine in held):
            return self.grid.full
        last = max((mine.valid_until for mine in held if mine.valid_until), default=None)
        if last is None or last < local_day(self.grid.origin, self.diary.site.zone):
            return 0
        end = whole_local_day(last, self.diary.site.zone).end
        return (
            self.grid.run(self.grid.within(Interval(self.grid.origin, end))) if end > self.grid.origin else 0
        )

    def starts_in(self, room: Room, step: Step) -> int:
        """At which starts the room takes the step, turnover included."""
        key = (room.id, step.key)
        if key not in self._by_room:
            free = self.free(room.id, Purpose.OCCUPY, 1)
            if room.out_of_use:
                free &= ~self.grid.mask(self.grid.touching(interval) for interval in room.out_of_use)
            self._by_room[key] = lasting(free, slots_in(step.room_length))
        return self._by_room[key]

    def starts_with(self, person: StaffMember, step: Step, role: Role) -> int:
        """At which starts of a visit the person can give all that a role gives: free, at work and qualified that day."""
        key = (person.id, step.key, role)
        if key not in self._by_person:
            mask = self.grid.full
            for segment in step.segments_of(role):
                mask &= self._starts_of_segment(person, segment)
            self._by_person[key] = mask
        return self._by_person[key]

    def load(self, person: StaffMember, day: date) -> timedelta:
        """How much of the person is claimed on a clinic-local day, all purposes together."""
        key = (person.id, day)
        if key not in self._load:
            whole = whole_local_day(day, self.diary.site.zone)
            claims = (claim for purpose in _WORK for claim in self.diary.taken(person.id, purpose, whole))
            self._load[key] = sum((claim.interval.duration for claim in claims), timedelta(0))
        return self._load[key]

    def _starts_of_segment(self, person: StaffMember, segment: Segment) -> int:
        capacity = capacity_of(person)
        able = self.working(person)
        for purpose, lanes in lanes_needed(segment, person.may_watch).items():
            if lanes:
                able &= self.free(person.id, purpose, capacity[purpose], lanes)
        mask = lasting(able, slots_in(segment.ends - segment.begins)) >> slots_in(segment.begins)
        for credential in segment.credentials:
            mask &= self.valid(person, credential)
        return mask

    def starts_for_patient(self, step: Step) -> int:
        """At which starts the patient can come: no other visit, not unavailable, and far enough from every other dose."""
        patient = self.diary.patient
        free = self.free(patient.id, Purpose.OCCUPY, 1)
        if patient.unavailable:
            free &= ~self.grid.mask(self.grid.touching(interval) for interval in patient.unavailable_times())
        mask = lasting(free, slots_in(step.length))
        if step.holds_dose_spacing > timedelta(0):
            # Past the horizon nothing is known to be claimed, so a hold may run over its edge.
            beyond = ((1 << slots_in(step.holds_dose_spacing)) - 1) << self.grid.slots
            mask &= lasting(
                self.free(patient.id, Purpose.SPACING, 1) | beyond, slots_in(step.holds_dose_spacing)
            )
        return mask

    def starts_while_open(self, step: Step) -> int:
        """At which starts the site stays open to the end of the visit and as long after as the step asks."""
        return lasting(self.open, slots_in(step.length + step.ends_before_close))

    def starts_with_enough_people(self, step: Step) -> int:
        """At which starts enough people with each credential are at work for as long as the site cover asks."""
        mask = self.grid.full
        for cover in step.site_cover:
            begin, end = step.site_cover_times(cover)
            mask &= lasting(self._enough(cover), slots_in(end - begin)) >> slots_in(begin)
        return mask

    def _enough(self, cover: SiteCover) -> int:
        layers = [0] * cover.at_least
        for mask in self._holding(cover.credential):
            carry = mask
            for depth in range(cover.at_least):
                layers[depth], carry = layers[depth] | carry, layers[depth] & carry
        return layers[-1]

    def _holding(self, credential: str) -> Iterable[int]:
        for person in self.diary.staff.values():
            valid = self.valid(person, credential)
            if valid:
                yield self.working(person) & valid
