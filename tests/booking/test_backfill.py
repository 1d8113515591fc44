"""A freed time proposes the patients whose series it would improve, with what each gains."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from scheduler.access.permissions import SYSTEM
from scheduler.booking import see_backfill
from scheduler.booking.cancel_appointment import CancelAppointment, cancel_appointment
from scheduler.booking.cancel_series import CancelSeries, cancel_series
from scheduler.booking.move_appointment import MoveAppointment, move_appointment
from scheduler.booking.outcomes import CalledOffBy, CancelReason, SeriesChanged
from scheduler.booking.preview_move import WantedMove
from scheduler.booking.request import WantedSeries
from scheduler.booking.see_backfill import Backfill, Candidate, backfill_at
from scheduler.booking.waiting_list import (
    LeaveFree,
    NoteEarlierWish,
    PutOnWaitingList,
    leave_free,
    note_earlier_wish,
    put_on_waiting_list,
)
from scheduler.domain.clock import StandingClock, local_day
from scheduler.domain.series import Series
from scheduler.domain.waiting import WaitingEntry
from scheduler.planner.backfill import GainKind
from scheduler.store import clinic
from scheduler.store.series import series as stored_series
from scheduler.store.work import reading
from tests import builders
from tests.booking.small_clinic import COURSE, INDUCTION, MONDAY, booked, clock, store_small_clinic, the

pytestmark = pytest.mark.usefixtures("app_context")

BY, WHY = CalledOffBy.PATIENT, CancelReason.ILLNESS
MORNINGS = builders.a_site(hours=builders.weekdays("08:00", "14:00"))
ONE_ROOM = (builders.a_room("dosing-1"), builders.an_office("office-1"), builders.an_office("office-2"))


def looked(now: datetime = MONDAY, begin: int = 0) -> Backfill:
    with reading():
        return backfill_at(clinic.site("site-1"), now, begin)


def store_scarce_clinic() -> None:
    """Store a clinic with room for one dose a day."""
    store_small_clinic(rooms=ONE_ROOM, sites=(MORNINGS,))


def wait(patient: str, later: timedelta = timedelta(0), **wishes: object) -> WaitingEntry:
    wanted = replace(WantedSeries(patient, COURSE), **wishes)  # type: ignore[arg-type]  # any of its fields
    outcome = put_on_waiting_list(PutOnWaitingList(wanted), SYSTEM, StandingClock(MONDAY + later))
    assert isinstance(outcome, WaitingEntry), outcome
    return outcome


def would_come_earlier(series: Series) -> None:
    assert note_earlier_wish(NoteEarlierWish(series.id, would=True), SYSTEM, clock()) is True


def call_off(series: Series, step: str = "") -> None:
    if step:
        cancel_appointment(CancelAppointment(the(series, step).id, BY, WHY), SYSTEM, clock())
    else:
        cancel_series(CancelSeries(series.id, BY, WHY), SYSTEM, clock())


def every(found: Backfill) -> list[Candidate]:
    return [one for time in found.freed for one in found.candidates.get(time.id, ())]


def test_who_waits_is_proposed_with_how_much_earlier_the_series_would_be() -> None:
    store_scarce_clinic()
    first = booked("patient-1", protocol=INDUCTION)
    entry = wait("patient-2")
    assert looked().freed == ()
    call_off(first)
    found = looked()
    [one] = every(found)
    assert (one.patient, one.entry) == ("patient-2", entry)
    assert (found.looked_at, found.number, found.next_begin) == (1, 1, None)
    gain = one.improvement.gains[0]
    assert gain.before is not None and gain.after < gain.before
    zone = builders.ZONE
    assert gain.days == (local_day(gain.before, zone) - local_day(gain.after, zone)).days > 0
    # It is the very series that booking finds now.
    best = booked("patient-2")
    assert [visit.start for visit in best.appointments] == [
        visit.start for visit in one.improvement.series.appointments
    ]
    assert every(looked()) == []


def test_of_equal_gains_whoever_waits_longest_comes_first() -> None:
    store_scarce_clinic()
    first = booked("patient-1", protocol=INDUCTION)
    wait("patient-3", timedelta(hours=2))
    wait("patient-2", timedelta(hours=1))
    call_off(first)
    found = every(looked(MONDAY + timedelta(hours=3)))
    assert [one.patient for one in found] == ["patient-2", "patient-3"]
    assert len({one.improvement.worth for one in found}) == 1


def test_who_could_have_had_no_series_at_all_comes_before_all_others() -> None:
    store_scarce_clinic()
    first = booked("patient-1", protocol=INDUCTION)
    wait("patient-2")
    call_off(first)
    last = max(one.improvement.series.appointments[-1].discharge for one in every(looked()))
    tight = wait("patient-3", timedelta(hours=1), latest=local_day(last, builders.ZONE))
    found = every(looked(MONDAY + timedelta(hours=2)))
    assert [one.entry for one in found][0] == tight
    [gain] = found[0].improvement.gains
    assert (gain.kind, gain.before) == (GainKind.FITS, None)


def test_a_standing_series_moves_a_visit_into_a_freed_time() -> None:
    store_scarce_clinic()
    first = booked("patient-1", protocol=INDUCTION)
    second = booked("patient-2")
    call_off(first)
    assert every(looked()) == [], "nobody said that they would come earlier"
    would_come_earlier(second)
    found = every(looked())
    assert found
    one = found[0]
    assert (one.patient, one.entry) == ("patient-2", None)
    assert one.visit is not None and one.improvement.step == one.visit.step
    assert {gain.kind for each in found for gain in each.improvement.gains} >= {GainKind.NEXT_DOSE}
    # What is shown is what moving does.
    after = one.improvement.series.visit(one.visit.step)
    assert after is not None
    wanted = WantedMove(one.visit.id, exactly=after.start)
    assert isinstance(move_appointment(MoveAppointment(wanted), SYSTEM, clock()), SeriesChanged)
    now = stored_series(second.id)
    assert [(v.step, v.start) for v in now.standing] == [
        (v.step, v.start) for v in one.improvement.series.standing
    ]


def test_a_visit_that_is_missing_may_be_booked_again_in_a_freed_time() -> None:
    store_scarce_clinic()
    first, second = booked("patient-1"), booked("patient-2")
    call_off(second, "I1")
    would_come_earlier(second)
    call_off(first)
    gaps = [one for one in every(looked()) if one.improvement.gains[0].kind is GainKind.GAP]
    assert {one.improvement.step for one in gaps} == {"I1"}


def test_what_somebody_left_free_and_what_was_taken_since_proposes_nobody() -> None:
    store_scarce_clinic()
    first = booked("patient-1", protocol=INDUCTION)
    wait("patient-2")
    call_off(first)
    for one in looked().freed:
        leave_free(LeaveFree(one.id), SYSTEM, clock())
    assert looked() == Backfill((), {}, 0, 0, 0)


def test_who_waits_until_a_day_that_is_over_is_not_asked() -> None:
    store_scarce_clinic()
    first = booked("patient-1", protocol=INDUCTION)
    command = PutOnWaitingList(WantedSeries("patient-2", COURSE), until=date(2027, 1, 4))
    put_on_waiting_list(command, SYSTEM, clock())
    call_off(first)
    assert len(every(looked())) == 1
    assert every(looked(MONDAY + timedelta(days=1))) == []


def test_only_so_many_are_looked_at_and_the_next_ones_on_request(monkeypatch: pytest.MonkeyPatch) -> None:
    store_scarce_clinic()
    first = booked("patient-1", protocol=INDUCTION)
    for hours, patient in enumerate(("patient-2", "patient-3", "patient-4")):
        wait(patient, timedelta(hours=hours))
    call_off(first)
    monkeypatch.setattr(see_backfill, "MOST_CANDIDATES", 2)
    now = MONDAY + timedelta(hours=4)
    found = looked(now)
    assert (found.looked_at, found.number, found.next_begin) == (2, 3, 2)
    assert {one.patient for one in every(found)} == {"patient-2", "patient-3"}
    rest = looked(now, begin=2)
    assert (rest.looked_at, rest.next_begin) == (1, None)
    assert {one.patient for one in every(rest)} == {"patient-4"}
