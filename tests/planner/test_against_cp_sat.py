"""The planner and a general exact solver, which knows nothing of how it works, find the same finish or none at all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

import pytest

from bench import checker, cp_sat, ours
from bench.instances import Query
from bench.solved import Solved, Verdict
from scheduler.domain.claims import Claim, Purpose, capacity_of
from scheduler.domain.diary import Diary
from scheduler.domain.interval import Interval
from scheduler.domain.people import Credential, StaffMember
from scheduler.domain.treatment import Protocol
from tests.builders import (
    a_diary,
    a_nurse,
    a_patient,
    a_prescriber,
    a_room,
    a_site,
    a_small_protocol,
    a_therapist,
    an_induction_protocol,
    an_office,
    at,
    between,
    weekdays,
)

FIRST = at("2027-02-22 08:00")
HORIZON = between("2027-02-22 00:00", "2027-04-12 00:00")
"""Seven weeks around the change of clocks on 14 March 2027."""
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class _Question:
    """A clinic, what is asked of it, and until when."""

    diary: Diary
    protocol: Protocol
    query: Query


def _question(seed: int) -> _Question:
    """Draw a clinic: the even seeds are busier, and every third asks for a time that is hardly long enough."""
    random = Random(seed)
    protocol = _protocol(random)
    staff = _staff(random)
    rooms = (a_room("dosing-1"), an_office("office-1"), an_office("office-2"))
    busy = 0.16 if seed % 2 == 0 else 0.08
    claims = [claim for person in staff for claim in _taken(random, person, busy)]
    claims += [claim for room in rooms for claim in _stretches(random, (room.id, Purpose.OCCUPY), busy, 1)]
    away = tuple(
        Interval.lasting(
            FIRST + timedelta(days=random.randrange(49)), timedelta(hours=random.choice((4, 34)))
        )
        for _ in range(random.randrange(8))
    )
    closes = random.choice(("15:30", "17:00"))
    patient = a_patient(unavailable=away)
    diary = a_diary(
        rooms=rooms,
        staff=staff,
        claims=claims,
        site=a_site(hours=weekdays("08:00", closes), closures=()),
        patient=patient,
        horizon=HORIZON,
        as_of=FIRST,
    )
    weeks = len(protocol.steps) // 3 if seed % 3 == 0 else 7
    therapist = random.choice((None, None, "therapist-1"))
    return _Question(diary, protocol, Query(patient, FIRST, FIRST + weeks * WEEK, therapist))


def _protocol(random: Random) -> Protocol:
    if random.random() < 0.7:
        return a_small_protocol(doses=random.choice((2, 3, 4)))
    whole = an_induction_protocol()
    return whole.only(step.key for step in whole.steps if step.key[0] not in "CR" and step.key != "I7")


def _staff(random: Random) -> tuple[StaffMember, ...]:
    """Draw few enough people that each of them matters: their hours, leave, limits and when a credential lapses."""
    leaves = weekdays("08:00", random.choice(("12:30", "15:00", "17:00")))
    off = Interval.lasting(FIRST + timedelta(days=random.randrange(40)), timedelta(days=5))
    watched = random.choice((1, 2, 3))
    nurse = _until(a_nurse("nurse-1", may_watch=watched), "rn_licence", random.choice((16, 24, 400)))
    others = [replace(nurse, id="nurse-2", credentials=a_nurse().credentials, time_off=(off,))]
    guide = a_therapist("therapist-1", hours=weekdays("08:00", "16:00"))
    return (
        _until(guide, "bls", random.choice((18, 400))),
        _until(a_therapist("therapist-2", time_off=(off,)), "bls", random.choice((9, 400))),
        *others[: random.randrange(2)],
        nurse,
        _until(a_prescriber(may_supervise=random.choice((1, 2)), hours=leaves), "bls", 3),
    )


def _until(person: StaffMember, kind: str, days: int) -> StaffMember:
    """Return the person with a credential that lapses so many days after the first."""
    lapses = Credential(kind, FIRST.date() + timedelta(days=days))
    kept = tuple(held for held in person.credentials if held.kind != kind)
    return replace(person, credentials=(*kept, lapses))


def _taken(random: Random, person: StaffMember, busy: float) -> Iterator[Claim]:
    for purpose, lanes in capacity_of(person).items():
        yield from _stretches(random, (person.id, purpose), busy if lanes == 1 else 2 * busy, lanes)


def _stretches(random: Random, resource: tuple[str, Purpose], busy: float, lanes: int) -> Iterator[Claim]:
    """Yield claims on each lane, one after the other, which take this part of the opening hours."""
    for lane in range(lanes):
        cursor: datetime = FIRST
        while cursor < HORIZON.end:
            minutes = random.choice((15, 45, 60, 135))
            if random.random() < busy and 14 <= cursor.hour < 24:
                visit = Interval.lasting(cursor, timedelta(minutes=minutes))
                yield Claim(*resource, visit, f"other-{lane}")
            cursor += timedelta(minutes=minutes)


def _both(question: _Question) -> tuple[Solved, Solved]:
    diary, protocol, query = question.diary, question.protocol, question.query
    mine = ours.solved(protocol, ours.answer(diary, protocol, query, 1))[0]
    return mine, cp_sat.earliest(diary, protocol, query)


@pytest.mark.parametrize("seed", range(40))
def test_both_find_the_same_finish(seed: int) -> None:
    question = _question(seed)
    mine, theirs = _both(question)
    assert mine.proven and theirs.proven
    assert (mine.verdict, mine.finish) == (theirs.verdict, theirs.finish)
    for answer in (mine, theirs):
        if answer.verdict is Verdict.FOUND:
            assert not checker.faults(question.diary, question.protocol, question.query, answer.placements)


@pytest.mark.parametrize("seed", range(20))
def test_both_find_the_same_start_for_one_visit(seed: int) -> None:
    """A whole series hides much behind its last visit; a single one shows every limit that is off by a quarter."""
    question, random = _question(seed), Random(seed)
    for step in ("D1", "I1"):
        for _ in range(4):
            earliest = FIRST + timedelta(minutes=15 * random.randrange(40 * 96))
            query = replace(question.query, earliest=earliest, latest=earliest + timedelta(days=4))
            mine, theirs = _both(replace(question, protocol=question.protocol.only([step]), query=query))
            assert (mine.verdict, mine.finish) == (theirs.verdict, theirs.finish)
