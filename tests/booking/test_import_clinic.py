"""Importing: all or nothing, every fault named, twice without effect."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from scheduler.access.permissions import SYSTEM, Actor
from scheduler.booking.import_clinic import ClinicImported, ImportClinic, ImportRefused, import_clinic
from scheduler.booking.outcomes import NotAllowed
from scheduler.clinic_file.demo import demo_document
from scheduler.store import clinic
from scheduler.store.audit import history
from tests.booking.small_clinic import clock

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
