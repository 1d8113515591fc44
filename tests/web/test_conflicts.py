"""The inbox of conflicts on the screen: why, the ways to mend, one button; and nothing that was not looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scheduler.access.permissions import SYSTEM
from scheduler.booking.change_staff import change_staff
from scheduler.booking.changing_facts import ChangeOfFacts, FactsChanged
from scheduler.domain.clock import StandingClock
from scheduler.domain.people import Role
from scheduler.domain.series import Series
from scheduler.domain.staff_changes import TimeOffAdded, TimeOffRemoved
from scheduler.store.conflicts import VisitConflict, open_conflicts
from scheduler.store.series import series as stored_series
from scheduler.web.sealed_change import GOOD_FOR
from tests.web.small_clinic import NOW, Visitor, ways_on

if TYPE_CHECKING:
    from flask import Flask


@pytest.fixture
def conflict(clinic_app: Flask, series: Series) -> VisitConflict:
    """Let the therapist fall ill for the second dose."""
    dose = series.visit("D2")
    assert dose is not None
    with clinic_app.app_context():
        ill = TimeOffAdded(dose.staff[Role.THERAPIST], dose.interval)
        outcome = change_staff(ChangeOfFacts(series.site, ill), SYSTEM, StandingClock(NOW))
        assert isinstance(outcome, FactsChanged), outcome
        return next(one for one in open_conflicts() if one.steps == ("D2",))


def test_without_conflicts_all_is_said_to_be_well(desk: Visitor) -> None:
    assert "No conflict is open" in desk.text("/conflicts")
    assert 'class="waiting"' not in desk.text("/conflicts")


def test_a_conflict_is_told_with_ways_and_mended_by_one_button(
    clinic_app: Flask, desk: Visitor, series: Series, conflict: VisitConflict
) -> None:
    inbox = desk.text("/conflicts")
    assert f"/conflicts/{conflict.id}" in inbox
    assert "since somebody is away" in inbox
    assert "is not at work" in inbox
    page = desk.text(f"/conflicts/{conflict.id}")
    assert "Nothing moves" in page
    assert "has not met" in page
    ways = ways_on(page)
    assert len(ways) >= 2
    assert desk.send(f"/conflicts/{conflict.id}", {"way": ways[0]}).status_code == 303
    assert "Mended: 1 visit with others at the same time." in desk.text("/conflicts")
    with clinic_app.app_context():
        after = stored_series(series.id).visit("D2")
        assert open_conflicts() == ()
    before = series.visit("D2")
    assert after is not None
    assert before is not None
    assert after.start == before.start
    assert after.staff[Role.THERAPIST] != before.staff[Role.THERAPIST]
    again = desk.send(f"/conflicts/{conflict.id}", {"way": ways[0]})
    assert again.status_code == 303
    assert "It was mended already." in desk.text("/conflicts")
    other = desk.send(f"/conflicts/{conflict.id}", {"way": ways[1]})
    assert other.status_code == 422
    assert "Nothing was changed" in other.text
    assert "This is put right" in other.text


def test_a_way_that_is_old_or_not_ours_is_looked_for_anew(
    desk: Visitor, conflict: VisitConflict, clock: StandingClock
) -> None:
    address = f"/conflicts/{conflict.id}"
    way = ways_on(desk.text(address))[0]
    for text in ("", "nonsense", way[:-2]):
        assert desk.send(address, {"way": text}).headers["Location"] == address
    assert "Please choose again" in desk.text(address)
    clock.advance(GOOD_FOR * 1.01)
    assert desk.send(address, {"way": way}).headers["Location"] == address
    assert "more than two hours old" in desk.text(address)


def test_what_is_put_right_elsewhere_is_gone_when_it_is_looked_at(
    clinic_app: Flask, desk: Visitor, series: Series, conflict: VisitConflict
) -> None:
    dose = series.visit("D2")
    assert dose is not None
    with clinic_app.app_context():
        back = TimeOffRemoved(dose.staff[Role.THERAPIST], dose.interval)
        change_staff(ChangeOfFacts(series.site, back), SYSTEM, StandingClock(NOW))
    assert "No conflict is open" in desk.text("/conflicts")
    assert "This is put right" in desk.text(f"/conflicts/{conflict.id}")
    assert desk.get("/conflicts/none").status_code == 404
