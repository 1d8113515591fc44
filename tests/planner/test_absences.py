"""What is told to give up of an absence, and whom to ask when the patient's therapist is away: each helps as it is told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from scheduler.domain.claims import Purpose
from scheduler.domain.diary import Diary
from scheduler.domain.interval import Interval
from scheduler.domain.treatment import Protocol, WindowMeaning
from scheduler.planner.proposal import Reason
from scheduler.planner.propose import propose
from scheduler.planner.wishes import Wishes
from tests.builders import (
    AS_OF,
    DAY,
    HOUR,
    a_claim,
    a_diary,
    a_nurse,
    a_patient,
    a_prescriber,
    a_room,
    a_small_protocol,
    a_therapist,
    an_office,
    at,
    between,
)
from tests.planner.conceded import Asked, conceded, stretched

UNTIL = at("2026-12-12 00:00")
LONG = between("2026-11-25 00:00", "2026-12-10 00:00")
"""Whoever is away so long lets no second dose follow the first one."""


def _clinic(**fields: Any) -> Diary:
    """Build a clinic with one of each."""
    people = (a_therapist("therapist-1"), a_nurse("nurse-1"), a_nurse("nurse-2"), a_prescriber())
    return a_diary(**{"rooms": (a_room("dosing-1"), an_office("office-1")), "staff": people, **fields})


def _ways_out(asked: Asked) -> dict[str, Reason]:
    """Return what would help, by code, of each the first; everything told does help, to the very minute."""
    answer = propose(asked.diary, asked.protocol, asked.wishes)
    assert not answer.proposals
    ways_out = [reason for reason in answer.reasons if reason.way_out]
    for reason in ways_out:
        then = conceded(reason, asked)
        found = propose(then.diary, then.protocol, replace(then.wishes, limit=1)).proposals
        assert [one.finish for one in found] == [reason.finish], reason
    return {reason.code: reason for reason in reversed(ways_out)}


def _asked(diary: Diary, protocol: Protocol | None = None, **wishes: Any) -> Asked:
    return Asked(diary, protocol or a_small_protocol(), Wishes(AS_OF, UNTIL, **wishes))


def test_one_day_of_an_absence_is_asked_of_the_patient_where_that_is_enough() -> None:
    away = between("2026-11-27 00:00", "2026-11-30 00:00")
    patient = a_patient(unavailable=(away,))
    wishes = Wishes(AS_OF, at("2026-12-01 00:00"))
    told = _ways_out(Asked(_clinic(patient=patient), a_small_protocol(), wishes))["patient_time"]
    assert told.why == "the patient cannot come from Fri 27 Nov 2026 to Sun 29 Nov 2026"
    assert told.mend.startswith(
        "if the patient could come on Fri 27 Nov 2026, a series could be complete on Mon 30"
    )


def test_a_day_of_the_patients_is_cheaper_than_a_later_last_day_and_a_whole_absence_dearer() -> None:
    diary = _clinic(patient=a_patient(unavailable=(LONG,)))
    day = propose(diary, a_small_protocol(), Wishes(AS_OF, UNTIL)).reasons
    told = [(reason.code, " on " in reason.mend.split(", a series")[0]) for reason in day if reason.way_out]
    assert told == [("patient_time", True), ("later_last_day", False), ("patient_time", False)]
    whole = _ways_out(Asked(diary, a_small_protocol(), Wishes(AS_OF, at("2026-12-04 00:00"))))["patient_time"]
    assert whole.mend.startswith(
        "if the patient could come from Wed 25 Nov 2026 to Wed 9 Dec 2026, a series "
    )


def test_an_absence_of_some_hours_is_told_with_its_hours() -> None:
    shift = between("2026-11-27 07:00", "2026-11-27 17:00")
    wishes = Wishes(AS_OF, at("2026-12-01 00:00"))
    diary = _clinic(patient=a_patient(unavailable=(shift,)))
    told = _ways_out(Asked(diary, a_small_protocol(), wishes))["patient_time"]
    assert told.why == "the patient cannot come from Fri 27 Nov 2026 07:00 MST to 17:00"


def test_somebody_scarce_who_is_away_is_asked_back_for_one_day_or_for_all_of_it() -> None:
    diary = _clinic()
    doctor = a_prescriber(time_off=(LONG,))
    away = replace(diary, staff={**diary.staff, doctor.id: doctor})
    told = _ways_out(_asked(away))["time_off"]
    assert told.why == "Prescriber 1 is away from Wed 25 Nov 2026 to Wed 9 Dec 2026"
    # The first dose can be given before; only for the second somebody is missing.
    assert told.mend.startswith(
        "if Prescriber 1 were at work on Fri 27 Nov 2026, a series could be complete on "
    )
    longer = a_prescriber(time_off=(between("2026-11-20 00:00", "2026-12-10 00:00"),))
    away = replace(diary, staff={**diary.staff, doctor.id: longer})
    told = _ways_out(Asked(away, a_small_protocol(), Wishes(AS_OF, at("2026-12-04 00:00"))))["time_off"]
    assert told.mend.startswith("if Prescriber 1 were at work from Fri 20 Nov 2026 to Wed 9 Dec 2026, ")


def test_who_is_counted_on_the_premises_is_asked_back_as_well() -> None:
    spare = a_nurse("nurse-3", roles=frozenset(), time_off=(LONG,))
    people = [
        replace(one, credentials=tuple(c for c in one.credentials if c.kind != "bls" or one.id == "nurse-1"))
        for one in _clinic().staff.values()
    ]
    told = _ways_out(_asked(_clinic(staff=(*people, spare))))["time_off"]
    assert told.mend.startswith("if Nurse 3 were at work on Fri 27 Nov 2026, a series could be complete on ")


def test_a_room_is_asked_back_into_use() -> None:
    rooms = (a_room("dosing-1", out_of_use=(LONG,)), an_office("office-1"))
    told = _ways_out(_asked(_clinic(rooms=rooms)))["room_in_use"]
    assert told.why == "Room dosing-1 is out of use from Wed 25 Nov 2026 to Wed 9 Dec 2026"
    assert told.mend.startswith(
        "if Room dosing-1 could be used on Fri 27 Nov 2026, a series could be complete on "
    )


def test_of_rooms_that_would_help_alike_the_first_is_told() -> None:
    rooms = (*(a_room(f"dosing-{n}", out_of_use=(LONG,)) for n in (1, 2, 3)), an_office("office-1"))
    asked = _asked(_clinic(rooms=rooms))
    reasons = propose(asked.diary, asked.protocol, asked.wishes).reasons
    assert [r.why.split(" is ")[0] for r in reasons if r.code == "room_in_use"] == ["Room dosing-1"]


def _two_therapists(*busy: tuple[str, str, str]) -> Diary:
    people = (*_clinic().staff.values(), a_therapist("therapist-2"))
    claims = [a_claim(who, Purpose.OCCUPY, between(begin, end)) for who, begin, end in busy]
    return _clinic(staff=people, claims=claims)


def test_another_therapist_for_one_visit_is_told_with_who_may_decide() -> None:
    """The one therapist can guide all but the second dose, and the other the second dose alone."""
    diary = _two_therapists(
        ("therapist-1", "2026-11-27 00:00", "2026-11-28 00:00"),
        ("therapist-1", "2026-12-02 00:00", "2026-12-20 00:00"),
        ("therapist-2", "2026-11-23 00:00", "2026-11-27 00:00"),
    )
    wishes = Wishes(AS_OF, at("2026-12-01 00:00"))
    told = _ways_out(Asked(diary, a_small_protocol(), wishes))["substitute"]
    assert told.step == "D2"
    assert told.why == (
        "D2 is asked for with the therapist of the series; only the therapist may let it take place otherwise (CONT-1)"
    )
    assert told.mend.startswith(
        "if another therapist might guide D2 (Dosing 2), a series could be complete on "
    )


def test_where_one_visit_is_not_enough_whoever_is_free_is_told_of_last() -> None:
    diary = _two_therapists(
        ("therapist-1", "2026-11-25 00:00", "2026-11-28 00:00"),
        ("therapist-2", "2026-11-23 00:00", "2026-11-26 00:00"),
        ("therapist-2", "2026-11-28 00:00", "2026-12-20 00:00"),
    )
    wishes = Wishes(AS_OF, at("2026-12-01 00:00"))
    told = _ways_out(Asked(diary, a_small_protocol(), wishes))
    assert "substitute" not in told
    assert told["substitutes"].why == (
        "P1, D1, I1, D2 and I2 keep to the therapist of the series; only the therapist may let them take place otherwise "
        "(CONT-1)"
    )
    assert told["substitutes"].mend.startswith(
        "if any visit might be guided by whoever is free, a series could "
    )


def test_a_limit_that_every_visit_of_a_kind_has_is_stretched_for_all_where_none_alone_is_enough() -> None:
    protocol = a_small_protocol()
    tight = [
        replace(window, at_most=26 * HOUR) if window.meaning is WindowMeaning.INTEGRATION else window
        for window in protocol.windows
    ]
    # Talks are possible in the early morning alone, sooner than a day after any dose: they have to wait for the next one.
    busy = [
        a_claim("office-1", Purpose.OCCUPY, Interval.lasting(at("2026-11-25 10:30") + day * DAY, 14 * HOUR))
        for day in range(20)
    ]
    asked = Asked(_clinic(claims=busy), replace(protocol, windows=tuple(tight)), Wishes(AS_OF, UNTIL))
    told = _ways_out(asked)["windows"]
    assert told.why == (
        "I1 and I2 are each asked for at most 26 h after D1 and D2, which is a warning: the clinic may decide otherwise "
        "(INTEG-2)"
    )
    assert told.mend.startswith(
        "if I1 and I2 could each start as late as 38 h 30 min after the end of D1 and D2, a series could be complete on "
    )
    narrower = stretched(told, asked, less=HOUR / 4)
    assert not propose(narrower.diary, narrower.protocol, narrower.wishes).proposals
