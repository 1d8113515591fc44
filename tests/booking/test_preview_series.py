"""Previewing: what could be booked, or why nothing can, in words; nothing is written."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

import pytest
from flask import Flask

from scheduler.access.permissions import AccountRole, Actor
from scheduler.booking.outcomes import NotAllowed
from scheduler.booking.preview_series import PreviewSeries, SeriesPreview, preview_series
from scheduler.domain.clock import local, local_day
from scheduler.rules.evaluate import refuses
from scheduler.store.ledger import all_claims
from scheduler.store.series import all_series
from tests.booking.small_clinic import COURSE, INDUCTION, MONDAY, booked, clock, previewed

pytestmark = pytest.mark.usefixtures("small_clinic")


@pytest.mark.parametrize("protocol", [INDUCTION, COURSE])
def test_the_best_series_are_shown_whole_and_without_a_breach(protocol: str) -> None:
    shown = previewed(protocol=protocol)
    assert shown.options
    assert shown.reasons == ()
    for option in shown.options:
        assert [visit.step for visit in option.proposal.series.appointments]
        assert {visit.step for visit in option.proposal.series.appointments} == {
            step.key for step in option.protocol.steps
        }
        assert not refuses(option.findings)


def test_clearances_that_stand_leave_the_screenings_out(desk: Actor) -> None:
    shown = previewed(protocol=INDUCTION)
    assert shown.protocol is not None
    assert shown.protocol.has_step("S0")
    assert not shown.options[0].protocol.has_step("S0")


def test_nothing_is_written() -> None:
    previewed()
    assert all_claims() == ()
    assert all_series() == ()


def test_what_is_shown_is_what_would_be_booked() -> None:
    best = previewed().options[0].proposal.series
    series = booked()
    assert [(v.step, v.start, v.room, v.staff) for v in series.appointments] == [
        (v.step, v.start, v.room, v.staff) for v in best.appointments
    ]


def test_the_search_begins_now_and_reaches_120_days() -> None:
    visits = previewed(protocol=COURSE, limit=20).options[-1].proposal.series.appointments
    assert visits[0].start >= MONDAY
    assert visits[-1].discharge <= MONDAY + timedelta(days=121)


def test_days_are_clinic_local_and_inclusive() -> None:
    first = date(2027, 2, 1)
    start = previewed(earliest=first).options[0].proposal.series.appointments[0].start
    assert local_day(start, "America/Denver") == first
    finish = previewed(earliest=first).options[0].proposal.finish
    last = local_day(finish, "America/Denver")
    assert previewed(earliest=first, latest=last).options[0].proposal.finish == finish
    assert previewed(earliest=first, latest=last - timedelta(days=1)).options == ()


def test_a_first_day_that_is_past_means_now() -> None:
    assert previewed(earliest=date(2026, 12, 1)).options == previewed().options


def test_a_declined_visit_is_left_out() -> None:
    shown = previewed(declined=frozenset({"I1"})).options[0]
    assert shown.proposal.series.visit("I1") is None
    assert shown.proposal.series.declined == frozenset({"I1"})


def test_the_therapist_wished_for_leads() -> None:
    shown = previewed(therapist="therapist-3")
    assert {option.proposal.therapist for option in shown.options} == {"therapist-3"}


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"patient": "nobody"}, "unknown_patient"),
        ({"protocol": "nothing"}, "unknown_protocol"),
        ({"therapist": "nobody"}, "unknown_therapist"),
        ({"therapist": "nurse-1"}, "not_a_therapist"),
        ({"earliest": date(2027, 3, 2), "latest": date(2027, 3, 1)}, "until_before_from"),
        ({"latest": date(2027, 1, 3)}, "until_is_past"),
        ({"latest": date(2029, 1, 1)}, "too_far_ahead"),
        ({"earliest": date(2029, 1, 1)}, "too_far_ahead"),
        ({"earliest": date.max}, "too_far_ahead"),
        ({"declined": frozenset({"D1"})}, "not_declinable"),
        ({"declined": frozenset({"X9"})}, "unknown_step"),
        ({"limit": 0}, "limit"),
        ({"limit": 21}, "limit"),
        ({"rather": "nobody"}, "unknown_therapist"),
        ({"rather": "nurse-1"}, "not_a_therapist"),
        ({"therapist": "therapist-1", "rather": "therapist-2"}, "two_therapists"),
        ({"weekdays": frozenset({0, 7})}, "unknown_weekday"),
        ({"from_time": time(12), "until_time": time(9)}, "no_time_between"),
        ({"from_time": time(12), "until_time": time(12)}, "no_time_between"),
        ({"first": ("earliest_finish", "sunshine")}, "unknown_preference"),
    ],
)
def test_nonsense_is_answered_with_a_reason_in_words(wrong: dict[str, Any], code: str) -> None:
    shown = previewed(**wrong)
    assert shown.options == ()
    assert [reason.code for reason in shown.reasons] == [code]
    assert shown.reasons[0].why.endswith(".")
    assert shown.reasons[0].mend.endswith(".")


def test_all_nonsense_is_named_at_once() -> None:
    shown = previewed(patient="nobody", protocol="nothing")
    assert [reason.code for reason in shown.reasons] == ["unknown_patient", "unknown_protocol"]


def test_every_wish_that_makes_no_sense_is_named_at_once() -> None:
    shown = previewed(
        rather="nobody", weekdays=frozenset({9}), from_time=time(12), until_time=time(9), first=("sunshine",)
    )
    assert [reason.code for reason in shown.reasons] == [
        "unknown_therapist",
        "unknown_weekday",
        "no_time_between",
        "unknown_preference",
    ]
    assert "earliest_finish, wished_therapist, patients_times" in shown.reasons[-1].mend
    assert "from 12:00" in shown.reasons[2].why


def test_a_therapist_is_preferred_and_not_demanded() -> None:
    rather = "therapist-3"
    assert previewed(therapist=rather, rather=rather).options[0].proposal.therapist == rather
    shown = previewed(rather=rather, first=("wished_therapist",))
    assert shown.options[0].proposal.therapist == rather
    assert len({option.proposal.therapist for option in shown.options}) > 1
    assert ("wished therapist", "kept") in shown.options[0].proposal.preferences


def test_days_and_times_that_suit_come_first_when_they_are_asked_first() -> None:
    suits: dict[str, Any] = {"weekdays": frozenset({1, 3}), "from_time": time(9), "until_time": time(15)}
    visits = previewed(**suits, first=("patients_times",)).options[0].proposal.series.appointments
    met = [visit for visit in visits if local_day(visit.start, "America/Denver").weekday() in {1, 3}]
    at = [local(visit.start, "America/Denver").time() for visit in met]
    assert len(met) > len(visits) / 2
    assert min(at) >= time(9)
    usual = previewed(**suits).options[0].proposal.finish
    assert usual == previewed().options[0].proposal.finish, "unless asked first they delay nothing"


def test_the_answer_says_whether_anything_better_may_exist() -> None:
    assert previewed().exact
    assert previewed(latest=date(2027, 1, 8)).exact


def test_too_little_time_is_answered_with_reasons() -> None:
    shown = previewed(protocol=INDUCTION, latest=date(2027, 1, 11))
    assert shown.options == ()
    assert shown.reasons
    assert all(reason.why for reason in shown.reasons)


def test_another_sites_desk_may_not_look(small_clinic: Flask) -> None:
    stranger = Actor("desk", AccountRole.FRONT_DESK, site="elsewhere")
    assert isinstance(preview_series(PreviewSeries("patient-1", COURSE), stranger, clock()), NotAllowed)


def test_a_nurse_may_look(nurse: Actor) -> None:
    assert isinstance(preview_series(PreviewSeries("patient-1", COURSE), nurse, clock()), SeriesPreview)
