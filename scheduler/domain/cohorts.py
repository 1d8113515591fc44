"""Cohorts: patients who meet as one closed group, and who of them takes part in which of its visits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from scheduler.domain.group_terms import Member


@dataclass(frozen=True, slots=True)
class Cohort:
    """A closed group at one site. In the ledger it stands as one patient does, under its `id`.

    `protocol` is the key of the protocol for groups, as the members' reading has it. `members` are by place. `series` is the
    id of the series of its visits, empty while none is booked: until then members may join.
    """

    id: str
    site: str
    name: str
    protocol: str
    members: tuple[Member, ...] = ()
    series: str = ""

    @property
    def is_open(self) -> bool:
        """Say whether members may still join."""
        return not self.series

    def member(self, patient: str) -> Member | None:
        """Return the member who this patient is, or `None`."""
        return next((one for one in self.members if one.patient == patient), None)


@dataclass(frozen=True, slots=True)
class Attendance:
    """Who takes part in a group's visits: everybody, but for those named in `missing`, by id of the group's visit."""

    members: tuple[Member, ...]
    missing: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def at(self, visit: str) -> tuple[Member, ...]:
        """Return who takes part in a visit of the group, by place."""
        missing = self.missing.get(visit, frozenset())
        return tuple(member for member in self.members if member.patient not in missing)
