"""A preview of cancelling says what cancelling does, and does nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from scheduler.access.permissions import SYSTEM, AccountRole, Actor
from scheduler.booking.cancel_appointment import AppointmentCancelled, CancelAppointment, cancel_appointment
from scheduler.booking.outcomes import CalledOffBy, CancelReason, NotAllowed, Refused
from scheduler.booking.preview_cancel import CancelPreview, preview_cancel
from scheduler.domain.clock import StandingClock
from scheduler.domain.series import Series
from scheduler.store.series import series as stored_series
from tests.booking.small_clinic import clock, the


@pytest.mark.parametrize("step", ["P1", "P2", "D3", "R1"])
def test_it_says_what_cancelling_does(induction: Series, step: str) -> None:
    visit = the(induction, step).id
    shown = preview_cancel(visit, CalledOffBy.PATIENT, SYSTEM, clock())
    assert isinstance(shown, CancelPreview)
    assert stored_series(induction.id) == induction, "nothing was done yet"
    command = CancelAppointment(visit, CalledOffBy.PATIENT, CancelReason.ILLNESS)
    done = cancel_appointment(command, SYSTEM, clock())
    assert isinstance(done, AppointmentCancelled)
    assert shown.appointment == done.appointment
    assert shown.findings == done.findings
    assert shown.is_late == done.is_late


def test_it_says_whether_that_would_be_late(induction: Series) -> None:
    visit = induction.appointments[0]
    just_before = StandingClock(visit.start - timedelta(minutes=5))
    shown = preview_cancel(visit.id, CalledOffBy.PATIENT, SYSTEM, just_before)
    assert isinstance(shown, CancelPreview)
    assert shown.is_late


def test_it_is_refused_where_cancelling_is(induction: Series, nurse: Actor) -> None:
    visit = the(induction, "P1").id
    over = StandingClock(induction.appointments[-1].discharge)
    for outcome in (
        preview_cancel(visit, CalledOffBy.CLINIC, SYSTEM, over),
        preview_cancel("nothing", CalledOffBy.CLINIC, SYSTEM, clock()),
    ):
        assert isinstance(outcome, Refused)
        assert outcome.reasons
    elsewhere = Actor("desk", AccountRole.FRONT_DESK, site="site-2")
    for actor in (nurse, elsewhere):
        assert isinstance(preview_cancel(visit, CalledOffBy.CLINIC, actor, clock()), NotAllowed)
