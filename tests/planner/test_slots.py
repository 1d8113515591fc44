"""The slot picker by example: who and what is in the way, whom to ask for, and how days are told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from scheduler.domain.claims import Claim, Purpose
from scheduler.domain.clock import local
from scheduler.domain.diary import Diary
from scheduler.domain.errors import InvalidValue
from scheduler.domain.interval import Interval
from scheduler.domain.people import Credential, Role
from scheduler.planner.slots import Beside, Slots, free_starts
from tests.builders import (
    a_claim,
    a_diary,
    a_dosing_step,
    a_nurse,
    a_patient,
    a_prescriber,
    a_room,
    a_small_protocol,
    a_therapist,
    a_visit,
    an_integration_step,
    an_office,
    at,
    between,
    t1_like_series,
    weekdays,
)

THURSDAY = between("2026-12-03 07:00", "2026-12-03 19:00")


def _small(**fields: object) -> Diary:
    """Build a clinic with one of everybody and one room of each kind, so that whatever is taken bites."""
    fields.setdefault("staff", (a_therapist(), a_nurse(), a_prescriber()))
    fields.setdefault("rooms", (a_room(), an_office()))
    return a_diary(**fields)  # type: ignore[arg-type]  # the tests name the fields they mean


def _wall(slots: Slots) -> list[str]:
    return [f"{local(start, slots.question.zone):%d %H:%M}" for start in slots.free]


def _only_reason(slots: Slots, start: str, zone: str = "America/Denver") -> tuple[str, str, str]:
    (reason,) = slots.reasons_at(at(start, zone))
    return reason.code, reason.why, reason.mend


# Who and what is in the way


def test_a_prescriber_who_leaves_at_noon_is_named() -> None:
    staff = (a_therapist(), a_nurse(), a_nurse("nurse-2"), a_prescriber(hours=weekdays("08:00", "12:00")))
    slots = free_starts(_small(staff=staff), a_dosing_step(), THURSDAY)
    assert _wall(slots)[-1] == "03 09:15"
    code, why, mend = _only_reason(slots, "2026-12-03 09:30")
    assert code == "prescriber"
    assert why == (
        "no prescriber is free for D1 Thu 3 Dec 2026 10:05 MST to 12:15: Prescriber 1 is not at work "
        "Thu 3 Dec 2026 12:00 MST to 12:15"
    )
    assert mend == "free a prescriber, or look from Fri 4 Dec 2026 08:00 MST on"


def _another_patient(diary: Diary, start: str) -> tuple[Claim, ...]:
    """Return what a dose of another patient takes: the nurse sets up and gives the drug by herself."""
    staff = dict.fromkeys((Role.MEDICAL_MONITOR, Role.ADMINISTERING_CLINICIAN), "nurse-1")
    staff[Role.THERAPIST] = "therapist-2"
    others = replace(diary, patient=a_patient("patient-2"))
    visit = a_visit(a_dosing_step(), start, diary=others, id="other-visit", room="dosing-2", staff=staff)
    return visit.claims


def test_two_patients_share_a_nurse_where_the_set_ups_do_not_collide() -> None:
    staff = (a_therapist(), a_therapist("therapist-2"), a_nurse(), a_prescriber())
    diary = _small(staff=staff, rooms=(a_room(), a_room("dosing-2")))
    diary = replace(diary, claims=_another_patient(diary, "2026-12-03 10:00"))
    slots = free_starts(diary, a_dosing_step(), THURSDAY)
    # Their set-up is from 10:00 to 10:20, the drug from 10:35 to 10:50, the discharge from 12:35.
    assert not any(slots.is_free(at(f"2026-12-03 {t}")) for t in ("09:45", "10:00", "10:15", "10:30"))
    assert slots.is_free(at("2026-12-03 11:00"))
    # Her own set-up from 12:30 would meet their discharge.
    assert not slots.is_free(at("2026-12-03 12:30"))
    (hands, watch) = slots.reasons_at(at("2026-12-03 10:15"))[0], slots.reasons_at(at("2026-12-03 10:30"))[0]
    assert hands.code == "medical_monitor"
    assert "Nurse 1 is needed by another visit Thu 3 Dec 2026 10:15 MST to 10:20" in hands.why
    assert "patient-2" not in hands.why + watch.why and "Sample" not in hands.why + watch.why


def test_a_nurse_whose_two_lanes_must_be_rearranged_is_free() -> None:
    watching = [
        a_claim("nurse-1", Purpose.WATCH, between("2026-12-03 10:00", "2026-12-03 11:00"), lane=0),
        a_claim("nurse-1", Purpose.WATCH, between("2026-12-03 11:00", "2026-12-03 12:30"), lane=1),
    ]
    slots = free_starts(_small(claims=watching), a_dosing_step(), THURSDAY)
    assert slots.is_free(at("2026-12-03 10:00"))
    third = a_claim("nurse-1", Purpose.WATCH, between("2026-12-03 10:55", "2026-12-03 11:05"), lane=1)
    slots = free_starts(_small(claims=[*watching, third]), a_dosing_step(), THURSDAY)
    assert _only_reason(slots, "2026-12-03 10:00")[1] == (
        "no medical monitor is free for D1 Thu 3 Dec 2026 10:00 MST to 12:45: Nurse 1 has 2 of 2 places for watching "
        "taken, and needs 1, Thu 3 Dec 2026 10:55 MST to 11:05"
    )


def test_every_room_and_therapist_is_named_with_what_keeps_them() -> None:
    rooms = (
        a_room("dosing-1"),
        a_room("dosing-2", out_of_use=(between("2026-12-03 12:30", "2026-12-03 14:00"),)),
    )
    lapsed = a_therapist("therapist-2", credentials=(Credential("therapist_licence", date(2026, 12, 2)),))
    claims = [
        a_claim("dosing-1", Purpose.OCCUPY, between("2026-12-03 12:45", "2026-12-03 15:00")),
        a_claim("therapist-1", Purpose.OCCUPY, between("2026-12-03 10:00", "2026-12-03 11:00")),
    ]
    staff = (a_therapist(), lapsed, a_nurse(), a_nurse("nurse-2"), a_prescriber())
    slots = free_starts(_small(rooms=rooms, staff=staff, claims=claims), a_dosing_step(), THURSDAY)
    room, therapist = slots.reasons_at(at("2026-12-03 10:00"))
    assert (room.code, therapist.code) == ("room", "therapist")
    assert room.why == (
        "no room fit for iv dosing is free Thu 3 Dec 2026 10:00 MST to 13:00, turnover included: "
        "Room dosing-1 is held for another visit Thu 3 Dec 2026 12:45 MST to 13:00; "
        "Room dosing-2 is out of use Thu 3 Dec 2026 12:30 MST to 13:00"
    )
    assert "Therapist 1 is needed by another visit Thu 3 Dec 2026 10:20 MST to 11:00" in therapist.why
    assert (
        "Therapist 2 holds no valid KAP training on Thu 3 Dec 2026 and holds no valid therapist licence on"
        in (therapist.why)
    )
    assert therapist.mend == "free a therapist, or look from Thu 3 Dec 2026 10:45 MST on"


def test_one_person_is_not_counted_for_two_roles() -> None:
    both = frozenset({Role.THERAPIST, Role.MEDICAL_MONITOR, Role.ADMINISTERING_CLINICIAN})
    able = a_nurse("sam", roles=both, credentials=a_therapist().credentials + a_nurse().credentials)
    slots = free_starts(_small(staff=(able, a_prescriber())), a_dosing_step(), THURSDAY)
    assert not slots.free
    code, why, _ = _only_reason(slots, "2026-12-03 10:00")
    assert code == "two_roles"
    assert why == "Sam would have to guide and to watch at once, and nobody does both in one visit"


def test_too_few_people_on_the_premises_are_counted_and_named() -> None:
    plain = a_therapist(credentials=tuple(c for c in a_therapist().credentials if c.kind != "bls"))
    early = a_prescriber(
        "prescriber-2", roles=frozenset({Role.CARE_COORDINATOR}), hours=weekdays("08:00", "12:00")
    )
    lone = a_prescriber(credentials=(Credential("prescriber_licence"),))
    slots = free_starts(_small(staff=(plain, early, lone, a_nurse())), a_dosing_step(), THURSDAY)
    code, why, mend = _only_reason(slots, "2026-12-03 10:00")
    assert code == "site_cover"
    assert why == (
        "2 people holding BLS are asked for on the premises and 1 (Nurse 1) would be there "
        "Thu 3 Dec 2026 12:00 MST to 12:45"
    )
    assert mend.startswith("have one more of them at work, or look from")


# Whom to ask for


def test_the_therapist_asked_for_counts_alone() -> None:
    staff = (a_therapist(), a_therapist("therapist-2", hours=weekdays("13:00", "18:00")))
    diary = _small(staff=staff)
    slots = free_starts(diary, an_integration_step(), THURSDAY)
    assert slots.therapists_at(at("2026-12-03 10:00")) == ("therapist-1",)
    assert slots.therapists_at(at("2026-12-03 14:00")) == ("therapist-1", "therapist-2")
    assert slots.therapists_at(at("2026-12-03 18:00")) == ()
    asked = free_starts(diary, an_integration_step(), THURSDAY, "therapist-2")
    assert _wall(asked)[0] == "03 13:00"
    assert asked.therapists_at(at("2026-12-03 14:00")) == ("therapist-2",)


@pytest.mark.parametrize(
    "asked, why",
    [
        ("nurse-1", "Nurse 1 does not hold the role of therapist"),
        ("nobody", "the therapist asked for does not work at Cottonwood Clinic"),
    ],
)
def test_whoever_cannot_guide_leaves_no_start_and_is_told_so(asked: str, why: str) -> None:
    slots = free_starts(a_diary(), an_integration_step(), THURSDAY, asked)
    assert not slots.free
    assert _only_reason(slots, "2026-12-03 10:00")[:2] == ("therapist", why)


def test_a_series_keeps_its_therapist_unless_a_substitute_is_asked_for() -> None:
    diary, protocol = a_diary(), a_small_protocol()
    beside = Beside(t1_like_series(protocol, diary=diary, id="series-1"), protocol)
    step = protocol.step("I1")
    slots = free_starts(diary, step, beside=beside)
    assert {slots.therapists_at(start) for start in slots.free} == {("therapist-1",)}
    refused = free_starts(diary, step, None, "therapist-2", beside)
    code, why, mend = _only_reason(refused, "2026-12-04 15:00")
    assert (code, mend) == ("continuity", "ask for Therapist 1")
    assert why == "the patient's therapist is Therapist 1, and I1 keeps to one; Therapist 2 was asked for"
    substitute = free_starts(diary, replace(step, keeps_one_therapist=False), None, "therapist-2", beside)
    assert substitute.free == slots.free


# Days, and what is asked


def test_days_without_a_free_start_say_why() -> None:
    absent = between("2026-11-30 00:00", "2026-12-01 00:00")
    claims = [a_claim("therapist-1", Purpose.OCCUPY, between("2026-12-01 08:00", "2026-12-01 17:30"))]
    diary = _small(claims=claims, patient=a_patient(unavailable=(absent,)))
    slots = free_starts(diary, an_integration_step(), between("2026-11-26 00:00", "2026-12-02 23:59"))
    days = {day.day.day: day for day in slots.days()}
    assert list(days) == [26, 27, 28, 29, 30, 1, 2]
    told = {number: [reason.why for reason in day.why] for number, day in days.items()}
    assert told == {
        26: ["Cottonwood Clinic is not open long enough for I1 on Thu 26 Nov 2026 (Thanksgiving)"],
        27: [],
        28: ["Cottonwood Clinic is not open long enough for I1 on Sat 28 Nov 2026"],
        29: ["Cottonwood Clinic is not open long enough for I1 on Sun 29 Nov 2026"],
        30: ["because of the patient's own time no start is left on Mon 30 Nov 2026"],
        1: ["because of the time of the therapists no start is left on Tue 1 Dec 2026"],
        2: [],
    }
    assert days[27].starts[0] == at("2026-11-27 08:00") and days[27].starts[-1] == at("2026-11-27 17:00")


def test_a_day_on_which_something_else_is_in_the_way_at_each_hour_says_so() -> None:
    claims = [
        a_claim("therapist-1", Purpose.OCCUPY, between("2026-12-03 08:00", "2026-12-03 13:00")),
        a_claim("office-1", Purpose.OCCUPY, between("2026-12-03 13:00", "2026-12-03 18:00")),
    ]
    (day,) = free_starts(_small(claims=claims), an_integration_step(), THURSDAY).days()
    assert [reason.code for reason in day.why] == ["mixed"]


def test_what_is_past_is_asked_about_and_never_free() -> None:
    slots = free_starts(_small(as_of=at("2026-12-03 10:01")), an_integration_step(), THURSDAY)
    assert _wall(slots)[0] == "03 10:15"
    code, why, _ = _only_reason(slots, "2026-12-03 10:00")
    assert (code, why) == ("past", "I1 would start before now (Thu 3 Dec 2026 10:01 MST)")


def test_a_visit_that_would_end_too_near_closing_time_says_by_how_much() -> None:
    slots = free_starts(a_diary(), a_dosing_step(), THURSDAY)
    assert _wall(slots)[-1] == "03 14:45"
    assert _only_reason(slots, "2026-12-03 15:00")[1] == (
        "D1 would be over 15 min before Cottonwood Clinic closes at Thu 3 Dec 2026 18:00 MST; at least 30 min are asked for"
    )


def test_outside_of_opening_hours_no_list_is_made_of_who_is_not_at_work() -> None:
    away = between("2026-12-03 17:00", "2026-12-03 18:00")
    slots = free_starts(_small(patient=a_patient(unavailable=(away,))), a_dosing_step(), THURSDAY)
    told = [(reason.code, reason.mend) for reason in slots.reasons_at(at("2026-12-03 16:00"))]
    assert told == [
        ("patient", "ask the patient, or look from Fri 4 Dec 2026 08:00 MST on"),
        ("hours", "look from Fri 4 Dec 2026 08:00 MST on"),
    ]


def test_nobody_with_a_credential_on_the_premises_is_none() -> None:
    plain = tuple(replace(p, credentials=p.credentials[:1]) for p in (a_prescriber(), a_nurse()))
    slots = free_starts(_small(staff=(a_therapist(), *plain)), a_dosing_step(), THURSDAY)
    acls = next(reason for reason in slots.reasons_at(at("2026-12-03 10:00")) if "ACLS" in reason.why)
    assert "asked for on the premises and none would be there" in acls.why


def test_who_gives_the_drug_is_asked_for_with_the_right_article() -> None:
    watching = a_nurse(roles=frozenset({Role.MEDICAL_MONITOR}))
    slots = free_starts(_small(staff=(a_therapist(), watching, a_prescriber())), a_dosing_step(), THURSDAY)
    mends = [reason.mend for reason in slots.reasons_at(at("2026-12-03 10:00"))]
    assert "free an administering clinician" in mends


def test_by_default_it_looks_ninety_days_ahead_as_far_as_the_diary_goes() -> None:
    slots = free_starts(_small(), an_integration_step())
    assert slots.between == Interval(slots.question.diary.as_of, slots.question.diary.horizon.end)
    wide = replace(_small(), horizon=between("2026-11-20 00:00", "2027-06-01 00:00"))
    assert free_starts(wide, an_integration_step()).between.duration == timedelta(days=90)


@pytest.mark.parametrize("start", ["2026-12-03 10:05", "2026-12-03 06:45", "2026-12-03 18:15"])
def test_a_start_that_was_not_asked_about_is_refused(start: str) -> None:
    slots = free_starts(_small(), an_integration_step(), THURSDAY)
    with pytest.raises(InvalidValue, match="not among the starts asked about"):
        slots.reasons_at(at(start))


def test_a_stretch_outside_of_the_diary_is_refused() -> None:
    with pytest.raises(InvalidValue, match="outside of the time that was looked at"):
        free_starts(_small(), an_integration_step(), between("2027-05-01 00:00", "2027-05-02 00:00"))


def test_a_step_without_a_therapist_names_none() -> None:
    call = replace(an_integration_step("C1"), phases=(), room_capability=None)
    slots = free_starts(_small(), replace(call, phases=(a_dosing_step().phases[0],)), THURSDAY)
    assert slots.free and slots.therapists_at(slots.free[0]) == ()


def test_instants_are_in_utc() -> None:
    start: datetime = free_starts(_small(), an_integration_step(), THURSDAY).free[0]
    assert start.utcoffset() == timedelta(0)
