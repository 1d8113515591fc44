"""Importing: all or nothing, every fault named, twice without effect."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from scheduler.access.permissions import SYSTEM, Actor
from scheduler.booking.import_clinic import ClinicImported, ImportClinic, ImportRefused, import_clinic
from scheduler.booking.outcomes import NotAllowed
from scheduler.clinic_file import bundled_protocol
from scheduler.clinic_file.demo import demo_document
from scheduler.domain.clock import local_day
from scheduler.store import clinic
from scheduler.store.audit import history
from scheduler.store.conflicts import open_conflicts
from scheduler.store.series import series as stored_series
from tests.booking.small_clinic import COURSE, INDUCTION, booked, clock, store_small_clinic

pytestmark = pytest.mark.usefixtures("app_context")


def document() -> dict[str, Any]:
    """Return the demo clinic with a handful of patients."""
    whole = dict(demo_document(date(2027, 1, 4)))
    patients = whole["patients"]
    assert isinstance(patients, list)
    return {**whole, "patients": patients[:4], "appointments": []}


def imported(content: Mapping[str, object]) -> ClinicImported | ImportRefused | NotAllowed:
    return import_clinic(ImportClinic(content), SYSTEM, clock())


def test_a_clinic_comes_in_whole_and_a_second_time_changes_nothing() -> None:
    first, second = imported(document()), imported(document())
    assert isinstance(first, ClinicImported)
    assert isinstance(second, ClinicImported)
    assert first.changes.created > 4
    assert (second.changes.created, second.changes.changed) == (0, 0)
    assert len(clinic.patients("maple")) == 4
    assert [entry.verb for entry in history("clinic", "file")] == ["import_clinic"] * 2


def test_every_fault_is_named_and_nothing_taken() -> None:
    content = document()
    content["rooms"] = [{**content["rooms"][0], "site": "nowhere"}, *content["rooms"][1:]]
    content["staff"] = [{**content["staff"][0], "roles": ["wizard"]}, *content["staff"][1:]]
    outcome = imported(content)
    assert isinstance(outcome, ImportRefused)
    paths = [fault.path for fault in outcome.faults]
    assert any(path.startswith("rooms[0]") for path in paths)
    assert any(path.startswith("staff[0]") for path in paths)
    assert clinic.sites() == ()


def test_the_front_desk_may_not(desk: Actor) -> None:
    assert isinstance(import_clinic(ImportClinic(document()), desk, clock()), NotAllowed)
    assert clinic.sites() == ()


def test_what_a_file_breaks_is_counted_and_stands_in_the_inbox() -> None:
    store_small_clinic()
    series = booked(protocol=INDUCTION, therapist="therapist-1")
    dose = series.visit("D2")
    assert dose is not None
    day = local_day(dose.start, "America/Denver")
    closure = {"from": day.isoformat(), "through": day.isoformat(), "reason": "Burst pipe"}
    content = {**document(), "sites": [_small_site([closure])], "rooms": [], "staff": [], "patients": []}
    outcome = imported(content)
    assert isinstance(outcome, ClinicImported), outcome
    there = {v.step for v in series.appointments if local_day(v.start, "America/Denver") == day}
    assert outcome.visits_broken == len(there)
    assert {step for one in open_conflicts("site-1") for step in one.steps} == there
    assert {one.cause for one in open_conflicts()} == {"clinic_file"}
    again = imported(content)
    assert isinstance(again, ClinicImported)
    assert (again.conflicts, again.visits_broken) == (0, 0)
    assert len(open_conflicts()) == outcome.conflicts
    assert isinstance(imported({**content, "sites": [_small_site([])]}), ClinicImported)
    assert open_conflicts() == ()


def test_running_series_keep_their_version_and_are_counted() -> None:
    store_small_clinic()
    series = booked(protocol=COURSE)
    newer = {**bundled_protocol(COURSE), "version": 2}
    outcome = imported(
        {**document(), **{key: [] for key in ("rooms", "staff", "patients")}, "protocols": [newer]}
    )
    assert isinstance(outcome, ClinicImported), outcome
    assert outcome.on_older_versions == {COURSE: 1}
    assert stored_series(series.id).protocol_version == 1
    assert (outcome.conflicts, open_conflicts()) == (0, ())
    again = imported(
        {**document(), **{key: [] for key in ("rooms", "staff", "patients")}, "protocols": [newer]}
    )
    assert isinstance(again, ClinicImported)
    assert again.on_older_versions == {}


def _small_site(closures: list[dict[str, str]]) -> dict[str, Any]:
    """Return the small clinic's site as a file says it."""
    return {
        "id": "site-1",
        "name": "Cottonwood Clinic",
        "public_name": "Maple House",
        "zone": "America/Denver",
        "hours": {"mon-fri": "08:00-18:00"},
        "closures": closures,
    }
