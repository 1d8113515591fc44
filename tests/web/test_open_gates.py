"""What visits to come still wait for, listed by how soon they begin, with whose each is."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from scheduler.domain.clock import StandingClock
from scheduler.domain.treatment import StepKind
from tests.web.small_clinic import booked_series, visitor

if TYPE_CHECKING:
    from flask import Flask


@pytest.mark.usefixtures("with_clinic")
def test_what_is_missing_is_listed_with_whose_it_is_until_the_visit(
    app: Flask, standing_clock: StandingClock
) -> None:
    dose = min(
        (one for series in booked_series(app) for one in series.appointments if one.kind is StepKind.DOSING),
        key=lambda one: one.start,
    )
    for days, section in (
        (13, "Within 14 days"),
        (6, "Within 7 days"),
        (2, "Within 3 days"),
        (0.5, "Within 1 day"),
    ):
        standing_clock.instant = dose.start - timedelta(days=days)
        page = visitor(app, "desk").text("/open-gates")
        assert section in page
        part = page[page.index(section) :]
        assert f"/visits/{dose.id}#needs" in part
        assert "○ Front desk" in part
    standing_clock.instant = dose.start - timedelta(days=2)
    assert "/open-gates" in visitor(app, "desk").text("/conflicts")
    assert "/open-gates" in visitor(app, "nurse").client.get("/my-day", follow_redirects=True).text
