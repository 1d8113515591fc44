"""The facts about a site that the clinic may change: its hours and closures, its rooms and its people.

A change is a value that makes other facts of the present ones, so that what it would break can be asked before it is made.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from scheduler.domain.errors import NotFound
from scheduler.domain.interval import Interval
from scheduler.domain.people import StaffMember
from scheduler.domain.places import Room, Site


@dataclass(frozen=True, slots=True)
class Facts:
    """A site with its rooms and staff by id."""

    site: Site
    rooms: Mapping[str, Room]
    staff: Mapping[str, StaffMember]

    def room(self, id: str) -> Room:
        """Return a room. Raises `NotFound`."""
        if id not in self.rooms:
            raise NotFound(f"There is no room '{id}' at this site")
        return self.rooms[id]

    def person(self, id: str) -> StaffMember:
        """Return a member of staff. Raises `NotFound`."""
        if id not in self.staff:
            raise NotFound(f"Nobody '{id}' works at this site")
        return self.staff[id]

    def with_room(self, room: Room) -> Facts:
        """Return the facts with a room as it is given."""
        return replace(self, rooms={**self.rooms, room.id: room})

    def with_person(self, person: StaffMember) -> Facts:
        """Return the facts with a member of staff as they are given."""
        return replace(self, staff={**self.staff, person.id: person})


class FactChange(Protocol):
    """One change of the facts about a site."""

    @property
    def word(self) -> str:
        """What is changed, as one word that is kept with what it breaks."""

    @property
    def subject(self) -> tuple[str, str]:
        """The kind and the id of what is changed."""

    def during(self, zone: str) -> Interval | None:
        """Return the only time in which anything is different afterwards, `None` when that may be at any time."""

    def made_to(self, facts: Facts) -> Facts:
        """Return the facts as they would be. Raises `InvalidValue` and `NotFound` for a change that makes no sense."""
