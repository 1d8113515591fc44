"""How long before the first dose the preparation lies, and how far apart doses are: at the limit, and a minute beyond."""

from __future__ import annotations

import pytest

from scheduler.access.permissions import SYSTEM
from scheduler.booking.changed_series import ChangedVisit
from scheduler.booking.move_appointment import MoveAppointment, move_appointment
from scheduler.booking.outcomes import Refused, SeriesChanged
from scheduler.booking.preview_move import WantedMove
from scheduler.domain.series import Series
from scheduler.rules.finding import Level
from scheduler.store.series import all_series
from scheduler.store.series import series as stored_series
from tests.booking.the_day import Floor, S, codes
from tests.builders import DAY, at
from tests.cases.clinic_of_the_cases import (
    Example,
    about,
    clock,
    days_later,
    store_clinic,
    the,
    told,
    with_numbers,
)

OREGON = with_numbers({"prep.first_max": 90, "prep.last_min": 24})
"""The induction with the two numbers of Oregon's rule: prepared 24 hours before at the latest, 90 days at the earliest."""

IN_FEBRUARY = days_later(84)
"""The first dose on Thursday 25 February 2027 at 10:00, 90 days after Friday 27 November at 10:00."""


@pytest.mark.usefixtures("clinic")
def test_a_preparation_that_ends_exactly_24_hours_before_the_dose_is_early_enough() -> None:
    """Case 1: "Prep exactly 24 h before"."""
    booked = Example({"P2": "2026-12-02 09:00"}).booked()
    assert the(booked.series, "D1").start == at("2026-12-03 10:00")
    assert not about(booked.findings, "PREP-1")


@pytest.mark.usefixtures("clinic")
def test_a_minute_less_than_24_hours_after_the_preparation_no_dose_is_booked() -> None:
    """Case 1: "Prep exactly 24 h before", and the minute beyond."""
    assert Example({"P2": "2026-12-02 09:01"}).refused() == {("PREP-1", ("P2", "D1"))}
    assert all_series() == ()


@pytest.mark.usefixtures("app_context")
def test_under_oregons_rule_a_preparation_holds_for_90_days_to_the_minute() -> None:
    """Case 1: "prep 90 d + 1 min before (Oregon profile)", the limit itself."""
    store_clinic(protocols=(OREGON,))
    booked = Example({**IN_FEBRUARY, "P1": "2026-11-27 10:00"}, protocol=OREGON).booked()
    assert the(booked.series, "D1").start - the(booked.series, "P1").start == 90 * DAY
    assert not about(booked.findings, "PREP-2")


@pytest.mark.usefixtures("app_context")
def test_under_oregons_rule_a_preparation_90_days_and_a_minute_old_keeps_the_dose_from_starting() -> None:
    """Case 1: "prep 90 d + 1 min before (Oregon profile)"."""
    store_clinic(protocols=(OREGON,))
    booked = Example({**IN_FEBRUARY, "P1": "2026-11-27 09:59"}, protocol=OREGON).booked()
    [old] = about(booked.findings, "PREP-2")
    assert (old.level, old.steps, old.override_role) == (Level.GATE, ("P1", "D1"), "prescriber")
    assert old.why.startswith("D1 starts 90 d 0 h 1 min after the start of P1; at most 90 d are allowed")
    dose = Floor(booked.series, "D1")
    dose.goes(S.CHECKED_IN)
    assert codes(dose.tries(S.CLEARED)) == ["PREP-2"]


AFTER_48_HOURS = {"D2": "2026-12-08 10:00", "C2": "2026-12-09 13:00", "I2": "2026-12-09 15:00"}
"""The second dose a day later than in the example, so that the third on Thursday at 10:00 is 48 hours after it."""


@pytest.mark.usefixtures("clinic")
def test_the_next_dose_may_start_exactly_48_hours_after_the_last() -> None:
    """Case 2: "Dose gap exactly at the minimum"."""
    booked = Example(AFTER_48_HOURS).booked()
    assert told(booked.findings, Level.BLOCK) == set()
    assert the(booked.series, "D3").start == at("2026-12-10 10:00")


@pytest.mark.usefixtures("clinic")
def test_a_minute_earlier_it_is_not_booked() -> None:
    """Case 2: "and one minute below"."""
    assert Example({**AFTER_48_HOURS, "D3": "2026-12-10 09:59"}).refused() == {("SPACE-1", ("D2", "D3"))}
    assert all_series() == ()


def test_a_minute_earlier_it_is_not_moved_to_either(example: Series) -> None:
    """Case 2: both sides of the limit again, for a series that stands."""
    for hour, is_moved in (("09:59", False), ("10:00", True)):
        standing = stored_series(example.id)
        times = {**AFTER_48_HOURS, "D3": f"2026-12-10 {hour}"}
        visits = []
        for step, time in times.items():
            was = the(standing, step)
            visits.append(ChangedVisit(was.id, was.version, at(time), was.room, was.staff, was.relief))
        wanted = WantedMove(the(standing, "D2").id)
        outcome = move_appointment(MoveAppointment(wanted, tuple(visits)), SYSTEM, clock())
        assert isinstance(outcome, SeriesChanged if is_moved else Refused), outcome
        if isinstance(outcome, Refused):
            assert told(outcome.findings, Level.BLOCK) == {("SPACE-1", ("D2", "D3"))}
            assert stored_series(example.id) == standing
