"""The vital signs of a dose as people on the floor read them: what is due when, what was done by whom, what is overdue."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from scheduler.access.permissions import Actor, Permission, may
from scheduler.booking.visit_facts import VisitFacts
from scheduler.booking.vital_times import VitalLook, vital_looks
from scheduler.domain.appointment import Appointment
from scheduler.domain.visit_day import DOSED
from scheduler.domain.vital_signs import LATE_AFTER
from scheduler.store.vital_notes import notes_taken_back
from scheduler.web.speech import said
from scheduler.web.words import clock_in, length_words


@dataclass(frozen=True, slots=True)
class VitalLine:
    """One look: `standing` is 'done', 'overdue', 'due', 'ahead', or 'left-out' where the patient has gone without it.

    `due` and `opens` are instants as programs write them; `at` is the clinic-local time.
    `may_note` says whether whoever opens the page may note it, from `opens` on; `is_open` whether that is now.
    `may_take_back` says whether they may say that it was no such look; `taken_back` tells of those that were.
    """

    due: str
    opens: str
    at: str
    what: str
    standing: str
    tells: str
    may_note: bool
    is_open: bool
    may_take_back: bool = False
    taken_back: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class VitalView:
    """All looks of a visit, and until when it lasts at the least; `is_under_way` says whether the patient is still there.

    `overdue` counts looks, which are so `late_after` so many minutes. `now` and `release` are instants as programs write
    them, `release_at` the clinic-local time. `missing` are those that must be done, were due and are not noted.
    """

    lines: tuple[VitalLine, ...]
    overdue: int
    late_after: int
    now: str
    release: str
    release_at: str
    is_under_way: bool
    is_released: bool
    missing: tuple[str, ...] = ()


def vital_view(facts: VisitFacts, actor: Actor) -> VitalView | None:
    """Return what the page of a visit says of vital signs, `None` before the dose was begun; for use in one reading."""
    visit, now = facts.visit, facts.now
    looks = vital_looks([visit], now).get(visit.id, ())
    if not looks:
        return None
    is_under_way = visit.state in DOSED
    may_note = is_under_way and may(actor, Permission.NOTE_VITAL_SIGNS)
    lines = tuple(_lines(looks, facts, may_note=may_note))
    return VitalView(
        lines=lines,
        overdue=sum(line.standing == "overdue" for line in lines),
        late_after=int(LATE_AFTER.total_seconds() // 60),
        now=now.isoformat(),
        release=facts.earliest_end.isoformat(),
        release_at=clock_in(facts.earliest_end, facts.site.zone),
        is_under_way=is_under_way,
        is_released=facts.earliest_end <= now,
        missing=tuple(f"{clock_in(one.due, facts.site.zone)}, {one.what}" for one in facts.vitals_missing),
    )


def vitals_of_day(visits: Iterable[Appointment], zone: str, now: datetime) -> Mapping[str, tuple[str, str]]:
    """Return, of visits with the patient there after the dose was begun, which look comes next, and which is overdue.

    Both in words, by visit, the second empty where none is; for use in one reading.
    """
    under_way = [visit for visit in visits if visit.state in DOSED]
    return {visit: next_look(looks, zone, now) for visit, looks in vital_looks(under_way, now).items()}


def next_look(looks: Iterable[VitalLook], zone: str, now: datetime) -> tuple[str, str]:
    """Return which look of a visit comes next, and which is overdue, each in words and empty where none is."""
    waiting = [look.time for look in looks if look.note is None]
    overdue = [time for time in waiting if time.is_overdue_at(now)]
    coming = next((time for time in waiting if time not in overdue), None)
    ahead = ""
    if coming:
        ahead = said("Vital signs at %(time)s, %(what)s", time=clock_in(coming.due, zone), what=coming.what)
    if not overdue:
        return ahead, ""
    told = {"time": clock_in(overdue[0].due, zone), "what": overdue[0].what}
    if len(overdue) == 1:
        return ahead, said("Vital signs overdue since %(time)s, %(what)s", **told)
    more = len(overdue) - 1
    return ahead, said("Vital signs overdue since %(time)s, %(what)s, and %(more)s more", **told, more=more)


def _lines(looks: Iterable[VitalLook], facts: VisitFacts, *, may_note: bool) -> Iterator[VitalLine]:
    zone = facts.site.zone
    back = _taken_back(facts)
    for look in looks:
        standing = _standing(look, facts)
        due = look.time.due
        yield VitalLine(
            due=due.isoformat(),
            opens=look.time.opens_at().isoformat(),
            at=clock_in(due, zone),
            what=look.time.what,
            standing=standing,
            tells=_tells(look, standing, facts),
            may_note=may_note and look.note is None,
            is_open=look.time.opens_at() <= facts.now,
            may_take_back=may_note and look.note is not None,
            taken_back=back.get(due, ()),
        )


def _taken_back(facts: VisitFacts) -> Mapping[datetime, tuple[str, ...]]:
    """Return in words what was noted by mistake and taken back, by when it was due."""
    zone = facts.site.zone
    found: dict[datetime, tuple[str, ...]] = {}
    for one in notes_taken_back([facts.visit.id]):
        noted = f"Noted {clock_in(one.note.at, zone)} by {one.note.by}"
        told = f"{noted}, taken back {clock_in(one.at, zone)} by {one.by}"
        found[one.note.due] = (*found.get(one.note.due, ()), told)
    return found


def _standing(look: VitalLook, facts: VisitFacts) -> str:
    if look.note is not None:
        return "done"
    if facts.visit.state not in DOSED:
        return "left-out"
    if look.time.is_overdue_at(facts.now):
        return "overdue"
    return "due" if look.time.due <= facts.now else "ahead"


def _tells(look: VitalLook, standing: str, facts: VisitFacts) -> str:
    if look.note is not None:
        return f"Done {clock_in(look.note.at, facts.site.zone)} by {look.note.by}"
    if standing == "overdue":
        return f"Overdue by {length_words(facts.now - look.time.due)}"
    return {"due": "Due now", "ahead": "Not yet due", "left-out": "Not noted"}[standing]
