"""What holds whatever the clinic: more free time never makes the best worse, and the order of input changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from random import Random

import pytest

from bench import ours
from scheduler.domain.people import StaffMember
from scheduler.planner.proposal import Answer
from tests.builders import a_nurse, a_room, an_office
from tests.planner.drawn_clinics import Asked, asked

SEEDS = range(20)

Change = Callable[[Asked, Random], Asked]


def _finish(question: Asked) -> datetime | None:
    protocol = ours.narrowed(question.diary, question.protocol, question.query)
    return ours.found(protocol, ours.earliest(question.diary, protocol, question.query)).finish


@lru_cache(maxsize=len(SEEDS))
def _known_finish(seed: int) -> datetime | None:
    return _finish(asked(seed))


def _for_somebody(question: Asked, random: Random, change: Callable[[StaffMember], StaffMember]) -> Asked:
    staff = dict(question.diary.staff)
    person = random.choice(sorted(staff))
    staff[person] = change(staff[person])
    return replace(question, diary=replace(question.diary, staff=staff))


def somebody_works_longer(question: Asked, random: Random) -> Asked:
    hours = question.diary.site.hours
    return _for_somebody(question, random, lambda person: replace(person, hours=hours, time_off=()))


def somebody_renews_a_credential(question: Asked, random: Random) -> Asked:
    def renewed(person: StaffMember) -> StaffMember:
        held = (replace(one, valid_until=None) for one in person.credentials)
        return replace(person, credentials=tuple(held))

    return _for_somebody(question, random, renewed)


def somebody_may_stand_behind_more(question: Asked, random: Random) -> Asked:
    def more(person: StaffMember) -> StaffMember:
        return replace(person, may_supervise=person.may_supervise and person.may_supervise + 1)

    return _for_somebody(question, random, more)


def somebody_is_hired(question: Asked, random: Random) -> Asked:
    staff = {**question.diary.staff, "nurse-0": a_nurse("nurse-0", hours=question.diary.site.hours)}
    return replace(question, diary=replace(question.diary, staff=staff))


def a_room_is_added(question: Asked, random: Random) -> Asked:
    room = random.choice((a_room("another"), an_office("another")))
    return replace(question, diary=replace(question.diary, rooms={**question.diary.rooms, "another": room}))


def the_site_is_open_longer(question: Asked, random: Random) -> Asked:
    site = question.diary.site
    hours = tuple(replace(one, closes=one.closes.replace(minute=59)) for one in site.hours)
    return replace(question, diary=replace(question.diary, site=replace(site, hours=hours, closures=())))


def the_patient_can_come_oftener(question: Asked, random: Random) -> Asked:
    away = list(question.query.patient.unavailable)
    if away:
        away.pop(random.randrange(len(away)))
    patient = replace(question.query.patient, unavailable=tuple(away))
    query = replace(question.query, patient=patient)
    return replace(question, query=query, diary=replace(question.diary, patient=patient))


def there_are_more_days(question: Asked, random: Random) -> Asked:
    latest = min(question.query.latest + timedelta(days=3), question.diary.horizon.end)
    return replace(question, query=replace(question.query, latest=latest))


def bookings_are_taken_away(question: Asked, random: Random) -> Asked:
    kept = tuple(claim for claim in question.diary.claims if random.random() < 0.7)
    return replace(question, diary=replace(question.diary, claims=kept))


MORE: tuple[Change, ...] = (
    somebody_works_longer,
    somebody_renews_a_credential,
    somebody_may_stand_behind_more,
    somebody_is_hired,
    a_room_is_added,
    the_site_is_open_longer,
    the_patient_can_come_oftener,
    there_are_more_days,
)


def _better_by(change: Change) -> int:
    """Return for how many questions a change makes the best better; it never makes it worse, nor undoes it."""
    better = 0
    for seed in SEEDS:
        before, after = _known_finish(seed), _finish(change(asked(seed), Random(seed)))
        if before is not None:
            assert after is not None, f"{seed}: nothing fits any more"
            assert after <= before, seed
        better += before != after
    return better


def test_more_free_time_never_makes_the_best_worse() -> None:
    assert sum(_better_by(change) for change in MORE) >= 15


def test_taking_bookings_away_never_makes_a_request_impossible_nor_the_best_later() -> None:
    assert _better_by(bookings_are_taken_away) >= 3


def _answer(question: Asked) -> Answer:
    protocol = ours.narrowed(question.diary, question.protocol, question.query)
    return ours.answer(question.diary, protocol, question.query, 3)


@pytest.mark.parametrize("seed", range(12))
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
