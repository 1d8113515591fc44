"""Where a visit could go: at the starts that move nothing else it moves alone, and what is past holds it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from scheduler.access.permissions import SYSTEM, AccountRole, Actor
from scheduler.booking.cancel_appointment import CancelAppointment, cancel_appointment
from scheduler.booking.outcomes import CalledOffBy, CancelReason, NotAllowed, Refused
from scheduler.booking.preview_free_starts import FreeDay, preview_free_starts
from scheduler.booking.preview_move import MovePreview, WantedMove, preview_move
from scheduler.domain.clock import StandingClock, local_day
from tests.booking.small_clinic import booked, clock, store_small_clinic

pytestmark = pytest.mark.usefixtures("app_context")

ZONE = "America/Denver"


def _days(visit: str) -> tuple[FreeDay, ...]:
    days = preview_free_starts(visit, SYSTEM, clock())
    assert isinstance(days, tuple), days
    return days


def test_at_a_start_that_moves_nothing_else_the_visit_moves_alone() -> None:
    store_small_clinic()
    series = booked()
    visit = series.appointments[-1]
    days = _days(visit.id)
    alone = [start for day in days for start in sorted(day.alone) if start != visit.start]
    assert alone
    for start in (alone[0], alone[-1]):
        preview = preview_move(WantedMove(visit.id, exactly=start), SYSTEM, clock())
        assert isinstance(preview, MovePreview)
        assert [move.step for move in preview.ways[0].moves] == [visit.step]


def test_days_hold_their_own_starts_from_now_on_and_the_present_one_is_free() -> None:
    store_small_clinic()
    dose = booked().visit("D2")
    assert dose is not None
    days = _days(dose.id)
    assert [day.day for day in days] == sorted({day.day for day in days})
    assert any(dose.start in day.alone for day in days)
    for day in days:
        assert {local_day(start, ZONE) for start in day.starts} == {day.day}
        assert day.alone <= set(day.starts)
        assert min(day.starts) >= clock().now()
    assert any(not day.alone for day in days), "other visits could follow elsewhere"


def test_what_has_taken_place_is_kept_to() -> None:
    store_small_clinic()
    series = booked()
    dose, second = series.visit("D1"), series.visit("D2")
    assert dose is not None and second is not None
    later = StandingClock(dose.discharge + timedelta(minutes=1))
    days = preview_free_starts(second.id, SYSTEM, later)
    assert isinstance(days, tuple)
    first = min(start for day in days for start in day.starts)
    assert first >= dose.start + timedelta(hours=48), "the spacing of doses holds to a dose that is over"


def test_it_is_answered_as_moving_is() -> None:
    store_small_clinic()
    visit = booked().appointments[-1]
    nurse = Actor("nurse", AccountRole.NURSE, "site-1")
    assert isinstance(preview_free_starts(visit.id, nurse, clock()), NotAllowed)
    cancel_appointment(
        CancelAppointment(visit.id, CalledOffBy.PATIENT, CancelReason.ILLNESS), SYSTEM, clock()
    )
    assert isinstance(preview_free_starts(visit.id, SYSTEM, clock()), Refused)
