"""Plain ways to find every free start of one step: look through the bookings of the day, or ask SQL for each slot.

All answer in the same words as ours: for each start, which therapists could take it. Each comes in two forms: as it is
mostly written, therapist by therapist and start by start, and as quick as it can be made, with one look at each start for
all therapists.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeAlias

from sqlalchemy import create_engine, text

from bench.instances import Query
from scheduler.domain.claims import Purpose, capacity_of, lanes_needed
from scheduler.domain.diary import Diary
from scheduler.domain.interval import Interval
from scheduler.domain.people import Role, StaffMember
from scheduler.domain.treatment import Attention, Segment, Step

FreeStarts: TypeAlias = Mapping[datetime, frozenset[str]]
"""The therapists who could take each free start, UTC; starts that nobody can take are left out."""

Taken: TypeAlias = tuple[datetime, datetime]
QUARTER = timedelta(minutes=15)
NIGHT = timedelta(hours=8)
"""How far after a UTC midnight no American clinic is at work any more."""


def starts_asked(diary: Diary, step: Step, query: Query) -> Iterator[datetime]:
    """Yield every quarter at which the step lies within opening hours and what was asked for, and the patient can come."""
    wanted = Interval(max(query.earliest, diary.as_of), query.latest)
    away = query.patient.unavailable
    for time in diary.open_times:
        start = time.start
        while start + step.length + step.ends_before_close <= time.end:
            visit = Interval.lasting(start, step.length)
            if wanted.contains(visit) and not any(gap.overlaps(visit) for gap in away):
                yield start
            start += QUARTER


class ByDay:
    """The bookings of each resource by day, so that only those of the day in question are looked at."""

    def __init__(self, diary: Diary) -> None:
        self.diary = diary
        self.days: dict[tuple[str, Purpose, int], list[Taken]] = {}
        for claim in diary.book:
            key = (claim.resource, claim.purpose, _day(claim.interval.start))
            self.days.setdefault(key, []).append((claim.interval.start, claim.interval.end))
        self.hours: dict[tuple[str, int], list[Taken]] = {}
        for person, times in diary.working_times.items():
            for time in times:
                self.hours.setdefault((person, _day(time.start)), []).append((time.start, time.end))

    def free_starts(self, step: Step, query: Query) -> FreeStarts:
        """Return every free start with its therapists."""
        found: dict[datetime, frozenset[str]] = {}
        others = [role for role in step.roles if role is not Role.THERAPIST]
        people = {role: self.diary.having(role) for role in step.roles}
        for start in starts_asked(self.diary, step, query):
            if self._has_room(step, start) and all(
                any(self._gives(person, step, role, start) for person in people[role]) for role in others
            ):
                guides = people[Role.THERAPIST]
                able = frozenset(p.id for p in guides if self._gives(p, step, Role.THERAPIST, start))
                if able:
                    found[start] = able
        return found

    def free_starts_by_therapist(self, step: Step, query: Query) -> FreeStarts:
        """Return the same, looking at the whole of each start for each therapist."""
        found: dict[datetime, set[str]] = {}
        others = [role for role in step.roles if role is not Role.THERAPIST]
        people = {role: self.diary.having(role) for role in step.roles}
        for guide in people[Role.THERAPIST]:
            for start in starts_asked(self.diary, step, query):
                if (
                    self._gives(guide, step, Role.THERAPIST, start)
                    and self._has_room(step, start)
                    and all(any(self._gives(p, step, role, start) for p in people[role]) for role in others)
                ):
                    found.setdefault(start, set()).add(guide.id)
        return {start: frozenset(able) for start, able in found.items()}

    def _has_room(self, step: Step, start: datetime) -> bool:
        end = start + step.room_length
        return any(
            not self._overlapping((room.id, Purpose.OCCUPY), start, end)
            for room in self.diary.rooms.values()
            if step.room_capability in room.capabilities
        )

    def _gives(self, person: StaffMember, step: Step, role: Role, start: datetime) -> bool:
        return all(self._gives_segment(person, segment, start) for segment in step.segments_of(role))

    def _gives_segment(self, person: StaffMember, segment: Segment, start: datetime) -> bool:
        begin, end = start + segment.begins, start + segment.ends
        hours = self.hours.get((person.id, _day(begin)), ())
        if not any(opens <= begin and end <= closes for opens, closes in hours):
            return False
        for purpose, lanes in lanes_needed(segment, person.may_watch).items():
            taken = self._overlapping((person.id, purpose), begin, end)
            if lanes and _most_at_once(taken, begin) + lanes > capacity_of(person)[purpose]:
                return False
        return True

    def _overlapping(self, resource: tuple[str, Purpose], begin: datetime, end: datetime) -> list[Taken]:
        listed = self.days.get((*resource, _day(begin)), ())
        return [taken for taken in listed if taken[0] < end and begin < taken[1]]


def _day(instant: datetime) -> int:
    """Return a number for the working day: an American evening is the next day by UTC."""
    return (instant - NIGHT).toordinal()


def _most_at_once(taken: list[Taken], since: datetime) -> int:
    """Return how many overlap at the busiest moment, which is when one of them begins, or when we do."""
    moments = {max(begin, since) for begin, _ in taken}
    return max((sum(begin <= moment < end for begin, end in taken) for moment in moments), default=0)


class BySlot:
    """The same bookings in SQLite, indexed; every slot is a query of its own. `where` is a file or memory."""

    def __init__(self, diary: Diary, where: str = ":memory:") -> None:
        self.diary = diary
        self.base = sqlite3.connect(where)
        self.base.executescript(_TABLES)
        rooms = [(room.id, kind) for room in diary.rooms.values() for kind in sorted(room.capabilities)]
        self.base.executemany("INSERT INTO room VALUES (?, ?)", rooms)
        people = [(p.id, role.value) for p in diary.staff.values() for role in sorted(p.roles)]
        self.base.executemany("INSERT INTO person VALUES (?, ?)", people)
        lanes = [(p.id, use.value, n) for p in diary.staff.values() for use, n in capacity_of(p).items()]
        self.base.executemany("INSERT INTO capacity VALUES (?, ?, ?)", lanes)
        hours = [
            (person, _minute(time.start), _minute(time.end))
            for person, times in diary.working_times.items()
            for time in times
        ]
        self.base.executemany("INSERT INTO hours VALUES (?, ?, ?)", hours)
        claims = [
            (one.resource, one.purpose.value, _minute(one.interval.start), _minute(one.interval.end))
            for one in diary.book
        ]
        self.base.executemany("INSERT INTO claim VALUES (?, ?, ?, ?)", claims)
        self.base.execute("ANALYZE")
        self.base.commit()

    def free_starts(self, step: Step, query: Query) -> FreeStarts:
        """Return every free start with its therapists."""
        statement = _statement(step)
        found: dict[datetime, frozenset[str]] = {}
        for start in starts_asked(self.diary, step, query):
            rows = self.base.execute(statement, {"start": _minute(start)}).fetchall()
            if rows:
                found[start] = frozenset(row[0] for row in rows)
        return found


class ByTherapistAndSlot:
    """The same in a file, asked for each therapist and slot as an application asks: through SQLAlchemy Core."""

    def __init__(self, diary: Diary, file: Path) -> None:
        self.diary = diary
        BySlot(diary, str(file)).base.close()
        self.engine = create_engine(f"sqlite:///{file}")

    def free_starts(self, step: Step, query: Query) -> FreeStarts:
        """Return every free start with its therapists."""
        statement = text(_statement(step) + " AND p.id = :therapist")
        found: dict[datetime, set[str]] = {}
        with self.engine.connect() as connection:
            for guide in self.diary.having(Role.THERAPIST):
                for start in starts_asked(self.diary, step, query):
                    asked = {"start": _minute(start), "therapist": guide.id}
                    if connection.execute(statement, asked).first() is not None:
                        found.setdefault(start, set()).add(guide.id)
        return {start: frozenset(able) for start, able in found.items()}


_TABLES = """
CREATE TABLE room (id TEXT, capability TEXT, PRIMARY KEY (capability, id)) WITHOUT ROWID;
CREATE TABLE person (id TEXT, role TEXT, PRIMARY KEY (role, id)) WITHOUT ROWID;
CREATE TABLE capacity (person TEXT, purpose TEXT, lanes INT, PRIMARY KEY (person, purpose)) WITHOUT ROWID;
CREATE TABLE hours (person TEXT, opens INT, closes INT);
CREATE INDEX hours_by_time ON hours (person, opens, closes);
CREATE TABLE claim (resource TEXT, purpose TEXT, begins INT, ends INT);
CREATE INDEX claim_by_time ON claim (resource, purpose, begins, ends);
"""

_LONGEST = 180
"""No booking is longer than this many minutes, so none that began earlier reaches into a visit."""


def _statement(step: Step) -> str:
    """Return the query that finds the therapists for one start, if there is also a room and everybody else."""
    others = [role for role in step.roles if role is not Role.THERAPIST]
    exist = [
        f"EXISTS (SELECT 1 FROM person AS p WHERE p.role = '{role}' AND {_able(step, role)})"
        for role in others
    ]
    room = (
        f"EXISTS (SELECT 1 FROM room AS r WHERE r.capability = '{step.room_capability}'"
        f" AND NOT EXISTS (SELECT 1 FROM claim AS c WHERE c.resource = r.id AND c.purpose = 'occupy'"
        f" AND {_meets('c', 0, _minutes(step.room_length))}))"
    )
    conditions = " AND ".join([room, *exist, _able(step, Role.THERAPIST)])
    return f"SELECT p.id FROM person AS p WHERE p.role = 'therapist' AND {conditions}"


def _able(step: Step, role: Role) -> str:
    return " AND ".join(_gives(segment) for segment in step.segments_of(role))


def _gives(segment: Segment) -> str:
    begin, end = _minutes(segment.begins), _minutes(segment.ends)
    said = [
        "EXISTS (SELECT 1 FROM hours AS h WHERE h.person = p.id"
        f" AND h.opens <= :start + {begin} AND h.closes >= :start + {end})"
    ]
    for purpose, lanes in lanes_needed(segment, segment.patients_per_person).items():
        if purpose is Purpose.WATCH and segment.attention is Attention.IN_ROOM:
            # The therapists of these clinics watch nobody.
            continue
        room_for_more = (
            f"(SELECT k.lanes - {lanes} FROM capacity AS k WHERE k.person = p.id AND k.purpose = '{purpose}')"
        )
        said.append(f"{room_for_more} >= 0")
        said.append(
            "NOT EXISTS (SELECT 1 FROM claim AS c WHERE c.resource = p.id"
            f" AND c.purpose = '{purpose}' AND {_meets('c', begin, end)}"
            " AND (SELECT COUNT(*) FROM claim AS d WHERE d.resource = p.id"
            f" AND d.purpose = '{purpose}' AND {_meets('d', begin, end)}"
            f" AND d.begins <= MAX(c.begins, :start + {begin}) AND d.ends > MAX(c.begins, :start + {begin}))"
            f" > {room_for_more})"
        )
    return " AND ".join(said)


def _meets(claim: str, begin: int, end: int) -> str:
    early = f"{claim}.begins > :start + {begin - _LONGEST}"
    return f"{early} AND {claim}.begins < :start + {end} AND {claim}.ends > :start + {begin}"


def _minutes(duration: timedelta) -> int:
    return duration // timedelta(minutes=1)


def _minute(instant: datetime) -> int:
    return int(instant.timestamp()) // 60
