"""The board in words and places: lanes with blocks, what is to be seen at a glance, and what comes next."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from scheduler.booking.calling_off import is_to_come
from scheduler.domain.appointment import HAS_BEEN_CLEARED, LET_GO, NOT_BEGUN, UNDER_WAY, Appointment
from scheduler.domain.clock import local, local_day
from scheduler.domain.interval import Interval
from scheduler.domain.treatment import StepKind
from scheduler.store.freshness import Mark
from scheduler.web.board_drawing import NARROWEST, Axis, Hour, Place, Stretch, parts, places
from scheduler.web.board_facts import BoardFacts, dose_is_due, is_late
from scheduler.web.board_glance import Coming, Watching, coming_next, watching_now
from scheduler.web.board_lanes import PHONE, By, Part, PlannedLane, Stay, lanes_of
from scheduler.web.day_view import TITLES
from scheduler.web.real_course import OVERRUN, Course
from scheduler.web.speech import Spoken, manner, mark, said
from scheduler.web.vital_lines import next_look
from scheduler.web.words import (
    KINDS,
    KindWords,
    and_words,
    clock_in,
    gate_words,
    length_words,
    lower_first,
    state_words,
)

#: Short enough to stand in a strip.
STRIP_WORDS = Spoken(
    {
        "check_in": mark("In"),
        "pre_dose_check": mark("Check"),
        "settle": mark("Settle"),
        "administration": mark("Dose"),
        "observation": mark("Observe"),
        "recovery": mark("Recover"),
        "processing": mark("Talk"),
        "discharge": mark("Out"),
        "turnover": mark("Room"),
        "present": mark("With"),
        "watching": mark("Watches"),
        OVERRUN: mark("Over"),
    }
)

SHORTEST_GAP = timedelta(minutes=15)
"""Shorter gaps are no time in which anything could be booked, and are not told."""


@dataclass(frozen=True, slots=True)
class Sign:
    """Something to be seen at a glance: its level of the design language, its sign, and the words."""

    level: str
    sign: str
    words: str


@dataclass(frozen=True, slots=True)
class Segment:
    """One part of a strip: its place in per cent of the block, who covers it, and a label where there is room for one."""

    place: Stretch
    tone: str
    label: str


@dataclass(frozen=True, slots=True)
class Block:
    """One visit on one lane. `key` is its own on the page; `standing` is 'ahead', 'now' or 'over'.

    `told` is the state in words, `release` when the patient may leave, both empty where there is nothing to say. `say` is
    what is read out when it becomes true. `moves_from` is the local time HH:MM at which the visit starts on this day, empty
    where it cannot be moved any more, or only elsewhere.
    """

    key: str
    visit: Appointment
    words: KindWords
    patient: str
    place: Place
    times: str
    where: str
    people: str
    standing: str
    told: str
    release: str
    signs: tuple[Sign, ...]
    strip: tuple[Segment, ...]
    say: str
    moves_from: str

    @property
    def says(self) -> Hashable:
        """Everything that its text is made of."""
        seen = (self.key, self.visit.id, self.visit.kind, self.visit.step, self.place, self.standing)
        words = (
            self.patient,
            self.times,
            self.where,
            self.people,
            self.told,
            self.release,
            self.say,
            self.moves_from,
        )
        return (*seen, *words, self.signs, self.strip)

    @property
    def is_tiny(self) -> bool:
        """Say whether there is room for the chip alone."""
        return self.place.last - self.place.first <= NARROWEST


@dataclass(frozen=True, slots=True)
class Lane:
    """One lane: its name, what is told of it now, when it is free, what is closed on it, and its blocks."""

    id: str
    name: str
    told: str
    free: str
    closed: tuple[Stretch, ...]
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Board:
    """All that is drawn. `is_present` says that the present is on the axis."""

    axis: Axis
    hours: tuple[Hour, ...]
    lanes: tuple[Lane, ...]
    watching: tuple[Watching, ...]
    coming: tuple[Coming, ...]
    is_present: bool
    called_off: int


KeptBlocks: TypeAlias = dict[Hashable, tuple[Mark, Block]]
"""Blocks as they were made, by the lanes, the lane and the visit, each with what it was made of."""


def board_of(facts: BoardFacts, by: By, kept: KeptBlocks) -> Board:
    """Put a day into lanes; blocks that are the same as before are taken from what is kept."""
    watching = watching_now(facts) if facts.is_today else ()
    return Board(
        axis=facts.axis,
        hours=facts.axis.hours(),
        lanes=tuple(_lane(planned, facts, by, (watching, kept)) for planned in lanes_of(facts, by)),
        watching=watching,
        coming=tuple(coming_next(facts)) if facts.is_today else (),
        is_present=facts.axis.whole.holds(facts.now),
        called_off=facts.called_off,
    )


def _lane(
    planned: PlannedLane, facts: BoardFacts, by: By, beside: tuple[Iterable[Watching], KeptBlocks]
) -> Lane:
    watching, kept = beside
    found = places(facts.axis, [stay.interval for stay in planned.stays])
    watches = next((one for one in watching if one.name == planned.name), None) if by is By.NURSE else None
    return Lane(
        id=planned.id,
        name=planned.name,
        told=said("watches %(count)s of %(most)s now", count=watches.count, most=watches.most)
        if watches and watches.count
        else "",
        free=_free(planned, facts),
        closed=facts.axis.closed(planned.opened),
        blocks=tuple(
            _kept_block(_Wanted(stay, place, planned.id, by), facts, kept)
            for stay, place in zip(planned.stays, found, strict=True)
        ),
    )


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A block to be made: the visit on its lane, and where it stands."""

    stay: Stay
    place: Place
    lane: str
    by: By


def _kept_block(wanted: _Wanted, facts: BoardFacts, kept: KeptBlocks) -> Block:
    course, visit, now = wanted.stay.course, wanted.stay.course.visit, facts.now
    patient = facts.patients.get(visit.patient)
    turns = (visit.start <= now, visit.discharge <= now, is_late(visit, now), dose_is_due(visit, now))
    vitals = _vitals(visit, facts)
    made_of = (
        *(course, wanted.place, facts.axis, facts.places, patient, facts.missing.get(visit.id)),
        *(*turns, *vitals),
    )
    key = (manner(), facts.day, wanted.by, wanted.lane, visit.id)
    found = kept.get(key)
    if found is None or found[0] != made_of:
        found = kept[key] = made_of, _block(wanted, facts)
    return found[1]


def _free(planned: PlannedLane, facts: BoardFacts) -> str:
    zone = facts.site.zone
    if planned.id == PHONE:
        return ""
    if not planned.opened:
        return said("not to be had") if facts.opened else said("closed")
    if not planned.stays and len(planned.opened) == 1:
        return said("free %(times)s", times=_span(planned.opened[0], zone))
    gaps = [one for one in planned.free if one.duration >= SHORTEST_GAP]
    if not gaps:
        return said("no gap")
    return said("free %(times)s", times=", ".join(_span(one, zone) for one in gaps))


def _span(interval: Interval, zone: str) -> str:
    return f"{clock_in(interval.start, zone)}–{clock_in(interval.end, zone)}"


def _block(wanted: _Wanted, facts: BoardFacts) -> Block:
    stay, lane, by = wanted.stay, wanted.lane, wanted.by
    course, visit = stay.course, stay.course.visit
    signs = tuple(_signs(course, facts))
    urgent = [one.words for one in signs if one.level in ("block", "warn")]
    patient = facts.name_of(visit)
    told = _told(course, facts)
    is_here = visit.state in UNDER_WAY
    told_first = urgent[0] if urgent else told if is_here else ""
    return Block(
        key=f"{lane}-{visit.id}",
        visit=visit,
        words=KINDS[visit.kind],
        patient=patient,
        place=wanted.place,
        times=_times(visit, facts),
        where=facts.place_of(visit) if by is not By.ROOM else "",
        people=", ".join(_people(visit, lane, facts)),
        standing=_standing(course, facts.now),
        told=told,
        release=_release(course, facts),
        signs=signs,
        strip=_strip(stay, facts.axis) if len(visit.phases) > 1 else (),
        say=_to_say(visit, patient, told_first),
        moves_from=_moves_from(visit, facts),
    )


def _moves_from(visit: Appointment, facts: BoardFacts) -> str:
    """Return when a visit starts that can be moved by itself; what came with the clinic file or with a group cannot."""
    zone = facts.site.zone
    by_itself = visit.series and visit.group_visit is None and local_day(visit.start, zone) == facts.day
    return f"{local(visit.start, zone):%H:%M}" if by_itself and is_to_come(visit, facts.now) else ""


def _to_say(visit: Appointment, patient: str, words: str) -> str:
    if not words:
        return ""
    title = visit.title or KINDS[visit.kind].name
    return said("%(visit)s of %(patient)s: %(words)s", visit=title, patient=patient, words=lower_first(words))


def _people(visit: Appointment, lane: str, facts: BoardFacts) -> Iterator[str]:
    """Yield who serves, each once, with what they are there for; whose lane it is goes without saying."""
    served: dict[str, list[str]] = {}
    for role in TITLES:
        for person in visit.serving_as(role):
            served.setdefault(person, []).append(TITLES[role])
    served.pop(lane, None)
    for person, titles in served.items():
        known = facts.staff.get(person)
        yield f"{known.name if known else person} ({and_words(titles)})"


def _times(visit: Appointment, facts: BoardFacts) -> str:
    zone = facts.site.zone
    times = f"{clock_in(visit.start, zone)}–{clock_in(visit.discharge, zone)}"
    if local_day(visit.start, zone) < facts.day:
        return said("%(times)s, since the day before", times=times)
    last = visit.discharge - timedelta(microseconds=1)
    if local_day(last, zone) > facts.day:
        return said("%(times)s the day after", times=times)
    return times


def _standing(course: Course, now: datetime) -> str:
    visit = course.visit
    if visit.state in UNDER_WAY:
        return "now"
    return "over" if visit.state in LET_GO or visit.discharge <= now else "ahead"


def _told(course: Course, facts: BoardFacts) -> str:
    visit, zone = course.visit, facts.site.zone
    if visit.state in LET_GO and visit.released_at is not None:
        return said(
            "%(state)s, left %(time)s",
            state=state_words(visit.state),
            time=clock_in(visit.released_at, zone),
        )
    if visit.state in NOT_BEGUN and visit.discharge <= facts.now:
        return said("Nothing was noted")
    return "" if visit.state.value == "booked" else state_words(visit.state)


def _release(course: Course, facts: BoardFacts) -> str:
    visit, zone = course.visit, facts.site.zone
    if visit.kind is not StepKind.DOSING or visit.state in LET_GO:
        return ""
    release = clock_in(course.release, zone)
    if not course.delay:
        return said("may leave from %(time)s", time=release)
    planned = clock_in(visit.discharge, zone)
    return said("may leave from %(time)s, planned %(planned)s", time=release, planned=planned)


def _signs(course: Course, facts: BoardFacts) -> Iterator[Sign]:
    visit, now, zone = course.visit, facts.now, facts.site.zone
    if course.is_overrunning and visit.state in UNDER_WAY:
        yield Sign(
            "block", "!", said("Overrunning, planned until %(time)s", time=clock_in(visit.discharge, zone))
        )
    elif is_late(visit, now):
        yield Sign("warn", "△", said("Late, was to begin at %(time)s", time=clock_in(visit.start, zone)))
    elif dose_is_due(visit, now) and (given := visit.phase("administration")):
        yield Sign("warn", "△", said("Dose was due at %(time)s", time=clock_in(given.start, zone)))
    elif course.delay:
        yield Sign(
            "warn", "△", said("%(length)s later, the dose began late", length=length_words(course.delay))
        )
    yield from _vital_signs(visit, facts)
    if visit.state not in HAS_BEEN_CLEARED and visit.discharge > now:
        yield from _gates(visit, facts)


def _vitals(visit: Appointment, facts: BoardFacts) -> tuple[str, str]:
    return next_look(facts.looks.get(visit.id, ()), facts.site.zone, facts.now)


def _vital_signs(visit: Appointment, facts: BoardFacts) -> Iterator[Sign]:
    ahead, overdue = _vitals(visit, facts)
    if overdue:
        yield Sign("warn", "△", overdue)
    if ahead:
        yield Sign("info", "i", ahead)


def _gates(visit: Appointment, facts: BoardFacts) -> Iterator[Sign]:
    found = facts.missing.get(visit.id, ())
    names = dict.fromkeys(lower_first(gate_words(one.gate)) if one.gate else one.rule for one in found)
    if names:
        yield Sign("gate", "○", said("Still needed: %(gates)s", gates=", ".join(names)))
    day = local_day(visit.start, facts.site.zone)
    patient = facts.patients.get(visit.patient)
    if visit.kind is StepKind.DOSING and patient is not None and patient.passes("escort", day):
        yield Sign("good", "✓", said("Escort named"))


def _strip(stay: Stay, axis: Axis) -> tuple[Segment, ...]:
    found = parts(stay.interval, [part.interval for part in stay.parts])
    return tuple(
        Segment(place, part.tone, _label(part, axis)) for part, place in zip(stay.parts, found, strict=True)
    )


def _label(part: Part, axis: Axis) -> str:
    label = STRIP_WORDS.get(part.name, "")
    return label if label and axis.fits(label, part.interval) else ""
