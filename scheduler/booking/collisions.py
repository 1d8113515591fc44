"""What a visit would run into: whom others need at the same time, beyond what anybody can give; from plain facts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from scheduler.domain.claims import PATIENT_CAPACITY, ROOM_CAPACITY, Claim, Purpose, capacity_of
from scheduler.domain.diary import Diary
from scheduler.domain.interval import Interval, merged
from scheduler.rules.load import where_load

Key = tuple[str, Purpose]


@dataclass(frozen=True, slots=True)
class Collision:
    """A room, member of staff or patient that another visit needs at the same time; `interval` is when both do, UTC."""

    resource: str
    purpose: Purpose
    interval: Interval
    appointment: str


def collisions(diary: Diary, claims: Iterable[Claim]) -> tuple[Collision, ...]:
    """Return what these claims collide with in a diary that is without them, by time; one entry for each other visit."""
    ours: dict[Key, list[Interval]] = {}
    for claim in claims:
        ours.setdefault((claim.resource, claim.purpose), []).append(claim.interval)
    found = {one for key, wanted in ours.items() for one in _on(diary, key, wanted)}
    return tuple(sorted(found, key=lambda one: (one.interval.start, one.resource, one.appointment)))


def _on(diary: Diary, key: Key, wanted: list[Interval]) -> Iterator[Collision]:
    resource, purpose = key
    for stretch in merged(wanted):
        others = diary.taken(resource, purpose, stretch)
        spans = [*wanted, *(claim.interval for claim in others)]
        for full in where_load(stretch, spans, at_least=_capacity(diary, key) + 1):
            for claim in others:
                if shared := claim.interval.shared_with(full):
                    yield Collision(resource, purpose, shared, claim.appointment)


def _capacity(diary: Diary, key: Key) -> int:
    resource, purpose = key
    if resource in diary.staff:
        return capacity_of(diary.staff[resource]).get(purpose, 0)
    return (ROOM_CAPACITY if resource in diary.rooms else PATIENT_CAPACITY).get(purpose, 0)
