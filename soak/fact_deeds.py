"""Deeds on the facts of the clinic, and on the conflicts that follow: whatever is changed here can be taken back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

from scheduler.access.permissions import SYSTEM
from scheduler.booking.change_places import change_places
from scheduler.booking.change_staff import change_staff
from scheduler.booking.changing_facts import ChangeOfFacts
from scheduler.booking.keep_inbox import KeepInbox, keep_inbox
from scheduler.booking.resolve_conflict import ResolveConflict, resolve_conflict
from scheduler.booking.see_conflicts import see_conflicts
from scheduler.domain.clock import local_day
from scheduler.domain.interval import Interval
from scheduler.domain.people import StaffMember
from scheduler.domain.place_changes import (
    PlaceChange,
    RoomBackInUse,
    RoomOutOfUse,
    SiteClosed,
    SiteOpenedAgain,
)
from scheduler.domain.places import Closure
from scheduler.domain.staff_changes import (
    CredentialRecorded,
    CredentialWithdrawn,
    HoursChanged,
    StaffChange,
    TimeOffAdded,
    TimeOffRemoved,
)
from scheduler.domain.weekly_hours import WeekChange
from scheduler.store import clinic, conflicts
from soak.dice import Dice, some

TAKEN_BACK = 50
"""How often of a hundred times something is taken back rather than added."""


def change_somebody(dice: Dice) -> object:
    """Change the time off, hours or credentials of somebody; or take back what this process changed before."""
    if dice.chance(TAKEN_BACK) and (known := dice.forget("staff")) is not None:
        change = known
    else:
        person = dice.random.choice(clinic.staff(dice.site.id))
        change, back = _change_of(person, dice)
        dice.remember("staff", back)
    assert isinstance(change, StaffChange), change
    command = ChangeOfFacts(dice.site.id, change, idempotency_key=uuid4().hex)
    return change_staff(command, SYSTEM, dice.clock)


def come_or_go(dice: Dice) -> object:
    """Note that anybody is away for half a day, or that somebody who is noted as away is not."""
    person = dice.random.choice(clinic.staff(dice.site.id))
    if person.time_off and dice.chance(60):
        change: StaffChange = TimeOffRemoved(person.id, dice.random.choice(person.time_off))
    else:
        change = TimeOffAdded(person.id, _half_a_day(dice))
    return change_staff(ChangeOfFacts(dice.site.id, change), SYSTEM, dice.clock)


def _change_of(person: StaffMember, dice: Dice) -> tuple[StaffChange, StaffChange]:
    """Return a change that takes something away from what somebody can do, and the one that gives it back."""
    kind = some({"time off": 8, "hours": 1, "credential": 1}, dice.random)
    if kind == "hours" and len(person.hours) > 1:
        fewer = list(person.hours)
        fewer.pop(dice.random.randrange(len(fewer)))
        return HoursChanged(person.id, WeekChange(tuple(fewer))), HoursChanged(
            person.id, WeekChange(person.hours)
        )
    if kind == "credential" and person.credentials:
        held = dice.random.choice(person.credentials)
        expired = replace(held, valid_until=dice.clock.now().date() + timedelta(days=9))
        expires = CredentialRecorded(person.id, expired)
        taken: StaffChange = CredentialWithdrawn(person.id, held.kind) if dice.chance(50) else expires
        return taken, CredentialRecorded(person.id, held)
    time = _half_a_day(dice)
    return TimeOffAdded(person.id, time), TimeOffRemoved(person.id, time)


def change_a_place(dice: Dice) -> object:
    """Take a room out of use or shut the site for a day; or take back what this process changed before."""
    if dice.chance(TAKEN_BACK) and (known := dice.forget("place")) is not None:
        change: object = known
    elif dice.chance(8):
        day = local_day(dice.clock.now(), dice.site.zone) + timedelta(days=dice.random.randrange(2, 20))
        closure = Closure(day, day, "Closed for the soak")
        change = SiteClosed(dice.site.id, closure)
        dice.remember("place", SiteOpenedAgain(dice.site.id, closure))
    else:
        room, time = dice.random.choice(clinic.rooms(dice.site.id)).id, _half_a_day(dice)
        change = RoomOutOfUse(room, time)
        dice.remember("place", RoomBackInUse(room, time))
    assert isinstance(change, PlaceChange)
    command = ChangeOfFacts(dice.site.id, change, idempotency_key=uuid4().hex)
    return change_places(command, SYSTEM, dice.clock)


def _half_a_day(dice: Dice) -> Interval:
    start = dice.clock.now() + timedelta(hours=dice.random.randrange(1, 300))
    start = start.replace(minute=0, second=0, microsecond=0)
    return Interval(start, start + timedelta(hours=4))


def resolve(dice: Dice) -> object:
    """Resolve any open conflict in the best way."""
    kept = conflicts.open_conflicts(dice.site.id)
    if not kept:
        return None
    command = ResolveConflict(dice.random.choice(kept).id, None, uuid4().hex)
    return resolve_conflict(command, SYSTEM, dice.clock)


def look_at_conflicts(dice: Dice) -> object:
    """Look at the inbox, by which what is put right leaves it."""
    return see_conflicts(dice.site.id, SYSTEM, dice.clock)


def nightly(dice: Dice) -> object:
    """Ask every rule, as every night."""
    return keep_inbox(KeepInbox(dice.site.id), SYSTEM, dice.clock)
