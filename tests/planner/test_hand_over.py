"""A role that may be handed over: each phase by whoever is free, with as few changes as can be, and never otherwise."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from scheduler.domain.appointment import Appointment
from scheduler.domain.claims import Purpose
from scheduler.domain.diary import Diary
from scheduler.domain.people import Role, StaffMember
from scheduler.domain.treatment import Attention, Cover, Protocol
from scheduler.planner.propose import propose
from scheduler.planner.wishes import Wishes
from scheduler.rules.evaluate import evaluate
from scheduler.rules.finding import Level
from tests.builders import (
    AS_OF,
    a_claim,
    a_diary,
    a_dosing_step,
    a_nurse,
    a_prescriber,
    a_room,
    a_small_protocol,
    a_therapist,
    an_office,
    at,
    between,
    weekdays,
)

UNTIL = at("2027-01-25 00:00")
MONITOR, PRESCRIBER = Role.MEDICAL_MONITOR, Role.PRESCRIBER


def a_protocol(*roles: Role) -> Protocol:
    """Build the small protocol, with these roles handed over in its doses."""
    protocol = a_small_protocol()
    steps = (replace(step, hands_over=frozenset(roles) & set(step.roles)) for step in protocol.steps)
    return replace(protocol, steps=tuple(steps))


def a_clinic(*nurses: StaffMember, prescribers: Iterable[StaffMember] = ()) -> Diary:
    """Build a clinic with these nurses, all of whom may give the drug, and one who only holds BLS."""
    second = a_nurse("nurse-9", roles=frozenset({Role.ADMINISTERING_CLINICIAN}))
    staff = (a_therapist(), *nurses, second, *(prescribers or (a_prescriber(),)))
    return a_diary(rooms=(a_room(), an_office()), staff=staff)


def early() -> StaffMember:
    """Build a nurse who goes home at ten."""
    return a_nurse("nurse-1", hours=weekdays("08:00", "10:00"))


def late() -> StaffMember:
    """Build a nurse who comes at half past nine."""
    return a_nurse("nurse-2", hours=weekdays("09:30", "12:00"))


def doses(diary: Diary, protocol: Protocol) -> list[Appointment]:
    """Return the doses of the best series, none when there is none; no proposal breaks a rule about time or people."""
    answer = propose(diary, protocol, Wishes(AS_OF, UNTIL, limit=1))
    for proposal in answer.proposals:
        broken = evaluate(diary, protocol, proposal.series)
        assert not [finding for finding in broken if finding.level is Level.BLOCK]
    found = [visit for one in answer.proposals for visit in one.series.appointments]
    return [visit for visit in found if visit.step.startswith("D")]


def test_two_shifts_that_neither_hold_a_dose_hold_it_together() -> None:
    assert not doses(a_clinic(early(), late()), a_protocol())
    for dose in doses(a_clinic(early(), late()), a_protocol(MONITOR)):
        assert dose.staff[MONITOR] == "nurse-1"
        takers = {person for (role, _), person in dose.relief.items() if role is MONITOR}
        assert takers == {"nurse-2"}


def test_who_can_stay_throughout_is_not_relieved() -> None:
    found = doses(a_clinic(early(), late(), a_nurse("nurse-3")), a_protocol(MONITOR))
    assert found
    assert {(dose.staff[MONITOR], len(dose.relief)) for dose in found} == {("nurse-3", 0)}


def test_the_prescriber_at_noon_hands_over_to_the_one_who_comes() -> None:
    morning = a_prescriber("prescriber-1", hours=weekdays("08:00", "10:15"))
    noon = a_prescriber("prescriber-2", hours=weekdays("10:00", "18:00"))
    # The nurse watches from 08:30 to 11:45 alone, so a dose spans the change of prescribers.
    nurse = a_nurse("nurse-1", hours=weekdays("08:30", "11:45"))
    diary = a_clinic(nurse, prescribers=(morning, noon))
    assert not doses(diary, a_protocol())
    found = doses(diary, a_protocol(PRESCRIBER))
    assert found
    for dose in found:
        assert dose.staff[PRESCRIBER] == "prescriber-1"
        assert "prescriber-2" in dose.relief.values()


def test_nobody_takes_over_without_the_credentials() -> None:
    unlicensed = replace(late(), credentials=())
    assert not doses(a_clinic(early(), unlicensed), a_protocol(MONITOR))


def test_nobody_has_an_eye_on_a_patient_whom_another_sets_up_in_the_same_phase() -> None:
    """The early nurse could give the drug with both hands, the late one watch: one of them does both, or nobody does."""
    step = a_dosing_step()
    hands = Cover(MONITOR, Attention.HANDS_ON, first_minutes=15)
    phases = tuple(
        replace(phase, cover=(*phase.cover, hands)) if phase.name == "administration" else phase
        for phase in step.phases
    )
    step = replace(step, phases=phases, hands_over=frozenset({MONITOR}))
    protocol = Protocol("one", 1, "One dose", "iv", "course", (step,), (), most_doses=1)
    # The room is there for one dose, in which the drug is given from 09:35 to 10:15.
    taken = (
        a_claim("dosing-1", Purpose.OCCUPY, between(*times))
        for times in (("2026-11-23 00:00", "2026-11-24 09:00"), ("2026-11-24 12:00", "2027-02-01 00:00"))
    )
    leaves_in_the_phase = a_nurse("nurse-1", hours=weekdays("08:00", "10:10"))
    comes_before_it = a_nurse("nurse-2", hours=weekdays("09:30", "12:00"), may_watch=1)
    diary = replace(a_clinic(leaves_in_the_phase, comes_before_it), claims=tuple(taken))
    (dose,) = doses(diary, protocol)
    assert {dose.serving(MONITOR, number) for number in (1, 2)} == {"nurse-2"}
    needed = a_claim("nurse-2", Purpose.OCCUPY, between("2026-11-24 09:35", "2026-11-24 09:50"))
    assert not doses(replace(diary, claims=(*diary.claims, needed)), protocol)
