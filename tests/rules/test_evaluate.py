"""All findings at once: in order, whatever the order of the facts, without private words, and fast enough to ask often."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta
from time import process_time

from hypothesis import given
from hypothesis import strategies as st

from scheduler.domain.claims import Claim, Purpose
from scheduler.domain.diary import Diary
from scheduler.domain.interval import Interval
from scheduler.domain.people import Role
from scheduler.domain.series import Series
from scheduler.domain.treatment import Protocol
from scheduler.rules.catalogue import CATALOGUE
from scheduler.rules.evaluate import evaluate, refuses
from scheduler.rules.finding import WEIGHT, Level
from tests.builders import (
    HORIZON,
    RESOURCES,
    a_claim,
    a_diary,
    a_nurse,
    a_patient,
    a_prescriber,
    a_room,
    a_small_protocol,
    a_therapist,
    an_induction_protocol,
    an_office,
    at,
    t1_like_series,
)
from tests.rules.test_examples import EXAMPLES


@st.composite
def claims(draw: st.DrawFn) -> Claim:
    """Draw a claim of another visit somewhere around the small example, on a quarter of an hour."""
    resource, purpose = draw(st.sampled_from(RESOURCES))
    start = at("2026-12-01 08:00") + timedelta(minutes=15 * draw(st.integers(0, 9 * 96)))
    lasting = timedelta(minutes=15 * draw(st.integers(1, 24)))
    return a_claim(resource, purpose, Interval.lasting(start, lasting))


@st.composite
def starts(draw: st.DrawFn) -> dict[str, datetime]:
    """Draw a start for each visit of the small protocol, sensible or not."""
    first = at("2026-11-30 08:00")
    return {step.key: first + timedelta(hours=draw(st.integers(0, 240))) for step in a_small_protocol().steps}


@given(starts(), st.lists(claims(), max_size=12), st.randoms(use_true_random=False))
def test_the_order_of_the_facts_does_not_matter(
    times: dict[str, datetime], others: list[Claim], chance: random.Random
) -> None:
    protocol = a_small_protocol()
    diary = a_diary(claims=others)
    series = t1_like_series(protocol, times, diary=diary)
    expected = evaluate(diary, protocol, series)
    assert evaluate(_shuffled(diary, chance), protocol, _shuffled_series(series, chance)) == expected


def _shuffled(diary: Diary, chance: random.Random) -> Diary:
    return replace(
        diary,
        claims=tuple(chance.sample(tuple(diary.claims), len(diary.claims))),
        staff={id: diary.staff[id] for id in chance.sample(list(diary.staff), len(diary.staff))},
        rooms={id: diary.rooms[id] for id in chance.sample(list(diary.rooms), len(diary.rooms))},
    )


def _shuffled_series(series: Series, chance: random.Random) -> Series:
    visits = [
        replace(visit, claims=tuple(chance.sample(visit.claims, len(visit.claims))))
        for visit in chance.sample(series.appointments, len(series.appointments))
    ]
    return replace(series, appointments=tuple(visits))


@given(starts(), st.lists(claims(), max_size=12))
def test_findings_come_heaviest_first_and_within_a_level_by_time(
    times: dict[str, datetime], others: list[Claim]
) -> None:
    protocol = a_small_protocol()
    diary = a_diary(claims=others)
    findings = evaluate(diary, protocol, t1_like_series(protocol, times, diary=diary))
    ranks = [(WEIGHT[f.level], min(times[step] for step in f.steps)) for f in findings if f.appointments]
    assert ranks == sorted(ranks)
    assert refuses(findings) == any(finding.level is Level.BLOCK for finding in findings)


@given(starts(), st.lists(claims(), max_size=12))
def test_a_proposal_and_the_same_series_saved_are_judged_alike(
    times: dict[str, datetime], others: list[Claim]
) -> None:
    protocol = a_small_protocol()
    diary = a_diary(claims=others)
    proposed, saved = (
        evaluate(diary, protocol, t1_like_series(protocol, times, diary=diary, id=id))
        for id in ("", "series-1")
    )
    assert [(f.rule, f.steps, f.why) for f in proposed] == [(f.rule, f.steps, f.why) for f in saved]


def test_all_breaches_of_a_hopeless_series_are_told_at_once() -> None:
    protocol = a_small_protocol()
    diary = a_diary(patient=a_patient(gates=()))
    together = dict.fromkeys(("P1", "D1", "I1", "D2", "I2"), "2026-11-26 17:30")
    visits = {"D1": {"staff": {Role.MEDICAL_MONITOR: "therapist-1"}}}
    findings = evaluate(diary, protocol, t1_like_series(protocol, together, diary=diary, visits=visits))
    rules = {finding.rule for finding in findings}
    assert rules >= {
        "PREP-1",
        "SPACE-1",
        "INTEG-1",
        "INTEG-3",
        "HOURS-1",
        "CLASH-1",
        "CLASH-2",
        "COVER-6",
        "COVER-7",
    }
    assert rules >= {f"GATE-{number}" for number in range(1, 8)}


def test_findings_never_name_the_patient_or_show_ids() -> None:
    for rule in CATALOGUE:
        question = EXAMPLES[rule.id].breaks()
        patient = question.diary.patient
        ids = {
            patient.id,
            *question.diary.staff,
            *question.diary.rooms,
            "another-visit",
            question.diary.site.id,
        }
        # The builders name rooms after their ids; names are what people are shown.
        shown = {room.name for room in question.diary.rooms.values()}
        for finding in rule.check(question):
            prose = f"{finding.why} {finding.mend}"
            for name in shown:
                prose = prose.replace(name, "")
            assert not [word for word in (patient.given_name, patient.family_name, *ids) if word in prose]


def test_a_series_of_22_visits_among_4000_claims_is_judged_in_15_milliseconds() -> None:
    """A preview judges five series in one diary, so the time is that of five together, of the processor alone."""
    protocol = an_induction_protocol()
    series = t1_like_series(protocol, diary=_busy())
    assert len(series.appointments) == 22
    fastest = min(_seconds_for_five(_busy(), protocol, series) for _ in range(5))
    assert fastest / 5 < 0.015


def _seconds_for_five(diary: Diary, protocol: Protocol, series: Series) -> float:
    begin = process_time()
    for _ in range(5):
        evaluate(diary, protocol, series)
    return process_time() - begin


def _busy() -> Diary:
    """Build a clinic with 4,000 claims of others over ten weeks."""
    chance = random.Random(7)
    staff = [a_therapist(f"therapist-{n}") for n in range(1, 7)] + [
        a_nurse(f"nurse-{n}") for n in range(1, 4)
    ]
    rooms = [a_room(f"dosing-{n}") for n in range(1, 5)] + [an_office(f"office-{n}") for n in range(1, 5)]
    usual = a_diary()
    staff += [a_prescriber(), usual.staff["coordinator-1"]]
    resources = [(room.id, Purpose.OCCUPY) for room in rooms] + [
        (person.id, Purpose.OCCUPY) for person in staff
    ]
    resources += [(f"nurse-{n}", Purpose.WATCH) for n in range(1, 4)] + [
        ("prescriber-1", Purpose.ON_PREMISES)
    ]
    taken = []
    for _ in range(4000):
        resource, purpose = chance.choice(resources)
        start = HORIZON.start + timedelta(days=chance.randrange(70), minutes=chance.randrange(900, 1440, 15))
        taken.append(
            a_claim(
                resource, purpose, Interval.lasting(start, timedelta(minutes=chance.choice((20, 50, 120))))
            )
        )
    return a_diary(rooms=rooms, staff=staff, claims=taken)
