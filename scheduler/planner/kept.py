"""What was worked out of one site's supply so far, and what of it still holds when claims or facts change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from scheduler.domain.claim_book import ClaimKey
from scheduler.domain.people import Role, StaffMember
from scheduler.domain.places import Room
from scheduler.domain.treatment import Segment
from scheduler.planner.shapes import Shape
from scheduler.planner.taken import Taken

#: A visit of a shape with a therapist, `None` for anybody fit.
Guided = tuple[Shape, str | None]

#: Lists of starts for the visits of one series.
Rows = tuple[Sequence[int], ...]


@dataclass
class Kept:
    """Masks and lists, made when asked for and never changed.

    What was made from another mask stands beside it, so that it is made anew only where that has changed: `starts` beside
    the starts without their therapist, `lists` beside the starts that they list.
    """

    taken: dict[ClaimKey, Taken] = field(default_factory=dict)
    rooms: dict[str, dict[int, int]] = field(default_factory=dict)
    segments: dict[str, dict[Segment, int]] = field(default_factory=dict)
    served: dict[str, dict[tuple[Shape, Role], int]] = field(default_factory=dict)
    unguided: dict[Shape, int] = field(default_factory=dict)
    starts: dict[Guided, tuple[int, int]] = field(default_factory=dict)
    lists: dict[Guided, tuple[int, Sequence[int]]] = field(default_factory=dict)
    rows: dict[tuple[Shape, ...], dict[str, Rows]] = field(default_factory=dict)
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
        return kept

    def changed(self, person: StaffMember) -> Kept:
        """Return what still holds where a member of staff works or is qualified otherwise; claims stay as they are."""
        kept = self._less([person])
        kept.unguided = {
            shape: mask
            for shape, mask in dict(self.unguided).items()
            if not shape.like.site_cover and person.roles.isdisjoint(shape.besides_guide)
        }
        return kept

    def with_other_rooms(self) -> Kept:
        """Return what still holds where rooms come or go."""
        kept = self._less([])
        kept.people = self.people
        return kept

    def _less(self, people: Sequence[StaffMember]) -> Kept:
        """Return it without what hangs on these people, and without what must be looked at anew in any case."""
        # Copied whole first: another thread may be adding to what is kept meanwhile.
        kept = Kept(dict(self.taken), dict(self.rooms), dict(self.segments), dict(self.served))
        for person in people:
            kept.segments.pop(person.id, None)
            kept.served.pop(person.id, None)
        kept.lists, kept.working = dict(self.lists), dict(self.working)
        # Opening hours do not change with claims, nor with who works when.
        kept.ends, kept.set_ups = self.ends, self.set_ups
        roles = {role for person in people for role in person.roles}
        guides: set[str | None] = {person.id for person in people}
        if Role.THERAPIST in roles:
            # Anybody fit may be one of them.
            guides.add(None)
        # A therapist who is a monitor as well does not watch the visit, so that another monitor must.
        watched = {Role.MEDICAL_MONITOR} & roles
        kept.starts = {
            (shape, guide): made
            for (shape, guide), made in dict(self.starts).items()
            if guide not in guides and watched.isdisjoint(shape.besides_guide)
        }
        return kept
