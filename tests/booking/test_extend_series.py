"""Further integration as needed: planned and judged like every change, and from then on like any visit of the series."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from scheduler.access.permissions import SYSTEM, Permission
from scheduler.booking.adopting import PlannedAdoption, adoption_of
from scheduler.booking.cancel_appointment import AppointmentCancelled, CancelAppointment, cancel_appointment
from scheduler.booking.cancel_series import PauseSeries, pause_series
from scheduler.booking.changed_series import visits_of
from scheduler.booking.export_clinic import export_clinic
from scheduler.booking.extend_series import (
    ExtendSeries,
    WantedExtension,
    extend_series,
    preview_extension,
)
from scheduler.booking.move_appointment import MoveAppointment, move_appointment
from scheduler.booking.outcomes import CalledOffBy, CancelReason, NotAllowed, Refused, SeriesChanged, Ways
from scheduler.booking.preview_move import WantedMove
from scheduler.booking.recheck import RecheckCommand, recheck
from scheduler.booking.replan_series import ReplanSeries, WantedReplan, replan_series
from scheduler.clinic_file import bundled_protocol, read_protocol
from scheduler.domain.appointment import Appointment, AppointmentState
from scheduler.domain.clock import StandingClock, local_day
from scheduler.domain.people import Role
from scheduler.domain.series import Series, SeriesState
from scheduler.domain.treatment import StepKind
from scheduler.feeds.publication import publication
from scheduler.feeds.subscriptions import SubscriptionRequest, make_subscription
from scheduler.store.audit import history
from scheduler.store.clinic import protocol_of
from scheduler.store.series import all_series
from scheduler.store.series import series as stored_series
from scheduler.store.subscriptions import SubscriptionKind
from tests.booking.small_clinic import COURSE, MONDAY, booked
from tests.booking.the_day import DESK, NURSE, THERAPIST, Floor, S, codes, takes_place
from tests.journeys.check_export import faults_in

DAY = timedelta(days=1)
CLOCK = StandingClock(MONDAY)


def wanted(series: Series, **fields: Any) -> WantedExtension:
    return replace(WantedExtension(series.id), **fields)


def extended(series: Series, clock: StandingClock = CLOCK, **fields: Any) -> Series:
    outcome = extend_series(ExtendSeries(wanted(series, **fields)), DESK, clock)
    assert isinstance(outcome, SeriesChanged), outcome
    return outcome.series


def last_of(series: Series) -> Appointment:
    return max(series.standing, key=lambda visit: visit.start)


def further(series: Series) -> list[Appointment]:
    return [visit for visit in series.standing if visit.step.startswith("X")]


def test_a_further_visit_is_as_the_integration_of_the_protocol_after_the_last_one(course: Series) -> None:
    last, first_talk = last_of(course), course.visit("I1")
    assert first_talk is not None
    after = extended(course)
    (visit,) = further(after)
    assert (visit.step, visit.kind, visit.title) == ("X1", StepKind.INTEGRATION, "Further integration 1")
    assert visit.interval.duration == first_talk.interval.duration
    assert visit.staff[Role.THERAPIST] == first_talk.staff[Role.THERAPIST]
    assert 7 * DAY <= visit.start - last.discharge <= 21 * DAY
    assert [one for one in after.appointments if one != visit] == list(course.appointments)
    assert (visit.state, visit.version) == (S.BOOKED, 1)
    assert visit.claims
    assert protocol_of(after).step("X1").kind is StepKind.INTEGRATION
    entry = history("series", course.id)[-1]
    assert (entry.verb, entry.details["booked"]) == ("extend_series", ["X1"])


def test_several_follow_each_other_and_more_can_be_added_later(course: Series) -> None:
    after = extended(course, visits=3, at_least_days=3, at_most_days=6)
    visits = further(after)
    assert [visit.step for visit in visits] == ["X1", "X2", "X3"]
    for before, visit in zip([last_of(course), *visits], visits, strict=False):
        assert 3 * DAY <= visit.start - before.discharge <= 6 * DAY
    again = extended(after)
    assert [visit.step for visit in further(again)] == ["X1", "X2", "X3", "X4"]
    assert [step.after for step in again.extra] == [last_of(course).step, "X1", "X2", "X3"]


def test_what_was_shown_is_what_is_booked_and_once(course: Series) -> None:
    before = stored_series(course.id)
    preview = preview_extension(wanted(course, visits=2), DESK, CLOCK)
    assert isinstance(preview, Ways)
    assert stored_series(course.id) == before, "a preview writes nothing"
    way = preview.ways[-1]
    command = ExtendSeries(wanted(course, visits=2), visits_of(way), "key-1")
    outcomes = [extend_series(command, DESK, CLOCK) for _ in range(2)]
    assert all(isinstance(one, SeriesChanged) for one in outcomes)
    shown = [(v.step, v.start, v.room, v.staff) for v in way.after.standing]
    assert [(v.step, v.start, v.room, v.staff) for v in stored_series(course.id).standing] == shown


def test_what_was_chosen_is_judged_by_every_rule(course: Series) -> None:
    preview = preview_extension(wanted(course), DESK, CLOCK)
    assert isinstance(preview, Ways)
    (chosen,) = visits_of(preview.ways[0])
    night = replace(chosen, start=chosen.start.replace(hour=10))
    refused = extend_series(ExtendSeries(wanted(course), (night,)), DESK, CLOCK)
    assert isinstance(refused, Refused)
    assert "HOURS-1" in codes(refused)
    assert refused.ways, "what works now is said"
    early = replace(chosen, start=last_of(course).start + DAY)
    assert "FOLLOW-1" in codes(extend_series(ExtendSeries(wanted(course), (early,)), DESK, CLOCK))
    assert stored_series(course.id).extra == ()


def test_a_way_of_another_wish_or_of_a_series_changed_meanwhile_is_refused(course: Series) -> None:
    preview = preview_extension(wanted(course), DESK, CLOCK)
    assert isinstance(preview, Ways)
    visits = visits_of(preview.ways[0])
    two = extend_series(ExtendSeries(wanted(course, visits=2), visits), DESK, CLOCK)
    assert codes(two) == ["changed_meanwhile"]
    extended(course)
    late = extend_series(ExtendSeries(wanted(course), visits), DESK, CLOCK)
    assert codes(late) == ["changed_meanwhile"]


def test_it_is_moved_called_off_replanned_and_substituted_like_any_visit(course: Series) -> None:
    after = extended(course, visits=2)
    first, second = further(after)
    moved = move_appointment(MoveAppointment(WantedMove(first.id)), DESK, CLOCK)
    assert isinstance(moved, SeriesChanged)
    new = moved.series.visit("X1")
    assert new is not None
    assert (new.id, new.version) == (first.id, 2)
    command = CancelAppointment(second.id, CalledOffBy.PATIENT, CancelReason.ILLNESS)
    assert isinstance(cancel_appointment(command, DESK, CLOCK), AppointmentCancelled)
    assert [visit.step for visit in stored_series(course.id).missing] == ["X2"]
    again = replan_series(ReplanSeries(WantedReplan(course.id)), DESK, CLOCK)
    assert isinstance(again, SeriesChanged)
    booked_again = again.series.visit("X2")
    assert booked_again is not None
    assert booked_again.id != second.id
    answer = recheck(RecheckCommand(), SYSTEM, CLOCK)
    assert isinstance(answer, tuple)
    assert not [f for one in answer for f in one.findings if {"X1", "X2"} & set(f.steps)]


def test_one_called_off_as_not_needed_does_not_keep_the_series_open_nor_from_being_extended(
    course: Series,
) -> None:
    (visit,) = further(extended(course))
    command = CancelAppointment(visit.id, CalledOffBy.PATIENT, CancelReason.OTHER)
    assert isinstance(cancel_appointment(command, DESK, CLOCK), AppointmentCancelled)
    again = extended(course)
    assert [one.step for one in further(again)] == ["X2"]
    clock = takes_place(again)
    assert stored_series(course.id).state is SeriesState.COMPLETED
    assert clock.now() > MONDAY


def test_a_completed_series_is_booked_again_and_completed_anew(course: Series) -> None:
    clock = takes_place(course)
    clock.advance(40 * DAY)
    assert stored_series(course.id).state is SeriesState.COMPLETED
    after = extended(course, clock)
    assert after.state is SeriesState.BOOKED
    (visit,) = further(after)
    assert clock.now() <= visit.start <= clock.now() + 22 * DAY, (
        "counted from now where the last visit lies back"
    )
    takes_place(after)
    assert stored_series(course.id).state is SeriesState.COMPLETED


def test_it_is_exported_with_the_series_and_the_export_is_right(course: Series) -> None:
    after = extended(course, visits=2)
    document = export_clinic(CLOCK)
    assert faults_in(document) == []
    (series,) = document["series"]
    assert [one["key"] for one in series["extra_steps"]] == ["X1", "X2"]
    assert series["extra_steps"][1] == {
        "key": "X2",
        "like": "I1",
        "title": "Further integration 2",
        "after": "X1",
        "at_least_minutes": 7 * 24 * 60,
        "at_most_minutes": 21 * 24 * 60,
        "before": "",
    }
    ids = {visit["id"] for visit in document["appointments"]}
    assert {visit.id for visit in further(after)} <= ids


def test_calendars_show_it_at_once(course: Series) -> None:
    address = make_subscription(
        SubscriptionRequest(SubscriptionKind.PATIENT, "patient-1", "http://localhost"), SYSTEM, CLOCK
    )
    assert isinstance(address, str)
    (visit,) = further(extended(course))
    feed = publication(address.rsplit("/", 1)[1].removesuffix(".ics"), MONDAY)
    assert feed is not None
    assert f"DTSTART:{visit.start:%Y%m%dT%H%M%SZ}".encode() in feed.body


def test_from_a_day_on(course: Series) -> None:
    last = last_of(course)
    day = local_day(last.discharge, "America/Denver") + 12 * DAY
    (visit,) = further(extended(course, not_before=day))
    assert local_day(visit.start, "America/Denver") >= day


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"visits": 0}, "how_many"),
        ({"visits": 7}, "how_many"),
        ({"at_least_days": 0}, "days_apart"),
        ({"at_least_days": 9, "at_most_days": 8}, "days_apart"),
        ({"at_most_days": 61}, "days_apart"),
    ],
)
def test_nonsense_is_refused(course: Series, fields: dict[str, int], code: str) -> None:
    assert codes(preview_extension(wanted(course, **fields), DESK, CLOCK)) == [code]


def test_what_is_missing_is_planned_first_and_what_has_ended_is_not_extended(course: Series) -> None:
    visit = course.visit("R1")
    assert visit is not None
    cancel_appointment(CancelAppointment(visit.id, CalledOffBy.CLINIC, CancelReason.OTHER), DESK, CLOCK)
    assert codes(extend_series(ExtendSeries(wanted(course)), DESK, CLOCK)) == ["missing_first"]
    pause_series(PauseSeries(course.id, CalledOffBy.CLINIC, CancelReason.OTHER), DESK, CLOCK)
    assert codes(extend_series(ExtendSeries(wanted(course)), DESK, CLOCK)) == ["not_booked"]
    assert codes(extend_series(ExtendSeries(WantedExtension("none")), DESK, CLOCK)) == ["unknown_series"]


def test_desk_and_therapist_may_and_a_nurse_may_not(course: Series) -> None:
    assert preview_extension(wanted(course), NURSE, CLOCK) == NotAllowed(Permission.EXTEND_SERIES)
    elsewhere = replace(DESK, site="elsewhere")
    assert extend_series(ExtendSeries(wanted(course)), elsewhere, CLOCK) == NotAllowed(
        Permission.EXTEND_SERIES
    )
    assert isinstance(extend_series(ExtendSeries(wanted(course)), THERAPIST, CLOCK), SeriesChanged)


def test_its_day_goes_like_that_of_any_talk(course: Series) -> None:
    extended(course)
    floor = Floor(course, "X1")
    floor.goes(S.CHECKED_IN, S.DISCHARGED, S.CLOSED, actor=THERAPIST)
    assert floor.visit.state is AppointmentState.CLOSED
    other = booked("patient-2")
    assert {one.id for one in all_series()} == {course.id, other.id}


def test_an_extended_series_goes_on_by_a_new_version_that_has_what_its_steps_are_made_of(
    course: Series,
) -> None:
    after = extended(course)
    document = deepcopy(dict[str, Any](bundled_protocol(COURSE)))
    newer = read_protocol({**document, "version": 2})
    planned = adoption_of(after, newer, MONDAY)
    assert isinstance(planned, PlannedAdoption)
    assert not planned.broken
    lacking = replace(newer, steps=newer.steps[:-1], windows=()).only(
        step.key for step in newer.steps if step.key != "R1"
    )
    assert codes(adoption_of(after, lacking, MONDAY)) == ["step_gone"], "X1 comes after R1"
