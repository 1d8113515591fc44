"""The window of an integration: over a closed day, before the next dose, and while the patient may not drive."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pytest

from scheduler.access.permissions import SYSTEM
from scheduler.booking.preview_move import MovePreview, WantedMove, preview_move
from scheduler.booking.preview_series import PreviewSeries, SeriesPreview, preview_series
from scheduler.domain.interval import Interval
from scheduler.domain.places import Closure
from scheduler.domain.series import Series
from scheduler.domain.treatment import StepKind
from scheduler.rules.finding import Level
from tests.booking.small_clinic import INDUCTION
from tests.builders import HOUR, a_site, at
from tests.cases.clinic_of_the_cases import (
    PATIENT,
    Example,
    about,
    clock,
    store_clinic,
    the,
    told,
    with_numbers,
)

ON_THE_LAST_MOMENT = {"C1": "2026-12-04 14:00", "I1": "2026-12-04 17:10"}


@pytest.mark.usefixtures("clinic")
def test_when_the_window_closes_on_a_sunday_the_friday_before_is_the_last_day_without_a_warning() -> None:
    """Case 3: "Integration window closing on a Sunday": D1 is over on Thursday at 12:45."""
    booked = Example({"C1": "2026-12-04 14:00", "I1": "2026-12-04 17:10"}).booked()
    assert not about(booked.findings, "INTEG-2")


@pytest.mark.usefixtures("clinic")
def test_on_the_monday_after_it_is_late_though_still_before_the_next_dose() -> None:
    """Case 3: "Integration window closing on a Sunday", missed."""
    [late] = about(Example({"I1": "2026-12-07 08:00"}).booked().findings, "INTEG-2")
    assert (late.level, late.steps) == (Level.WARN, ("D1", "I1"))
    assert late.mend == "start I1 at Sun 6 Dec 2026 12:45 MST or earlier"


@pytest.mark.usefixtures("app_context")
def test_the_planner_keeps_every_window_over_weekends_and_holidays() -> None:
    """Case 3: "closing on a Sunday or holiday": where days are closed, a dose is put where its window still has one."""
    shut = (Closure(date(2026, 12, 11), date(2026, 12, 11), "Painters"), *a_site().closures)
    store_clinic(sites=(a_site(closures=shut),))
    found = preview_series(PreviewSeries(PATIENT, INDUCTION, limit=5), SYSTEM, clock())
    assert isinstance(found, SeriesPreview)
    assert found.options
    for option in found.options:
        series = option.proposal.series
        for dose in (visit for visit in series.appointments if visit.kind is StepKind.DOSING):
            talk = the(series, dose.step.replace("D", "I"))
            assert Interval(dose.discharge + 24 * HOUR, dose.discharge + 72 * HOUR).start <= talk.start
            assert talk.start <= dose.discharge + 72 * HOUR
            # A dose on Thursday 10 December would leave Friday alone, and that is closed.
            assert dose.start.date() != date(2026, 12, 10)


BEFORE_CHRISTMAS = {"D6": "2026-12-22 10:00", "C6": "2026-12-23 13:00"}
"""The last dose on Tuesday: its window closes on Friday 25 December, and both days before the weekend are closed."""


@pytest.mark.usefixtures("clinic")
def test_when_the_window_closes_on_a_holiday_the_last_open_day_before_it_counts() -> None:
    """Case 3: "or holiday"."""
    on_a_holiday = Example({**BEFORE_CHRISTMAS, "I6": "2026-12-24 10:00"})
    assert on_a_holiday.refused() == {("HOURS-1", ("I6",))}
    booked = Example({**BEFORE_CHRISTMAS, "I6": "2026-12-23 15:00"}).booked()
    assert not about(booked.findings, "INTEG-2")


NEXT_DOSE_FIRST: Mapping[str, str] = {
    "D3": "2026-12-09 12:45",
    "C3": "2026-12-10 16:00",
    "I3": "2026-12-10 17:00",
}
"""Monday's dose has its window until Thursday 12:45, and the next dose is on Wednesday at 12:45 already."""


@pytest.mark.usefixtures("clinic")
def test_within_its_window_an_integration_after_the_next_dose_is_not_booked() -> None:
    """Case 3: "the next dose before it closes"."""
    late = Example({**NEXT_DOSE_FIRST, "I2": "2026-12-10 11:00"})
    assert late.refused() == {("INTEG-3", ("I2", "D3"))}
    over_by_then = Example({**NEXT_DOSE_FIRST, "I2": "2026-12-09 11:55"}).booked()
    assert told(over_by_then.findings, Level.BLOCK, Level.WARN) == set()


def test_what_follows_a_moved_dose_keeps_the_shortened_window(example: Series) -> None:
    """Case 3: the same for a series that stands: D6 goes to Tuesday 22, and its integration to the one day left."""
    wanted = WantedMove(the(example, "D6").id, exactly=at("2026-12-22 10:00"))
    found = preview_move(wanted, SYSTEM, clock())
    assert isinstance(found, MovePreview) and found.ways
    for way in found.ways:
        assert at("2026-12-23 12:45") <= the(way.after, "I6").start <= at("2026-12-23 17:10")


@pytest.mark.usefixtures("clinic")
def test_a_talk_on_the_next_day_within_24_hours_of_the_discharge_tells_that_nobody_may_drive_to_it() -> None:
    """Case 17: "Next-morning integration inside the 24-hour driving ban (3.5)", a minute inside of it."""
    early = Example({"C1": "2026-12-04 12:45", "I1": "2026-12-04 12:59"}).booked()
    [warned] = about(early.findings, "DRIVE-1")
    assert (warned.level, warned.steps) == (Level.WARN, ("D1", "I1"))
    assert "within the 24 h without driving (arrival Fri 4 Dec 2026 12:44 MST)" in warned.why
    assert warned.mend == (
        "start I1 at Fri 4 Dec 2026 13:00 MST or later, hold it remotely, or see that somebody brings the patient"
    )


@pytest.mark.usefixtures("clinic")
def test_whoever_arrives_when_the_24_hours_are_over_may_drive_and_a_call_is_free_at_any_time() -> None:
    """Case 17: the limit itself; the call before it, at 12:45, needs nobody to drive."""
    in_time = Example({"C1": "2026-12-04 12:45", "I1": "2026-12-04 13:00"}).booked()
    assert not about(in_time.findings, "DRIVE-1")


@pytest.mark.usefixtures("app_context")
def test_a_clinic_whose_protocol_lets_people_talk_on_the_next_morning_is_told_each_time() -> None:
    """Case 17: the morning itself, allowed after 20 hours where a clinic says so."""
    protocol = with_numbers({"integration.from": 20, "contact.from": 12})
    store_clinic(protocols=(protocol,))
    mornings = {"C1": "2026-12-04 08:30", "I1": "2026-12-04 09:00"}
    booked = Example(mornings, protocol=protocol).booked()
    assert told(booked.findings, Level.WARN) == {("DRIVE-1", ("D1", "I1"))}
