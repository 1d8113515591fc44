"""The first visit without a place: which one it is, where it would have to be, and what keeps it from there."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from scheduler.domain.claims import Purpose
from scheduler.domain.diary import Diary
from scheduler.domain.interval import Interval
from scheduler.domain.treatment import WindowMeaning
from scheduler.planner.proposal import Reason
from scheduler.planner.propose import propose
from scheduler.planner.wishes import Wishes
from tests.builders import (
    AS_OF,
    HORIZON,
    a_claim,
    a_diary,
    a_dosing_step,
    a_nurse,
    a_patient,
    a_prescriber,
    a_review_step,
    a_room,
    a_small_protocol,
    a_therapist,
    a_window,
    an_office,
    at,
    between,
    weekdays,
)

UNTIL = at("2026-12-22 00:00")


def _clinic(**fields: Any) -> Diary:
    """Build a clinic with one of each."""
    people = (a_therapist("therapist-1"), a_nurse("nurse-1"), a_nurse("nurse-2"), a_prescriber())
    return a_diary(**{"rooms": (a_room("dosing-1"), an_office("office-1")), "staff": people, **fields})


def _first(diary: Diary, **wishes: Any) -> Reason:
    """Return what is told first of why the small protocol does not fit."""
    answer = propose(diary, a_small_protocol(), Wishes(**{"earliest": AS_OF, "latest": UNTIL, **wishes}))
    assert not answer.proposals
    return answer.reasons[0]


def test_a_visit_that_cannot_follow_in_time_is_told_with_both_limits_and_what_stands_in_the_way() -> None:
    tuesdays = tuple(hours for hours in weekdays() if hours.weekday == 1)
    diary = _clinic()
    doctor = a_prescriber(hours=tuesdays)
    told = _first(replace(diary, staff={**diary.staff, doctor.id: doctor}))
    assert (told.code, told.step, told.mend) == ("chain", "D2", "free some of it, or look later")
    assert told.why == (
        "D2 (Dosing 2) has no place: with D1 on Tue 24 Nov 2026 10:00 MST it would have to start on Thu 26 Nov 2026 10:00 "
        "MST or later, and on Sun 29 Nov 2026 10:00 MST or earlier, because D2 starts at least 48 h and at most 5 d after "
        "D1 starts; no start is free then, the next one is on Tue 1 Dec 2026 08:00 MST, and with the visits before it at "
        "another time it is no better; what stands in the way is the time or the credentials of the prescribers"
    )


def test_a_visit_that_comes_too_late_is_told_with_the_last_day_itself() -> None:
    told = _first(_clinic(), latest=at("2026-11-26 00:00"))
    assert (told.step, told.mend) == ("D2", "give a later last day")
    assert told.why == (
        "D2 (Dosing 2) has no place: with D1 on Tue 24 Nov 2026 10:00 MST it would have to start on Thu 26 Nov 2026 10:00 "
        "MST or later, because D2 starts at least 48 h and at most 5 d after D1 starts, and could not be over by "
        "Wed 25 Nov 2026"
    )
    by_noon = _first(_clinic(), latest=at("2026-11-27 12:00"))
    assert by_noon.step == "I2"
    assert by_noon.why.endswith(", and could not be over by Fri 27 Nov 2026 12:00 MST")
    away = a_patient(unavailable=(between("2026-11-24 00:00", "2026-12-05 00:00"),))
    blamed = _first(_clinic(patient=away), latest=at("2026-12-09 00:00"))
    assert blamed.why.endswith("what stands in the way is the patient's own visits and unavailable times")


CLOSED = Interval(at("2026-11-25 00:00"), HORIZON.end)
ROOMS = (a_room("dosing-1", out_of_use=(CLOSED,)), an_office("office-1"))


def test_a_visit_with_no_start_left_is_told_from_when_to_when() -> None:
    told = _first(_clinic(rooms=ROOMS))
    assert told.step == "D2"
    assert told.why.endswith(
        "; no start is free from then to Mon 21 Dec 2026; what stands in the way is the rooms"
    )


def test_the_therapist_with_whom_it_was_tried_is_named_where_there_are_several() -> None:
    diary = a_diary(rooms=ROOMS)
    assert "has no place: with Therapist 1 and D1 on Tue 24 Nov 2026 10:00 MST it" in _first(diary).why
    assert "has no place: with D1 on Tue 24" in _first(diary, therapist="therapist-1").why


def test_doses_of_another_series_are_told_where_they_leave_no_start() -> None:
    others = [
        a_claim(
            "patient-1", Purpose.SPACING, Interval.lasting(AS_OF + timedelta(days=day), timedelta(days=2))
        )
        for day in range(0, 40, 2)
    ]
    told = _first(_clinic(claims=others))
    assert (told.code, told.step) == ("no_start", "D1")
    assert told.why.endswith(": what stands in the way is the spacing to the patient's other doses")


def test_a_nurse_who_is_needed_in_two_roles_stands_in_the_way_in_both() -> None:
    """She sets up and gives the drug: without either she would still be needed for the other."""
    busy = a_claim("nurse-1", Purpose.OCCUPY, Interval(at("2026-11-25 00:00"), HORIZON.end))
    alone = (a_therapist("therapist-1"), a_nurse("nurse-1"), a_prescriber())
    diary = _clinic(staff=alone, claims=[busy])
    told = _first(diary)
    both = "the time or the credentials of the medical monitors and the administering clinicians"
    assert told.why.endswith(f"what stands in the way is {both}")
    ways_out = propose(diary, a_small_protocol(), Wishes(AS_OF, UNTIL)).reasons
    (way,) = (reason for reason in ways_out if reason.code.startswith("without_"))
    assert way.code == "without_medical_monitor_and_administering_clinician"
    assert way.mend.startswith(f"if {both} were no obstacle, a series could be complete on ")


def test_two_limits_that_exclude_each_other_are_told_so() -> None:
    """The talk must be over before the next dose, which follows exactly two days after the first one."""
    protocol = a_small_protocol()
    windows = [
        replace(w, at_least=timedelta(days=2), at_most=timedelta(days=2))
        if w.to_step == "D2" and w.from_step == "D1"
        else w
        for w in protocol.windows
    ]
    late = [
        replace(w, at_least=timedelta(hours=46), at_most=timedelta(hours=50)) if w.to_step == "I1" else w
        for w in windows
    ]
    answer = propose(_clinic(), replace(protocol, windows=tuple(late)), Wishes(AS_OF, UNTIL))
    assert (
        "; it cannot do both, and with the visits before it at another time it is no better"
        in answer.reasons[0].why
    )
    assert answer.reasons[0].step == "D2"


def test_what_breaks_before_a_visit_that_never_fits_is_told_before_it() -> None:
    """Nobody may review at the end of the series, but the chain breaks at its second dose already."""
    protocol = a_small_protocol()
    review = a_review_step("R1", phases=a_dosing_step().phases[:1], room_capability="chapel")
    window = a_window(WindowMeaning.FOLLOW_UP, "I2.end", "R1.start")
    longer = replace(protocol, steps=(*protocol.steps, review), windows=(*protocol.windows, window))
    answer = propose(_clinic(rooms=ROOMS), longer, Wishes(AS_OF, UNTIL))
    codes = [(reason.code, reason.step) for reason in answer.reasons if not reason.way_out]
    assert codes == [("chain", "D2"), ("no_room", "R1")]
