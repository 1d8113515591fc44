"""Concedes for real what a reason says would help: the changed diary, protocol and wishes are then asked like any others."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import time, timedelta

from scheduler.domain.claims import Purpose
from scheduler.domain.clock import days_of, whole_local_day
from scheduler.domain.diary import Diary
from scheduler.domain.interval import Interval, merged, without
from scheduler.domain.people import Role
from scheduler.domain.places import WeeklyHours
from scheduler.domain.treatment import Phase, Protocol, Step, Window
from scheduler.planner.proposal import Reason
from scheduler.planner.wishes import Wishes
from scheduler.rules.wording import credential_name, during
from tests.builders import a_room

_WEEK = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_HALF_DAY = re.compile(r"if (.+) were at work on (\w+)s? (mornings|afternoons) \((\S+) to (\S+)\) too")
_WINDOW = re.compile(
    r"if (.+?)(?: \(.*\))? could (?:each )?(start|be over) as (late|soon) as (.+) after the (start|end) of (.+), a series"
)
_KEYS = re.compile(r"\b[A-Z]\w*\b")
_UNITS = {
    "d": timedelta(days=1),
    "calendar": timedelta(days=1),
    "h": timedelta(hours=1),
    "min": timedelta(minutes=1),
}


@dataclass(frozen=True)
class Asked:
    """All that a series is asked for with."""

    diary: Diary
    protocol: Protocol
    wishes: Wishes


def conceded(reason: Reason, asked: Asked) -> Asked:
    """Return what would be asked if the clinic did as a way out says."""
    if reason.code.startswith("without_"):
        for thing in reason.code.removeprefix("without_").split("_and_"):
            asked = _without(thing, asked)
        return asked
    return _CONCEDE[reason.code](reason, asked)


def _given_up(words: str, absences: Iterable[Interval], zone: str) -> tuple[Interval, ...]:
    """Return what is left of absences when the part that a reason names, a whole one or a day of it, is given up."""
    every = merged(absences)
    days = (
        (away, part)
        for away in every
        for day in days_of(away, zone)
        if (part := whole_local_day(day, zone).shared_with(away))
    )
    named = [
        (away, part)
        for away, part in (*((away, away) for away in every), *days)
        if words.startswith(f"{during(part, zone)}, a series")
    ]
    away, part = named[0]
    return (*(other for other in every if other is not away), *without([away], [part]))


def _patient_time(reason: Reason, asked: Asked) -> Asked:
    patient, words = asked.diary.patient, reason.mend.removeprefix("if the patient could come ")
    left = _given_up(words, patient.unavailable, asked.diary.site.zone)
    return replace(asked, diary=replace(asked.diary, patient=replace(patient, unavailable=left)))


def _time_off(reason: Reason, asked: Asked) -> Asked:
    name, words = reason.mend.removeprefix("if ").split(" were at work ", 1)
    person = next(one for one in asked.diary.staff.values() if one.name == name)
    back = replace(person, time_off=_given_up(words, person.time_off, asked.diary.site.zone))
    return replace(asked, diary=replace(asked.diary, staff={**asked.diary.staff, person.id: back}))


def _room_in_use(reason: Reason, asked: Asked) -> Asked:
    name, words = reason.mend.removeprefix("if ").split(" could be used ", 1)
    room = next(one for one in asked.diary.rooms.values() if one.name == name)
    back = replace(room, out_of_use=_given_up(words, room.out_of_use, asked.diary.site.zone))
    return replace(asked, diary=replace(asked.diary, rooms={**asked.diary.rooms, room.id: back}))


def _substitute(reason: Reason, asked: Asked) -> Asked:
    return _with_steps(
        asked, lambda step: replace(step, keeps_one_therapist=False) if step.key == reason.step else step
    )


def _substitutes(_: Reason, asked: Asked) -> Asked:
    free = _with_steps(asked, lambda step: replace(step, keeps_one_therapist=False))
    return replace(free, wishes=replace(free.wishes, therapist=None))


def _later_last_day(_: Reason, asked: Asked) -> Asked:
    return replace(asked, wishes=replace(asked.wishes, latest=asked.diary.horizon.end - timedelta(days=8)))


def _another_therapist(_: Reason, asked: Asked) -> Asked:
    return replace(asked, wishes=replace(asked.wishes, therapist=None))


def _half_day(reason: Reason, asked: Asked) -> Asked:
    found = _HALF_DAY.match(reason.mend)
    assert found, reason.mend
    name, day, _, opens, closes = found.groups()
    person = next(one for one in asked.diary.staff.values() if one.name == name)
    more = WeeklyHours(_WEEK.index(day), time.fromisoformat(opens), time.fromisoformat(closes))
    staff = {**asked.diary.staff, person.id: replace(person, hours=(*person.hours, more))}
    return replace(asked, diary=replace(asked.diary, staff=staff))


def _credential(reason: Reason, asked: Asked) -> Asked:
    staff = dict(asked.diary.staff)
    for person in asked.diary.staff.values():
        held = tuple(
            replace(mine, valid_until=None)
            if reason.mend.startswith(f"if {person.name}'s {credential_name(mine.kind)} were renewed,")
            else mine
            for mine in person.credentials
        )
        staff[person.id] = replace(person, credentials=held)
    assert staff != asked.diary.staff
    return replace(asked, diary=replace(asked.diary, staff=staff))


def _declined_visit(reason: Reason, asked: Asked) -> Asked:
    keys = [step.key for step in asked.protocol.steps if step.key != reason.step]
    return replace(asked, protocol=asked.protocol.only(keys))


def _another_room(reason: Reason, asked: Asked) -> Asked:
    name = re.match(r"with one more room for (.+?),", reason.mend)
    assert name, reason.mend
    return _with_rooms(asked, name[1].replace(" ", "_"))


def _with_rooms(asked: Asked, *capabilities: str) -> Asked:
    rooms = {kind: a_room(kind, capabilities=frozenset({kind})) for kind in capabilities}
    return replace(asked, diary=replace(asked.diary, rooms={**asked.diary.rooms, **rooms}))


def stretched(reason: Reason, asked: Asked, less: timedelta = timedelta(0)) -> Asked:
    """Return what would be asked with the windows that a reason names as wide as it says, or less by so much."""
    found = _WINDOW.match(reason.mend)
    assert found, reason.mend
    to_steps, to_point, far, words, from_point, from_steps = found.groups()
    numbers = re.findall(r"(\d+) (d|h|min|calendar)\b", words)
    limit = sum((int(number) * _UNITS[unit] for number, unit in numbers), timedelta(0))
    points = ({"start": "start", "be over": "end"}[to_point], from_point)
    ends = set(zip(_KEYS.findall(to_steps), _KEYS.findall(from_steps), strict=True))

    def changed(window: Window) -> Window:
        named = (window.to_step, window.from_step) in ends
        if not named or (window.to_point.value, window.from_point.value) != points:
            return window
        if far == "late":
            return window if window.at_most is None else replace(window, at_most=limit - less)
        return replace(window, at_least=limit + less)

    windows = tuple(changed(window) for window in asked.protocol.windows)
    assert windows != asked.protocol.windows
    return replace(asked, protocol=replace(asked.protocol, windows=windows))


_CONCEDE: dict[str, Callable[[Reason, Asked], Asked]] = {
    "patient_time": _patient_time,
    "later_last_day": _later_last_day,
    "another_therapist": _another_therapist,
    "half_day": _half_day,
    "credential": _credential,
    "declined_visit": _declined_visit,
    "another_room": _another_room,
    "window": stretched,
    "windows": stretched,
    "time_off": _time_off,
    "room_in_use": _room_in_use,
    "substitute": _substitute,
    "substitutes": _substitutes,
}


def _without(thing: str, asked: Asked) -> Asked:
    diary = asked.diary
    if thing == "hours":
        hours = tuple(WeeklyHours(day, time(0), time(23, 59)) for day in range(7))
        open_always = replace(diary, site=replace(diary.site, hours=hours, closures=()))
        later = replace(asked, diary=open_always)
        return _with_steps(later, lambda step: replace(step, ends_before_close=timedelta(0)))
    if thing == "room":
        return _with_rooms(asked, *{s.room_capability for s in asked.protocol.steps if s.room_capability})
    if thing == "patient":
        own = (diary.patient.id, Purpose.OCCUPY)
        claims = tuple(claim for claim in diary.claims if (claim.resource, claim.purpose) != own)
        patient = replace(diary.patient, unavailable=())
        return replace(asked, diary=replace(diary, claims=claims, patient=patient))
    if thing == "site_cover":
        return _with_steps(asked, lambda step: replace(step, site_cover=()))
    return _with_steps(asked, lambda step: replace(step, phases=_phases_without(Role(thing), step)))


def _with_steps(asked: Asked, change: Callable[[Step], Step]) -> Asked:
    steps = tuple(change(step) for step in asked.protocol.steps)
    return replace(asked, protocol=replace(asked.protocol, steps=steps))


def _phases_without(role: Role, step: Step) -> tuple[Phase, ...]:
    return tuple(
        replace(phase, cover=tuple(cover for cover in phase.cover if cover.role is not role))
        for phase in step.phases
    )
