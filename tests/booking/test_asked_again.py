"""A request that was answered is answered alike when it comes again, also when it could not be done any more by then."""

from __future__ import annotations

from datetime import timedelta

import pytest

from scheduler.access.permissions import SYSTEM, AccountRole, Actor
from scheduler.booking.book_series import Booked, BookSeries, book_series
from scheduler.booking.cancel_series import CancelSeries, cancel_series
from scheduler.booking.move_appointment import MoveAppointment, move_appointment
from scheduler.booking.outcomes import CalledOffBy, CancelReason, NotAllowed, SeriesChanged
from scheduler.booking.preview_move import WantedMove
from scheduler.booking.preview_substitute import HowMany, WantedSubstitute
from scheduler.booking.substitute_therapist import (
    SubstituteTherapist,
    substitute_therapist,
)
from scheduler.domain.clock import StandingClock
from scheduler.store.series import all_series
from tests.booking.small_clinic import COURSE, MONDAY, booked, clock

pytestmark = pytest.mark.usefixtures("small_clinic")

MONTHS_LATER = StandingClock(MONDAY + timedelta(days=200))
ELSEWHERE = Actor("desk-elsewhere", AccountRole.FRONT_DESK, site="elsewhere")


def called_off(series: str) -> None:
    command = CancelSeries(series, CalledOffBy.CLINIC, CancelReason.OTHER)
    cancel_series(command, SYSTEM, clock())


def test_what_was_held_then() -> None:
    command = BookSeries("patient-1", COURSE, idempotency_key="k", held_until=MONDAY + timedelta(minutes=5))
    first = book_series(command, SYSTEM, clock())
    assert isinstance(first, Booked)
    again = book_series(command, SYSTEM, MONTHS_LATER)
    assert isinstance(again, Booked), again
    assert again.series.id == first.series.id
    assert len(all_series()) == 1
    assert isinstance(book_series(command, ELSEWHERE, MONTHS_LATER), NotAllowed)


def test_what_was_moved_then() -> None:
    series = booked()
    command = MoveAppointment(WantedMove(series.appointments[-1].id), idempotency_key="k")
    first = move_appointment(command, SYSTEM, clock())
    assert isinstance(first, SeriesChanged), first
    called_off(series.id)
    again = move_appointment(command, SYSTEM, clock())
    assert isinstance(again, SeriesChanged), again
    assert (again.series.id, again.moves) == (series.id, ())
    assert isinstance(move_appointment(command, ELSEWHERE, clock()), NotAllowed)


def test_who_was_substituted_then() -> None:
    series = booked(therapist="therapist-1")
    wanted = WantedSubstitute(series.id, series.appointments[0].step, HowMany.ONE)
    command = SubstituteTherapist(wanted, idempotency_key="k")
    first = substitute_therapist(command, SYSTEM, clock())
    assert isinstance(first, SeriesChanged), first
    called_off(series.id)
    again = substitute_therapist(command, SYSTEM, clock())
    assert isinstance(again, SeriesChanged), again
    assert isinstance(substitute_therapist(command, ELSEWHERE, clock()), NotAllowed)
