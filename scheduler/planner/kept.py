"""What was worked out of one site's supply so far, and what of it still holds when claims or facts change."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from scheduler.domain.claim_book import ClaimKey
from scheduler.domain.people import Role, StaffMember
from scheduler.domain.places import Room
from scheduler.domain.treatment import Segment
from scheduler.planner.apart import NOT_THE_GUIDE
from scheduler.planner.shapes import Shape
from scheduler.planner.taken import Taken

#: A visit of a shape with a therapist, `None` for anybody fit.
Guided = tuple[Shape, str | None]

#: Lists of starts for the visits of one series.
Row = tuple[Sequence[int], ...]

#: For visits of these shapes, by therapist; `None` for anybody fit.
Rows = dict[tuple[Shape, ...], dict[str | None, Row]]


class Offered(NamedTuple):
    """The starts of a visit as far as the site goes, in order: as slots, and as instants, UTC."""

    slots: Sequence[int]
    instants: tuple[datetime, ...]


@dataclass(frozen=True, slots=True)
class Former:
    """The rows as they were before a change, beside the starts without their therapist that they were made of.

    `guides` are the therapists who have changed since, `roles` what people who have changed serve as.
    """

    rows: Rows
    unguided: Mapping[Shape, int]
    guides: Set[str | None]
    roles: Set[Role]

    def still(
        self, shapes: tuple[Shape, ...], unguided: Callable[[Shape], int]
    ) -> tuple[Mapping[str | None, Row], Set[Shape]]:
        """Return the rows of the therapists who have not changed, and the shapes for which these are still right.

        `unguided` gives the starts of a shape without its therapist, as they are now.
        """
        rows = {guide: row for guide, row in self.rows.get(shapes, {}).items() if guide not in self.guides}
        watched = {Role.MEDICAL_MONITOR} & self.roles
        right = {
            shape
            for shape in (set(shapes) if rows else ())
            if shape.keeps_one_therapist
            and watched.isdisjoint(shape.besides_guide)
            and self.unguided.get(shape) == unguided(shape)
        }
        return rows, right


@dataclass
class Kept:
    """Masks and lists, made when asked for and never changed.

    What was made from another mask stands beside it, so that it is made anew only where that has changed: `starts` beside
    the starts without their therapist, `lists` beside the starts that they list, `offered` beside these lists.
    """

    taken: dict[ClaimKey, Taken] = field(default_factory=dict)
    rooms: dict[str, dict[int, int]] = field(default_factory=dict)
    in_rooms: dict[tuple[str, int], int] = field(default_factory=dict)
    segments: dict[str, dict[Segment, int]] = field(default_factory=dict)
    served: dict[str, dict[tuple[Shape, Role], int]] = field(default_factory=dict)
    unguided: dict[Shape, int] = field(default_factory=dict)
    starts: dict[Guided, tuple[int, int]] = field(default_factory=dict)
    lists: dict[Guided, tuple[int, Sequence[int]]] = field(default_factory=dict)
    offered: dict[Guided, Offered] = field(default_factory=dict)
    rows: Rows = field(default_factory=dict)
    former: Former | None = None
    ends: dict[Shape, int] = field(default_factory=dict)
    people: dict[tuple[Role, str | None], tuple[StaffMember, ...]] = field(default_factory=dict)
    set_ups: tuple[int, ...] | None = None
    working: dict[str, int] = field(default_factory=dict)

    def claimed(
        self, changed: Mapping[ClaimKey, Taken], rooms: Mapping[str, Room], staff: Mapping[str, StaffMember]
    ) -> Kept:
        """Return what still holds where some of these rooms and people are taken otherwise, as `changed` says."""
        names = dict.fromkeys(resource for resource, _ in changed)
        people = [staff[name] for name in names if name in staff]
        kept = self._less(people)
        kept.taken.update(changed)
        kept.people = self.people
        roles = {role for person in people for role in person.roles}
        if Role.MEDICAL_MONITOR in roles:
            kept.set_ups = None
        abilities = {ability for name in names if name in rooms for ability in rooms[name].capabilities}
        kept.unguided = {
            shape: mask
            for shape, mask in dict(self.unguided).items()
            if shape.like.room_capability not in abilities and roles.isdisjoint(shape.besides_guide)
        }
        for name in names:
            kept.rooms.pop(name, None)
        kept.in_rooms = {key: mask for key, mask in dict(self.in_rooms).items() if key[0] not in abilities}
        return kept

    def changed(self, person: StaffMember) -> Kept:
        """Return what still holds where a member of staff works or is qualified otherwise; claims stay as they are."""
        kept = self._less([person])
        kept.unguided = {
            shape: mask
            for shape, mask in dict(self.unguided).items()
            if not shape.like.site_cover and person.roles.isdisjoint(shape.besides_guide)
        }
        kept.in_rooms = dict(self.in_rooms)
        return kept

    def with_other_rooms(self) -> Kept:
        """Return what still holds where rooms come or go."""
        kept = self._less([])
        kept.people = self.people
        return kept

    def _less(self, people: Sequence[StaffMember]) -> Kept:
        """Return it without what hangs on these people, and without what must be looked at anew in any case."""
        # Copied whole first: another thread may be adding to what is kept meanwhile.
        kept = Kept(dict(self.taken), dict(self.rooms))
        kept.segments, kept.served = dict(self.segments), dict(self.served)
        for person in people:
            kept.segments.pop(person.id, None)
            kept.served.pop(person.id, None)
        kept.lists, kept.offered, kept.working = dict(self.lists), dict(self.offered), dict(self.working)
        # Opening hours do not change with claims, nor with who works when.
        kept.ends, kept.set_ups = self.ends, self.set_ups
        roles = {role for person in people for role in person.roles}
        guides: set[str | None] = {person.id for person in people}
        if Role.THERAPIST in roles:
            # Anybody fit may be one of them.
            guides.add(None)
        # A therapist who is a monitor as well does not watch the visit, so that another monitor must.
        watched = set(NOT_THE_GUIDE) & roles
        kept.starts = {
            (shape, guide): made
            for (shape, guide), made in dict(self.starts).items()
            if guide not in guides and watched.isdisjoint(shape.besides_guide)
        }
        kept.former = self._former(guides, roles)
        return kept

    def _former(self, guides: Set[str | None], roles: Set[Role]) -> Former | None:
        if self.rows:
            # Copied whole: another thread may be adding to them.
            rows = {shapes: dict(known) for shapes, known in dict(self.rows).items()}
            return Former(rows, self.unguided, guides, roles)
        # Nobody has asked since the last change: what was before that may still hold.
        last = self.former
        return last and Former(last.rows, last.unguided, last.guides | guides, last.roles | roles)
