"""Where the chain breaks, and what a clinic lacks: each said once, in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from scheduler.domain.diary import Diary
from scheduler.domain.people import Credential, Role
from scheduler.planner.proposal import Reason
from scheduler.planner.propose import propose
from scheduler.planner.wishes import Wishes
from tests.builders import (
    AS_OF,
    a_coordinator,
    a_diary,
    a_nurse,
    a_prescriber,
    a_room,
    a_site,
    a_small_protocol,
    a_therapist,
    an_office,
    at,
)

UNTIL = at("2027-01-10 00:00")


def _against(diary: Diary, **wishes: Any) -> list[Reason]:
    """Return what stands in the way."""
    asked = Wishes(**{"earliest": AS_OF, "latest": UNTIL, **wishes})
    answer = propose(diary, a_small_protocol(), asked)
    assert not answer.proposals
    return [reason for reason in answer.reasons if not reason.way_out]


def test_a_horizon_without_opening_hours_says_so_alone() -> None:
    shut = _against(a_diary(site=a_site(hours=())))
    assert [reason.code for reason in shut] == ["no_opening_hours"]
    assert shut[0].why == (
        "Cottonwood Clinic is not open at any time between Mon 23 Nov 2026 09:00 MST and Sat 9 Jan 2027"
    )
    weekend = {"earliest": at("2026-11-28 00:00"), "latest": at("2026-11-30 00:00")}
    assert _against(a_diary(), **weekend)[0].code == "no_opening_hours"


def test_no_room_and_nobody_in_a_role_are_told_with_who_asks() -> None:
    diary = a_diary(rooms=(an_office(),), staff=(a_therapist(), a_coordinator()))
    told = {(reason.code, reason.why) for reason in _against(diary) if reason.code != "no_credential"}
    asked = "D1 and D2 ask for it"
    assert told == {
        ("no_room", f"no room of Cottonwood Clinic is fit for iv dosing; {asked}"),
        ("nobody_in_role", f"nobody at Cottonwood Clinic has the role medical monitor; {asked}"),
        ("nobody_in_role", f"nobody at Cottonwood Clinic has the role administering clinician; {asked}"),
        ("nobody_in_role", f"nobody at Cottonwood Clinic has the role prescriber; {asked}"),
        ("no_concession", "no single concession makes a complete series possible in this time"),
    }


def test_a_clinic_without_any_therapist_says_so() -> None:
    staff = (a_nurse("nurse-1"), a_nurse("nurse-2"), a_prescriber())
    reasons = _against(a_diary(staff=staff))
    assert [(r.code, r.step) for r in reasons] == [("nobody_in_role", "P1"), ("no_concession", "")]
    assert "P1, D1, I1, D2 and I2 ask for it" in reasons[0].why


@pytest.mark.parametrize(
    ("held", "words"),
    [
        ((), "Therapist 1: no KAP training"),
        (
            (Credential("kap_training", date(2026, 11, 20)),),
            "Therapist 1: KAP training until Fri 20 Nov 2026",
        ),
    ],
)
def test_the_chosen_therapist_without_the_training_is_told_which_and_since_when(
    held: tuple[Credential, ...], words: str
) -> None:
    kept = tuple(mine for mine in a_therapist().credentials if mine.kind != "kap_training")
    diary = a_diary()
    person = a_therapist("therapist-1", credentials=(*kept, *held))
    diary = replace(diary, staff={**diary.staff, person.id: person})
    (told,) = _against(diary, therapist="therapist-1")
    assert (told.code, told.step) == ("no_credential", "D1")
    assert told.why.startswith("Therapist 1 does not hold KAP training and therapist licence between ")
    assert f"({words}); D1 and D2 ask for it" in told.why
    assert told.mend == "choose another therapist, or have them renewed"


def test_everybody_of_a_role_is_told_when_none_is_qualified() -> None:
    lapsed = (Credential("rn_licence", date(2026, 11, 1)), Credential("bls"))
    nurses = (a_nurse("nurse-1", credentials=lapsed), a_nurse("nurse-2", credentials=(Credential("bls"),)))
    reasons = _against(a_diary(staff=(a_therapist(), a_prescriber(), *nurses)))
    watching = next(reason for reason in reasons if "medical monitor" in reason.why)
    assert "(Nurse 1: RN licence until Sun 1 Nov 2026; Nurse 2: no RN licence)" in watching.why
    assert watching.mend == "have them renewed, or enter who holds them"


def test_too_few_with_a_credential_on_the_premises_are_counted() -> None:
    diary = a_diary(rooms=(a_room(), an_office()))
    staff = {
        id: replace(person, credentials=tuple(c for c in person.credentials if c.kind != "acls"))
        for id, person in diary.staff.items()
    }
    (told,) = (reason for reason in _against(replace(diary, staff=staff)) if reason.code == "no_credential")
    assert told.why.startswith("none of the staff may be counted on for ACLS between ")


def test_a_wished_person_who_is_no_therapist_is_all_that_is_told_against_it() -> None:
    assert [reason.code for reason in _against(a_diary(), therapist="nurse-1")] == ["therapist"]
    assert Role.THERAPIST not in a_nurse().roles
