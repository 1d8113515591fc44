"""Conflicts about visits that are called off leave the inbox in the same commit, by whichever way they are called off."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from scheduler.access.permissions import SYSTEM, AccountRole, Actor
from scheduler.booking.advance_appointment import AdvanceAppointment, advance_appointment
from scheduler.booking.book_series import Booked, BookSeries, book_series
from scheduler.booking.cancel_appointment import CancelAppointment, cancel_appointment
from scheduler.booking.cancel_series import CancelSeries, PauseSeries, cancel_series, pause_series
from scheduler.booking.change_places import change_places
from scheduler.booking.changing_facts import ChangeOfFacts, FactsChanged
from scheduler.booking.holds import DecideHold, release_hold
from scheduler.booking.outcomes import CalledOffBy, CancelReason, NotAllowed, Refused
from scheduler.domain.appointment import Appointment, AppointmentState
from scheduler.domain.clock import StandingClock
from scheduler.domain.place_changes import RoomOutOfUse
from scheduler.store.conflicts import Resolution, conflicts_of_series, open_conflicts
from tests.booking.small_clinic import COURSE, MONDAY, clock

pytestmark = pytest.mark.usefixtures("small_clinic")

BY, WHY = CalledOffBy.CLINIC, CancelReason.OTHER
DESK = Actor("desk", AccountRole.FRONT_DESK, site="site-1")


def visit_without_a_room(until: datetime | None = None) -> Appointment:
    """Book a course, and take the room of its first visit out of use."""
    command = BookSeries("patient-1", COURSE, held_until=until)
    outcome = book_series(command, SYSTEM, clock())
    assert isinstance(outcome, Booked)
    visit = outcome.series.appointments[0]
    assert visit.room is not None
    change = ChangeOfFacts("site-1", RoomOutOfUse(visit.room, visit.interval))
    assert isinstance(change_places(change, SYSTEM, clock()), FactsChanged)
    assert [one.steps for one in open_conflicts()] == [(visit.step,)]
    return visit


def cancelled(visit: Appointment) -> object:
    return cancel_appointment(CancelAppointment(visit.id, BY, WHY), SYSTEM, clock())


def cancelled_whole(visit: Appointment) -> object:
    return cancel_series(CancelSeries(visit.series, BY, WHY), SYSTEM, clock())


def paused(visit: Appointment) -> object:
    return pause_series(PauseSeries(visit.series, BY, WHY), SYSTEM, clock())


def missed(visit: Appointment) -> object:
    late = StandingClock(visit.start + timedelta(minutes=20))
    return advance_appointment(
        AdvanceAppointment(visit.id, AppointmentState.NO_SHOW, visit.version), DESK, late
    )


@pytest.mark.parametrize("call_off", [cancelled, cancelled_whole, paused, missed])
def test_what_is_called_off_is_not_to_be_mended(call_off: Callable[[Appointment], object]) -> None:
    visit = visit_without_a_room()
    outcome = call_off(visit)
    assert not isinstance(outcome, Refused | NotAllowed), outcome
    assert open_conflicts() == ()
    assert [one.resolution for one in conflicts_of_series(visit.series)] == [Resolution.ELSEWHERE]


def test_nor_is_what_is_held_no_longer() -> None:
    visit = visit_without_a_room(until=MONDAY + timedelta(days=2))
    release_hold(DecideHold(visit.series), SYSTEM, clock())
    assert open_conflicts() == ()
