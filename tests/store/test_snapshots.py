"""What a process keeps of a site is always what the database says, whoever changed it and however."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from threading import Thread

import pytest
from flask import Flask
from sqlalchemy import event

from scheduler.domain.appointment import AppointmentState
from scheduler.domain.claims import Claim, Purpose
from scheduler.domain.diary import Diary
from scheduler.domain.errors import Conflict, InvalidValue
from scheduler.domain.interval import Interval
from scheduler.domain.people import Role
from scheduler.store import appointments, ledger
from scheduler.store.database import db
from scheduler.store.diaries import load_diary
from scheduler.store.snapshots import _SHELVES, REACH_BACK, forget_old_changes, snapshot_of
from scheduler.store.work import reading, unit_of_work
from tests import builders
from tests.store.stored_clinic import (
    NOON,
    SAVED_AT,
    a_call,
    a_clinic,
    a_series,
    a_talk,
    behind_the_back,
    hours,
    keep_clinic,
    keep_series,
    watching,
)

pytestmark = pytest.mark.usefixtures("clinic_context")


def diary() -> Diary:
    """Load the diary of `patient-1`, as a request does."""
    return load_diary("patient-1", builders.HORIZON, as_of=SAVED_AT)


def diary_anew() -> Diary:
    """Load it as a process that has just started does."""
    _SHELVES.clear()
    return diary()


def watched() -> list[Interval]:
    """Return when the nurse watches anybody, as a request sees it."""
    return [claim.interval for claim in diary().claims_on("nurse-1", Purpose.WATCH)]


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM shift WHERE staff_id = 'nurse-1' AND weekday = 3",
        "UPDATE shift SET closes = '12:00:00' WHERE staff_id = 'nurse-1'",
        "INSERT INTO closure (site_id, first_day, last_day, reason)"
        " VALUES ('site-1', '2026-12-03', '2026-12-03', 'Flood')",
        "DELETE FROM site_hours WHERE weekday = 3",
        "UPDATE site SET zone = 'Europe/Berlin'",
        "UPDATE room SET name = 'Quiet room' WHERE id = 'dosing-1'",
        "DELETE FROM room_outage",
        "UPDATE staff SET may_watch = 1 WHERE id = 'nurse-1'",
        "DELETE FROM credential WHERE staff_id = 'nurse-1'",
        "DELETE FROM time_off",
    ],
)
def test_a_fact_changed_behind_the_back_is_seen(database_url: str, statement: str) -> None:
    away = replace(builders.a_nurse("nurse-1"), time_off=(hours(5, 6),))
    keep_clinic(staff=tuple(away if one.id == "nurse-1" else one for one in a_clinic().staff))
    before = diary()
    with behind_the_back(database_url) as anybody:
        anybody.execute(statement)
    after = diary()
    assert after != before
    assert after == diary_anew()


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM claim WHERE resource_id = 'nurse-1'",
        "UPDATE claim SET purpose = 'on_premises', lane = 0 WHERE resource_id = 'prescriber-1'",
        "UPDATE claim SET role = 'therapist' WHERE resource_id = 'nurse-1'",
        "UPDATE claim SET phases = '[\n\"rest\"]' WHERE resource_id = 'nurse-1'",
        "UPDATE resource SET site_id = 'site-2' WHERE id = 'nurse-1'",
    ],
)
def test_claims_changed_behind_the_back_are_seen(database_url: str, statement: str) -> None:
    keep_clinic(sites=(*a_clinic().sites, builders.a_site(id="site-2")))
    keep_series()
    diary()
    with behind_the_back(database_url) as anybody:
        anybody.execute(statement)
    assert diary() == diary_anew()


def test_a_resource_that_comes_to_a_site_brings_its_claims(database_url: str) -> None:
    keep_clinic(sites=(*a_clinic().sites, builders.a_site(id="site-2")))
    keep_series()
    there = load_diary("patient-1", builders.HORIZON, SAVED_AT, "site-2")
    assert not there.claims_on("nurse-1", Purpose.WATCH)
    with behind_the_back(database_url) as anybody:
        anybody.execute("UPDATE resource SET site_id = 'site-2' WHERE id = 'nurse-1'")
    there = load_diary("patient-1", builders.HORIZON, SAVED_AT, "site-2")
    assert there.claims_on("nurse-1", Purpose.WATCH)
    _SHELVES.clear()
    assert load_diary("patient-1", builders.HORIZON, SAVED_AT, "site-2") == there


@pytest.mark.parametrize("seed", range(4))
def test_after_any_changes_it_is_what_a_new_process_loads(seed: int) -> None:
    chance = random.Random(seed)
    changes: list[Callable[[], object]] = [
        lambda: ledger.take([watching(begin := chance.randint(0, 40), begin + chance.randint(1, 3))]),
        lambda: ledger.release(["call-1"]),
        lambda: appointments.call_off(["talk-1"], AppointmentState.NO_SHOW, SAVED_AT),
    ]
    for _ in range(25):
        if chance.random() < 0.1:
            keep_clinic(appointments=(a_talk(start=NOON + timedelta(hours=chance.randint(0, 9))),))
        try:
            with unit_of_work():
                chance.choice(changes)()
        except Conflict:
            pass
        seen = diary()
        if chance.random() < 0.3:
            assert seen == diary_anew()
    assert diary() == diary_anew()


def test_instants_are_kept_to_the_microsecond() -> None:
    fine = timedelta(microseconds=1)
    stretches = [
        Interval(NOON + fine, NOON + timedelta(minutes=1)),
        Interval(NOON + timedelta(minutes=1, seconds=59, microseconds=999_999), NOON + timedelta(minutes=2)),
        Interval(NOON + timedelta(minutes=2), NOON + timedelta(hours=1) - fine),
    ]
    _take(*(replace(watching(0, 1), interval=interval) for interval in stretches))
    assert watched() == stretches
    assert [claim.interval for claim in diary_anew().claims_on("nurse-1", Purpose.WATCH)] == stretches


def test_visits_and_phases_may_have_any_name() -> None:
    awkward = 'visit "1"\n[2],\\ Åsa'
    keep_clinic(appointments=(a_call(id=awkward, start=NOON - timedelta(days=200)),))
    claim = watching(
        5, 6, appointment=awkward, phases=('set\nup, "slowly"', "[rest]"), role=Role.MEDICAL_MONITOR
    )
    _take(claim, watching(5, 6))
    found = diary_anew().claims_on("nurse-1", Purpose.WATCH)
    assert [replace(one, lane=None) for one in found] == [claim, watching(5, 6)]


def test_a_new_process_knows_what_the_ledger_says() -> None:
    keep_series()
    _take(watching(0, 2), watching(1, 3), watching(2, 4, role=Role.MEDICAL_MONITOR, phases=("settle",)))
    theirs = [one for one in ledger.all_claims() if not one.resource.startswith("patient-")]
    with reading() as connection:
        kept = snapshot_of(connection, "site-1", SAVED_AT).book
    assert Counter(kept) == Counter(one for one in theirs if one.interval.end > SAVED_AT - REACH_BACK)


def test_what_did_not_change_is_shared() -> None:
    keep_series()
    before = diary().book
    _take(watching(0, 1))
    after = diary().book
    assert after.on("nurse-1", Purpose.WATCH) is not before.on("nurse-1", Purpose.WATCH)
    for resource, purpose in [("nurse-1", Purpose.OCCUPY), ("dosing-1", Purpose.OCCUPY)]:
        assert len(before.on(resource, purpose)) > 0
        assert after.on(resource, purpose) is before.on(resource, purpose)


def test_lanes_laid_out_anew_are_seen() -> None:
    with unit_of_work():
        ledger.take([watching(0, 1), watching(2, 3)])
    diary()
    with unit_of_work():
        ledger.take([watching(0, 2)])
        ledger.take([watching(1, 3)])
    assert diary() == diary_anew()


def test_what_was_rolled_back_is_never_kept() -> None:
    diary()
    with pytest.raises(RuntimeError, match="changed our mind"), unit_of_work():
        ledger.take([watching(0, 1)])
        assert watched() == [hours(0, 1)]
        raise RuntimeError("changed our mind")
    assert watched() == []
    with unit_of_work():
        # Its rows may get the very numbers of those that were rolled back.
        ledger.take([watching(5, 6)])
    assert watched() == [hours(5, 6)]


def test_a_transaction_sees_its_own_moment(app_context: Flask) -> None:
    diary()
    with reading():
        assert watched() == []
        _elsewhere(app_context, lambda: _take(watching(0, 1)))
        _elsewhere(app_context, watched)
        assert watched() == []
    assert watched() == [hours(0, 1)]


def test_a_process_that_is_up_to_date_reads_no_claims_of_rooms_and_staff() -> None:
    keep_series()
    diary()
    read: list[str] = []

    def note(*arguments: object) -> None:
        read.append(str(arguments[2]))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        assert diary().claims_on("nurse-1", Purpose.WATCH)
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    assert not [statement for statement in read if "FROM shift" in statement]
    assert len([statement for statement in read if "FROM claim" in statement]) == 1


def test_who_fell_behind_a_shortened_log_loads_anew() -> None:
    diary()
    for begin in range(0, 9, 3):
        _take(watching(begin, begin + 1))
    with unit_of_work():
        assert forget_old_changes(keeping=1) > 0
    assert watched() == [hours(0, 1), hours(3, 4), hours(6, 7)]
    with unit_of_work():
        assert forget_old_changes(keeping=1) == 0
    _take(watching(9, 10))
    assert watched() == [hours(0, 1), hours(3, 4), hours(6, 7), hours(9, 10)]


def test_at_least_one_entry_of_the_log_is_kept() -> None:
    with pytest.raises(InvalidValue, match="keep at least 1"), unit_of_work():
        forget_old_changes(keeping=0)


def test_claims_of_long_ago_are_there_when_the_horizon_asks_for_them() -> None:
    long_ago = SAVED_AT - 2 * REACH_BACK
    then = Interval.lasting(long_ago, timedelta(hours=1))
    _take(replace(watching(0, 1), interval=then))
    assert watched() == []
    old = load_diary("patient-1", Interval(long_ago - timedelta(days=1), SAVED_AT), as_of=SAVED_AT)
    assert [claim.interval for claim in old.claims_on("nurse-1", Purpose.WATCH)] == [then]


def test_a_process_that_runs_for_months_lets_go_of_what_is_over() -> None:
    keep_series(a_series())
    assert diary().claims_on("nurse-1", Purpose.WATCH)
    later = SAVED_AT + 3 * REACH_BACK
    horizon = Interval.lasting(later, timedelta(days=100))
    assert not load_diary("patient-1", horizon, as_of=later).claims_on("nurse-1", Purpose.WATCH)


def _take(*claims: Claim) -> None:
    with unit_of_work():
        ledger.take(claims)


def _elsewhere(app: Flask, act: Callable[[], object]) -> None:
    """Do something in a thread of its own, and wait for it."""

    def run() -> None:
        with app.app_context():
            act()

    thread = Thread(target=run)
    thread.start()
    thread.join()
