"""The demo clinic after loading: busy, checked by an independent script, and found out when a shift is deleted."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from click.testing import Result

from scheduler.access.permissions import SYSTEM
from scheduler.booking.load_demo import DemoLoaded, LoadDemo, is_demo_wanted, load_demo
from scheduler.booking.outcomes import Refused
from scheduler.booking.recheck import RecheckCommand, recheck
from scheduler.domain.clock import StandingClock
from scheduler.rules.evaluate import refuses
from scheduler.store import clinic
from scheduler.store import series as stored
from tests.booking.small_clinic import store_small_clinic
from tests.conftest import STARTING_INSTANT
from tests.journeys.check_export import faults_in
from tests.journeys.conftest import LoadedDemo
from tests.store.stored_clinic import behind_the_back


@pytest.fixture
def inside(demo: LoadedDemo) -> Iterator[LoadedDemo]:
    """Give the demo clinic inside the application's context."""
    with demo.app.app_context():
        yield demo


def run(demo: LoadedDemo, line: str) -> Result:
    return demo.app.test_cli_runner().invoke(args=line.split())


def exported(demo: LoadedDemo) -> dict[str, Any]:
    result = run(demo, "clinic export")
    assert result.exit_code == 0, result.stderr
    document: dict[str, Any] = json.loads(result.stdout)
    return document


def test_the_independent_check_finds_nothing_wrong(demo: LoadedDemo) -> None:
    document = exported(demo)
    assert faults_in(document) == []
    assert Counter(series["protocol"] for series in document["series"])["im_kap_3"] >= 2
    assert len(document["series"]) >= 40


def test_about_sixty_percent_of_the_dosing_rooms_hours_are_taken(demo: LoadedDemo) -> None:
    assert 0.5 <= demo.outcome.share <= 0.65
    assert f"{demo.outcome.share:.0%}" in demo.lines[-2]


def test_some_patients_are_left_to_be_booked(inside: LoadedDemo) -> None:
    patients = clinic.patients("maple")
    without = [patient for patient in patients if not stored.series_of_patient(patient.id)]
    assert len([one for one in patients if not one.stands_for_cohort]) == 64
    assert len(without) >= 8


def test_one_group_is_booked_for_a_newcomer_to_see(inside: LoadedDemo) -> None:
    assert inside.lines[-1] == "River group is booked: 4 members."
    [group] = stored.series_of_patient("river-group")
    dose = group.visit("GD1")
    assert dose is not None and dose.room == "meadow"
    assert all(len(stored.series_of_patient(f"g-0{number}")) == 1 for number in range(1, 5))


def test_nothing_is_broken(demo: LoadedDemo) -> None:
    result = run(demo, "recheck --json")
    document = json.loads(result.stdout)
    assert (result.exit_code, document["broken"]) == (0, [])
    assert document["series"] == demo.outcome.series


def test_every_role_has_a_sign_in(demo: LoadedDemo) -> None:
    roles = Counter(entry.role for entry in demo.outcome.sign_ins)
    assert roles == {"front_desk": 1, "therapist": 2, "nurse": 1, "prescriber": 1, "administrator": 1}
    assert len({entry.password for entry in demo.outcome.sign_ins}) == 6


def test_loading_it_again_changes_nothing(inside: LoadedDemo) -> None:
    clock = StandingClock(STARTING_INSTANT)
    assert not is_demo_wanted(clock)
    before = stored.all_series()
    outcome = load_demo(LoadDemo(7), SYSTEM, clock)
    assert isinstance(outcome, DemoLoaded)
    assert outcome.sign_ins == ()
    assert stored.all_series() == before


def test_a_shift_deleted_behind_the_back_is_found_out(inside: LoadedDemo) -> None:
    shifts = "SELECT id, site_id, staff_id, weekday, opens, closes FROM shift WHERE staff_id = 'brook' AND weekday = 1"
    with behind_the_back(inside.url) as database:
        kept = list(database.execute(shifts, ()))
        database.execute("DELETE FROM shift WHERE staff_id = ? AND weekday = ?", ("brook", 1))
    try:
        outcome = recheck(RecheckCommand(), SYSTEM, StandingClock(STARTING_INSTANT))
        assert isinstance(outcome, tuple)
        broken = [finding for one in outcome if refuses(one.findings) for finding in one.findings]
        assert any("Brook" in finding.why for finding in broken)
        assert any("brook is not at work" in fault for fault in faults_in(exported(inside)))
    finally:
        with behind_the_back(inside.url) as database:
            for row in kept:
                database.execute(
                    "INSERT INTO shift (id, site_id, staff_id, weekday, opens, closes) VALUES (?, ?, ?, ?, ?, ?)",
                    row,
                )


def test_another_clinic_is_never_mixed_with_the_demo(app_context: object) -> None:
    store_small_clinic()
    outcome = load_demo(LoadDemo(1), SYSTEM, StandingClock(STARTING_INSTANT))
    assert isinstance(outcome, Refused)
    assert not is_demo_wanted(StandingClock(STARTING_INSTANT))
    assert [site.id for site in clinic.sites()] == ["site-1"]


def test_a_load_that_was_broken_off_goes_on_where_it_ended(app_context: object) -> None:
    clock = StandingClock(STARTING_INSTANT)

    def break_off(line: str) -> None:
        if "10 series booked" in line:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load_demo(LoadDemo(1, break_off), SYSTEM, clock)
    assert is_demo_wanted(clock)
    kept = {series.id for series in stored.all_series()}
    assert len(kept) == 10
    assert isinstance(load_demo(LoadDemo(1), SYSTEM, clock), DemoLoaded)
    every = stored.all_series()
    assert kept < {series.id for series in every}
    assert len({series.patient for series in every}) == len(every)
    assert not is_demo_wanted(clock)


def test_the_command_does_nothing_when_it_is_loaded(demo: LoadedDemo) -> None:
    result = run(demo, "demo load")
    assert result.exit_code == 0
    assert "loaded already" in result.stdout
