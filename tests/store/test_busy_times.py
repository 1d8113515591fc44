"""What calendars elsewhere say reaches every process's picture of the site, as one change, and only when it changes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scheduler.domain.diary import Diary
from scheduler.domain.interval import NOT_BUSY, BusyTimes, Interval
from scheduler.domain.people import StaffMember
from scheduler.store import busy_sources
from scheduler.store.busy_sources import BusySource, SourceKind
from scheduler.store.diaries import load_diary
from scheduler.store.snapshots import snapshot_of
from scheduler.store.work import reading, unit_of_work
from tests import builders
from tests.store.stored_clinic import SAVED_AT, hours

pytestmark = pytest.mark.usefixtures("clinic_context")

SOURCE = BusySource("source-1", "site-1", "therapist-1", SourceKind.FILE, "Rota", SAVED_AT)


def diary() -> Diary:
    return load_diary("patient-1", builders.HORIZON, as_of=SAVED_AT)


def last_change() -> int:
    with reading() as connection:
        return snapshot_of(connection, "site-1", SAVED_AT).last_change


def keep(*times: Interval) -> None:
    with unit_of_work():
        if not busy_sources.busy_sources_of("therapist-1"):
            busy_sources.add_source(SOURCE)
        busy_sources.keep_times(SOURCE, BusyTimes(times))


def test_a_picture_that_is_kept_follows_and_comes_back() -> None:
    before = diary().staff["therapist-1"]
    keep(hours(-1, 1), hours(3, 4))
    after = diary()
    assert after.staff["therapist-1"].busy.found == (hours(-1, 1), hours(3, 4))
    assert not any(time.overlaps(hours(-1, 1)) for time in after.working_times["therapist-1"])
    with unit_of_work():
        busy_sources.remove_source(SOURCE)
    assert diary().staff["therapist-1"] == before


def test_many_times_are_one_change_and_how_a_source_is_doing_is_none() -> None:
    keep()
    before = last_change()
    with unit_of_work():
        busy_sources.save_source(replace(SOURCE, problem="The server cannot answer at present (503)."))
    assert last_change() == before
    keep(*(hours(number, number + 0.5) for number in range(200)))
    # The database notes both versions of the one row.
    assert last_change() <= before + 2


def test_times_are_merged_and_compared_by_what_they_say() -> None:
    one, same = BusyTimes([hours(0, 1), hours(1, 2)]), BusyTimes([hours(0, 2)])
    assert one == same
    assert hash(one) == hash(same)
    assert one != BusyTimes([hours(0, 3)])
    assert one != (hours(0, 2),)
    assert not NOT_BUSY
    assert "BusyTimes" in repr(one)


def test_somebody_busy_is_away_as_with_time_off() -> None:
    person: StaffMember = builders.a_therapist(time_off=(hours(0, 1),), busy=BusyTimes([hours(1, 2)]))
    assert person.away == (hours(0, 2),)
