"""What a change of facts gives back: a closure is lifted, a room is in use again, somebody is not away after all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from uuid import uuid4

from scheduler.domain.claims import ROOM_CAPACITY, Claim, Purpose, capacity_of
from scheduler.domain.facts import FactChange, Facts
from scheduler.domain.interval import Interval
from scheduler.domain.waiting import FreedBy, FreedTime
from scheduler.store.freed_times import note_freed

_GIVING_BACK: Mapping[str, FreedBy] = {
    cause.value: cause for cause in (FreedBy.OPENED_AGAIN, FreedBy.ROOM_BACK, FreedBy.BACK_AT_WORK)
}


def note_what_is_given_back(change: FactChange, after: Facts, now: datetime) -> None:
    """Keep which time a change gives back, if it gives back any that lies ahead; within the unit of work."""
    cause, time = _GIVING_BACK.get(change.word), change.during(after.site.zone)
    if cause is None or time is None or time.end <= now:
        return
    ahead = Interval(max(time.start, now), time.end)
    number = uuid4().hex
    claims = tuple(_claims(_resources(cause, change.subject[1], after), ahead, number))
    note_freed(FreedTime(number, after.site.id, ahead, cause, claims, now))


def _resources(cause: FreedBy, subject: str, facts: Facts) -> Iterator[tuple[str, Mapping[Purpose, int]]]:
    """Yield what is given back, with its lanes: all of the site, or the one room or person."""
    whole_site = cause is FreedBy.OPENED_AGAIN
    for room in facts.rooms.values():
        if whole_site or room.id == subject:
            yield room.id, ROOM_CAPACITY
    for person in facts.staff.values():
        if whole_site or person.id == subject:
            yield person.id, capacity_of(person)


def _claims(
    resources: Iterable[tuple[str, Mapping[Purpose, int]]], during: Interval, number: str
) -> Iterator[Claim]:
    for resource, capacity in resources:
        for purpose, lanes in capacity.items():
            for _ in range(lanes):
                yield Claim(resource, purpose, during, number)
