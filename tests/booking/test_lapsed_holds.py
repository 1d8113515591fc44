"""What was held until now is in nobody's way, whatever is done next; and a hold that is over does not come back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from scheduler.access.permissions import SYSTEM
from scheduler.booking.book_series import Booked, BookSeries, book_series
from scheduler.booking.changed_series import ChangedVisit
from scheduler.booking.move_appointment import MoveAppointment, move_appointment
from scheduler.booking.outcomes import Refused, SeriesChanged
from scheduler.booking.preview_move import WantedMove
from scheduler.booking.preview_substitute import HowMany, WantedSubstitute
from scheduler.booking.substitute_therapist import (
    SubstituteTherapist,
    substitute_therapist,
)
from scheduler.domain.appointment import Appointment
from scheduler.domain.clock import StandingClock
from scheduler.domain.people import Role
from scheduler.domain.series import Series, SeriesState
from scheduler.store.series import series as stored_series
from tests.booking.small_clinic import COURSE, MONDAY, booked, clock

pytestmark = pytest.mark.usefixtures("small_clinic")

A_WHILE = timedelta(minutes=5)
LATER = StandingClock(MONDAY + A_WHILE)


def held(patient: str, therapist: str) -> Series:
    command = BookSeries(patient, COURSE, therapist=therapist, held_until=MONDAY + A_WHILE)
    outcome = book_series(command, SYSTEM, clock())
    assert isinstance(outcome, Booked), outcome
    return outcome.series


def at_the_same_time(series: Series, other: Series) -> Appointment:
    """Return a talk of a series that shares a moment with a visit of another."""
    return next(
        one
        for one in series.appointments
        if Role.MEDICAL_MONITOR not in one.staff
        and any(one.interval.overlaps(v.interval) for v in other.appointments)
    )


def test_somebody_who_was_only_held_is_free_to_substitute() -> None:
    series = booked("patient-1", therapist="therapist-1")
    visit = at_the_same_time(series, held("patient-2", "therapist-2"))
    wanted = WantedSubstitute(series.id, visit.step, HowMany.ONE, "therapist-2")
    outcome = substitute_therapist(SubstituteTherapist(wanted), SYSTEM, LATER)
    assert isinstance(outcome, SeriesChanged), outcome
    assert outcome.moves == ()


def test_a_hold_that_is_over_is_not_moved_into_another_life() -> None:
    series = held("patient-1", "therapist-1")
    last = series.appointments[-1]
    start = last.start + timedelta(minutes=15)
    chosen = ChangedVisit(last.id, last.version, start, last.room, last.staff)
    outcome = move_appointment(MoveAppointment(WantedMove(last.id), (chosen,)), SYSTEM, LATER)
    assert isinstance(outcome, Refused), outcome
    assert stored_series(series.id).state is SeriesState.LAPSED
    assert not stored_series(series.id).standing
