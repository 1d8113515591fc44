"""The page on which an administrator chooses what calendars of staff call visits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from scheduler.domain.calendar_words import USUAL_WORDS, CalendarWords, PatientShown
from scheduler.store import clinic
from scheduler.store.work import reading
from tests.web.small_clinic import Visitor, visitor

if TYPE_CHECKING:
    from flask import Flask


PAGE = "/site/calendar-words"
FORM = USUAL_WORDS.plain()


def words_of(app: Flask) -> CalendarWords:
    with app.app_context():
        return clinic.sites()[0].calendar_words


@pytest.mark.usefixtures("with_clinic")
def test_an_administrator_chooses_words_on_both_databases(app: Flask) -> None:
    admin = visitor(app, "admin")
    assert PAGE in admin.text("/places")
    assert "D RS" in admin.text(PAGE)
    answer = admin.send(PAGE, {**FORM, "dosing": " L1 ", "patient": "nothing"})
    assert answer.status_code == 303
    shown = admin.text(PAGE)
    assert "Saved. Calendars say it" in shown
    assert "<b>L1</b>" in shown
    assert words_of(app) == CalendarWords(dosing="L1", patient=PatientShown.NOTHING)


def test_the_same_form_sent_twice_is_one_change(clinic_app: Flask) -> None:
    admin = visitor(clinic_app, "admin")
    form = {**FORM, "dosing": "L", "key": "the key of the first"}
    assert admin.send(PAGE, form).status_code == 303
    assert admin.send(PAGE, {**FORM, "key": "the key of another"}).status_code == 303
    assert admin.send(PAGE, form).status_code == 303
    # The first again changes nothing back.
    assert words_of(clinic_app) == USUAL_WORDS
    with clinic_app.app_context(), reading() as connection:
        count = connection.scalar(
            text("SELECT count(*) FROM audit_entry WHERE verb = 'change_calendar_words'")
        )
    assert count == 2


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"dosing": ""}, "Enter a code for dosing"),
        ({"dosing": "KET"}, "must not tell the treatment"),
        ({"dosing": "LONGER"}, "must be 1 to 4 letters or digits"),
        ({"dosing": "P"}, "must differ from the others"),
        ({"patient": "full_name"}, "Not a valid choice"),
    ],
)
def test_what_will_not_do_is_said_at_its_field(clinic_app: Flask, wrong: dict[str, str], why: str) -> None:
    answer = visitor(clinic_app, "admin").send(PAGE, {**FORM, **wrong})
    assert answer.status_code == 422
    assert why in answer.text
    assert "There is a problem" in answer.text
    assert words_of(clinic_app) == USUAL_WORDS


def test_nobody_else_chooses(desk: Visitor) -> None:
    assert PAGE not in desk.text("/places")
    assert desk.get(PAGE).status_code == 403
    assert desk.send(PAGE, FORM).status_code == 403
