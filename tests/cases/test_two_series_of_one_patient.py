"""One patient with two series: what the body asks for between two doses does not ask which series they belong to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import pytest

from scheduler.access.permissions import SYSTEM
from scheduler.booking.book_series import Booked, BookSeries, book_series
from scheduler.booking.changed_series import ChangedVisit
from scheduler.booking.move_appointment import MoveAppointment, move_appointment
from scheduler.booking.outcomes import Refused
from scheduler.booking.preview_move import WantedMove
from scheduler.domain.appointment import Appointment
from scheduler.domain.claims import Claim, Purpose
from scheduler.domain.errors import Conflict
from scheduler.domain.interval import Interval
from scheduler.domain.treatment import StepKind
from scheduler.rules.finding import Level
from scheduler.store.ledger import take
from scheduler.store.series import all_series
from scheduler.store.work import unit_of_work
from tests.builders import HOUR, at
from tests.cases.clinic_of_the_cases import PATIENT, Example, about, clock, the, told
from tests.cases.nasal_sprays import SPRAVATO, TIMES, Sprays, days_on, store_clinic_with_sprays

FIRST_SPRAY = "2026-12-23 10:00"
"""Exactly 48 hours after the last infusion, on Monday 21 December at 10:00."""

AFTER_THE_INFUSIONS: Mapping[str, str] = {
    **{step: days_on(time, 21) for step, time in TIMES.items()},
    "P1": "2026-12-16 09:00",
    "D1": FIRST_SPRAY,
    "D2": "2026-12-31 10:00",
}


@pytest.fixture
def infusions(app_context: object) -> Booked:
    """Give the worked example, booked in a clinic that gives nasal sprays as well."""
    store_clinic_with_sprays()
    return Example().booked()


def doses(visits: Iterable[Appointment]) -> list[Appointment]:
    """Return the dosing visits."""
    return [visit for visit in visits if visit.kind is StepKind.DOSING]


def test_the_first_spray_may_come_48_hours_after_the_last_infusion(infusions: Booked) -> None:
    """Case 4: "Two series for one patient (IV and Spravato): the dose gap applies across both", at the limit."""
    booked = Sprays(AFTER_THE_INFUSIONS).booked()
    assert the(booked.series, "D1").start - the(infusions.series, "D6").start == 48 * HOUR
    assert not about(booked.findings, "SPACE-1")


def test_a_minute_earlier_it_is_refused_and_says_that_another_series_is_the_reason(infusions: Booked) -> None:
    """Case 4: a minute below; neither series has a window that says so."""
    outcome = Sprays({**AFTER_THE_INFUSIONS, "D1": "2026-12-23 09:59"}).asked()
    assert isinstance(outcome, Refused)
    assert told(outcome.findings, Level.BLOCK) == {("SPACE-1", ("D1",))}
    [space] = about(outcome.findings, "SPACE-1")
    assert space.why.startswith(
        "D1 starts 47 h 59 min after a dose of another series; at least 48 h are asked for"
    )
    assert len(all_series()) == 1


def test_an_infusion_that_moves_towards_the_sprays_is_refused_as_well(infusions: Booked) -> None:
    """Case 4: the same from the other side, when both series stand: a minute later is a minute too late."""
    Sprays(AFTER_THE_INFUSIONS).booked()
    was = the(infusions.series, "D6")
    late = ChangedVisit(was.id, was.version, at("2026-12-21 10:01"), was.room, was.staff, was.relief)
    outcome = move_appointment(
        MoveAppointment(WantedMove(was.id, exactly=late.start), (late,)), SYSTEM, clock()
    )
    assert isinstance(outcome, Refused)
    assert ("SPACE-1", ("D6",)) in told(outcome.findings, Level.BLOCK)


def test_what_the_planner_proposes_beside_a_series_keeps_its_distance_from_every_dose(
    infusions: Booked,
) -> None:
    """Case 4: asked for the best sprays while the infusions are still to come."""
    outcome = book_series(BookSeries(PATIENT, SPRAVATO), SYSTEM, clock())
    assert isinstance(outcome, Booked)
    for spray in doses(outcome.series.appointments):
        for infusion in doses(infusions.series.appointments):
            assert abs(spray.start - infusion.start) >= 48 * HOUR


def test_the_database_itself_refuses_a_dose_within_the_48_hours(infusions: Booked) -> None:
    """Case 4: whoever writes the row."""
    last = the(infusions.series, "D6")
    [held] = [claim for claim in last.claims if claim.purpose is Purpose.SPACING]
    other = Claim(PATIENT, Purpose.SPACING, Interval.lasting(held.interval.end, HOUR), last.id)
    with pytest.raises(Conflict), unit_of_work():
        take([replace(other, interval=Interval.lasting(held.interval.end - HOUR / 60, HOUR))])
    with unit_of_work():
        take([other])
