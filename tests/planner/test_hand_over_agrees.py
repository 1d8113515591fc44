"""What binds hand-overs to the rules: a start is free if and only if they accept somebody for every stretch of a role."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import product

from hypothesis import Phase as HypothesisPhase
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.domain.appointment import appointment_at
from scheduler.domain.claims import Claim, Placement, Purpose
from scheduler.domain.diary import Diary
from scheduler.domain.interval import Interval
from scheduler.domain.people import Credential, Role
from scheduler.domain.treatment import Attention, Cover, Phase, Protocol, SiteCover, Step
from scheduler.planner.propose import propose
from scheduler.planner.slots import free_starts
from scheduler.planner.wishes import Wishes
from tests.builders import (
    a_diary,
    a_dosing_step,
    a_nurse,
    a_prescriber,
    a_room,
    a_site,
    a_therapist,
    between,
    weekdays,
)
from tests.planner.judged import faults_of, is_accepted

MONITOR, PRESCRIBER = Role.MEDICAL_MONITOR, Role.PRESCRIBER
MORNING = between("2027-03-15 08:00", "2027-03-15 11:00")
"""The first morning after the clocks went forward."""
HORIZON = between("2027-03-13 00:00", "2027-03-28 00:00")


def _step(hands_over: frozenset[Role]) -> Step:
    """Build a dose of an hour and a half, in whose administration the monitor both sets up and watches."""
    rn, behind = frozenset({"rn_licence"}), Cover(PRESCRIBER, Attention.ON_PREMISES)
    hands = Cover(MONITOR, Attention.HANDS_ON, credentials=rn)
    eyes = Cover(MONITOR, Attention.WATCHING, 2, credentials=frozenset({"bls"}))
    guide = Cover(Role.THERAPIST, Attention.IN_ROOM)
    phases = (
        Phase("check_in", 15, (hands,)),
        Phase("administration", 45, (guide, eyes, replace(hands, first_minutes=15), behind)),
        Phase("recovery", 30, (eyes, behind)),
    )
    cover = (SiteCover("bls", 2, "administration", "recovery"),)
    return a_dosing_step(
        phases=phases, site_cover=cover, hands_over=hands_over, ends_before_close=timedelta(0)
    )


@st.composite
def _diaries(draw: st.DrawFn) -> Diary:
    """Draw a clinic in whose mornings shifts change, with two or three who may watch and two who may stand behind."""
    change = draw(st.sampled_from(["09:15", "09:30", "09:50"]))
    early, late = weekdays("08:00", change), weekdays(draw(st.sampled_from(["09:10", change])), "10:40")
    nurses = [a_nurse("nurse-1", hours=early, may_watch=1), a_nurse("nurse-2", hours=late)]
    guide = a_therapist("therapist-1", hours=weekdays("08:00", "12:00"))
    if draw(st.booleans()):
        # One of those who guide may also watch, and nobody does both in one visit, not even in turns.
        licences = (*guide.credentials, Credential("rn_licence"))
        guide = replace(guide, roles=guide.roles | {MONITOR}, may_watch=1, credentials=licences)
    if draw(st.booleans()):
        unlicensed = tuple(held for held in nurses[1].credentials if held.kind != "rn_licence")
        nurses[1] = replace(nurses[1], credentials=unlicensed)
    behind = [
        a_prescriber("prescriber-1", hours=weekdays("08:00", draw(st.sampled_from(["10:00", "12:00"])))),
        a_prescriber("prescriber-2", hours=late, may_supervise=1),
    ]
    return a_diary(
        rooms=(a_room("dosing-1"),),
        staff=(guide, *nurses, *behind),
        claims=draw(_claims()),
        site=a_site(hours=weekdays("08:00", "12:00")),
        horizon=HORIZON,
        as_of=HORIZON.start,
    )


_SHARED = (
    ("nurse-1", Purpose.OCCUPY),
    ("nurse-1", Purpose.WATCH),
    ("nurse-2", Purpose.OCCUPY),
    ("nurse-2", Purpose.WATCH),
    ("nurse-2", Purpose.WATCH),
    ("prescriber-2", Purpose.ON_PREMISES),
    ("therapist-1", Purpose.OCCUPY),
)
"""What others may have taken: a resource is named once for each of its lanes."""


@st.composite
def _claims(draw: st.DrawFn) -> tuple[Claim, ...]:
    found = []
    for number, (resource, purpose) in enumerate(_SHARED):
        for gap, length in draw(st.lists(st.tuples(st.integers(0, 14), st.integers(1, 6)), max_size=1)):
            begin = MORNING.start + gap * timedelta(minutes=15)
            taken = Interval.lasting(begin, length * timedelta(minutes=5))
            found.append(Claim(resource, purpose, taken, f"other-{number}"))
    return tuple(found)


def _served(diary: Diary, step: Step, start: datetime) -> Iterator[Placement]:
    """Yield the visit with everybody in every stretch of every role, whether or not the protocol allows it."""
    stretches = [(role, number) for role in step.roles for number in range(len(step.segments_of(role)))]
    for chosen in product(*([person.id for person in diary.having(role)] for role, _ in stretches)):
        served = dict(zip(stretches, chosen, strict=True))
        staff = {role: served[role, 0] for role in step.roles}
        relief = {at: person for at, person in served.items() if person != staff[at[0]]}
        yield Placement(step, start, diary.patient.id, "dosing-1", staff, relief)


def _protocol(step: Step) -> Protocol:
    return Protocol("alone", 1, "", "", "", (step,), (), 9)


def _accepted(diary: Diary, step: Step, start: datetime) -> bool:
    visits = (appointment_at(one, diary.staff, diary.site.id) for one in _served(diary, step, start))
    return any(is_accepted(diary, _protocol(step), visit) for visit in visits)


def test_a_start_is_free_if_and_only_if_the_rules_accept_somebody_for_every_stretch() -> None:
    free_by_hand_over = 0

    @settings(
        max_examples=12, phases=[HypothesisPhase.explicit, HypothesisPhase.reuse, HypothesisPhase.generate]
    )
    @given(
        _diaries(), st.sampled_from([{MONITOR}, {PRESCRIBER}, {MONITOR, PRESCRIBER}, {MONITOR, PRESCRIBER}])
    )
    def holds(diary: Diary, hands_over: set[Role]) -> None:
        nonlocal free_by_hand_over
        step = _step(frozenset(hands_over))
        slots = free_starts(diary, step, MORNING)
        held = free_starts(diary, _step(frozenset()), MORNING)
        for start in slots.asked:
            assert slots.is_free(start) == _accepted(diary, step, start), start
            assert slots.is_free(start) == (not slots.reasons_at(start))
        free_by_hand_over += len(slots) - len(held)

    holds()
    assert free_by_hand_over >= 5, "draw clinics in which a hand-over is what makes a start free"


@settings(max_examples=30)
@given(_diaries(), st.sampled_from([{MONITOR}, {PRESCRIBER}, {MONITOR, PRESCRIBER}]))
def test_the_rules_accept_whoever_takes_over_in_a_proposal(diary: Diary, hands_over: set[Role]) -> None:
    protocol = _protocol(_step(frozenset(hands_over)))
    wishes = Wishes(MORNING.start, HORIZON.end)
    for proposal in propose(diary, protocol, wishes).proposals:
        assert faults_of(diary, protocol, proposal.series.appointments) == []
