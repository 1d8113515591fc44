"""Who waits for a series: put on the list, taken off when booked or by hand; who would come earlier; what stays free."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta

import pytest

from scheduler.access.permissions import SYSTEM, Actor, Permission
from scheduler.booking.book_series import Booked, BookSeries, book_series
from scheduler.booking.cancel_series import CancelSeries, cancel_series
from scheduler.booking.export_clinic import export_clinic
from scheduler.booking.holds import DecideHold, HoldDecided, book_hold
from scheduler.booking.outcomes import CalledOffBy, CancelReason, NotAllowed, Refused
from scheduler.booking.request import WantedSeries
from scheduler.booking.waiting_list import (
    LeaveFree,
    NoteEarlierWish,
    PutOnWaitingList,
    TakeOffWaitingList,
    leave_free,
    note_earlier_wish,
    put_on_waiting_list,
    take_off_waiting_list,
    wanted_by,
)
from scheduler.domain.clock import StandingClock
from scheduler.domain.errors import NotFound
from scheduler.domain.waiting import LeftBecause, WaitingEntry
from scheduler.store.audit import history
from scheduler.store.freed_times import freed_ahead
from scheduler.store.waiting import (
    all_entries,
    count_waiting,
    earlier_wish,
    earlier_wishes,
    open_entries,
    waiting_entry,
)
from tests.booking.small_clinic import CHOICE, COURSE, MONDAY, booked, clock

pytestmark = pytest.mark.usefixtures("small_clinic")

WISHES = WantedSeries(
    "patient-1",
    CHOICE,
    earliest=date(2027, 1, 8),
    latest=date(2027, 4, 1),
    therapist="therapist-1",
    declined=frozenset(),
    included=frozenset({"I1b"}),
    weekdays=frozenset({1, 3}),
    from_time=time(9),
    until_time=time(13, 30),
    first=("patients_times",),
)


def put(wanted: WantedSeries = WISHES, until: date | None = None) -> WaitingEntry:
    outcome = put_on_waiting_list(PutOnWaitingList(wanted, until), SYSTEM, clock())
    assert isinstance(outcome, WaitingEntry), outcome
    return outcome


def test_what_is_wished_is_kept_whole_with_since_when_and_by_whom() -> None:
    entry = put(until=date(2027, 2, 1))
    assert waiting_entry(entry.id) == entry
    assert wanted_by(entry) == WISHES
    assert (entry.since, entry.by, entry.site) == (MONDAY, SYSTEM.id, "site-1")
    assert "patient-1" not in str(entry.wishes)
    assert entry.waits_on(date(2027, 2, 1)) and not entry.waits_on(date(2027, 2, 2))
    [noted] = history("waiting_entry", entry.id)
    assert (noted.verb, noted.details["until"]) == ("put_on_waiting_list", "2027-02-01")


def test_who_waits_already_waits_on_since_then_with_the_new_wishes() -> None:
    first = put()
    other = put_on_waiting_list(
        PutOnWaitingList(replace(WISHES, therapist=None)), SYSTEM, StandingClock(MONDAY + timedelta(days=3))
    )
    assert isinstance(other, WaitingEntry)
    assert (other.id, other.since, wanted_by(other).therapist) == (first.id, MONDAY, None)
    assert open_entries("site-1") == (other,)


def test_the_export_tells_who_waits_and_who_would_come_earlier() -> None:
    put(until=date(2027, 2, 1))
    series = booked("patient-2")
    note_earlier_wish(NoteEarlierWish(series.id, would=True), SYSTEM, clock())
    document = export_clinic(clock())
    [entry] = document["waiting"]
    assert (entry["patient"], entry["protocol"], entry["until"]) == ("patient-1", CHOICE, "2027-02-01")
    assert entry["wishes"]["weekdays"] == [1, 3]
    [wish] = document["would_come_earlier"]
    assert wish == {"series": series.id, "since": "2027-01-04T16:05:00Z", "by": "system"}


def test_what_makes_no_sense_and_who_may_not_is_refused(nurse: Actor, desk: Actor) -> None:
    refused = put_on_waiting_list(PutOnWaitingList(replace(WISHES, protocol="none")), SYSTEM, clock())
    assert isinstance(refused, Refused)
    assert put_on_waiting_list(PutOnWaitingList(WISHES), nurse, clock()) == NotAllowed(
        Permission.KEEP_WAITING_LIST
    )
    entry = put_on_waiting_list(PutOnWaitingList(WISHES), desk, clock())
    assert isinstance(entry, WaitingEntry)
    elsewhere = replace(desk, site="site-2")
    off = TakeOffWaitingList(entry.id, LeftBecause.OTHER)
    assert isinstance(take_off_waiting_list(off, elsewhere, clock()), NotAllowed)
    with pytest.raises(NotFound):
        take_off_waiting_list(replace(off, entry="none"), desk, clock())
    assert open_entries("site-1") == (entry,)


def test_somebody_is_taken_off_once_for_a_reason(desk: Actor) -> None:
    entry = put()
    off = TakeOffWaitingList(entry.id, LeftBecause.NOT_REACHED)
    assert take_off_waiting_list(off, desk, clock()) is True
    assert take_off_waiting_list(off, desk, clock()) is False
    assert open_entries("site-1") == ()
    [kept] = all_entries()
    assert (kept.ended_at, kept.ended_because) == (MONDAY, LeftBecause.NOT_REACHED)
    assert [one.verb for one in history("waiting_entry", entry.id)] == [
        "put_on_waiting_list",
        "take_off_waiting_list",
    ]


def test_who_is_booked_waits_no_more_for_that_protocol() -> None:
    put(WantedSeries("patient-1", COURSE))
    other = put(WantedSeries("patient-2", COURSE))
    booked("patient-1", protocol=COURSE)
    assert open_entries("site-1") == (other,)
    assert {one.ended_because for one in all_entries()} == {LeftBecause.BOOKED, None}


def test_who_is_only_held_waits_on_until_it_is_booked() -> None:
    put(WantedSeries("patient-1", COURSE))
    command = BookSeries("patient-1", COURSE, held_until=MONDAY + timedelta(hours=4))
    held = book_series(command, SYSTEM, clock())
    assert isinstance(held, Booked)
    assert len(open_entries("site-1")) == 1
    assert isinstance(book_hold(DecideHold(held.series.id), SYSTEM, clock()), HoldDecided)
    assert open_entries("site-1") == ()


def test_who_was_booked_by_mistake_waits_on_since_then() -> None:
    entry = put(WantedSeries("patient-1", COURSE))
    series = booked("patient-1", protocol=COURSE)
    assert open_entries("site-1") == ()
    undo = CancelSeries(series.id, CalledOffBy.CLINIC, CancelReason.BOOKED_BY_MISTAKE)
    cancel_series(undo, SYSTEM, clock())
    assert open_entries("site-1") == (entry,)
    again = booked("patient-1", protocol=COURSE)
    cancel_series(CancelSeries(again.id, CalledOffBy.PATIENT, CancelReason.ILLNESS), SYSTEM, clock())
    assert open_entries("site-1") == (), "a patient who gives up does not wait"


def test_that_somebody_would_come_earlier_is_noted_and_taken_back(desk: Actor, nurse: Actor) -> None:
    series = booked()
    note = NoteEarlierWish(series.id, would=True)
    assert isinstance(note_earlier_wish(note, nurse, clock()), NotAllowed)
    assert note_earlier_wish(note, desk, clock()) is True
    assert note_earlier_wish(note, desk, clock()) is False
    [kept] = earlier_wishes("site-1", MONDAY)
    assert (kept.series, kept.since, kept.by) == (series.id, MONDAY, "desk")
    assert count_waiting("site-1", MONDAY) == 1
    assert earlier_wishes("site-1", series.appointments[-1].start) == (), "nothing is ahead any more"
    assert note_earlier_wish(replace(note, would=False), desk, clock()) is True
    assert earlier_wish(series.id) is None
    verbs = [one.verb for one in history("series", series.id)]
    assert verbs[-2:] == ["note_earlier_wish", "withdraw_earlier_wish"]


def test_a_series_that_is_over_has_nothing_to_come_earlier() -> None:
    series = booked()
    cancel_series(CancelSeries(series.id, CalledOffBy.PATIENT, CancelReason.ILLNESS), SYSTEM, clock())
    assert isinstance(note_earlier_wish(NoteEarlierWish(series.id, would=True), SYSTEM, clock()), Refused)


def test_a_freed_time_may_stay_free(desk: Actor, nurse: Actor) -> None:
    series = booked()
    cancel_series(CancelSeries(series.id, CalledOffBy.PATIENT, CancelReason.ILLNESS), SYSTEM, clock())
    first = freed_ahead("site-1", MONDAY)[0]
    assert isinstance(leave_free(LeaveFree(first.id), nurse, clock()), NotAllowed)
    assert leave_free(LeaveFree(first.id), desk, clock()) is True
    assert leave_free(LeaveFree(first.id), desk, clock()) is False
    assert first not in freed_ahead("site-1", MONDAY)
    with pytest.raises(NotFound):
        leave_free(LeaveFree("none"), desk, clock())
