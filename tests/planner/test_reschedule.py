"""A series part-way through, disturbed: who moves, who stays, who never does, and what is said when nothing works."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.domain.appointment import AppointmentState
from scheduler.domain.diary import Diary
from scheduler.domain.errors import NotFound
from scheduler.domain.interval import Interval
from scheduler.domain.people import Role
from scheduler.domain.series import Series
from scheduler.domain.treatment import Counting, Protocol, WindowMeaning
from scheduler.planner.change import Change, Rescheduling, Way
from scheduler.planner.propose import propose
from scheduler.planner.reschedule import reschedule, ways_to_reschedule
from scheduler.planner.wishes import Wishes
from scheduler.rules.evaluate import evaluate
from scheduler.rules.finding import Level
from tests.builders import (
    DAY,
    HOUR,
    SMALL_EXAMPLE,
    WORKED_EXAMPLE,
    ZONE,
    a_diary,
    a_nurse,
    a_prescriber,
    a_site,
    a_small_protocol,
    a_therapist,
    a_window,
    at,
    between,
    t1_like_series,
)
from tests.planner.standing_series import INDUCTION, blocks, booked_out, moved, saved
from tests.planner.test_agreement import FIRST, diaries
from tests.rules.examples.case import staff_but

# What nobody disturbs stays


@pytest.mark.parametrize("step", WORKED_EXAMPLE)
def test_where_no_change_is_needed_nothing_moves(step: str) -> None:
    series = saved()
    found = reschedule(a_diary(), INDUCTION, series, Change(step))
    assert found.series == series
    assert found == Rescheduling(series, stays=tuple(one.key for one in INDUCTION.steps))


def test_a_change_to_where_it_already_stands_moves_nothing() -> None:
    asked = Change("D3", exactly=at(WORKED_EXAMPLE["D3"]), fixed=frozenset({"I3"}))
    assert reschedule(a_diary(), INDUCTION, saved(), asked).moves == ()


def test_what_was_done_once_does_not_need_to_be_done_again() -> None:
    asked = Change.off_day("D3", date(2026, 12, 10), ZONE)
    once = reschedule(a_diary(), INDUCTION, saved(), asked)
    assert once.series is not None
    again = reschedule(a_diary(), INDUCTION, once.series, asked)
    assert again.series == once.series


def test_visits_that_stand_inside_a_slot_stay_there() -> None:
    starts = {step: f"{start[:-1]}2" for step, start in SMALL_EXAMPLE.items()}
    protocol = a_small_protocol()
    series = saved(protocol, **starts)
    assert reschedule(a_diary(), protocol, series, Change("D1")).series == series
    asked = Change.off_day("I2", date(2026, 12, 8), ZONE)
    found = reschedule(a_diary(), protocol, series, asked)
    # Exactly 24 h after the discharge at 12:47 would be on another slot than visits start in.
    assert moved(found) == {"I2": "Wed 9 Dec 2026 08:00"}
    assert found.moves[0].by == timedelta(hours=16, minutes=58)


# The perturbations with which the worked example is explained


def test_a_dose_cancelled_with_no_slot_within_the_gap_forces_all_before_it_to_move() -> None:
    """The patient cannot come on 10 December, and the next free slot for a dose is on Friday the 18th at 10."""
    horizon = between("2026-11-23 00:00", "2027-03-01 00:00")
    diary = a_diary(claims=booked_out("2026-12-08 00:00", "2026-12-18 10:00"), horizon=horizon)
    found = reschedule(diary, INDUCTION, saved(), Change.off_day("D3", date(2026, 12, 10), ZONE))
    assert found.exact
    assert found.series is not None
    assert not blocks(diary, INDUCTION, found.series)
    assert {"D3", "D4", "D5"} <= set(moved(found))
    gaps = [
        later.start - earlier.start
        for earlier, later in zip(_doses(found.series), _doses(found.series)[1:], strict=False)
    ]
    assert all(48 * HOUR <= gap <= 5 * DAY for gap in gaps)


def _doses(series: Series) -> list[Interval]:
    return [visit.interval for visit in series.standing if visit.step.startswith("D")]


def test_with_the_dose_before_it_given_such_a_gap_is_refused_with_its_limit() -> None:
    """Eleven days after D2 the series has to be planned anew: that is said, never done silently."""
    diary = a_diary(as_of=at("2026-12-07 18:00"), claims=booked_out("2026-12-08 00:00", "2026-12-18 10:00"))
    found = reschedule(diary, INDUCTION, saved(), Change.off_day("D3", date(2026, 12, 10), ZONE))
    assert found.series is None
    assert found.exact
    assert found.reasons[0].step == "D3"
    assert found.reasons[0].why == (
        "D3 (Dosing 3) would have to start on Wed 9 Dec 2026 10:00 MST or later, because D3 starts at least 48 h and "
        "at most 5 d after D2 starts, and on Sat 12 Dec 2026 10:00 MST or earlier, because D3 starts at least 48 h and "
        "at most 5 d after D2 starts; no start is free then, the next one is on Fri 18 Dec 2026 10:00 MST"
    )
    assert found.reasons[-1].code == "no_concession"


def test_a_dose_moved_by_a_day_takes_its_own_visits_along_and_leaves_the_next_dose() -> None:
    """D3 is then 48 hours later, which is allowed exactly; I2 must be over before it."""
    asked = Change("D2", exactly=at("2026-12-08 10:00"))
    found = reschedule(a_diary(), INDUCTION, saved(), asked)
    assert set(moved(found)) == {"D2", "C2", "I2"}
    assert found.exact
    assert found.series is not None
    assert "D3" in found.stays
    assert not blocks(a_diary(), INDUCTION, found.series)
    i2, d3 = found.visit("I2"), found.visit("D3")
    assert i2 and d3 and i2.discharge <= d3.start
    later = reschedule(a_diary(), INDUCTION, saved(), replace(asked, exactly=at("2026-12-08 10:15")))
    assert "D3" in moved(later)


def test_a_therapist_who_falls_ill_is_waited_for_or_replaced_side_by_side() -> None:
    ill = a_therapist("therapist-1", time_off=(between("2026-12-14 00:00", "2026-12-15 00:00"),))
    diary = a_diary(staff=staff_but(ill))
    ways = {
        option.way: option.rescheduling
        for option in ways_to_reschedule(diary, INDUCTION, saved(), Change("D4"))
    }
    assert set(moved(ways[Way.FEWEST_MOVED])) == {"D4", "C4", "I4"}
    substitute = ways[Way.SUBSTITUTE]
    assert substitute.moves == ()
    assert substitute.reassigned == ("D4",)
    assert substitute.substitutes == {"D4": "therapist-2"}
    assert substitute.series is not None
    told = [f for f in evaluate(diary, INDUCTION, substitute.series) if f.rule == "CONT-1"]
    assert [(finding.level, finding.steps) for finding in told] == [(Level.GATE, ("D4",))]
    soonest = ways[Way.SOONEST].visit("D4")
    assert soonest and soonest.start < at(WORKED_EXAMPLE["D4"])


def test_a_prescriber_away_for_an_hour_moves_the_dose_although_its_start_is_covered() -> None:
    away = between("2026-12-17 11:00", "2026-12-17 12:00")
    diary = a_diary(staff=staff_but(a_prescriber(time_off=(away,))))
    found = reschedule(diary, INDUCTION, saved(), Change("D5"))
    assert moved(found) == {"D5": "Thu 17 Dec 2026 08:15"}
    kept = reschedule(diary, INDUCTION, saved(), Change("I5", fixed=frozenset({"D5"})))
    assert [(reason.code, reason.step) for reason in kept.reasons] == [("cannot_stay", "D5")]
    assert "Prescriber 1 must be on the premises Thu 17 Dec 2026 10:35 MST" in kept.reasons[0].why


# Who never moves


@settings(max_examples=25)
@given(
    st.sampled_from(sorted(WORKED_EXAMPLE)),
    st.integers(0, 40),
    st.sets(st.sampled_from(sorted(WORKED_EXAMPLE))),
)
def test_neither_past_nor_fixed_visits_ever_move(step: str, day: int, fixed: set[str]) -> None:
    now = at("2026-11-24 15:00") + day * DAY
    diary, series = a_diary(as_of=now), saved()
    visit = series.visit(step)
    assert visit is not None
    asked = Change(step, not_during=(Interval.lasting(visit.start, DAY),), fixed=frozenset(fixed))
    found = reschedule(diary, INDUCTION, series, asked)
    if found.series is None:
        assert found.reasons
        return
    assert step in moved(found)
    for move in found.moves:
        assert move.before >= now <= move.after
        assert move.step not in fixed
    assert not blocks(diary, INDUCTION, found.series)


@pytest.mark.parametrize(
    "state", [AppointmentState.CHECKED_IN, AppointmentState.DOSING, AppointmentState.CLOSED]
)
def test_a_visit_that_has_begun_does_not_move_even_if_its_time_is_ahead(state: AppointmentState) -> None:
    series = _with_state(saved(), "D3", state)
    found = reschedule(a_diary(), INDUCTION, series, Change("D3", no_earlier=at("2026-12-11 08:00")))
    assert [reason.code for reason in found.reasons] == ["has_begun"]
    beside = reschedule(a_diary(), INDUCTION, series, Change("D2", exactly=at("2026-12-08 14:00")))
    assert beside.series is None


def _with_state(series: Series, step: str, state: AppointmentState) -> Series:
    visits = tuple(
        replace(visit, state=state) if visit.step == step else visit for visit in series.appointments
    )
    return replace(series, appointments=visits)


def test_a_fixed_visit_in_the_way_is_named_as_a_concession() -> None:
    asked = Change("D2", exactly=at("2026-12-08 10:00"), fixed=frozenset({"I2", "D5"}))
    found = reschedule(a_diary(), INDUCTION, saved(), asked)
    assert found.series is None
    assert found.reasons[0].code == "chain"
    assert [(reason.code, reason.step) for reason in found.reasons[1:]] == [("let_move", "I2")]
    assert found.reasons[1].mend == (
        "if I2 might move, D2 could start on Tue 8 Dec 2026 10:00 MST, with 3 visits moved in all"
    )


def test_a_visit_asked_to_move_and_to_stay_is_refused() -> None:
    found = reschedule(
        a_diary(), INDUCTION, saved(), Change.off_day("D3", date(2026, 12, 10), ZONE, frozenset({"D3"}))
    )
    assert [reason.code for reason in found.reasons] == ["fixed"]


def test_a_time_at_which_nothing_is_free_is_said() -> None:
    found = reschedule(a_diary(), INDUCTION, saved(), Change("D3", exactly=at("2026-12-12 10:00")))
    assert found.reasons[0].why == "D3 (Dosing 3) has no free start at Sat 12 Dec 2026 10:00 MST"


def test_a_step_without_a_visit_cannot_be_moved() -> None:
    series = _with_state(saved(), "D3", AppointmentState.CANCELLED_BY_PATIENT)
    with pytest.raises(NotFound, match="no visit stands for D3"):
        reschedule(a_diary(), INDUCTION, series, Change("D3"))


# What becomes of the visits


def test_visits_keep_their_ids_and_those_that_stay_everything() -> None:
    confirmed = _with_state(saved(), "D2", AppointmentState.CONFIRMED)
    found = reschedule(a_diary(), INDUCTION, confirmed, Change("D2", exactly=at("2026-12-08 10:00")))
    assert found.series is not None
    assert {v.id for v in found.series.appointments} == {v.id for v in confirmed.appointments}
    for visit in confirmed.appointments:
        if visit.step in found.stays:
            assert found.visit(visit.step) == visit
    dose = found.visit("D2")
    assert dose is not None
    assert (dose.id, dose.version, dose.state) == ("series-1/D2", 2, AppointmentState.BOOKED)
    assert {claim.appointment for claim in dose.claims} == {"series-1/D2"}
    assert [visit.start for visit in found.series.appointments] == sorted(
        v.start for v in found.series.appointments
    )


def test_a_visit_whose_nurse_is_away_keeps_its_time_with_another() -> None:
    away = between("2026-12-10 00:00", "2026-12-11 00:00")
    nurses = (a_nurse("nurse-1", time_off=(away,)), a_nurse("nurse-2"))
    diary = a_diary(staff=(*nurses, *[p for p in a_diary().staff.values() if "nurse" not in p.id]))
    found = reschedule(diary, INDUCTION, saved(), Change("D3"))
    assert found.moves == ()
    assert found.reassigned == ("D3",)
    dose = found.visit("D3")
    assert dose and dose.staff[Role.MEDICAL_MONITOR] == "nurse-2"
    assert dose.version == 2
    assert found.substitutes == {}


@pytest.mark.parametrize("is_relief", [True, False])
def test_people_who_are_free_and_may_not_serve_so_are_changed_at_the_same_time(is_relief: bool) -> None:
    """The therapist watches as well, or somebody takes over where the protocol foresees nobody."""
    both = a_therapist("therapist-1", may_watch=1, roles=frozenset({Role.THERAPIST, Role.MEDICAL_MONITOR}))
    diary = a_diary(staff=(both, *[p for p in a_diary().staff.values() if p.id != "therapist-1"]))
    series = saved()
    dose = series.visit("D3")
    assert dose is not None
    if is_relief:
        dose = replace(dose, relief={(Role.MEDICAL_MONITOR, 1): "nurse-2"})
    else:
        dose = replace(dose, staff={**dose.staff, Role.MEDICAL_MONITOR: dose.staff[Role.THERAPIST]})
    visits = tuple(dose if visit.step == "D3" else visit for visit in series.appointments)
    found = reschedule(diary, INDUCTION, replace(series, appointments=visits), Change("D3"))
    assert found.reassigned == ("D3",)
    assert found.series is not None
    assert not blocks(diary, INDUCTION, found.series)


def test_cancelled_visits_are_left_where_they_are_and_the_order_of_the_rest_is_kept() -> None:
    series = _with_state(saved(), "D3", AppointmentState.CANCELLED_BY_PATIENT)
    series = replace(
        series,
        appointments=tuple(
            replace(visit, claims=()) if visit.step == "D3" else visit for visit in series.appointments
        ),
    )
    found = reschedule(a_diary(), INDUCTION, series, Change("I2", no_earlier=at("2026-12-09 17:00")))
    assert found.series is not None
    cancelled = next(visit for visit in found.series.appointments if visit.step == "D3")
    assert cancelled == next(visit for visit in series.appointments if visit.step == "D3")
    starts = {visit.step: visit.start for visit in found.series.standing}
    assert sorted(starts, key=starts.__getitem__) == [visit.step for visit in series.standing]


# Clock changes inside windows, in two zones


@pytest.mark.parametrize(
    ("zone", "days"),
    [
        ("America/Denver", ("2027-03-10", "2027-03-12", "2027-03-13", "2027-03-15", "2027-03-16")),
        ("Australia/Sydney", ("2027-03-31", "2027-04-02", "2027-04-03", "2027-04-05", "2027-04-06")),
    ],
)
@pytest.mark.parametrize("counted", list(Counting))
def test_a_change_of_clocks_inside_a_window_counts_as_it_should(
    zone: str, days: tuple[str, ...], counted: Counting
) -> None:
    window = a_window(WindowMeaning.INTEGRATION, "D1.end", "I1.start", DAY, 2 * DAY)
    protocol = a_small_protocol()
    windows = tuple(w for w in protocol.windows if (w.from_step, w.to_step) != ("D1", "I1"))
    protocol = replace(protocol, windows=(*windows, replace(window, counted=counted)))
    diary, series = _across(zone, days, protocol)
    # D1 is over at 12:45 on the eve of the change. By the dates the next day will do, whatever the hour.
    eve = at(f"{days[1]} 10:00", zone)
    asked = Change("I1", no_later=at(f"{days[2]} 23:00", zone))
    found = reschedule(diary, protocol, series, asked)
    assert found.series is not None
    start = found.series.visit("I1")
    assert start is not None
    least = {
        Counting.ELAPSED: eve + timedelta(minutes=165) + DAY,
        Counting.CALENDAR: at(f"{days[2]} 08:00", zone),
    }
    assert start.start >= least[counted]
    assert not blocks(diary, protocol, found.series)


def _across(zone: str, days: tuple[str, ...], protocol: Protocol) -> tuple[Diary, Series]:
    every_day = tuple(replace(a_site().hours[0], weekday=day) for day in range(7))
    staff = [replace(person, hours=every_day) for person in a_diary().staff.values()]
    site = a_site(zone=zone, hours=every_day, closures=())
    first = at(f"{days[0]} 00:00", zone)
    diary = a_diary(site=site, staff=staff, horizon=Interval(first, first + 30 * DAY), as_of=first)
    hours = ("14:00", "10:00", "15:00", "10:00", "15:00")
    starts: Mapping[str, datetime] = {
        step.key: at(f"{day} {hour}", zone)
        for step, day, hour in zip(protocol.steps, days, hours, strict=True)
    }
    return diary, t1_like_series(protocol, dict(starts), diary=diary, id="series-1")


# On clinics of which little is known


@settings(max_examples=25)
@given(diaries(), st.data())
def test_what_is_rescheduled_breaks_no_rule(diary: Diary, data: st.DataObject) -> None:
    protocol = INDUCTION.only(step.key for step in INDUCTION.steps if not step.key.startswith("C"))
    wide = replace(diary, horizon=between("2026-11-30 00:00", "2027-03-01 00:00"))
    answer = propose(wide, protocol, Wishes(FIRST, at("2027-02-10 00:00"), limit=1))
    if not answer.proposals:
        return
    series = _with_ids(answer.proposals[0].series)
    visit = data.draw(st.sampled_from(series.appointments))
    asked = Change.off_day(visit.step, visit.start.date(), ZONE)
    for option in ways_to_reschedule(wide, protocol, series, asked):
        found = option.rescheduling
        assert found.exact
        if found.series is not None:
            assert not blocks(wide, protocol, found.series)
            assert visit.step in moved(found)
            assert {move.step for move in found.moves} | set(found.stays) == {s.key for s in protocol.steps}


def _with_ids(series: Series) -> Series:
    """Return a proposal as it would be saved."""
    visits = []
    for visit in series.appointments:
        id = f"series-1/{visit.step}"
        claims = tuple(replace(claim, appointment=id) for claim in visit.claims)
        visits.append(replace(visit, id=id, series="series-1", claims=claims))
    return replace(series, id="series-1", appointments=tuple(visits))
