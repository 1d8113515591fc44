"""A newer version of a protocol on the pages: told on the series, shown with what it would break, adopted once seen."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from scheduler.access.permissions import SYSTEM
from scheduler.booking.import_clinic import ClinicImported, ImportClinic, import_clinic
from scheduler.domain.clock import StandingClock
from scheduler.domain.series import Series
from scheduler.store import series as stored
from tests.cases.clinic_of_the_cases import with_numbers
from tests.web.small_clinic import NOW, Visitor, booked_series

if TYPE_CHECKING:
    from flask import Flask

HIDDEN = re.compile(r'name="(version|seen|key)" value="([^"]*)"')


@pytest.fixture
def series(clinic_app: Flask) -> Series:
    """Give a series that runs by the first version of a protocol that has a second."""
    found = booked_series(clinic_app)[0]
    protocol = with_numbers({"integration.from": 48, "phase.discharge": 15}, version=2)
    with clinic_app.app_context():
        command = ImportClinic({"protocols": [protocol.document]})
        assert isinstance(import_clinic(command, SYSTEM, StandingClock(NOW)), ClinicImported)
    return found


def version_of(app: Flask, series: Series) -> int:
    """Return the version that a series goes by now."""
    with app.app_context():
        return stored.series(series.id).protocol_version


def test_whoever_may_decide_is_told_on_the_series_and_nobody_else(
    series: Series, signed_in: Callable[[str], Visitor]
) -> None:
    link = f'href="/series/{series.id}/version"'
    for username in ("admin", "prescriber"):
        assert link in signed_in(username).text(f"/series/{series.id}")
    for username in ("desk", "therapist", "nurse"):
        assert link not in signed_in(username).text(f"/series/{series.id}")


def test_what_it_would_break_is_shown_and_adopting_it_fills_the_inbox(
    clinic_app: Flask, series: Series, signed_in: Callable[[str], Visitor]
) -> None:
    admin = signed_in("admin")
    page = admin.text(f"/series/{series.id}/version")
    assert "<h1>Version 2 of the protocol</h1>" in page
    assert "at least 48 h are asked for" in page
    assert "Other phases, and so another end" in page
    assert version_of(clinic_app, series) == 1
    form = dict(HIDDEN.findall(page))
    assert form["version"] == "2" and form["seen"]
    answer = admin.send(f"/series/{series.id}/version", form)
    assert answer.headers["Location"] == f"/series/{series.id}"
    assert version_of(clinic_app, series) == 2
    after = admin.text(f"/series/{series.id}")
    assert "The series goes by version 2 now. Among the conflicts: " in after
    assert f"/series/{series.id}/version" not in after
    assert "since the series goes by another version of its protocol" in admin.text("/conflicts")


def test_what_was_not_seen_is_not_adopted(
    clinic_app: Flask, series: Series, signed_in: Callable[[str], Visitor]
) -> None:
    admin = signed_in("admin")
    answer = admin.send(f"/series/{series.id}/version", {"version": "2", "seen": "", "key": "k"})
    assert answer.headers["Location"] == f"/series/{series.id}/version"
    assert "other visits than those that were looked at" in admin.text(f"/series/{series.id}/version")
    assert version_of(clinic_app, series) == 1
    for nonsense in ("", "two", "-1", "²", "99999999999999999999"):
        assert admin.send(f"/series/{series.id}/version", {"version": nonsense}).status_code == 400


def test_a_series_of_the_newest_version_has_nothing_to_adopt(
    clinic_app: Flask, signed_in: Callable[[str], Visitor]
) -> None:
    newest = booked_series(clinic_app)[0]
    page = signed_in("admin").text(f"/series/{newest.id}/version")
    assert "The protocol stays in version 1" in page
    assert "<button>Adopt it" not in page
