"""What a protocol says about the group that its visits are held with, and who of it can stay with how many facilitators."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class Reading(StrEnum):
    """As what a protocol is read.

    `ALONE`: for one patient, and no group is spoken of. `MEMBER`: what each member of a group needs, the visits with the
    group without room and people. `GROUP`: what the group needs, its visits alone, without anybody's gates.
    """

    ALONE = "alone"
    MEMBER = "member"
    GROUP = "group"


@dataclass(frozen=True, slots=True)
class GroupTerms:
    """How large a group is, and who leads it.

    `least` members are needed to go ahead, which is decided `decide_before` its visit starts (elapsed time). One facilitator
    leads at most `per_facilitator` members, `per_facilitator_high_dose` where somebody of the group has a high dose:
    the highest dose decides. There are never fewer than `facilitators`. `spare_places` stay free in the room.
    """

    least: int
    most: int
    decide_before: timedelta
    per_facilitator: int
    per_facilitator_high_dose: int
    facilitators: int
    spare_places: int = 0

    def ratio(self, attending: Iterable[Member]) -> int:
        """Return how many of these members one facilitator may lead: the strictest ratio among them."""
        high = any(member.high_dose for member in attending)
        return self.per_facilitator_high_dose if high else self.per_facilitator

    def to_be_moved(self, attending: Iterable[Member], facilitators: int) -> tuple[Member, ...]:
        """Return the fewest members without whom so many facilitators lead the rest, by place; none where all may stay.

        Where as many would go either way, those with a high dose stay; of equals, who joined first stays.
        """
        everybody = sorted(attending, key=lambda member: member.place)
        fitting = (
            everybody[: self.ratio(everybody) * facilitators],
            # Without those of a high dose, the usual ratio counts for the rest.
            [one for one in everybody if not one.high_dose][: self.per_facilitator * facilitators],
        )
        staying = max(fitting, key=len)
        return tuple(member for member in everybody if member not in staying)


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of a cohort: `place` counts from 1 in the order of joining, and is told where no name may be."""

    patient: str
    place: int
    high_dose: bool = False
