"""One day of visits as people on the floor read it: when, who, where, in which phase, with whom, and what is missing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from scheduler.access.permissions import Actor
from scheduler.booking.gates_ahead import Floor
from scheduler.domain.appointment import HAS_BEEN_CLEARED, LET_GO, UNDER_WAY, Appointment
from scheduler.domain.claims import Claim, Purpose
from scheduler.domain.clock import local_day
from scheduler.domain.people import Role
from scheduler.domain.visit_day import earliest_release
from scheduler.rules.finding import Finding
from scheduler.web.hand_overs import HandOver
from scheduler.web.speech import Spoken, mark, said
from scheduler.web.visit_rows import Names
from scheduler.web.visit_view import next_verb
from scheduler.web.words import KINDS, KindWords, clock_in, length_words, phase_words, state_words, times_in

#: The heaviest first: whoever has a hand on the patient also watches, and says so once.
CLOSENESS = (Purpose.OCCUPY, Purpose.WATCH, Purpose.ON_PREMISES)

PRESENCE = Spoken({Purpose.WATCH: mark("watching"), Purpose.ON_PREMISES: mark("on the premises")})

TITLES = Spoken(
    {
        Role.THERAPIST: mark("therapist"),
        Role.CO_THERAPIST: mark("co-therapist"),
        Role.MEDICAL_MONITOR: mark("nurse"),
        Role.ADMINISTERING_CLINICIAN: mark("gives the dose"),
        Role.PRESCRIBER: mark("prescriber"),
        Role.CARE_COORDINATOR: mark("coordinator"),
    }
)


@dataclass(frozen=True, slots=True)
class PhaseLine:
    """One phase: local times, its name, who covers it in words, and where it stands in the bar, in per cent."""

    times: str
    name: str
    cover: tuple[str, ...]
    left: float
    width: float
    tone: str


@dataclass(frozen=True, slots=True)
class DayVisit:
    """One visit of the day. `standing` is 'ahead', 'now', 'over' or 'off'; `release` is when the patient may leave, by what
    really happened.

    `next_verb` is what whoever looks may do next, empty when that is for others.
    """

    visit: Appointment
    words: KindWords
    times: str
    length: str
    patient: str
    room: str
    people: tuple[str, ...]
    phases: tuple[PhaseLine, ...]
    standing: str
    state: str
    release: str
    missing: tuple[Finding, ...]
    next_verb: str


@dataclass(frozen=True, slots=True)
class DayFacts:
    """What a day is made of: what is known of the floor, the names, who looks, and by visit open gates and hand-overs.

    `doses` are when those under way were really begun, by visit.
    """

    floor: Floor
    names: Names
    missing: Mapping[str, tuple[Finding, ...]]
    hand_overs: Mapping[str, tuple[HandOver, ...]]
    actor: Actor
    doses: Mapping[str, datetime] = field(default_factory=dict)


def day_visits(visits: Iterable[Appointment], facts: DayFacts) -> tuple[DayVisit, ...]:
    """Return the visits of a day in order of start, a group's before its members', those called off last."""
    ordered = sorted(visits, key=lambda v: (not v.state.takes_time, v.start, v.group_visit is not None, v.id))
    return tuple(_day_visit(visit, facts) for visit in ordered)


def _day_visit(visit: Appointment, facts: DayFacts) -> DayVisit:
    zone = facts.floor.site.zone
    patient = facts.floor.patients.get(visit.patient)
    return DayVisit(
        visit=visit,
        words=KINDS[visit.kind],
        times=times_in(visit.interval, zone),
        length=length_words(visit.interval.duration),
        patient=patient.name if patient else visit.patient,
        room=facts.names.place(visit),
        people=tuple(_people(visit, facts)),
        phases=tuple(_phase_lines(visit, facts.names, zone)) if len(visit.phases) > 1 else (),
        standing=_standing(visit, facts.floor.now),
        state="" if visit.state.value == "booked" else state_words(visit.state),
        release=clock_in(earliest_release(visit, facts.doses.get(visit.id)), zone),
        missing=() if visit.state in HAS_BEEN_CLEARED else facts.missing.get(visit.id, ()),
        next_verb=next_verb(visit, facts.actor, is_its_day=_is_its_day(visit, facts)),
    )


def _is_its_day(visit: Appointment, facts: DayFacts) -> bool:
    zone = facts.floor.site.zone
    return local_day(visit.start, zone) <= local_day(facts.floor.now, zone)


def _standing(visit: Appointment, now: datetime) -> str:
    if not visit.state.takes_time:
        return "off"
    if visit.state in UNDER_WAY:
        return "now"
    if visit.state in LET_GO or visit.discharge <= now:
        return "over"
    return "now" if visit.start <= now else "ahead"


def _people(visit: Appointment, facts: DayFacts) -> Iterator[str]:
    """Yield who begins the visit with what they are there for, each person once, and then who takes over when."""
    names, zone = facts.names, facts.floor.site.zone
    served: dict[str, list[str]] = {}
    for role, title in TITLES.items():
        if role in visit.staff:
            served.setdefault(visit.staff[role], []).append(title)
    for person, titles in served.items():
        yield f"{names.person(person)}, {_joined(titles)}"
    for change in facts.hand_overs.get(visit.id, ()):
        titles = [title for role, title in TITLES.items() if role in change.roles]
        yield said(
            "%(person)s, %(roles)s from %(time)s",
            person=names.person(change.person),
            roles=_joined(titles),
            time=clock_in(change.at, zone),
        )


def _joined(titles: Iterable[str]) -> str:
    return said(" and ").join(titles)


def _phase_lines(visit: Appointment, names: Names, zone: str) -> Iterable[PhaseLine]:
    whole = max(phase.interval.end for phase in visit.phases) - visit.start
    for phase in visit.phases:
        covering = [claim for claim in visit.claims if claim.role and claim.interval.overlaps(phase.interval)]
        yield PhaseLine(
            times=f"{clock_in(phase.interval.start, zone)}–{clock_in(phase.interval.end, zone)}",
            name=phase_words(phase.name),
            cover=_cover(covering, names),
            left=round((phase.interval.start - visit.start) / whole * 100, 3),
            width=round(phase.interval.duration / whole * 100, 3),
            tone=tone_of(covering),
        )


def _cover(claims: Iterable[Claim], names: Names) -> tuple[str, ...]:
    heaviest: dict[str, Claim] = {}
    for claim in claims:
        known = heaviest.get(claim.resource)
        if known is None or CLOSENESS.index(claim.purpose) < CLOSENESS.index(known.purpose):
            heaviest[claim.resource] = claim
    return tuple(
        _presence(claim, names)
        for claim in sorted(heaviest.values(), key=lambda one: CLOSENESS.index(one.purpose))
    )


def _presence(claim: Claim, names: Names) -> str:
    how = PRESENCE.get(claim.purpose, "")
    return f"{names.person(claim.resource)} ({how})" if how else names.person(claim.resource)


def tone_of(claims: Iterable[Claim]) -> str:
    """Return by whom a phase is covered, the closest first: 'therapist', 'watched', or 'empty' where nobody is asked for."""
    roles = {claim.role for claim in claims if claim.purpose is Purpose.OCCUPY}
    if Role.THERAPIST in roles:
        return "therapist"
    return "watched" if roles or any(claim.purpose is Purpose.WATCH for claim in claims) else "empty"
