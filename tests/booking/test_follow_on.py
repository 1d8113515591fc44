"""A maintenance series follows one whose doses are over: what is asked for it, and what holds across the two."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from scheduler.access.permissions import SYSTEM
from scheduler.booking.book_series import Booked, BookSeries, book_series
from scheduler.booking.cancel_appointment import CancelAppointment, cancel_appointment
from scheduler.booking.follow_on import follow_on
from scheduler.booking.outcomes import CalledOffBy, CancelReason, Refused
from scheduler.booking.preview_series import PreviewSeries, SeriesPreview, preview_series
from scheduler.booking.request import ChosenVisit, WantedSeries
from scheduler.domain.clock import StandingClock, local_day
from scheduler.domain.people import Role
from scheduler.domain.series import Series
from scheduler.domain.treatment import Protocol, StepKind
from scheduler.store.clinic import save_clinic
from scheduler.store.series import series as stored_series
from scheduler.store.work import unit_of_work
from tests import builders
from tests.booking.small_clinic import MONDAY, booked, small_clinic, the
from tests.booking.the_day import DESK
from tests.bundled_protocols import a_bundled_protocol

INDUCTION, MAINTENANCE = "iv_kap_induction_6", "iv_kap_maintenance"
DAY, ZONE = timedelta(days=1), "America/Denver"


@pytest.fixture
def induction(small_clinic: object) -> Series:
    protocols: tuple[Protocol, ...] = (a_bundled_protocol(INDUCTION), a_bundled_protocol(MAINTENANCE))
    _stored(protocols=protocols)
    return booked(protocol=INDUCTION, therapist="therapist-2")


def _stored(**fields: object) -> None:
    with unit_of_work():
        save_clinic(replace(small_clinic(), **fields), MONDAY)  # type: ignore[arg-type]  # fields of a clinic


def wanted_after(series: Series, days: int) -> WantedSeries:
    wanted = follow_on(stored_series(series.id), the(series, "D6").discharge + days * DAY)
    assert wanted is not None
    return wanted


def test_what_follows_from_the_series_is_asked_for(induction: Series) -> None:
    last = local_day(the(induction, "D6").start, ZONE)
    wanted = wanted_after(induction, 10)
    assert (wanted.patient, wanted.protocol) == ("patient-1", MAINTENANCE)
    assert wanted.earliest == last + 25 * DAY
    assert (wanted.rather, wanted.therapist) == ("therapist-2", None), "preferred, and no more"
    assert wanted.included == frozenset()


def test_after_a_long_break_a_preparation_is_asked_for_and_the_first_day_is_today(induction: Series) -> None:
    assert wanted_after(induction, 84).included == frozenset()
    late = wanted_after(induction, 85)
    assert late.included == frozenset({"P1"})
    assert late.earliest == local_day(the(induction, "D6").discharge + 85 * DAY, ZONE)


def test_nothing_follows_before_the_doses_are_over_or_while_one_is_missing(induction: Series) -> None:
    assert follow_on(induction, the(induction, "D6").discharge - DAY) is None
    visit = the(induction, "D5")
    command = CancelAppointment(visit.id, CalledOffBy.PATIENT, CancelReason.ILLNESS)
    cancel_appointment(command, DESK, StandingClock(visit.start - DAY))
    assert follow_on(stored_series(induction.id), the(induction, "D6").discharge + DAY) is None


def test_nothing_follows_by_a_route_without_a_maintenance_protocol(course: Series) -> None:
    assert follow_on(course, course.appointments[-1].discharge) is None


def test_it_is_booked_with_the_same_therapist_and_followed_by_itself(induction: Series) -> None:
    clock = StandingClock(the(induction, "D6").discharge + 10 * DAY)
    wanted = wanted_after(induction, 10)
    preview = preview_series(
        PreviewSeries(wanted.patient, wanted.protocol, earliest=wanted.earliest, rather=wanted.rather),
        SYSTEM,
        clock,
    )
    assert isinstance(preview, SeriesPreview)
    assert preview.options, preview.reasons
    gates = {one.rule for one in preview.options[0].findings}
    assert "GATE-8" in gates, "the review of the block before is decided on first"
    assert not {"SPACE-1", "SPACE-2", "PREP-4"} & gates
    outcome = book_series(
        BookSeries(wanted.patient, wanted.protocol, earliest=wanted.earliest, rather=wanted.rather),
        SYSTEM,
        clock,
    )
    assert isinstance(outcome, Booked)
    doses = [visit for visit in outcome.series.standing if visit.kind is StepKind.DOSING]
    assert {visit.staff[Role.THERAPIST] for visit in doses} == {"therapist-2"}
    for before, after in zip([the(induction, "D6"), *doses], doses, strict=False):
        assert after.start - before.start >= 24 * DAY
    again = follow_on(outcome.series, doses[-1].discharge + DAY)
    assert again is not None
    assert again.protocol == MAINTENANCE


def test_doses_are_spaced_across_the_two_series(induction: Series) -> None:
    last = the(induction, "D6")
    clock = StandingClock(last.discharge)
    found = book_series(
        BookSeries("patient-1", MAINTENANCE, earliest=local_day(last.start, ZONE)), SYSTEM, clock
    )
    assert isinstance(found, Booked)
    first = the(found.series, "D1")
    assert first.start - last.start >= timedelta(hours=48)
    visits = tuple(
        ChosenVisit(
            one.step,
            last.start + timedelta(hours=24) if one.step == "D1" else one.start,
            one.room,
            dict(one.staff),
        )
        for one in found.series.standing
    )
    other = BookSeries("patient-1", MAINTENANCE, visits=visits)
    refused = book_series(other, SYSTEM, clock)
    assert isinstance(refused, Refused)
    assert "SPACE-1" in {one.rule for one in refused.findings}


def test_a_clearance_that_has_run_out_keeps_the_dose_waiting(small_clinic: object) -> None:
    until = (MONDAY + 30 * DAY).date()
    gates = (
        *builders.passed(*(one for one in builders.ALL_GATES if one != "clearance.medical")),
        *builders.passed("clearance.medical", until=until),
    )
    _stored(
        protocols=(a_bundled_protocol(INDUCTION), a_bundled_protocol(MAINTENANCE)),
        patients=(builders.a_patient(gates=gates),),
    )
    outcome = book_series(BookSeries("patient-1", MAINTENANCE), SYSTEM, StandingClock(MONDAY))
    assert isinstance(outcome, Booked)
    closed = [step for one in outcome.findings if one.rule == "GATE-1" for step in one.steps]
    late = [v.step for v in outcome.series.standing if v.step.startswith("D") and v.start.date() > until]
    assert closed == late
    assert "D3" in late
