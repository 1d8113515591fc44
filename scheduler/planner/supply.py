"""What is free at a site, as masks: rooms, people and hours, less what other visits have claimed.

The supply of a site is kept from request to request. It is never changed: claims that come or go make a new one, which
shares the masks of every room and person that they do not touch.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import reduce
from threading import Lock

from scheduler.domain.claim_book import ClaimBook
from scheduler.domain.claims import Purpose, capacity_of, lanes_needed
from scheduler.domain.diary import Diary
from scheduler.domain.people import Credential, Role, StaffMember
from scheduler.domain.places import Room, Site, WeeklyHours
from scheduler.domain.treatment import Segment, SiteCover
from scheduler.planner.apart import NOT_THE_GUIDE, both_served
from scheduler.planner.given_time import open_time, valid_time, weekly_time, working_time
from scheduler.planner.kept import Guided, Kept, Offered, Row
from scheduler.planner.shapes import Shape
from scheduler.planner.taken import Taken
from scheduler.planner.timeline import (
    Grid,
    every,
    lasting,
    relisted,
    set_slots,
    slots_in,
)

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
    CO_THERAPIST = "co_therapist"


@dataclass
class SiteSupply:
    """The free time of one site's rooms and people on one grid."""

    site: Site
    rooms: Mapping[str, Room]
    staff: Mapping[str, StaffMember]
    grid: Grid
    book: ClaimBook
    _kept: Kept = field(default_factory=Kept)
    _relaxed: dict[tuple[Shape, frozenset[Scarcity]], int] = field(default_factory=dict, init=False)
    _offered: dict[Guided, Offered] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        self._quarters = every(self.grid, slots_in(START_EVERY))

    @property
    def open(self) -> int:
        """When the site is open."""
        return open_time(self.site, self.grid)

    def working(self, person: StaffMember) -> int:
        """When a member of staff is at work."""
        if person.id not in self._kept.working:
            self._kept.working[person.id] = working_time(person, self.site, self.grid)
        return self._kept.working[person.id]

    def valid(self, person: StaffMember, credential: str) -> int:
        """On which local days, as slots, a credential of the person holds."""
        return valid_time(person, credential, self.site.zone, self.grid)

    def free(self, resource: str, purpose: Purpose, capacity: int, lanes: int = 1) -> int:
        """When at least `lanes` of the resource's lanes are not claimed; nothing is ever free beyond capacity."""
        if lanes > capacity:
            return 0
        key = (resource, purpose)
        if key not in self._kept.taken:
            self._kept.taken[key] = Taken.by(self.book.on(resource, purpose), capacity, self.grid)
        # All that is taken lies on the grid, so this leaves what is not taken.
        return self.grid.full ^ self._kept.taken[key].layers[capacity - lanes]

    def having(self, role: Role, therapist: str | None = None) -> tuple[StaffMember, ...]:
        """Return who may serve in a role beside this therapist, by id: nobody watches the patient they guide."""
        key = (role, therapist if role in (Role.THERAPIST, *NOT_THE_GUIDE) else None)
        if key not in self._kept.people:
            self._kept.people[key] = tuple(self._fit(*key))
        return self._kept.people[key]

    def _fit(self, role: Role, therapist: str | None) -> Iterator[StaffMember]:
        for person in sorted(self.staff.values(), key=lambda one: one.id):
            if role in person.roles and (
                therapist is None or (person.id == therapist) is (role is Role.THERAPIST)
            ):
                yield person

    @property
    def set_ups(self) -> tuple[int, ...]:
        """The slots at which a medical monitor turns to another patient with both hands."""
        if self._kept.set_ups is None:
            watchers = [person.id for person in self.staff.values() if Role.MEDICAL_MONITOR in person.roles]
            work = [self.book.on(id, Purpose.OCCUPY).in_role(Role.MEDICAL_MONITOR) for id in watchers]
            begins = {begin for stretches in work for begin, _ in self.grid.touched(stretches)}
            self._kept.set_ups = tuple(sorted(begins))
        return self._kept.set_ups

    def fit_rooms(self, shape: Shape) -> tuple[Room, ...]:
        """Return the rooms with the capability, and the places, that the shape asks for."""
        wanted, places = shape.like.room_capability, shape.like.places
        return tuple(
            room for room in self.rooms.values() if wanted in room.capabilities and places <= room.places
        )

    def starts_in(self, room: Room, shape: Shape) -> int:
        """At which slots the room takes the visit, turnover included."""
        length = shape.room_slots
        known = self._kept.rooms.setdefault(room.id, {})
        if length not in known:
            free = self.free(room.id, Purpose.OCCUPY, 1)
            if room.out_of_use:
                free &= ~self.grid.mask(self.grid.touching(interval) for interval in room.out_of_use)
            known[length] = lasting(free, length)
        return known[length]

    def starts_with(self, person: StaffMember, shape: Shape, role: Role) -> int:
        """At which slots the person can give all that a role gives: free, at work and qualified that day."""
        known = self._kept.served.setdefault(person.id, {})
        key = (shape, role)
        if key not in known:
            known[key] = reduce(
                int.__and__, (self.starts_of_turn(person, turn) for turn in shape.turns[role])
            )
        return known[key]

    def starts_of_turn(self, person: StaffMember, turn: Iterable[Segment]) -> int:
        """At which slots a visit may start so that the person can give all of these segments."""
        # Of one segment it is the very same mask, which then is kept once.
        return reduce(int.__and__, (self.starts_of_segment(person, segment) for segment in turn))

    def starts_of_segment(self, person: StaffMember, segment: Segment) -> int:
        """At which slots a visit may start so that the person can give a segment: free, at work and qualified that day."""
        known = self._kept.segments.setdefault(person.id, {})
        if segment not in known:
            known[segment] = self._of_segment(person, segment)
        return known[segment]

    def _of_segment(self, person: StaffMember, segment: Segment) -> int:
        capacity = capacity_of(person)
        able = self.working(person)
        for purpose, lanes in lanes_needed(segment, person.may_watch).items():
            if lanes:
                able &= self.free(person.id, purpose, capacity[purpose], lanes)
        mask = lasting(able, slots_in(segment.ends - segment.begins)) >> slots_in(segment.begins)
        for credential in segment.credentials:
            mask &= self.valid(person, credential)
        return mask

    def starts(
        self, shape: Shape, therapist: str | None = None, ignoring: Set[Scarcity] = frozenset()
    ) -> int:
        """At which slots a visit can start as far as the site goes, with this therapist (`None`: with anybody fit).

        `ignoring` names what is taken to be no obstacle. Whether the patient can come is not asked here.
        """
        key = (shape, therapist if shape.guided else None)
        unguided = self._unguided(shape, ignoring)
        if ignoring:
            return self._starts(*key, unguided, ignoring)
        made = self._kept.starts.get(key)
        if made is None or made[0] != unguided:
            made = self._kept.starts[key] = (unguided, self._starts(*key, unguided, ignoring))
        return made[1]

    def listed(self, shape: Shape, therapist: str | None = None) -> Sequence[int]:
        """Return `starts` as a list."""
        key = (shape, therapist if shape.guided else None)
        mask = self.starts(*key)
        made = self._kept.lists.get(key)
        if made is None:
            made = self._kept.lists[key] = (mask, self.list_of(mask))
        elif made[0] != mask:
            made = self._kept.lists[key] = (mask, relisted(made[1], made[0], mask, slots_in(START_EVERY)))
        return made[1]

    def offered(self, shape: Shape, therapist: str | None = None) -> Offered:
        """Return what is `listed`, and the same as instants."""
        key = (shape, therapist if shape.guided else None)
        offered = self._offered.get(key)
        if offered is None:
            listed = self.listed(*key)
            offered = self._kept.offered.get(key)
            if offered is None or offered.slots is not listed:
                offered = self._kept.offered[key] = Offered(listed, self.grid.instants(listed))
            self._offered[key] = offered
        return offered

    def row(self, shapes: tuple[Shape, ...], therapist: str | None) -> Row:
        """Return what is `listed` for each visit of a series of this therapist, or of anybody fit."""
        rows = self._kept.rows.get(shapes)
        if rows is None:
            rows = self._kept.rows.setdefault(shapes, self._still(shapes))
        if therapist not in rows:
            rows[therapist] = self._row(shapes, therapist, {})
        return rows[therapist]

    def _row(
        self, shapes: tuple[Shape, ...], therapist: str | None, known: Mapping[Shape, Sequence[int]]
    ) -> Row:
        lists = {
            shape: known[shape]
            if shape in known
            else self.listed(shape, therapist if shape.keeps_one_therapist else None)
            for shape in set(shapes)
        }
        return tuple(map(lists.__getitem__, shapes))

    def _still(self, shapes: tuple[Shape, ...]) -> dict[str | None, Row]:
        """Return the rows from before the last change, brought up to date where that asks for it."""
        if self._kept.former is None:
            return {}
        rows, right = self._kept.former.still(shapes, lambda shape: self._unguided(shape, frozenset()))
        if right >= set(shapes):
            return dict(rows)
        return {
            guide: self._row(shapes, guide, {s: r for s, r in zip(shapes, row, strict=True) if s in right})
            for guide, row in rows.items()
        }

    def list_of(self, starts: int) -> Sequence[int]:
        """Return starts of visits as a list."""
        return set_slots(starts, slots_in(START_EVERY))

    def _starts(self, shape: Shape, therapist: str | None, unguided: int, ignoring: Set[Scarcity]) -> int:
        if not shape.guided:
            return unguided
        guides = [p.id for p in self.having(Role.THERAPIST)] if therapist is None else [therapist]
        return _any(self._guided_by(guide, shape, unguided, ignoring) for guide in guides)

    def _unguided(self, shape: Shape, ignoring: Set[Scarcity]) -> int:
        """At which slots all but the therapist is there; worked out once for all of them."""
        if not ignoring:
            if shape not in self._kept.unguided:
                self._kept.unguided[shape] = self._with_others(shape, ignoring)
            return self._kept.unguided[shape]
        key = (shape, frozenset(ignoring))
        if key not in self._relaxed:
            self._relaxed[key] = self._with_others(shape, ignoring)
        return self._relaxed[key]

    def _with_others(self, shape: Shape, ignoring: Set[Scarcity]) -> int:
        mask = self._place(shape, ignoring)
        for role in shape.like.roles:
            if mask and role in shape.besides_guide and Scarcity(role.value) not in ignoring:
                mask &= self._with_somebody(shape, role, self.having(role))
        return mask

    def _guided_by(self, guide: str, shape: Shape, mask: int, ignoring: Set[Scarcity]) -> int:
        """At which of these slots this therapist can guide the visit, and others serve in the roles that are not theirs."""
        if mask and Scarcity.THERAPIST not in ignoring:
            mask &= self._with_somebody(shape, Role.THERAPIST, self.having(Role.THERAPIST, guide))
        beside = [r for r in shape.apart if Scarcity(r.value) not in ignoring]
        for role in beside:
            if mask and guide in self.staff and role in self.staff[guide].roles:
                mask &= self._with_somebody(shape, role, self.having(role, guide))
        if mask and len(beside) > 1:
            mask &= self._served_apart(shape, beside, guide)
        return mask

    def _served_apart(self, shape: Shape, roles: Sequence[Role], guide: str) -> int:
        """At which slots two roles beside the therapist's are served by two people."""
        able: dict[str, tuple[int, int]] = {}
        for place, role in enumerate(roles):
            for person in self.having(role, guide):
                starts = self.starts_with(person, shape, role)
                first, second = able.get(person.id, (0, 0))
                able[person.id] = (first | starts, second) if place == 0 else (first, second | starts)
        return both_served(able)

    def _place(self, shape: Shape, ignoring: Set[Scarcity]) -> int:
        mask = self._quarters
        if Scarcity.HOURS not in ignoring:
            mask &= self._while_open(shape)
        if Scarcity.SITE_COVER not in ignoring:
            for cover in shape.like.site_cover:
                begin, end = shape.like.site_cover_times(cover)
                mask &= lasting(self._enough(cover), slots_in(end - begin)) >> slots_in(begin)
        if shape.like.room_capability is not None and Scarcity.ROOM not in ignoring:
            mask &= self._in_any_room(shape, shape.like.room_capability)
        return mask

    def _in_any_room(self, shape: Shape, capability: str) -> int:
        """At which slots any room with the capability takes the visit; the same for all visits that are as long."""
        key = (capability, shape.room_slots)
        if key not in self._kept.in_rooms:
            self._kept.in_rooms[key] = _any(self.starts_in(room, shape) for room in self.fit_rooms(shape))
        return self._kept.in_rooms[key]

    def _while_open(self, shape: Shape) -> int:
        # Hours do not change with claims, so this is kept whatever is booked.
        if shape not in self._kept.ends:
            stay = shape.like.length + shape.like.ends_before_close
            self._kept.ends[shape] = lasting(self.open, slots_in(stay))
        return self._kept.ends[shape]

    def _with_somebody(self, shape: Shape, role: Role, people: Sequence[StaffMember]) -> int:
        if role not in shape.like.hands_over:
            return _any(self.starts_with(person, shape, role) for person in people)
        return reduce(
            int.__and__,
            (_any(self.starts_of_turn(person, turn) for person in people) for turn in shape.turns[role]),
        )

    def _enough(self, cover: SiteCover) -> int:
        layers = [0] * cover.at_least
        for person in self.staff.values():
            if valid := self.valid(person, cover.credential):
                carry = self.working(person) & valid
                for depth in range(cover.at_least):
                    layers[depth], carry = layers[depth] | carry, layers[depth] & carry
        return layers[-1]

    def after(self, book: ClaimBook) -> SiteSupply:
        """Return the supply with these claims instead, itself where they leave all alone; other masks are shared."""
        if not self._relaxed and self.book.is_plainly_the_same_on((self.rooms, self.staff), book):
            return self
        taken = dict(self._kept.taken)
        changed = {
            key: taken[key].after(self.book.on(*key), book.on(*key), self.grid)
            for key in self.book.unlike(book, taken)
        }
        kept = self._kept.claimed(changed, self.rooms, self.staff) if changed else self._kept
        return SiteSupply(self.site, self.rooms, self.staff, self.grid, book, kept)

    def with_more_work(self, person: StaffMember, hours: tuple[WeeklyHours, ...]) -> SiteSupply:
        """Return the supply as it would be if a member of staff worked these hours as well, away as they are."""
        kept = self._kept.changed(person)
        kept.working[person.id] = self.working(person) | (
            weekly_time(hours, self.site.zone, self.grid)
            & ~self.grid.mask(self.grid.touching(interval) for interval in person.away)
        )
        return SiteSupply(self.site, self.rooms, self.staff, self.grid, self.book, kept)

    def with_credentials(self, person: StaffMember, held: tuple[Credential, ...]) -> SiteSupply:
        """Return the supply as it would be if a member of staff held these credentials instead."""
        staff = {**self.staff, person.id: replace(person, credentials=held)}
        kept = self._kept.changed(person)
        return SiteSupply(self.site, self.rooms, staff, self.grid, self.book, kept)

    def with_room(self, room: Room) -> SiteSupply:
        """Return the supply as it would be with one more room, or with a room in use at other times; claims stay."""
        rooms, kept = {**self.rooms, room.id: room}, self._kept.with_other_rooms()
        kept.rooms.pop(room.id, None)
        return SiteSupply(self.site, rooms, self.staff, self.grid, self.book, kept)


def _any(masks: Iterable[int]) -> int:
    found = 0
    for mask in masks:
        found |= mask
    return found


_MOST_KEPT = 64
_LATEST: OrderedDict[tuple[str, datetime, int], SiteSupply] = OrderedDict()
_LATEST_LOCK = Lock()


def supply_of(diary: Diary, grid: Grid) -> SiteSupply:
    """Return the supply of a diary's site; what is the same as in an earlier diary is not worked out again.

    What is kept is compared with the diary itself, so it is never stale; facts and claims are mostly the very same objects,
    which makes comparing quick.
    """
    key = (diary.site.id, grid.origin, grid.days)
    # Looking one thing up needs no lock, changing the order does.
    kept = _LATEST.get(key)
    if kept is not None and (kept.site, kept.rooms, kept.staff) == (diary.site, diary.rooms, diary.staff):
        supply = kept.after(diary.book)
    else:
        supply = SiteSupply(diary.site, diary.rooms, diary.staff, grid, diary.book)
    with _LATEST_LOCK:
        _LATEST[key] = supply
        _LATEST.move_to_end(key)
        if len(_LATEST) > _MOST_KEPT:
            _LATEST.popitem(last=False)
    return supply
