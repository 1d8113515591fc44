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
from scheduler.web.speech import Spoken, mark, said
from scheduler.web.words import clock_in, length_words

_LOOKS = Spoken(
    {
        "before the dose": mark("before the dose"),
        "when the dose begins": mark("when the dose begins"),
        "at the end of the infusion": mark("at the end of the infusion"),
        "before the patient leaves": mark("before the patient leaves"),
    }
)
_STANDING = Spoken({"due": mark("Due now"), "ahead": mark("Not yet due"), "left-out": mark("Not noted")})


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
        missing=tuple(
            f"{clock_in(one.due, facts.site.zone)}, {look_words(one.what)}" for one in facts.vitals_missing
        ),
    )


def vitals_of_day(visits: Iterable[Appointment], zone: str, now: datetime) -> Mapping[str, tuple[str, str]]:
    """Return, of visits with the patient there after the dose was begun, which look comes next, and which is overdue.

    Both in words, by visit, the second empty where none is; for use in one reading.
    """
    under_way = [visit for visit in visits if visit.state in DOSED]
    return {visit: next_look(looks, zone, now) for visit, looks in vital_looks(under_way, now).items()}


def look_words(what: str) -> str:
    """Return what a look is, such as '15 min after the dose began', in the reader's language."""
    minutes, _, after = what.partition(" ")
    if after == "min after the dose began":
        return said("%(minutes)s min after the dose began", minutes=minutes)
    if after == "min after the infusion":
        return said("%(minutes)s min after the infusion", minutes=minutes)
    return _LOOKS.get(what, what)


def next_look(looks: Iterable[VitalLook], zone: str, now: datetime) -> tuple[str, str]:
    """Return which look of a visit comes next, and which is overdue, each in words and empty where none is."""
    waiting = [look.time for look in looks if look.note is None]
    overdue = [time for time in waiting if time.is_overdue_at(now)]
    coming = next((time for time in waiting if time not in overdue), None)
    ahead = ""
    if coming:
        what = look_words(coming.what)
        ahead = said("Vital signs at %(time)s, %(what)s", time=clock_in(coming.due, zone), what=what)
    if not overdue:
        return ahead, ""
    told = {"time": clock_in(overdue[0].due, zone), "what": look_words(overdue[0].what)}
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
            what=look_words(look.time.what),
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
        told = said(
            "Noted %(time)s by %(name)s, taken back %(back)s by %(other)s",
            time=clock_in(one.note.at, zone),
            name=one.note.by,
            back=clock_in(one.at, zone),
            other=one.by,
        )
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
        at = clock_in(look.note.at, facts.site.zone)
        return said("Done %(time)s by %(name)s", time=at, name=look.note.by)
    if standing == "overdue":
        return said("Overdue by {length}").format(length=length_words(facts.now - look.time.due))
    return _STANDING[standing]
