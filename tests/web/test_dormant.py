"""A series that rests is shown to the front desk for a decision: it goes on with a new preparation, or ends."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from scheduler.access.permissions import SYSTEM
from scheduler.booking.let_rest import LetRest, let_rest
from scheduler.domain.clock import StandingClock
from scheduler.domain.series import Series, SeriesState
from tests.web.small_clinic import Visitor, as_stored, booked_series, visitor, ways_on

if TYPE_CHECKING:
    from flask import Flask


@pytest.fixture
def resting(clinic_app: Flask, clock: StandingClock) -> tuple[Visitor, Series]:
    """Give the front desk a long while after a series was paused when its second dose was over."""
    series = booked_series(clinic_app)[0]
    third = series.visit("D3")
    assert third is not None
    clock.instant = third.start - timedelta(hours=1)
    form = {"by": "patient", "reason": "illness", "then": "pauses"}
    assert visitor(clinic_app, "desk").send(f"/series/{series.id}/cancel", form).status_code == 303
    clock.advance(timedelta(days=100))
    with clinic_app.app_context():
        found = let_rest(LetRest(series.site), SYSTEM, clock)
        assert isinstance(found, tuple)
        assert series.id in found
    return visitor(clinic_app, "desk"), series


def test_it_stands_beside_the_conflicts_and_is_counted(resting: tuple[Visitor, Series]) -> None:
    desk, series = resting
    page = desk.text("/conflicts")
    assert "Does it go on?" in page
    assert f'href="/series/{series.id}"' in page.split('id="resting"')[1].split("</section>")[0]
    shown = desk.text(f"/series/{series.id}")
    assert "Dormant: the last dose lies more than 84 days back" in shown
    assert shown.count("End it here") == 1


def test_it_goes_on_with_a_new_preparation(clinic_app: Flask, resting: tuple[Visitor, Series]) -> None:
    desk, series = resting
    asked = desk.text(f"/series/{series.id}/replan")
    assert "After a long break, with a new preparation before the next dose." in asked
    shown = desk.send(f"/series/{series.id}/replan/ways", {})
    (way, *_) = ways_on(shown.text)
    assert "New preparation 1" in shown.text
    response = desk.send(f"/series/{series.id}/replan", {"way": way})
    assert response.status_code == 303
    after = as_stored(clinic_app, series)
    assert after.state is SeriesState.BOOKED
    assert after.visit("N1") is not None
    assert f'href="/series/{series.id}"' not in desk.text("/conflicts")


def test_it_ends(clinic_app: Flask, resting: tuple[Visitor, Series]) -> None:
    desk, series = resting
    address = f"/series/{series.id}/cancel"
    assert "No visit is still to come." in desk.text(address)
    response = desk.send(address, {"by": "patient", "reason": "other", "then": "ends"})
    assert "The series ends here." in desk.text(response.headers["Location"])
    assert as_stored(clinic_app, series).state is SeriesState.STOPPED
