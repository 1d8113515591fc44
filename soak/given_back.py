"""Brings the facts of a clinic back to what they were: what was booked in between was booked under stricter ones."""

from __future__ import annotations

from collections.abc import Iterator

from scheduler.access.permissions import SYSTEM
from scheduler.booking.change_places import change_places
from scheduler.booking.change_staff import change_staff
from scheduler.booking.changing_facts import ChangeOfFacts, FactsChanged
from scheduler.domain.clock import Clock
from scheduler.domain.facts import Facts
from scheduler.domain.people import StaffMember
from scheduler.domain.place_changes import PlaceChange, RoomBackInUse, SiteOpenedAgain
from scheduler.domain.staff_changes import CredentialRecorded, HoursChanged, StaffChange, TimeOffRemoved
from scheduler.domain.weekly_hours import WeekChange
from scheduler.store.site_facts import facts_of


def give_back(was: Facts, clock: Clock) -> int:
    """Take back every change of a site's facts since, by the use cases; return how many there were."""
    now, changes = facts_of(was.site.id), 0
    for person in now.staff.values():
        for change in _of_staff(person, was.staff[person.id]):
            outcome: object = change_staff(ChangeOfFacts(was.site.id, change), SYSTEM, clock)
            assert isinstance(outcome, FactsChanged), outcome
            changes += 1
    for place in _of_places(now, was):
        outcome = change_places(ChangeOfFacts(was.site.id, place), SYSTEM, clock)
        assert isinstance(outcome, FactsChanged), outcome
        changes += 1
    return changes


def _of_staff(person: StaffMember, was: StaffMember) -> Iterator[StaffChange]:
    for time in person.time_off:
        if time not in was.time_off:
            yield TimeOffRemoved(person.id, time)
    if person.hours != was.hours:
        yield HoursChanged(person.id, WeekChange(was.hours))
    for held in was.credentials:
        if held not in person.credentials:
            yield CredentialRecorded(person.id, held)


def _of_places(now: Facts, was: Facts) -> Iterator[PlaceChange]:
    for room in now.rooms.values():
        for time in room.out_of_use:
            if time not in was.rooms[room.id].out_of_use:
                yield RoomBackInUse(room.id, time)
    for closure in now.site.closures:
        if closure not in was.site.closures:
            yield SiteOpenedAgain(now.site.id, closure)
