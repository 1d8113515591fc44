"""What is said to help does help, to the very day; and nothing is said where a series exists."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.domain.interval import Interval
from scheduler.domain.people import Credential
from scheduler.planner.concessions import MOST_TOLD
from scheduler.planner.proposal import Answer
from scheduler.planner.propose import propose
from scheduler.planner.wishes import Wishes
from scheduler.rules.evaluate import evaluate
from scheduler.rules.finding import Level
from tests.builders import HOUR, a_small_protocol, at
from tests.planner.conceded import Asked, conceded, stretched
from tests.planner.test_agreement import FIRST, HORIZON, LAST, diaries

QUARTER = timedelta(minutes=15)


def _answer(asked: Asked) -> Answer:
    return propose(asked.diary, asked.protocol, replace(asked.wishes, limit=1))


def _rare(draw: st.DrawFn, asked: Asked) -> Asked:
    """Let somebody work on few days."""
    staff = dict(asked.diary.staff)
    person = staff[draw(st.sampled_from(["prescriber-1", "nurse-1", "nurse-2"]))]
    days = draw(st.sampled_from([(1,), (3,), (1, 3), (0, 2)]))
    staff[person.id] = replace(person, hours=tuple(one for one in person.hours if one.weekday in days))
    return replace(asked, diary=replace(asked.diary, staff=staff))


def _lapsing(draw: st.DrawFn, asked: Asked) -> Asked:
    """Let a credential run out, or be missing altogether."""
    staff = dict(asked.diary.staff)
    person = staff[draw(st.sampled_from(["prescriber-1", "nurse-1", "therapist-1"]))]
    lapsing, *held = draw(st.permutations(person.credentials))
    end = date(2026, 11, 29) + timedelta(days=draw(st.integers(0, 8)))
    ended = () if draw(st.integers(0, 4)) == 4 else (Credential(lapsing.kind, end),)
    staff[person.id] = replace(person, credentials=(*held, *ended))
    return replace(asked, diary=replace(asked.diary, staff=staff))


def _away(draw: st.DrawFn, asked: Asked) -> Asked:
    """Let the patient be away for some days."""
    away = draw(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 4)), min_size=1, max_size=2))
    times = tuple(Interval.lasting(FIRST + timedelta(days=day), length * 24 * HOUR) for day, length in away)
    return replace(asked, diary=replace(asked.diary, patient=replace(asked.diary.patient, unavailable=times)))


def _in_a_hurry(draw: st.DrawFn, asked: Asked) -> Asked:
    """Let the last day be soon."""
    latest = at("2026-12-04 12:00") + timedelta(days=draw(st.integers(0, 6)))
    return replace(asked, wishes=replace(asked.wishes, latest=latest))


def _with_one_therapist(draw: st.DrawFn, asked: Asked) -> Asked:
    """Let one therapist be wished for."""
    chosen = draw(st.sampled_from(["therapist-1", "therapist-2"]))
    return replace(asked, wishes=replace(asked.wishes, therapist=chosen))


def _without_a_room(draw: st.DrawFn, asked: Asked) -> Asked:
    """Let one room be out of use."""
    rooms = dict(asked.diary.rooms)
    room = rooms[draw(st.sampled_from(sorted(rooms)))]
    begin = FIRST + timedelta(days=draw(st.integers(0, 5)))
    rooms[room.id] = replace(room, out_of_use=(Interval.lasting(begin, 24 * HOUR * draw(st.integers(1, 9))),))
    return replace(asked, diary=replace(asked.diary, rooms=rooms))


def _on_leave(draw: st.DrawFn, asked: Asked) -> Asked:
    """Let somebody be away for some days."""
    staff = dict(asked.diary.staff)
    person = staff[draw(st.sampled_from(["prescriber-1", "nurse-1", "therapist-1", "therapist-2"]))]
    begin = FIRST + timedelta(days=draw(st.integers(0, 6)))
    off = Interval.lasting(begin, HOUR * draw(st.sampled_from([6, 24, 72, 240])))
    staff[person.id] = replace(person, time_off=(off,))
    return replace(asked, diary=replace(asked.diary, staff=staff))


_TROUBLES = (_rare, _lapsing, _away, _in_a_hurry, _with_one_therapist, _without_a_room, _on_leave)


@st.composite
def questions(draw: st.DrawFn) -> Asked:
    """Draw questions of which many have no answer, for one cause or two."""
    diary = draw(diaries())
    if draw(st.integers(0, 2)):
        diary = replace(diary, claims=())
    asked = Asked(replace(diary, horizon=HORIZON), a_small_protocol(), Wishes(FIRST, LAST))
    for trouble in draw(st.lists(st.sampled_from(_TROUBLES), min_size=1, max_size=2, unique=True)):
        asked = trouble(draw, asked)
    return asked


@settings(max_examples=150)
@given(questions())
def test_every_way_out_is_one_and_ends_when_it_says(asked: Asked) -> None:
    answer = _answer(asked)
    assert bool(answer.reasons) != bool(answer.proposals)
    for reason in answer.reasons:
        if reason.way_out:
            proposals = _answer(conceded(reason, asked)).proposals
            assert [one.finish for one in proposals] == [reason.finish], reason


@settings(max_examples=60)
@given(questions())
def test_a_window_is_stretched_no_further_than_needed_and_the_rules_allow_it(asked: Asked) -> None:
    for reason in _answer(asked).reasons:
        if reason.code in ("window", "windows"):
            assert not _answer(stretched(reason, asked, less=QUARTER)).proposals
            series = _answer(conceded(reason, asked)).proposals[0].series
            found = evaluate(asked.diary, asked.protocol, series)
            assert Level.BLOCK not in {finding.level for finding in found}


@settings(max_examples=60)
@given(questions())
def test_the_first_visit_told_of_is_the_first_that_has_no_place_beside_those_before_it(asked: Asked) -> None:
    reasons, steps = _answer(asked).reasons, asked.protocol.steps
    if reasons and reasons[0].step:
        number = [step.key for step in steps].index(reasons[0].step)
        for many, fits in ((number, True), (number + 1, False)):
            some = replace(asked, protocol=asked.protocol.only(step.key for step in steps[:many]))
            assert many == 0 or bool(_answer(some).proposals) is fits, reasons[0]


@settings(max_examples=60)
@given(questions())
def test_few_are_told_the_cheapest_first_after_what_stands_in_the_way(asked: Asked) -> None:
    reasons = _answer(asked).reasons
    ways_out = [reason for reason in reasons if reason.way_out]
    assert len(ways_out) <= MOST_TOLD
    if reasons:
        assert not reasons[0].way_out
        assert [reason.way_out for reason in reasons] == sorted(reason.way_out for reason in reasons)
        assert [r.code for r in reasons if r.code == "no_concession"] == (
            [] if ways_out else ["no_concession"]
        )


@settings(max_examples=25)
@given(questions(), st.randoms(use_true_random=False))
def test_the_order_of_input_does_not_matter(asked: Asked, random: Random) -> None:
    diary = asked.diary
    staff, rooms, claims = list(diary.staff.items()), list(diary.rooms.items()), list(diary.claims)
    for one in (staff, rooms, claims):
        random.shuffle(one)
    other = replace(diary, staff=dict(staff), rooms=dict(rooms), claims=tuple(claims))
    assert _answer(asked).reasons == _answer(replace(asked, diary=other)).reasons


@settings(max_examples=40)
@given(questions())
def test_where_no_single_concession_is_known_none_of_the_great_ones_helps(asked: Asked) -> None:
    reasons = _answer(asked).reasons
    if reasons and reasons[-1].code == "no_concession":
        things = ("room", "patient", "site_cover", "prescriber", "medical_monitor")
        for thing in things:
            tried = replace(reasons[-1], code=f"without_{thing}")
            assert not _answer(conceded(tried, asked)).proposals
