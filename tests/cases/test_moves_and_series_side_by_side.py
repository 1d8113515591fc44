"""A dose that moves takes along what must follow; what belongs to another series keeps its distance all the same."""

from __future__ import annotations

from datetime import timedelta

from scheduler.access.permissions import SYSTEM
from scheduler.booking.changed_series import ChangedVisit, visits_of
from scheduler.booking.move_appointment import MoveAppointment, move_appointment
from scheduler.booking.outcomes import Refused, SeriesChanged
from scheduler.booking.preview_move import MovePreview, WantedMove, preview_move
from scheduler.domain.series import Series
from scheduler.rules.finding import Level
from scheduler.store.series import series as stored_series
from tests.builders import at
from tests.cases.clinic_of_the_cases import clock, the, told

TUESDAY = at("2026-12-08 10:00")
"""A day after Monday's second dose; the third is on Thursday at 10:00, 48 hours later."""


def wanted(series: Series, step: str, start: str) -> WantedMove:
    """Return the wish for an exact start."""
    return WantedMove(the(series, step).id, exactly=at(start))


def alone(series: Series, step: str, start: str) -> tuple[ChangedVisit, ...]:
    """Return the choice to move one visit and nothing with it."""
    was = the(series, step)
    return (ChangedVisit(was.id, was.version, at(start), was.room, was.staff, was.relief),)


def test_a_dose_moved_alone_is_legal_itself_and_refused_for_the_integration_it_leaves_behind(
    example: Series,
) -> None:
    """Case 9: "Reschedule that keeps D2 legal but makes I2 ... illegal"."""
    command = MoveAppointment(
        wanted(example, "D2", "2026-12-08 10:00"), alone(example, "D2", "2026-12-08 10:00")
    )
    outcome = move_appointment(command, SYSTEM, clock())
    assert isinstance(outcome, Refused)
    assert told(outcome.findings, Level.BLOCK) == {("INTEG-1", ("D2", "I2")), ("FOLLOW-1", ("D2", "C2"))}
    assert stored_series(example.id) == example
    assert outcome.ways, "what would do is said with the refusal"


def test_moved_with_what_must_follow_the_series_is_changed_at_once_and_visits_keep_their_identity(
    example: Series,
) -> None:
    """Case 9: I2 and the call go along, and D3 stays where it is, 48 hours after the dose that moved."""
    found = preview_move(wanted(example, "D2", "2026-12-08 10:00"), SYSTEM, clock())
    assert isinstance(found, MovePreview)
    way = found.ways[0]
    assert {move.step for move in way.moves} == {"D2", "C2", "I2"}
    assert stored_series(example.id) == example, "a preview writes nothing"
    outcome = move_appointment(
        MoveAppointment(wanted(example, "D2", "2026-12-08 10:00"), visits_of(way)), SYSTEM, clock()
    )
    assert isinstance(outcome, SeriesChanged)
    assert the(outcome.series, "D2").start == TUESDAY
    assert the(outcome.series, "I2").discharge <= the(outcome.series, "D3").start == the(example, "D3").start
    assert {one.id for one in outcome.series.appointments} == {one.id for one in example.appointments}


def test_a_dose_moved_so_late_that_the_next_one_follows_too_soon_takes_that_along_as_well(
    example: Series,
) -> None:
    """Case 9: "or D3 illegal": on Tuesday afternoon D2 is legal after D1, and 44 hours before D3."""
    late = "2026-12-08 14:00"
    refused = move_appointment(
        MoveAppointment(wanted(example, "D2", late), alone(example, "D2", late)), SYSTEM, clock()
    )
    assert isinstance(refused, Refused)
    assert ("SPACE-1", ("D2", "D3")) in told(refused.findings, Level.BLOCK)
    assert refused.ways
    for way in refused.ways:
        assert the(way.after, "D3").start >= at(late) + timedelta(hours=48)
        assert the(way.after, "I2").discharge <= the(way.after, "D3").start
        assert not told(way.findings, Level.BLOCK)
