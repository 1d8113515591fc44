"""What a dosing visit takes from whom, minute by minute."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from scheduler.domain.claims import Claim, Placement, Purpose, claims_of, lanes_needed
from scheduler.domain.people import Role, StaffMember
from scheduler.domain.treatment import Attention, Segment
from tests.builders import a_dosing_step, a_nurse, a_prescriber, a_therapist, at

START = at("2026-12-03 10:00")
PEOPLE = {person.id: person for person in (a_nurse(), a_nurse("nurse-2"), a_therapist(), a_prescriber())}
TEAM = {
    Role.THERAPIST: "therapist-1",
    Role.MEDICAL_MONITOR: "nurse-1",
    Role.ADMINISTERING_CLINICIAN: "nurse-1",
    Role.PRESCRIBER: "prescriber-1",
}


def _claims(team: dict[Role, str], people: dict[str, StaffMember] = PEOPLE) -> tuple[Claim, ...]:
    return claims_of(Placement(a_dosing_step(), START, "patient-1", "dosing-1", team), people, "D1")


def _minutes(claims: tuple[Claim, ...], resource: str, purpose: Purpose) -> list[tuple[int, int]]:
    spans = [c.interval for c in claims if (c.resource, c.purpose) == (resource, purpose)]
    minute = timedelta(minutes=1)
    return sorted(((span.start - START) // minute, (span.end - START) // minute) for span in spans)


def test_the_room_is_held_with_its_turnover_and_the_patient_without() -> None:
    claims = _claims(TEAM)
    assert _minutes(claims, "dosing-1", Purpose.OCCUPY) == [(0, 180)]
    assert _minutes(claims, "patient-1", Purpose.OCCUPY) == [(0, 165)]
    assert _minutes(claims, "patient-1", Purpose.SPACING) == [(0, 48 * 60)]


def test_one_nurse_in_two_roles_is_claimed_once() -> None:
    claims = _claims(TEAM)
    assert _minutes(claims, "nurse-1", Purpose.OCCUPY) == [(0, 20), (35, 50), (155, 165)]
    watched = _minutes(claims, "nurse-1", Purpose.WATCH)
    assert (watched[0], watched[1][0], watched[-1][1]) == ((0, 20), 35, 165)
    assert all(before[1] <= after[0] for before, after in zip(watched, watched[1:], strict=False))


def test_the_therapist_stays_from_settling_to_the_end_of_processing() -> None:
    assert _minutes(_claims(TEAM), "therapist-1", Purpose.OCCUPY) == [(20, 155)]


def test_the_prescriber_stands_behind_from_administration_to_discharge() -> None:
    assert _minutes(_claims(TEAM), "prescriber-1", Purpose.ON_PREMISES) == [(35, 165)]


def test_somebody_in_the_room_watches_nobody_else() -> None:
    both = replace(a_therapist(), may_watch=2)
    claims = _claims(TEAM, {**PEOPLE, "therapist-1": both})
    assert _minutes(claims, "therapist-1", Purpose.WATCH) == [(20, 155), (20, 155)]


@pytest.mark.parametrize(
    ("attention", "ratio", "may_watch", "lanes"),
    [
        (Attention.WATCHING, 2, 2, 1),
        (Attention.WATCHING, 3, 2, 1),
        (Attention.WATCHING, 1, 3, 3),
        (Attention.WATCHING, 2, 3, 2),
        (Attention.HANDS_ON, 1, 3, 1),
        (Attention.HANDS_ON, 1, 0, 0),
        (Attention.IN_ROOM, 1, 3, 3),
        (Attention.ON_PREMISES, 1, 3, 0),
    ],
)
def test_a_stricter_ratio_takes_more_of_a_person(
    attention: Attention, ratio: int, may_watch: int, lanes: int
) -> None:
    segment = Segment(
        Role.MEDICAL_MONITOR, attention, timedelta(0), timedelta(hours=1), ratio, frozenset(), ("recovery",)
    )
    assert lanes_needed(segment, may_watch).get(Purpose.WATCH, 0) == lanes
    if attention is Attention.WATCHING and lanes:
        patients_at_once = may_watch // lanes
        assert patients_at_once <= ratio


def _handed_over(relief: dict[tuple[Role, int], str]) -> tuple[Claim, ...]:
    step = a_dosing_step(hands_over=frozenset({Role.MEDICAL_MONITOR}))
    return claims_of(Placement(step, START, "patient-1", "dosing-1", TEAM, relief), PEOPLE, "D1")


def test_a_visit_that_nobody_leaves_claims_the_same_whether_or_not_it_may_be_handed_over() -> None:
    assert _handed_over({}) == _claims(TEAM)


def test_who_takes_over_is_claimed_from_then_on_without_a_break() -> None:
    monitoring = a_dosing_step(hands_over=frozenset({Role.MEDICAL_MONITOR})).segments_of(Role.MEDICAL_MONITOR)
    assert [segment.phases for segment in monitoring] == [
        ("check_in",),
        ("administration",),
        ("observation",),
        ("recovery",),
        ("processing",),
        ("discharge",),
    ]
    claims = _handed_over({(Role.MEDICAL_MONITOR, n): "nurse-2" for n in (3, 4, 5)})
    assert _minutes(claims, "nurse-1", Purpose.WATCH) == [(0, 20), (35, 95)]
    assert _minutes(claims, "nurse-2", Purpose.WATCH) == [(95, 155), (155, 165)]
    assert _minutes(claims, "nurse-1", Purpose.OCCUPY) == [(0, 20), (35, 50)]
    assert _minutes(claims, "nurse-2", Purpose.OCCUPY) == [(155, 165)]
    watching = next(c for c in claims if (c.resource, c.phases[:1]) == ("nurse-2", ("recovery",)))
    assert (watching.role, watching.phases) == (Role.MEDICAL_MONITOR, ("recovery", "processing"))


def test_somebody_may_come_back_after_a_relief() -> None:
    claims = _handed_over({(Role.MEDICAL_MONITOR, 2): "nurse-2"})
    assert _minutes(claims, "nurse-1", Purpose.WATCH) == [(0, 20), (35, 75), (95, 155), (155, 165)]
    assert _minutes(claims, "nurse-2", Purpose.WATCH) == [(75, 95)]
