"""Calling off in time or late: by the clinic's own line, noted, exported, and counted apart from what was missed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from scheduler.booking.calling_off import called_off_now
from scheduler.booking.cancel_appointment import AppointmentCancelled, CancelAppointment, cancel_appointment
from scheduler.booking.cancel_series import CancelSeries, SeriesCancelled, cancel_series
from scheduler.booking.export_clinic import export_clinic
from scheduler.booking.outcomes import CalledOffBy, CancelReason
from scheduler.domain.appointment import Appointment, AppointmentState
from scheduler.domain.clock import StandingClock
from scheduler.domain.notice import Absences, Timeliness, line_of, timeliness_of
from scheduler.domain.places import NoticeAsked
from scheduler.domain.series import Series
from scheduler.domain.visit_day import DayReason
from scheduler.store.audit import history
from scheduler.store.clinic import save_clinic, site
from scheduler.store.visit_events import absences_of, events_of
from scheduler.store.work import unit_of_work
from tests import builders
from tests.booking.small_clinic import MONDAY, small_clinic, the
from tests.booking.the_day import DESK, PRESCRIBER, Floor, S, codes

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)


def calls_off(
    visit: Appointment, before: timedelta, by: CalledOffBy = CalledOffBy.PATIENT
) -> AppointmentCancelled:
    command = CancelAppointment(visit.id, by, CancelReason.OTHER)
    outcome = cancel_appointment(command, DESK, StandingClock(visit.start - before))
    assert isinstance(outcome, AppointmentCancelled), outcome
    return outcome


@pytest.mark.parametrize(("step", "hours"), [("D1", 48), ("P1", 24), ("I1", 24)])
def test_at_the_line_it_is_in_time_and_a_moment_later_late(course: Series, step: str, hours: int) -> None:
    visit, asked = the(course, step), NoticeAsked()
    line = line_of(visit, asked)
    assert line == visit.start - hours * HOUR
    assert timeliness_of(visit, asked, line) is Timeliness.IN_TIME
    assert timeliness_of(visit, asked, line + SECOND) is Timeliness.LATE


@pytest.mark.parametrize(("before", "told"), [(48 * HOUR, "in_time"), (48 * HOUR - SECOND, "late")])
def test_it_is_noted_audited_and_exported(course: Series, before: timedelta, told: str) -> None:
    visit = the(course, "D1")
    seen = called_off_now([visit], visit.start - before)
    outcome = calls_off(visit, before)
    assert outcome.is_late is (told == "late")
    (event,) = events_of(visit.id)
    assert event.notice == seen[visit.id] == told
    assert (event.former, event.state, event.noted_by) == (S.BOOKED, S.CANCELLED_BY_PATIENT, "desk")
    assert history("appointment", visit.id)[-1].details["late"] is outcome.is_late
    exported = {one["id"]: one["called_off"] for one in export_clinic(StandingClock(MONDAY))["appointments"]}
    assert exported.pop(visit.id) == told
    assert set(exported.values()) == {None}


def test_the_clinic_draws_the_line(small_clinic_with_its_own_line: Series) -> None:
    dose = the(small_clinic_with_its_own_line, "D1")
    talk = the(small_clinic_with_its_own_line, "I1")
    assert site("site-1").notice == NoticeAsked(72 * HOUR, 0 * HOUR)
    assert calls_off(dose, 72 * HOUR - SECOND).is_late
    assert not calls_off(talk, SECOND).is_late


@pytest.fixture
def small_clinic_with_its_own_line(course: Series) -> Series:
    own = builders.a_site(notice=NoticeAsked(72 * HOUR, 0 * HOUR))
    with unit_of_work():
        save_clinic(replace(small_clinic(), sites=(own,)), MONDAY)
    return course


def test_of_a_series_each_visit_counts_for_itself(course: Series) -> None:
    first = course.appointments[0]
    clock = StandingClock(first.start - 23 * HOUR)
    outcome = cancel_series(
        CancelSeries(course.id, CalledOffBy.CLINIC, CancelReason.STAFF_ABSENT), DESK, clock
    )
    assert isinstance(outcome, SeriesCancelled)
    late = [visit for visit in outcome.called_off if events_of(visit.id)[-1].notice is Timeliness.LATE]
    assert first in late
    assert outcome.late == len(late) < len(outcome.called_off)
    (entry,) = [one for one in history("series", course.id) if one.verb == "cancel_series"]
    assert entry.details["late"] == outcome.late
    in_time = len(outcome.called_off) - outcome.late
    assert absences_of("patient-1") == Absences(by_clinic_in_time=in_time, by_clinic_late=outcome.late)


def test_every_way_of_not_taking_place_is_counted_apart(course: Series) -> None:
    calls_off(the(course, "I3"), 24 * HOUR)
    calls_off(the(course, "I2"), 23 * HOUR)
    calls_off(the(course, "I1"), 23 * HOUR, CalledOffBy.CLINIC)
    missed, held = Floor(course, "D2"), Floor(course, "D1")
    held.goes(S.SAME_DAY_HOLD, actor=DESK, reason=DayReason.ATE)
    missed.minutes_in(16).goes(S.NO_SHOW, actor=DESK)
    expected = Absences(
        by_patient_in_time=1, by_patient_late=1, by_clinic_late=1, no_shows=1, same_day_holds=1
    )
    assert absences_of("patient-1") == expected
    assert absences_of("patient-2") == Absences()


def test_what_was_only_held_is_never_late(course: Series) -> None:
    held = replace(the(course, "D1"), state=AppointmentState.TENTATIVE)
    assert timeliness_of(held, NoticeAsked(), held.start) is Timeliness.IN_TIME


def test_calling_off_is_no_step_of_the_day_to_be_taken_back(course: Series) -> None:
    visit = the(course, "P1")
    command = CancelAppointment(visit.id, CalledOffBy.PATIENT, CancelReason.OTHER)
    floor = Floor(course, "P1").at(visit.start - HOUR)
    assert isinstance(cancel_appointment(command, PRESCRIBER, floor.clock), AppointmentCancelled)
    assert codes(floor.undoes(PRESCRIBER)) == ["too_late_to_undo"]
