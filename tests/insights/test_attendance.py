"""What became of visits, each cause apart from the others."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scheduler.domain.appointment import AppointmentState
from scheduler.domain.notice import Timeliness
from scheduler.insights.attendance import attendance
from tests.builders import t1_like_series
from tests.insights.clinic_of_figures import facts, row

STATES = AppointmentState


@pytest.mark.parametrize(
    ("state", "notice", "step", "told"),
    [
        (STATES.CLOSED, None, "D1", "took place"),
        (STATES.LEFT_BEFORE_RELEASE, None, "D1", "took place"),
        (STATES.OBSERVING, None, "D1", "took place"),
        (STATES.NO_SHOW, None, "D1", "no-show"),
        (STATES.SAME_DAY_HOLD, None, "D1", "same-day hold"),
        (STATES.CANCELLED_BY_PATIENT, Timeliness.IN_TIME, "D1", "called off by the patient in time"),
        (STATES.CANCELLED_BY_PATIENT, Timeliness.LATE, "D1", "called off by the patient late"),
        (STATES.CANCELLED_BY_CLINIC, Timeliness.LATE, "D1", "called off by the clinic late"),
        (STATES.CANCELLED_BY_CLINIC, None, "D1", "called off by the clinic in time"),
        (STATES.BOOKED, None, "D1", "over, and nothing noted"),
        (STATES.CONFIRMED, None, "D2", "still to come"),
    ],
)
def test_each_ending_is_told_apart(
    state: AppointmentState, notice: Timeliness | None, step: str, told: str
) -> None:
    series = t1_like_series(id="one", starts={"D2": "2026-12-17 10:00"})
    visit = replace(next(one for one in series.appointments if one.step == step), state=state)
    figure = attendance(facts(visits=[visit], notices={visit.id: notice} if notice else {}))
    [cells] = figure.rows
    assert dict(zip(figure.columns, cells, strict=True))[told] == 1
    assert cells[-1] == 1


@pytest.mark.parametrize("state", [STATES.TENTATIVE, STATES.LAPSED])
def test_what_was_only_held_is_no_visit(state: AppointmentState) -> None:
    held = replace(t1_like_series(id="one").appointments[1], state=state)
    assert attendance(facts(visits=[held])).rows == ()


def test_visits_are_counted_in_the_week_of_their_start_and_no_shows_never_as_holds() -> None:
    visits = t1_like_series(id="one").appointments
    ended = [
        replace(visits[0], state=STATES.NO_SHOW),
        replace(visits[1], state=STATES.SAME_DAY_HOLD),
        replace(visits[3], state=STATES.NO_SHOW),
    ]
    figure = attendance(facts(visits=ended))
    assert row(figure, "2026-11-30") == {
        "Week from": "2026-11-30",
        "no-show": 1,
        "same-day hold": 1,
        "all": 2,
    }
    assert row(figure, "2026-12-07")["no-show"] == 1
    assert figure.summed == "3 visits, 2 no-shows, 1 same-day hold"
