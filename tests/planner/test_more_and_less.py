"""What holds whatever the clinic: more free time never makes the best worse, and the order of input changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from random import Random

import pytest

from bench import ours
from scheduler.domain.people import Role, StaffMember
from scheduler.planner.proposal import Answer
from tests.builders import a_nurse, a_room, an_office
from tests.planner.drawn_clinics import Asked, asked

SEEDS = range(16, 36)

Change = Callable[[Asked, Random], Asked]


def _finish(question: Asked) -> datetime | None:
    protocol = ours.narrowed(question.diary, question.protocol, question.query)
    return ours.found(protocol, ours.earliest(question.diary, protocol, question.query)).finish


@lru_cache(maxsize=len(SEEDS))
def _known_finish(seed: int) -> datetime | None:
    return _finish(asked(seed))


def _with_staff(question: Asked, *people: StaffMember) -> Asked:
    staff = {**question.diary.staff, **{person.id: person for person in people}}
    return replace(question, diary=replace(question.diary, staff=staff))


def somebody_works_longer(question: Asked, random: Random) -> Asked:
    hours = question.diary.site.hours
    person = random.choice([one for one in question.diary.staff.values() if one.hours != hours])
    return _with_staff(question, replace(person, hours=hours, time_off=()))


def nobodys_credentials_lapse(question: Asked, random: Random) -> Asked:
    def renewed(person: StaffMember) -> StaffMember:
        held = (replace(one, valid_until=None) for one in person.credentials)
        return replace(person, credentials=tuple(held))

    return _with_staff(question, *map(renewed, question.diary.staff.values()))


def the_prescribers_may_stand_behind_more(question: Asked, random: Random) -> Asked:
    prescribers = question.diary.having(Role.PRESCRIBER)
    return _with_staff(question, *(replace(one, may_supervise=one.may_supervise + 1) for one in prescribers))


def somebody_is_hired(question: Asked, random: Random) -> Asked:
    return _with_staff(question, a_nurse("nurse-0", hours=question.diary.site.hours))


def a_room_is_added(question: Asked, random: Random) -> Asked:
    room = random.choice((a_room("another"), an_office("another")))
    return replace(question, diary=replace(question.diary, rooms={**question.diary.rooms, "another": room}))


def the_site_is_open_longer(question: Asked, random: Random) -> Asked:
    site = question.diary.site
    hours = tuple(replace(one, closes=one.closes.replace(minute=59)) for one in site.hours)
    return replace(question, diary=replace(question.diary, site=replace(site, hours=hours, closures=())))


def the_patient_can_come_whenever(question: Asked, random: Random) -> Asked:
    patient = replace(question.query.patient, unavailable=())
    query = replace(question.query, patient=patient)
    return replace(question, query=query, diary=replace(question.diary, patient=patient))


def there_are_more_days(question: Asked, random: Random) -> Asked:
    return replace(question, query=replace(question.query, latest=question.diary.horizon.end))


def bookings_are_taken_away(question: Asked, random: Random) -> Asked:
    kept = tuple(claim for claim in question.diary.claims if random.random() < 0.7)
    return replace(question, diary=replace(question.diary, claims=kept))


MORE: tuple[Change, ...] = (
    somebody_works_longer,
    nobodys_credentials_lapse,
    the_prescribers_may_stand_behind_more,
    somebody_is_hired,
    a_room_is_added,
    the_site_is_open_longer,
    the_patient_can_come_whenever,
    there_are_more_days,
)


def _never_worse_and_sometimes_better(change: Change) -> bool:
    """Say whether a change makes the best of some question better; it never makes it worse, nor undoes it."""
    better = False
    for seed in SEEDS:
        before, after = _known_finish(seed), _finish(change(asked(seed), Random(seed)))
        if before is not None:
            assert after is not None, f"{seed}: nothing fits any more"
            assert after <= before, seed
        better |= before != after
    return better


@pytest.mark.parametrize("change", MORE, ids=lambda change: change.__name__)
def test_more_free_time_never_makes_the_best_worse(change: Change) -> None:
    assert _never_worse_and_sometimes_better(change)


def test_taking_bookings_away_never_makes_a_request_impossible_nor_the_best_later() -> None:
    assert _never_worse_and_sometimes_better(bookings_are_taken_away)


def _answer(question: Asked) -> Answer:
    protocol = ours.narrowed(question.diary, question.protocol, question.query)
    return ours.answer(question.diary, protocol, question.query, 3)


@pytest.mark.parametrize("seed", range(8))
def test_the_order_of_input_does_not_matter(seed: int) -> None:
    question, random = asked(seed), Random(seed)
    diary, protocol = question.diary, question.protocol
    claims, people, rooms = list(diary.claims), list(diary.staff), list(diary.rooms)
    for order in (claims, people, rooms):
        random.shuffle(order)
    staff = {person: diary.staff[person] for person in people}
    shuffled = replace(
        diary, claims=tuple(claims), staff=staff, rooms={room: diary.rooms[room] for room in rooms}
    )
    expected = _answer(question)
    # What was worked out of the clinic in the first order is not to be kept for the second.
    ours.forget()
    assert _answer(replace(question, diary=shuffled)) == expected
    windows = random.sample(protocol.windows, len(protocol.windows))
    # Which of two windows is told, where both stand in the way, may depend on how they are written.
    written = replace(question, protocol=replace(protocol, windows=tuple(windows)))
    assert _answer(written).proposals == expected.proposals
