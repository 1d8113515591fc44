"""How series went: integration within its window, series completed on time, the wait for the first dose."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from scheduler.domain.appointment import AppointmentState
from scheduler.domain.series import Series, SeriesState
from scheduler.insights.course import integration_in_time, series_on_time, wait_for_first_dose
from tests.builders import at, t1_like_series
from tests.insights.clinic_of_figures import facts, row

TITLE = "Small protocol"


def gone_through(starts: dict[str, Any] | None = None, **fields: Any) -> Series:
    """Return a series of which every visit has taken place."""
    series = t1_like_series(id="one", starts=starts or {}, **{"state": SeriesState.COMPLETED, **fields})
    return replace(
        series, appointments=tuple(replace(v, state=AppointmentState.CLOSED) for v in series.appointments)
    )


def changed(series: Series, step: str, **fields: Any) -> Series:
    visits = tuple(replace(v, **fields) if v.step == step else v for v in series.appointments)
    return replace(series, appointments=visits)


def test_integration_on_the_day_after_each_dose_is_in_time() -> None:
    figure = integration_in_time(facts([gone_through()]))
    assert row(figure, TITLE)["within its window"] == 2
    assert figure.summed == "2 of 2 within its window."


def test_integration_after_its_window_or_called_off_is_told_apart() -> None:
    # Seventy-two hours after the discharge of the first dose are over on the sixth.
    late = gone_through({"I1": "2026-12-06 16:30"})
    without = changed(late, "I2", state=AppointmentState.NO_SHOW)
    counted = row(integration_in_time(facts([without])), TITLE)
    assert (counted["within its window"], counted["after its window"], counted["none stands"]) == (0, 1, 1)


def test_the_window_counts_from_when_the_patient_really_left() -> None:
    planned = next(visit for visit in gone_through().appointments if visit.step == "D1").discharge
    half_an_hour_late = gone_through({"I1": planned + timedelta(hours=72, minutes=30)})
    assert row(integration_in_time(facts([half_an_hour_late])), TITLE)["after its window"] == 1
    stayed = changed(half_an_hour_late, "D1", released_at=planned + timedelta(hours=1))
    assert row(integration_in_time(facts([stayed])), TITLE)["after its window"] == 0


def test_what_is_still_to_come_is_not_counted_as_missed() -> None:
    series = changed(gone_through(), "I2", state=AppointmentState.BOOKED)
    counted = row(integration_in_time(facts([series], as_of=at("2026-12-07 18:00"))), TITLE)
    assert (counted["within its window"], counted["still to come"]) == (1, 1)


def test_a_dose_that_was_not_given_asks_for_no_integration() -> None:
    series = changed(gone_through(), "D2", state=AppointmentState.SAME_DAY_HOLD)
    assert row(integration_in_time(facts([series])), TITLE)["all"] == 1


def test_a_declined_integration_is_not_missed() -> None:
    series = replace(
        changed(gone_through(), "I2", state=AppointmentState.CANCELLED_BY_PATIENT), declined=frozenset({"I2"})
    )
    assert row(integration_in_time(facts([series])), TITLE)["none stands"] == 0


@pytest.mark.parametrize(
    ("state", "starts", "told"),
    [
        (SeriesState.COMPLETED, {}, "completed, every window kept"),
        (SeriesState.COMPLETED, {"I1": "2026-12-06 16:30"}, "completed, a window missed"),
        (SeriesState.STOPPED, {}, "ended early"),
        (SeriesState.CANCELLED, {}, "ended early"),
        (SeriesState.DORMANT, {}, "paused or dormant"),
        (SeriesState.BOOKED, {}, "going on"),
    ],
)
def test_a_series_is_counted_by_how_it_ended(state: SeriesState, starts: dict[str, str], told: str) -> None:
    figure = series_on_time(facts([gone_through(starts, state=state)]))
    assert row(figure, TITLE)[told] == 1
    assert row(figure, TITLE)["all"] == 1


@pytest.mark.parametrize("state", [SeriesState.TENTATIVE, SeriesState.LAPSED])
def test_a_series_that_was_only_held_is_none(state: SeriesState) -> None:
    assert series_on_time(facts([gone_through(state=state)])).rows == ()


def test_the_wait_is_counted_in_days_of_the_clinic_from_the_booking() -> None:
    figure = wait_for_first_dose(facts([gone_through()], booked_at={"one": at("2026-11-23 23:30")}))
    counted = row(figure, TITLE)
    assert (counted["Series"], counted["Middle (days)"], counted["up to 2 weeks"]) == (1, 10, 1)


def test_where_a_referral_is_known_the_wait_is_counted_from_it() -> None:
    booked = {"one": at("2026-11-23 23:30")}
    figure = wait_for_first_dose(
        facts([gone_through()], booked_at=booked, referred_on={"one": date(2026, 11, 2)})
    )
    counted = row(figure, TITLE)
    assert (counted["Middle (days)"], counted["From referral"], counted["From booking"]) == (31, 1, 0)
    assert figure.summed == "1 series, half within 31 days: 1 counted from the referral, 0 from the booking."
    figure = wait_for_first_dose(facts([gone_through()], booked_at=booked))
    assert figure.summed == "1 series, half within 10 days: 0 counted from the referral, 1 from the booking."


def test_a_series_whose_first_dose_lies_elsewhere_does_not_count() -> None:
    early = gone_through({"P1": "2026-11-02 14:00", "D1": "2026-11-05 10:00", "I1": "2026-11-06 15:00"})
    assert wait_for_first_dose(facts([early])).rows == ()
