"""Two patients at once: what one nurse, one therapist, one prescriber and one room can and cannot do for both."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scheduler.domain.appointment import Appointment
from scheduler.domain.claims import Purpose
from scheduler.domain.diary import Diary
from scheduler.domain.people import Role, StaffMember
from scheduler.domain.treatment import Attention, Phase
from scheduler.rules.evaluate import evaluate
from scheduler.rules.finding import Finding
from tests.builders import (
    a_claim,
    a_diary,
    a_dosing_step,
    a_nurse,
    a_patient,
    a_prescriber,
    a_small_protocol,
    a_therapist,
    a_visit,
    between,
    t1_like_series,
)
from tests.rules.examples.case import staff_but

OTHER_PEOPLE = {Role.THERAPIST: "therapist-2", Role.ADMINISTERING_CLINICIAN: "nurse-3"}


def _beside(
    start: str, *, staff: tuple[StaffMember, ...] = (), room: str = "dosing-2", **people: str
) -> Diary:
    """Build a diary in which another patient is dosed at this time, with the same monitor and prescriber."""
    clinic = a_diary(staff=(*staff_but(*staff), a_nurse("nurse-3")), patient=a_patient("patient-2"))
    named = {**OTHER_PEOPLE, **{Role(role): person for role, person in people.items()}}
    other = a_visit(a_dosing_step(), start, diary=clinic, staff=named, room=room, id="another-visit")
    return replace(clinic, patient=a_patient(), claims=other.claims)


def _first_dose(diary: Diary) -> list[Finding]:
    protocol = a_small_protocol()
    findings = evaluate(diary, protocol, t1_like_series(protocol, diary=diary))
    return [finding for finding in findings if finding.steps == ("D1",)]


def _rules(diary: Diary) -> list[str]:
    return [finding.rule for finding in _first_dose(diary)]


@pytest.mark.parametrize(
    "start", ["2026-12-03 10:20", "2026-12-03 10:35", "2026-12-03 11:00", "2026-12-03 09:30"]
)
def test_one_nurse_watches_two_patients_whose_set_ups_do_not_meet(start: str) -> None:
    assert _rules(_beside(start)) == []


@pytest.mark.parametrize("start", ["2026-12-03 10:00", "2026-12-03 10:15", "2026-12-03 09:45"])
def test_one_nurse_does_not_set_up_two_patients_at_once(start: str) -> None:
    assert set(_rules(_beside(start))) == {"COVER-2"}


def test_a_set_up_meets_the_discharge_check_of_the_other_patient() -> None:
    findings = _first_dose(_beside("2026-12-03 07:25"))
    assert [finding.rule for finding in findings] == ["COVER-2"]
    assert findings[0].why == (
        "Nurse 1 has both hands at D1 Thu 3 Dec 2026 10:00 MST to 10:20 and is needed by another visit "
        "Thu 3 Dec 2026 10:00 MST to 10:10"
    )
    assert (
        findings[0].mend == "name another medical monitor, or start D1 at Thu 3 Dec 2026 10:10 MST or later"
    )


def test_a_nurse_who_may_watch_one_patient_watches_no_second() -> None:
    findings = _first_dose(_beside("2026-12-03 10:20", staff=(a_nurse("nurse-1", may_watch=1),)))
    assert {finding.rule for finding in findings} == {"COVER-3"}
    assert findings[0].why.startswith(
        "Nurse 1 would need 2 places for watching and has 1: Thu 3 Dec 2026 10:35 MST to 10:40"
    )


def test_a_stricter_ratio_takes_all_of_a_nurse_who_may_watch_two() -> None:
    diary = _beside("2026-12-03 10:20")
    step = a_dosing_step("D1")
    phases = tuple(_strictly_watched(phase) for phase in step.phases)
    small = a_small_protocol()
    steps = tuple(replace(s, phases=phases) if s.key == "D1" else s for s in small.steps)
    strict = replace(small, steps=steps)
    findings = evaluate(diary, strict, t1_like_series(strict, diary=diary))
    assert {finding.rule for finding in findings if finding.steps == ("D1",)} == {"COVER-3"}
    assert "need 3 places for watching and has 2" in findings[0].why


def _strictly_watched(phase: Phase) -> Phase:
    cover = tuple(
        replace(asked, patients_per_person=1) if asked.attention is Attention.WATCHING else asked
        for asked in phase.cover
    )
    return replace(phase, cover=cover)


def test_one_therapist_is_not_in_two_rooms() -> None:
    assert _rules(_beside("2026-12-03 10:20", therapist="therapist-1")) == ["CLASH-1"]


def test_a_therapist_who_watches_elsewhere_is_not_in_the_room() -> None:
    watching = a_claim("therapist-1", Purpose.WATCH, between("2026-12-03 11:00", "2026-12-03 11:30"))
    diary = a_diary(staff=staff_but(a_therapist("therapist-1", may_watch=1)), claims=[watching])
    findings = _first_dose(diary)
    assert [finding.rule for finding in findings] == ["CLASH-1"]
    assert findings[0].why == (
        "Therapist 1 is needed by D1 and by another visit Thu 3 Dec 2026 11:00 MST to 11:30"
    )


def test_two_patients_are_not_in_one_room_and_turnover_counts() -> None:
    assert _rules(_beside("2026-12-03 12:45", room="dosing-1")) == ["ROOM-2"]
    assert _rules(_beside("2026-12-03 13:00", room="dosing-1")) == []


def test_a_prescriber_stands_behind_no_more_visits_than_agreed() -> None:
    one = a_prescriber(may_supervise=1)
    findings = _first_dose(_beside("2026-12-03 10:20", staff=(one,)))
    assert [finding.rule for finding in findings] == ["COVER-4"]
    assert findings[0].why == (
        "Prescriber 1 would need 2 places behind dosing visits and has 1: Thu 3 Dec 2026 10:55 MST to 12:45, with D1"
    )


def _naming(role: Role, person: str | None) -> Appointment:
    """Build D1 with another name, or none, for one role; what it claims stays as it was."""
    visit = a_visit(a_dosing_step("D1"), "2026-12-03 10:00")
    staff = {**visit.staff, role: person}
    return replace(visit, staff={one: name for one, name in staff.items() if name})


@pytest.mark.parametrize(
    ("role", "rules"),
    [
        (Role.THERAPIST, {"COVER-1"}),
        (Role.ADMINISTERING_CLINICIAN, {"COVER-2"}),
        (Role.MEDICAL_MONITOR, {"COVER-2", "COVER-3"}),
        (Role.PRESCRIBER, {"COVER-4"}),
    ],
)
def test_a_role_that_nobody_is_named_for_is_told(role: Role, rules: set[str]) -> None:
    findings = _judged_alone(_naming(role, None))
    assert {finding.rule for finding in findings} == rules
    assert all(f"D1 has no {role.value.replace('_', ' ')}" in finding.why for finding in findings)


def test_a_name_without_the_time_held_is_told_for_the_time_that_is_missing() -> None:
    """The names and the ledger are two things: another name alone gives the visit nobody."""
    findings = _judged_alone(_naming(Role.THERAPIST, "therapist-2"))
    assert [finding.rule for finding in findings] == ["COVER-1"]
    assert findings[0].why == (
        "D1 asks for the therapist in the room Thu 3 Dec 2026 10:20 MST to 12:35; Therapist 2 is not held for it "
        "Thu 3 Dec 2026 10:20 MST to 12:35"
    )


def test_a_stranger_is_no_cover() -> None:
    findings = _judged_alone(_naming(Role.PRESCRIBER, "somebody-else"))
    assert {finding.rule for finding in findings} == {"COVER-4", "COVER-7"}
    assert "somebody-else" not in "".join(finding.why + finding.mend for finding in findings)


def _judged_alone(visit: Appointment) -> tuple[Finding, ...]:
    protocol = a_small_protocol().only([visit.step])
    series = replace(t1_like_series(protocol), appointments=(visit,))
    return evaluate(a_diary(), protocol, series)


def test_a_visit_without_the_room_it_needs_and_a_room_of_elsewhere_are_told() -> None:
    protocol, diary = a_small_protocol(), a_diary()
    for room, why in (
        (None, "D1 has no room; it needs one fit for iv dosing"),
        ("elsewhere", "the room of D1 is not one of this site"),
    ):
        series = t1_like_series(protocol, diary=diary, visits={"D1": {"room": room}})
        findings = [f for f in evaluate(diary, protocol, series) if f.rule == "ROOM-1"]
        assert [finding.why for finding in findings] == [why]


def test_a_series_does_not_run_into_its_own_turnover() -> None:
    protocol, diary = a_small_protocol(), a_diary()
    fields = {"I1": {"room": "dosing-1"}}
    for start, rules in (("2026-12-03 12:59", {"ROOM-2"}), ("2026-12-03 13:00", set())):
        series = t1_like_series(protocol, {"I1": start}, diary=diary, visits=fields)
        found = {f.rule for f in evaluate(diary, protocol, series) if f.rule == "ROOM-2"}
        assert found == rules
