"""Cancelling one visit: its claims are free, and what the rest of the series now breaks is said."""

from __future__ import annotations

from datetime import timedelta

import pytest

from scheduler.access.permissions import SYSTEM, AccountRole, Actor
from scheduler.booking.cancel_appointment import AppointmentCancelled, CancelAppointment, cancel_appointment
from scheduler.booking.outcomes import CalledOffBy, CancelReason, NotAllowed, Refused
from scheduler.domain.appointment import AppointmentState
from scheduler.domain.clock import StandingClock
from scheduler.domain.series import SeriesState
from scheduler.store.appointments import appointment
from scheduler.store.audit import history
from scheduler.store.series import series as stored_series
from tests.booking.small_clinic import INDUCTION, booked, clock

pytestmark = pytest.mark.usefixtures("small_clinic")


def cancelling(visit: str) -> CancelAppointment:
    return CancelAppointment(visit, CalledOffBy.PATIENT, CancelReason.ILLNESS)


def id_of(series: str, step: str) -> str:
    visit = stored_series(series).visit(step)
    assert visit is not None
    return visit.id


def test_the_visit_is_called_off_and_its_claims_are_free() -> None:
    series = booked(protocol=INDUCTION)
    outcome = cancel_appointment(cancelling(id_of(series.id, "D3")), SYSTEM, clock())
    assert isinstance(outcome, AppointmentCancelled)
    assert outcome.appointment.state is AppointmentState.CANCELLED_BY_PATIENT
    assert outcome.appointment.version == 2
    assert outcome.appointment.claims == ()
    (entry,) = history("appointment", outcome.appointment.id)
    assert entry.details == {"by": "patient", "reason": "illness", "step": "D3", "late": False}


def test_what_the_rest_of_the_series_breaks_is_said() -> None:
    series = booked(protocol=INDUCTION)
    outcome = cancel_appointment(cancelling(id_of(series.id, "D3")), SYSTEM, clock())
    assert isinstance(outcome, AppointmentCancelled)
    gap = next(finding for finding in outcome.findings if finding.rule == "SPACE-2")
    assert gap.steps == ("D2", "D4")


def test_a_dose_whose_preparation_was_cancelled_waits_for_a_prescriber() -> None:
    series = booked(protocol=INDUCTION)
    outcome = cancel_appointment(cancelling(id_of(series.id, "P2")), SYSTEM, clock())
    assert isinstance(outcome, AppointmentCancelled)
    (missing,) = [finding for finding in outcome.findings if finding.rule == "PREP-3"]
    assert (set(missing.steps), missing.override_role) == ({"P2", "D1"}, "prescriber")


def test_only_visits_to_come_can_be_cancelled() -> None:
    series = booked()
    first = series.appointments[0]
    at_its_start = StandingClock(first.start)
    outcome = cancel_appointment(cancelling(first.id), SYSTEM, at_its_start)
    assert isinstance(outcome, Refused)
    assert outcome.reasons[0].code == "not_to_come"
    assert appointment(first.id).state is AppointmentState.BOOKED
    before = StandingClock(first.start - timedelta(minutes=1))
    assert isinstance(cancel_appointment(cancelling(first.id), SYSTEM, before), AppointmentCancelled)


def test_a_visit_is_cancelled_once() -> None:
    visit = booked().appointments[0].id
    cancel_appointment(cancelling(visit), SYSTEM, clock())
    outcome = cancel_appointment(cancelling(visit), SYSTEM, clock())
    assert isinstance(outcome, Refused)
    assert "called off already" in outcome.reasons[0].why


def test_a_series_without_visits_is_cancelled() -> None:
    series = booked()
    for visit in series.appointments:
        cancel_appointment(cancelling(visit.id), SYSTEM, clock())
    assert stored_series(series.id).state is SeriesState.CANCELLED


def test_an_unknown_visit_is_refused() -> None:
    outcome = cancel_appointment(cancelling("none"), SYSTEM, clock())
    assert isinstance(outcome, Refused)
    assert outcome.reasons[0].code == "unknown_visit"


@pytest.mark.parametrize(
    "actor", [Actor("n", AccountRole.NURSE), Actor("d", AccountRole.FRONT_DESK, site="elsewhere")]
)
def test_others_may_not(actor: Actor) -> None:
    visit = booked().appointments[0].id
    assert isinstance(cancel_appointment(cancelling(visit), actor, clock()), NotAllowed)
    assert appointment(visit).state is AppointmentState.BOOKED
