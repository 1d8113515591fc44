"""What patients answered, on the pages: who is to be called until that is settled, who confirmed, and who did not."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from scheduler.booking.note_answer import GivenAnswer, note_answer
from scheduler.domain.answers import Answer, AnswerWay, VisitAnswer
from scheduler.domain.clock import StandingClock, local_day
from scheduler.reminders.policy import UNCONFIRMED_WITHIN
from scheduler.store import clinic
from scheduler.store.answers import keep_answer
from scheduler.store.work import unit_of_work
from scheduler.web.words import moment_in
from tests.web.small_clinic import NOW, ZONE, booked_series, visitor

if TYPE_CHECKING:
    from flask import Flask

    from scheduler.domain.appointment import Appointment


def keep(app: Flask, visit: Appointment, answer: Answer, way: AnswerWay = AnswerWay.INVITATION) -> None:
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
                way=way,
            )
        )


@pytest.mark.usefixtures("with_clinic")
def test_a_no_is_a_task_until_it_is_settled_and_changes_nothing(app: Flask) -> None:
    series = booked_series(app)[0]
    dose = series.visit("D1")
    assert dose is not None
    keep(app, dose, Answer.DECLINED)
    desk = visitor(app, "desk")
    before = desk.text("/conflicts")
    assert "Patients to call" in before
    assert "The patient said no to the invitation" in desk.text(f"/visits/{dose.id}")
    assert "the patient said no to the invitation" in desk.text(f"/series/{series.id}")
    assert desk.send(f"/visits/{dose.id}/answer-settled", {}).status_code == 303
    assert "Patients to call" not in desk.text("/conflicts")
    assert ", settled " in desk.text(f"/visits/{dose.id}")
    assert "said no to the invitation" not in desk.text(f"/series/{series.id}")
    after = booked_series(app)[0].visit("D1")
    assert after == dose


@pytest.mark.usefixtures("with_clinic")
def test_a_yes_and_a_maybe_are_told_on_the_visit_alone(app: Flask) -> None:
    dose = booked_series(app)[0].visit("D1")
    assert dose is not None
    desk = visitor(app, "desk")
    for answer, said in ((Answer.ACCEPTED, "said yes"), (Answer.TENTATIVE, "with maybe")):
        keep(app, dose, answer)
        assert said in desk.text(f"/visits/{dose.id}")
        assert "Patients to call" not in desk.text("/conflicts")


@pytest.mark.parametrize(
    ("answer", "said"),
    [(Answer.CALL_WANTED, "asks to be called"), (Answer.OTHER_TIME, "needs another time")],
)
@pytest.mark.usefixtures("with_clinic")
def test_who_wants_a_call_or_another_time_is_on_the_list_with_the_phone(
    app: Flask, answer: Answer, said: str
) -> None:
    series = booked_series(app)[0]
    dose = series.visit("D1")
    assert dose is not None
    keep(app, dose, answer, AnswerWay.LINK)
    with app.app_context():
        phone = clinic.patient(series.patient).phone
    desk = visitor(app, "desk")
    page = desk.text("/conflicts")
    assert "Patients to call" in page and said in page and phone in page
    assert said in desk.text(f"/visits/{dose.id}")
    assert said in desk.text(f"/series/{series.id}")
    assert desk.send(f"/visits/{dose.id}/answer-settled", {}).status_code == 303
    assert "Patients to call" not in desk.text("/conflicts")


@pytest.mark.parametrize(
    ("way", "said"),
    [
        (AnswerWay.LINK, "by the patient, by the link in a message, "),
        (AnswerWay.INVITATION, "by the patient, by the invitation, "),
        (None, "by hand, desk, "),
    ],
)
@pytest.mark.usefixtures("with_clinic")
def test_who_confirmed_how_and_when_is_on_the_visit_the_series_and_the_day(
    app: Flask, standing_clock: StandingClock, way: AnswerWay | None, said: str
) -> None:
    series = booked_series(app)[0]
    dose = series.visit("D1")
    assert dose is not None
    desk = visitor(app, "desk")
    if way is None:
        form = {"to": "confirmed", "version": dose.version, "key": "confirmed-by-hand"}
        assert desk.send(f"/visits/{dose.id}/advance", form).status_code == 303
    else:
        now = standing_clock.now()
        with app.app_context(), unit_of_work():
            note_answer(dose, GivenAnswer(Answer.ACCEPTED, dose.start, 0, now, way), now)
    words = f"{said}{moment_in(standing_clock.now(), ZONE)}"
    assert f"Confirmed {words}." in desk.text(f"/visits/{dose.id}")
    assert words in desk.text(f"/series/{series.id}")
    assert words in desk.text(f"/day/{local_day(dose.start, ZONE)}")


@pytest.mark.usefixtures("with_clinic")
def test_visits_that_nobody_confirmed_are_listed_two_days_before_with_the_phone(
    app: Flask, standing_clock: StandingClock
) -> None:
    series = booked_series(app)[0]
    dose = series.visit("D1")
    assert dose is not None
    with app.app_context():
        patient = clinic.patient(series.patient)
    address = f"/visits/{dose.id}"
    for before, listed in (
        (UNCONFIRMED_WITHIN, False),
        (UNCONFIRMED_WITHIN - timedelta(minutes=1), True),
        (timedelta(minutes=1), True),
        (timedelta(), False),
    ):
        standing_clock.instant = dose.start - before
        page = visitor(app, "desk").text("/unconfirmed")
        assert (address in page) == listed, before
        assert not listed or patient.phone in page
    standing_clock.instant = dose.start - timedelta(hours=24)
    desk = visitor(app, "desk")
    keep(app, dose, Answer.CALL_WANTED, AnswerWay.LINK)
    assert "asks to be called" in desk.text("/unconfirmed")
    assert re.search(r"Not confirmed: \d", desk.text("/conflicts"))
    form = {"to": "confirmed", "version": dose.version, "key": "confirmed-by-hand"}
    assert desk.send(f"{address}/advance", form).status_code == 303
    assert address not in desk.text("/unconfirmed")
