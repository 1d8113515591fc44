"""Accepting a conflict on the screen: offered to who may, with a reason, and told beneath the open ones afterwards."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from scheduler.access.permissions import SYSTEM
from scheduler.booking.adopt_version import AdoptVersion, VersionAdopted, adopt_version
from scheduler.booking.import_clinic import ImportClinic, import_clinic
from scheduler.domain.clock import StandingClock
from scheduler.rules.finding import Level
from scheduler.store.conflicts import VisitConflict, open_conflicts
from tests.cases.clinic_of_the_cases import with_numbers
from tests.web.small_clinic import NOW, Visitor, booked_series

if TYPE_CHECKING:
    from flask import Flask

SEEN = re.compile(r'name="seen" value="([^"]*)"')


@pytest.fixture
def conflicts(clinic_app: Flask) -> dict[Level, VisitConflict]:
    """Give a conflict of each level, from a version that the first series was made to go by."""
    series = booked_series(clinic_app)[0]
    clock = StandingClock(NOW)
    numbers = {"integration.until": 48, "integration.from": 46, "dosing.max_gap": 4, "contact.until": 24}
    with clinic_app.app_context():
        protocol = with_numbers(numbers, version=2)
        import_clinic(ImportClinic({"protocols": [protocol.document]}), SYSTEM, clock)
        assert isinstance(adopt_version(AdoptVersion(series.id, 2), SYSTEM, clock), VersionAdopted)
        return {one.level: one for one in open_conflicts()}


def test_a_warning_is_accepted_at_the_desk_and_told_beneath_the_open_ones(
    desk: Visitor, conflicts: dict[Level, VisitConflict]
) -> None:
    one = conflicts[Level.WARN]
    page = desk.text(f"/conflicts/{one.id}")
    assert "Or accept it as it is" in page
    seen = SEEN.search(page)
    assert seen
    form = {"reason": "She knows, and agrees.", "seen": one.why, "key": "k-1"}
    answer = desk.send(f"/conflicts/{one.id}/accept", form)
    assert answer.headers["Location"] == "/conflicts"
    inbox = desk.text("/conflicts")
    above, _, beneath = inbox.partition("Accepted as they are")
    assert f"/conflicts/{one.id}" not in above
    assert f"/conflicts/{one.id}" in beneath
    assert "MST by desk: She knows, and agrees." in beneath
    after = desk.text(f"/conflicts/{one.id}")
    assert "<h1>Accepted as it is</h1>" in after
    assert "Or accept it as it is" not in after


def test_without_a_reason_or_as_it_was_before_nothing_is_accepted(
    desk: Visitor, conflicts: dict[Level, VisitConflict]
) -> None:
    one = conflicts[Level.WARN]
    empty = desk.send(f"/conflicts/{one.id}/accept", {"reason": " ", "seen": one.why})
    assert (empty.status_code, "1 to 200 are kept" in empty.text) == (422, True)
    stale = desk.send(f"/conflicts/{one.id}/accept", {"reason": "Mine to keep.", "seen": "another"})
    assert (stale.status_code, "not any more as it was looked at" in stale.text) == (409, True)
    assert 'value="Mine to keep."' in stale.text, "what was typed is not lost"
    assert desk.send("/conflicts/none/accept", {"reason": "Why not."}).status_code == 404
    assert "Accepted as they are" not in desk.text("/conflicts")


def test_what_refuses_a_booking_is_offered_to_nobody(
    signed_in: Callable[[str], Visitor], conflicts: dict[Level, VisitConflict]
) -> None:
    one = conflicts[Level.BLOCK]
    for username in ("desk", "admin", "prescriber"):
        visitor = signed_in(username)
        assert "Or accept it as it is" not in visitor.text(f"/conflicts/{one.id}")
        refused = visitor.send(f"/conflicts/{one.id}/accept", {"reason": "Why not.", "seen": one.why})
        assert (refused.status_code, "can never be accepted" in refused.text) == (422, True)
