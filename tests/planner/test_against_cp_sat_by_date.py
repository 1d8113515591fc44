"""The planner and CP-SAT agree where windows go by date and roles are handed over, on questions that test just that."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from random import Random

import pytest

from bench import checker, cp_sat, ours
from bench.solved import Solved, Verdict
from scheduler.domain.appointment import appointment_at
from scheduler.domain.clock import whole_local_day
from scheduler.domain.people import Role
from scheduler.domain.treatment import Counting
from tests.planner.drawn_clinics import CHANGES, Asked, asked
from tests.planner.judged import faults_of

SEEDS = range(32)


def _ours(question: Asked) -> Solved:
    protocol = ours.narrowed(question.diary, question.protocol, question.query)
    return ours.solved(protocol, ours.answer(question.diary, protocol, question.query, 1))[0]


def _theirs(question: Asked) -> Solved:
    return cp_sat.earliest(question.diary, question.protocol, question.query)


def _nothing_wrong(question: Asked, answer: Solved) -> None:
    """Ask the checker and the rules, of which neither knows the other."""
    diary, query = question.diary, question.query
    assert checker.faults(diary, question.protocol, query, answer.placements) == ()
    visits = [appointment_at(placement, diary.staff, diary.site.id) for placement in answer.placements]
    protocol = ours.narrowed(diary, question.protocol, query)
    assert faults_of(diary, protocol, visits, query.declined) == []


@pytest.mark.parametrize("seed", SEEDS)
def test_both_find_the_same_finish_or_that_there_is_none(seed: int) -> None:
    question = asked(seed)
    mine, theirs = _ours(question), _theirs(question)
    assert mine.proven and theirs.proven
    assert (mine.verdict, mine.finish) == (theirs.verdict, theirs.finish)
    if mine.verdict is Verdict.FOUND:
        _nothing_wrong(question, mine)
        _nothing_wrong(question, theirs)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("keys", [("D1",), ("D1", "C1"), ("P1", "D1")])
def test_both_find_the_same_start_where_the_clocks_change(seed: int, keys: tuple[str, ...]) -> None:
    """A whole series hides much behind its last visit; a dose, and what by date comes after it, show every quarter."""
    whole, random = asked(seed), Random(f"{seed} {keys}")
    zone, sunday = CHANGES[seed % len(CHANGES)]
    earliest = whole_local_day(sunday, zone).start - random.randrange(2 * 96) * timedelta(minutes=15)
    query = replace(
        whole.query,
        earliest=earliest,
        latest=earliest + timedelta(days=3 if len(keys) == 1 else 6),
        declined=frozenset(),
        included=frozenset(keys) & {"C1"},
    )
    question = replace(whole, protocol=whole.protocol.only(keys), query=query)
    mine, theirs = _ours(question), _theirs(question)
    assert (mine.verdict, mine.finish) == (theirs.verdict, theirs.finish)


# What the questions put to the test: each of these changes the answer to some of them.


def _counted_in_hours(question: Asked) -> Asked:
    protocol = question.protocol
    windows = (replace(window, counted=Counting.ELAPSED) for window in protocol.windows)
    return replace(question, protocol=replace(protocol, windows=tuple(windows)))


def _without_hand_over(question: Asked) -> Asked:
    protocol = question.protocol
    steps = (replace(step, hands_over=frozenset()) for step in protocol.steps)
    return replace(question, protocol=replace(protocol, steps=tuple(steps)))


def _without_ends_of_credentials(question: Asked) -> Asked:
    staff = {
        person.id: replace(
            person, credentials=tuple(replace(held, valid_until=None) for held in person.credentials)
        )
        for person in question.diary.staff.values()
    }
    return replace(question, diary=replace(question.diary, staff=staff))


def _with_prescribers_all_day(question: Asked) -> Asked:
    site = question.diary.site
    staff = {
        person.id: replace(person, hours=site.hours) if Role.PRESCRIBER in person.roles else person
        for person in question.diary.staff.values()
    }
    return replace(question, diary=replace(question.diary, staff=staff))


def _never_shut(question: Asked) -> Asked:
    diary = question.diary
    rooms = {room.id: replace(room, out_of_use=()) for room in diary.rooms.values()}
    return replace(question, diary=replace(diary, rooms=rooms, site=replace(diary.site, closures=())))


def _with_nothing_booked(question: Asked) -> Asked:
    return replace(question, diary=replace(question.diary, claims=()))


def _always_free(question: Asked) -> Asked:
    patient = replace(question.query.patient, unavailable=())
    query, diary = replace(question.query, patient=patient), replace(question.diary, patient=patient)
    return replace(question, query=query, diary=diary)


def _with_every_visit(question: Asked) -> Asked:
    every = frozenset(step.key for step in question.protocol.steps if step.optional)
    return replace(question, query=replace(question.query, declined=frozenset(), included=every))


MATTERS: Mapping[Callable[[Asked], Asked], int] = {
    _counted_in_hours: 10,
    _without_hand_over: 4,
    _without_ends_of_credentials: 4,
    _with_prescribers_all_day: 5,
    _never_shut: 4,
    _with_nothing_booked: 10,
    _always_free: 3,
    _with_every_visit: 4,
}
"""How many questions at the least are answered otherwise."""


def _finish(question: Asked) -> datetime | None:
    protocol = ours.narrowed(question.diary, question.protocol, question.query)
    return ours.found(protocol, ours.earliest(question.diary, protocol, question.query)).finish


@lru_cache(maxsize=len(SEEDS))
def _known_finish(seed: int) -> datetime | None:
    return _finish(asked(seed))


@pytest.mark.parametrize("change", MATTERS, ids=lambda change: change.__name__.strip("_"))
def test_what_the_questions_are_about_decides_some_of_them(change: Callable[[Asked], Asked]) -> None:
    differing = sum(_known_finish(seed) != _finish(change(asked(seed))) for seed in SEEDS)
    assert differing >= MATTERS[change]


def test_some_questions_have_an_answer_and_some_have_none_and_clocks_change_within_series() -> None:
    answers = [_ours(asked(seed)) for seed in SEEDS]
    verdicts = [answer.verdict for answer in answers]
    assert verdicts.count(Verdict.FOUND) >= 14
    assert verdicts.count(Verdict.NONE) >= 10
    handed_over = [answer for answer in answers if any(visit.relief for visit in answer.placements)]
    assert len(handed_over) >= 7
    across = [_goes_across_the_change(*pair) for pair in zip(SEEDS, answers, strict=True)]
    assert sum(across) >= 6


def _goes_across_the_change(seed: int, answer: Solved) -> bool:
    """Say whether the clocks change between the first visit and the last."""
    zone, sunday = CHANGES[seed % len(CHANGES)]
    day = whole_local_day(sunday, zone)
    changes = day.duration != timedelta(days=1)
    return (
        changes
        and bool(answer.starts)
        and min(answer.starts.values()) < day.start < max(answer.starts.values())
    )
