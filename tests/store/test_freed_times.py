"""Which times became free and lie ahead: noted when visits give their claims back, and whether they are free still."""

from __future__ import annotations

from datetime import timedelta

import pytest

from scheduler.access.permissions import SYSTEM
from scheduler.booking.cancel_appointment import CancelAppointment, cancel_appointment
from scheduler.booking.cancel_series import CancelSeries, cancel_series
from scheduler.booking.change_places import change_places
from scheduler.booking.changing_facts import ChangeOfFacts, FactsChanged
from scheduler.booking.move_appointment import MoveAppointment, move_appointment
from scheduler.booking.outcomes import CalledOffBy, CancelReason, SeriesChanged
from scheduler.booking.preview_move import WantedMove
from scheduler.domain.claims import Purpose
from scheduler.domain.diary import Diary
from scheduler.domain.interval import Interval
from scheduler.domain.place_changes import (
    PlaceChange,
    RoomBackInUse,
    RoomOutOfUse,
    SiteClosed,
    SiteOpenedAgain,
)
from scheduler.domain.places import Closure
from scheduler.domain.waiting import FreedBy, as_if_taken
from scheduler.store.diaries import load_diary
from scheduler.store.freed_times import (
    count_freed,
    forget_freed,
    freed_ahead,
    settle_freed,
    site_of_freed,
)
from scheduler.store.work import unit_of_work
from tests.booking.small_clinic import MONDAY, booked, clock, store_small_clinic, the

pytestmark = pytest.mark.usefixtures("app_context")

BY, WHY = CalledOffBy.PATIENT, CancelReason.ILLNESS


def seen() -> Diary:
    horizon = Interval(MONDAY - timedelta(days=7), MONDAY + timedelta(days=90))
    return load_diary("patient-2", horizon, MONDAY, "site-1")


def test_what_is_called_off_is_free_again_and_names_nobody() -> None:
    store_small_clinic()
    dose = the(booked(), "D1")
    taken = seen()
    assert freed_ahead("site-1", MONDAY) == ()
    cancel_appointment(CancelAppointment(dose.id, BY, WHY), SYSTEM, clock())
    [one] = freed_ahead("site-1", MONDAY)
    assert (one.interval, one.cause, one.kind) == (dose.interval, FreedBy.CALLED_OFF, dose.kind)
    assert one.resources == {dose.room, *dose.people}
    assert {claim.purpose for claim in one.claims} <= {Purpose.OCCUPY, Purpose.WATCH, Purpose.ON_PREMISES}
    now = seen()
    assert one.is_still_free(now.book)
    assert not one.is_still_free(taken.book)
    again = as_if_taken(now.book, [one])
    for key in {(claim.resource, claim.purpose) for claim in one.claims}:
        assert len(again.on(*key)) == len(taken.book.on(*key))
    assert dose.patient not in str(one)


def test_what_is_over_or_left_free_by_somebody_is_not_told() -> None:
    store_small_clinic()
    series = booked()
    cancel_series(CancelSeries(series.id, BY, WHY), SYSTEM, clock())
    found = freed_ahead("site-1", MONDAY)
    assert len(found) == count_freed("site-1", MONDAY) > 3
    assert freed_ahead("site-2", MONDAY) == ()
    with unit_of_work():
        assert settle_freed(found[0].id, MONDAY, "desk")
        assert not settle_freed(found[0].id, MONDAY, "desk")
    assert site_of_freed(found[0].id) == "site-1"
    assert site_of_freed("nothing") is None
    assert freed_ahead("site-1", MONDAY) == found[1:]
    assert freed_ahead("site-1", found[1].interval.end) == found[2:]
    with unit_of_work():
        assert forget_freed(found[1].interval.end) == 1


def test_a_visit_that_moves_gives_its_former_time_back() -> None:
    store_small_clinic()
    last = booked().appointments[-1]
    later = last.start + timedelta(days=7)
    wanted = WantedMove(last.id, no_earlier=later)
    assert isinstance(move_appointment(MoveAppointment(wanted), SYSTEM, clock()), SeriesChanged)
    [one] = freed_ahead("site-1", MONDAY)
    assert (one.interval, one.cause) == (last.interval, FreedBy.MOVED)


def test_a_closure_that_is_lifted_gives_its_days_back_and_a_room_itself() -> None:
    store_small_clinic()
    day = MONDAY.date() + timedelta(days=9)
    closure = Closure(day, day + timedelta(days=1), "Training")
    whole = Interval(MONDAY + timedelta(days=20), MONDAY + timedelta(days=21))
    changes: list[PlaceChange] = [
        SiteClosed("site-1", closure),
        SiteOpenedAgain("site-1", closure),
        RoomOutOfUse("dosing-1", whole),
        RoomBackInUse("dosing-1", whole),
    ]
    for change in changes:
        assert isinstance(change_places(ChangeOfFacts("site-1", change), SYSTEM, clock()), FactsChanged), (
            change
        )
    opened, room = freed_ahead("site-1", MONDAY)
    assert (opened.cause, opened.kind) == (FreedBy.OPENED_AGAIN, None)
    assert {"dosing-1", "therapist-1"} < opened.resources
    assert (room.cause, room.resources, room.interval) == (FreedBy.ROOM_BACK, frozenset({"dosing-1"}), whole)
    booked(earliest=day)
    assert opened.is_still_free(seen().book), "there is more of it than one visit takes"
