"""A patient's no on the pages: among the conflicts, on the visit and the series, until somebody has seen to it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from scheduler.domain.answers import Answer, VisitAnswer
from scheduler.domain.clock import StandingClock
from scheduler.store.answers import keep_answer
from scheduler.store.work import unit_of_work
from tests.web.small_clinic import NOW, booked_series, fill, visitor

if TYPE_CHECKING:
    from flask import Flask

    from scheduler.domain.appointment import Appointment


def keep(app: Flask, visit: Appointment, answer: Answer) -> None:
    """Keep an answer of this morning."""
    with app.app_context(), unit_of_work():
        keep_answer(
            VisitAnswer(
                appointment=visit.id,
                site=visit.site,
                answer=answer,
                start=visit.start,
                sequence=0,
                answered_at=NOW - timedelta(minutes=5),
                received_at=NOW,
            )
        )


def test_a_no_is_a_task_until_it_is_settled_and_changes_nothing(
    app: Flask, standing_clock: StandingClock
) -> None:
    fill(app, standing_clock)
    series = booked_series(app)[0]
    dose = series.visit("D1")
    assert dose is not None
    keep(app, dose, Answer.DECLINED)
    desk = visitor(app, "desk")
    before = desk.text("/conflicts")
    assert "Invitations declined" in before
    assert "The patient said no to the invitation" in desk.text(f"/visits/{dose.id}")
    assert "The patient said no to the invitation to" in desk.text(f"/series/{series.id}")
    assert desk.send(f"/visits/{dose.id}/answer-settled", {}).status_code == 303
    assert "Invitations declined" not in desk.text("/conflicts")
    assert ", settled " in desk.text(f"/visits/{dose.id}")
    assert "said no to the invitation to" not in desk.text(f"/series/{series.id}")
    after = booked_series(app)[0].visit("D1")
    assert after == dose


def test_a_yes_and_a_maybe_are_told_on_the_visit_alone(app: Flask, standing_clock: StandingClock) -> None:
    fill(app, standing_clock)
    dose = booked_series(app)[0].visit("D1")
    assert dose is not None
    desk = visitor(app, "desk")
    for answer, said in ((Answer.ACCEPTED, "said yes"), (Answer.TENTATIVE, "with maybe")):
        keep(app, dose, answer)
        assert said in desk.text(f"/visits/{dose.id}")
        assert "Invitations declined" not in desk.text("/conflicts")
