"""The best series on diaries small enough to know the answer by heart, and the reasons when there is none."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random

import pytest

from bench import ours
from scheduler.domain.claims import Claim, Purpose
from scheduler.domain.diary import Diary
from scheduler.domain.errors import InvalidValue
from scheduler.domain.people import Credential, Role
from scheduler.domain.places import Closure
from scheduler.domain.series import Series
from scheduler.domain.treatment import Phase, Protocol, WindowMeaning
from scheduler.planner.proposal import Answer
from scheduler.planner.propose import propose
from scheduler.planner.steps import needed_steps
from scheduler.planner.windows import allowed_windows
from scheduler.planner.wishes import Wishes
from tests.builders import (
    AS_OF,
    ZONE,
    a_coordinator,
    a_diary,
    a_dosing_step,
    a_nurse,
    a_patient,
    a_preparation_step,
    a_prescriber,
    a_room,
    a_site,
    a_small_protocol,
    a_therapist,
    a_window,
    an_induction_protocol,
    an_office,
    at,
    between,
    passed,
    weekdays,
)

UNTIL = at("2027-01-25 00:00")


def _answer(diary: Diary, **wishes: object) -> Answer:
    asked = replace(Wishes(AS_OF, UNTIL), **wishes)  # type: ignore[arg-type]  # the tests name the fields they mean
    return propose(diary, a_small_protocol(), asked)


def _starts(answer: Answer) -> dict[str, datetime]:
    return _starts_of(answer.proposals[0].series)


def _starts_of(series: Series) -> dict[str, datetime]:
    return {visit.step: visit.start for visit in series.appointments}


def _only(**fields: object) -> Diary:
    """Return a diary with one person for each role and one room of each kind, so that whatever is taken bites."""
    staff = (a_therapist(), a_nurse(), a_nurse("nurse-2", roles=frozenset()), a_prescriber(), a_coordinator())
    return replace(
        a_diary(rooms=(a_room(), an_office()), staff=staff),
        **fields,  # type: ignore[arg-type]  # fields of a diary
    )


def _taken(resource: str, purpose: Purpose, begin: str, end: str) -> Claim:
    return Claim(resource, purpose, between(begin, end), "another visit")


def test_the_earliest_series_on_an_empty_diary_skips_thanksgiving_and_the_no_driving_morning() -> None:
    assert _starts(_answer(a_diary())) == {
        "P1": at("2026-11-23 09:00"),
        "D1": at("2026-11-24 10:00"),
        "I1": at("2026-11-25 13:00"),
        "D2": at("2026-11-27 08:00"),
        "I2": at("2026-11-30 08:00"),
    }


def test_every_phase_of_a_dosing_visit_has_its_people_and_its_room() -> None:
    dose = _answer(_only()).proposals[0].series.visit("D1")
    assert dose is not None
    assert dose.room == "dosing-1"
    assert dose.staff == {
        Role.THERAPIST: "therapist-1",
        Role.MEDICAL_MONITOR: "nurse-1",
        Role.ADMINISTERING_CLINICIAN: "nurse-1",
        Role.PRESCRIBER: "prescriber-1",
    }


def test_a_prescriber_who_leaves_at_noon_must_cover_the_visit_to_its_discharge() -> None:
    diary = _only()
    staff = {**diary.staff, "prescriber-1": a_prescriber(hours=weekdays("08:00", "12:00"))}
    starts = _starts(_answer(replace(diary, staff=staff)))
    assert starts["D1"] == at("2026-11-25 08:00")  # 24 November 10:00 would run to 12:45


def test_two_set_ups_by_one_nurse_never_collide_but_watching_is_shared() -> None:
    hands = _taken("nurse-1", Purpose.OCCUPY, "2026-11-24 10:15", "2026-11-24 10:30")
    watch = _taken("nurse-1", Purpose.WATCH, "2026-11-24 10:15", "2026-11-24 18:00")
    starts = _starts(_answer(_only(claims=(hands, watch))))
    assert starts["D1"] == at("2026-11-24 10:30")


def test_a_nurse_who_watches_two_takes_no_third() -> None:
    watching = [_taken("nurse-1", Purpose.WATCH, "2026-11-24 08:00", "2026-11-24 18:00") for _ in range(2)]
    assert _starts(_answer(_only(claims=tuple(watching))))["D1"] == at("2026-11-25 08:00")


def test_the_room_is_held_through_its_turnover() -> None:
    taken = _taken("dosing-1", Purpose.OCCUPY, "2026-11-24 12:55", "2026-11-24 18:00")
    assert _starts(_answer(_only(claims=(taken,))))["D1"] == at("2026-11-25 08:00")
    later = _taken("dosing-1", Purpose.OCCUPY, "2026-11-24 13:00", "2026-11-24 18:00")
    assert _starts(_answer(_only(claims=(later,))))["D1"] == at("2026-11-24 10:00")


def test_two_visits_of_a_patient_wait_for_the_only_room_and_the_answer_says_it_is_only_the_best_found() -> (
    None
):
    preparation = a_preparation_step("P1")
    turning = replace(preparation, phases=(*preparation.phases, Phase("turnover", 15, with_patient=False)))
    order = a_window(WindowMeaning.ORDER, "P1.end", "P2.start")
    protocol = Protocol("pair", 1, "Pair", "iv", "course", (turning, a_preparation_step("P2")), (order,), 0)
    asked = Wishes(AS_OF, UNTIL, limit=1)
    alone, beside = (
        propose(_only(rooms={room.id: room for room in rooms}), protocol, asked)
        for rooms in ([an_office()], [an_office(), an_office("office-2")])
    )
    first = _starts(alone)["P1"]
    assert (_starts(alone)["P2"], alone.exact) == (first + turning.room_length, False)
    assert (_starts(beside)["P2"], beside.exact) == (first + turning.length, True)


@pytest.mark.parametrize(("hold_ends", "first_dose"), [("10:00", "10:00"), ("10:05", "10:15")])
def test_a_dose_of_another_series_keeps_its_distance_to_the_minute(hold_ends: str, first_dose: str) -> None:
    spacing = _taken("patient-1", Purpose.SPACING, "2026-11-22 10:00", f"2026-11-24 {hold_ends}")
    assert _starts(_answer(_only(claims=(spacing,))))["D1"] == at(f"2026-11-24 {first_dose}")


def test_a_dose_is_not_put_shortly_before_one_of_another_series() -> None:
    spacing = _taken("patient-1", Purpose.SPACING, "2026-11-26 09:59", "2026-12-01 09:59")
    starts = _starts(_answer(_only(claims=(spacing,))))
    assert starts["D1"] == at("2026-12-01 10:00")


def test_a_credential_counts_on_the_day_of_the_visit() -> None:
    held = tuple(Credential(kind, date(2026, 11, 24)) for kind in ("rn_licence", "bls", "acls"))
    diary = _only()
    nurses = {"nurse-1": a_nurse("nurse-1", credentials=held), "nurse-2": a_nurse("nurse-2")}
    series = _answer(replace(diary, staff={**diary.staff, **nurses})).proposals[0].series
    first, second = series.visit("D1"), series.visit("D2")
    assert first and first.start == at("2026-11-24 10:00")
    assert second and second.staff[Role.MEDICAL_MONITOR] == "nurse-2"


def test_nobody_is_dosed_where_only_one_person_holds_bls() -> None:
    diary = _only()
    alone = {
        key: replace(person, credentials=()) for key, person in diary.staff.items() if key == "prescriber-1"
    }
    licence = Credential("prescriber_licence")
    alone["prescriber-1"] = replace(alone["prescriber-1"], credentials=(licence,))
    alone["nurse-2"] = replace(diary.staff["nurse-2"], credentials=())
    without_bls = tuple(c for c in diary.staff["therapist-1"].credentials if c.kind != "bls")
    alone["therapist-1"] = replace(diary.staff["therapist-1"], credentials=without_bls)
    answer = _answer(replace(diary, staff={**diary.staff, **alone}))
    assert answer.proposals == ()
    assert any(reason.code == "without_site_cover" for reason in answer.reasons)


def test_closures_are_kept_and_recovery_is_over_half_an_hour_before_closing() -> None:
    site = a_site(
        closures=(Closure(date(2026, 11, 24), date(2026, 11, 25), "Works"),), hours=weekdays("14:00", "18:00")
    )
    starts = _starts(_answer(_only(site=site)))
    assert starts["D1"] == at("2026-11-26 14:00")
    late = a_site(hours=weekdays("14:00", "17:10"))
    assert _answer(_only(site=late)).proposals == ()


def test_the_patients_own_times_are_kept() -> None:
    patient = a_patient(unavailable=(between("2026-11-24 00:00", "2026-11-24 11:01"),))
    assert _starts(_answer(_only(patient=patient)))["D1"] == at("2026-11-24 11:15")


def test_the_chosen_therapist_is_kept_throughout_and_proposals_differ() -> None:
    chosen = _answer(a_diary(), therapist="therapist-2").proposals
    assert {visit.staff.get(Role.THERAPIST) for p in chosen for visit in p.series.appointments} == {
        "therapist-2"
    }
    proposals = _answer(a_diary()).proposals
    assert len(proposals) == 5
    assert len({(p.therapist, *sorted(map(str, _starts_of(p.series).values()))) for p in proposals}) == 5
    assert [p.finish for p in proposals] == sorted(p.finish for p in proposals)


def test_the_order_of_input_does_not_matter() -> None:
    claims = [
        _taken("dosing-1", Purpose.OCCUPY, "2026-11-24 08:00", "2026-11-24 12:00"),
        _taken("nurse-1", Purpose.WATCH, "2026-11-25 08:00", "2026-11-25 12:00"),
        _taken("therapist-1", Purpose.OCCUPY, "2026-11-27 08:00", "2026-11-27 12:00"),
    ]
    diary = a_diary(claims=claims)
    shuffled = list(diary.staff.items())
    Random(7).shuffle(shuffled)
    other = replace(diary, staff=dict(shuffled), claims=tuple(reversed(claims)))
    first = _answer(diary)
    ours.forget()
    assert _answer(other) == first


def test_clearances_already_passed_and_declined_visits_are_left_out() -> None:
    screening = a_dosing_step("S0", left_out_when_passed="clearance.medical")
    protocol = a_small_protocol()
    protocol = replace(protocol, steps=(screening, *protocol.steps))
    patient = a_patient(gates=passed("clearance.medical", until=date(2026, 12, 1)))
    kept = needed_steps(protocol, patient, date(2026, 12, 1), {"I2"})
    assert [step.key for step in kept.steps] == ["P1", "D1", "I1", "D2"]
    again = needed_steps(protocol, patient, date(2026, 12, 2))
    assert [step.key for step in again.steps] == ["S0", "P1", "D1", "I1", "D2", "I2"]
    with pytest.raises(InvalidValue, match="D1 .* cannot be declined"):
        needed_steps(protocol, patient, date(2026, 12, 1), {"D1"})


def test_an_optional_visit_is_left_out_unless_it_is_asked_for() -> None:
    protocol = a_small_protocol()
    steps = tuple(
        replace(step, optional=step.key == "I2", declinable=step.key == "I1") for step in protocol.steps
    )
    choice = replace(protocol, steps=steps)
    today = date(2026, 12, 1)
    assert [step.key for step in needed_steps(choice, a_patient(), today).steps] == ["P1", "D1", "I1", "D2"]
    assert needed_steps(choice, a_patient(), today, included={"I2"}).has_step("I2")
    with pytest.raises(InvalidValue, match="I1 .* is not optional"):
        needed_steps(choice, a_patient(), today, included={"I1"})


def test_each_visit_stands_inside_the_window_the_others_leave_it() -> None:
    protocol = an_induction_protocol()
    series = propose(a_diary(), protocol, Wishes(AS_OF, UNTIL)).proposals[0].series
    windows = allowed_windows(protocol, series, ZONE)
    seen = 0
    for visit in series.appointments:
        window = windows.get(visit.step)
        if window is not None:
            seen += 1
            assert window.start <= visit.start <= window.end
    assert seen > 15


def test_no_visit_starts_before_now_or_ends_after_the_last_day() -> None:
    answer = _answer(a_diary(), earliest=at("2026-11-01 09:00"))
    assert min(_starts(answer).values()) == AS_OF
    exactly = _answer(a_diary(), latest=at("2026-11-30 08:50"))
    assert len(exactly.proposals) == 2
    assert _answer(a_diary(), latest=at("2026-11-30 08:49")).proposals == ()


def test_when_nothing_fits_the_visit_and_the_mends_are_named() -> None:
    short = _answer(a_diary(), latest=at("2026-11-27 12:00"))
    assert short.reasons[0].code == "chain"
    assert short.reasons[0].step in {"D2", "I2"}
    assert any(r.code == "later_last_day" and "Mon 30 Nov 2026 08:50 MST" in r.mend for r in short.reasons)
    full = a_diary(rooms=(an_office(),))
    reasons = _answer(full).reasons
    assert [(r.code, r.step) for r in reasons] == [("no_room", "D1"), ("another_room", "")]
    assert "no room of Cottonwood Clinic is fit for iv dosing; D1 and D2 ask for it" in reasons[0].why


def test_another_therapist_is_offered_when_the_chosen_one_is_full() -> None:
    busy = _taken("therapist-1", Purpose.OCCUPY, "2026-11-20 00:00", "2027-02-01 00:00")
    answer = _answer(a_diary(claims=(busy,)), therapist="therapist-1")
    assert answer.proposals == ()
    assert any(reason.code == "another_therapist" for reason in answer.reasons)


@pytest.mark.parametrize(
    ("whom", "words"),
    [("nurse-1", "does not hold the role of therapist"), ("nobody", "nobody with the id nobody works")],
)
def test_a_therapist_who_is_none_is_named(whom: str, words: str) -> None:
    assert words in _answer(a_diary(), therapist=whom).reasons[0].why


def test_elapsed_hours_are_kept_across_a_clock_change() -> None:
    """Denver springs forward on 14 March 2027 at 02:00: 48 hours after Saturday 10:00 is Monday 11:00 by the wall."""
    every_day = a_site(hours=tuple(replace(h, weekday=d) for d in range(7) for h in weekdays()[:1]))
    staff = tuple(replace(p, hours=every_day.hours) for p in _only().staff.values())
    diary = a_diary(
        rooms=(a_room(), an_office()),
        staff=staff,
        site=every_day,
        as_of=at("2027-03-11 09:00"),
        horizon=between("2027-03-11 00:00", "2027-04-20 00:00"),
    )
    tight = (between("2027-03-12 00:00", "2027-03-13 10:00"), between("2027-03-14 12:00", "2027-03-15 10:00"))
    diary = replace(diary, patient=a_patient(unavailable=tight))
    starts = _starts(
        propose(diary, a_small_protocol(), Wishes(diary.as_of, diary.as_of + timedelta(days=20)))
    )
    assert (starts["D1"], starts["I1"]) == (at("2027-03-13 10:00"), at("2027-03-15 10:00"))
    assert starts["D2"] == at("2027-03-15 11:00")


def _wishing_close_preparation() -> Protocol:
    protocol = a_small_protocol()
    wished = [
        replace(w, ideally_at_most=timedelta(days=3)) if w.from_step == "P1" and w.at_most else w
        for w in protocol.windows
    ]
    return replace(protocol, windows=tuple(wished))


def test_preparation_stands_as_close_to_the_dose_as_wished_where_that_costs_nothing() -> None:
    full = _taken("dosing-1", Purpose.OCCUPY, "2026-11-23 00:00", "2026-12-10 10:00")
    diary, protocol = _only(claims=(full,)), _wishing_close_preparation()
    proposal = propose(diary, protocol, Wishes(AS_OF, UNTIL)).proposals[0]
    starts = _starts_of(proposal.series)
    assert (starts["P1"], starts["D1"]) == (at("2026-12-07 10:00"), at("2026-12-10 10:00"))
    assert ("visits as close as the protocol wishes", "kept") in proposal.preferences


def test_a_wish_is_given_up_rather_than_the_earliest_finish() -> None:
    full = _taken("dosing-1", Purpose.OCCUPY, "2026-11-23 00:00", "2026-12-10 10:00")
    busy = _taken("therapist-1", Purpose.OCCUPY, "2026-12-07 08:00", "2026-12-09 18:00")
    proposal = propose(
        _only(claims=(full, busy)), _wishing_close_preparation(), Wishes(AS_OF, UNTIL)
    ).proposals[0]
    starts = _starts_of(proposal.series)
    assert (starts["P1"], starts["D1"]) == (AS_OF, at("2026-12-10 10:00"))
    assert ("visits as close as the protocol wishes", "not kept by P1") in proposal.preferences


def test_where_no_single_concession_helps_that_is_said() -> None:
    full = [
        _taken(id, purpose, "2026-11-23 00:00", "2027-02-01 00:00")
        for id, purpose in [("dosing-1", Purpose.OCCUPY), ("prescriber-1", Purpose.ON_PREMISES)]
        for _ in range(4)
    ]
    reasons = _answer(_only(claims=tuple(full))).reasons
    assert [(reason.code, reason.step) for reason in reasons] == [("no_start", "D1"), ("no_concession", "")]
    assert "and so has no other visit like it (D2)" in reasons[0].why
    assert "more than one thing stands in the way" in reasons[0].why
