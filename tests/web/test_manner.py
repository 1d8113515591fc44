"""The staff's pages in English and Spanish: each reader their own, and dates in each reader's manner."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from scheduler.domain.interval import Interval
from scheduler.domain.manners import Manner
from scheduler.store import accounts
from scheduler.web.speech import said, said_of_number, speak
from scheduler.web.words import KINDS, day_words, moment_in, times_in
from tests.web.small_clinic import ZONE, Visitor, booked_series, visitor

if TYPE_CHECKING:
    from flask import Flask

AT = datetime(2026, 12, 3, 21, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("manner", "moment", "times"),
    [
        (Manner.ENGLISH, "Thu 3 Dec 2026, 14:30 MST", "14:30–15:30 MST"),
        (Manner.AMERICAN, "Thu, Dec 3, 2026, 2:30 PM MST", "2:30 PM–3:30 PM MST"),
        (Manner.SPANISH, "jue 3 dic 2026, 14:30 MST", "14:30–15:30 MST"),
        (Manner.AMERICAN_SPANISH, "jue 3 dic 2026, 2:30 p. m. MST", "2:30 p. m.–3:30 p. m. MST"),
    ],
)
def test_each_manner_writes_days_and_times_as_is_usual_there(
    clinic_app: Flask, manner: Manner, moment: str, times: str
) -> None:
    with clinic_app.test_request_context():
        assert day_words(date(2026, 12, 3)) == "Thu 3 Dec 2026"
        speak(manner)
        assert moment_in(AT, ZONE).replace("\N{NO-BREAK SPACE}", " ") == moment
        hour = Interval(AT, AT + timedelta(hours=1))
        assert times_in(hour, ZONE).replace("\N{NO-BREAK SPACE}", " ") == times


def test_sentences_and_constants_are_said_in_the_language_of_the_request(clinic_app: Flask) -> None:
    kind = next(iter(KINDS.values()))
    with clinic_app.test_request_context():
        assert (kind.name, said("Save")) == ("Screening", "Save")
        speak(Manner.SPANISH)
        assert (kind.name, said("Save")) == ("Evaluación inicial", "Guardar")
        assert said_of_number("%(num)s visit", "%(num)s visits", 2) == "2 visitas"
    assert kind.name == "Screening"


def test_the_choice_is_kept_and_is_nobody_elses(clinic_app: Flask, desk: Visitor) -> None:
    assert 'lang="es-US"' in desk.text("/language"), "each is offered in its own language"
    response = desk.send("/language", {"manner": "es"}, "/language")
    assert response.status_code == 303
    page = desk.text("/language")
    assert '<html lang="es">' in page
    assert "Guardado." in page and "Salir" in page and "Pacientes" in page
    with clinic_app.app_context():
        kept, other = accounts.account("desk"), accounts.account("admin")
        assert kept and other and (kept.manner, other.manner) == (Manner.SPANISH, Manner.ENGLISH)
    assert desk.send("/language", {"manner": "xx"}, "/language").status_code == 400


def test_a_board_that_was_drawn_for_one_reader_is_not_shown_to_another(
    clinic_app: Flask, desk: Visitor
) -> None:
    with clinic_app.app_context():
        dose = booked_series(clinic_app)[0].visit("D1")
    assert dose is not None
    day = dose.start.date()
    english = desk.get(f"/board/{day}")
    desk.send("/language", {"manner": "es-US"}, "/language")
    spanish = desk.get(f"/board/{day}")
    for words in ("Tablero", "Por sala", "libre", "puede salir desde las", "a.\N{NO-BREAK SPACE}m."):
        assert words in spanish.text, words
        assert words not in english.text, words
    assert spanish.headers["ETag"] != english.headers["ETag"]
    admin = visitor(clinic_app)
    admin.sign_in("admin")
    again = admin.get(f"/board/{day}").text
    assert "may leave from" in again and "puede salir" not in again
    assert "semana del" in desk.text(f"/board/{day}/week")


def test_before_the_sign_in_the_browser_says_the_language(clinic_app: Flask) -> None:
    nobody = clinic_app.test_client()
    page = nobody.get("/sign-in", headers={"Accept-Language": "es-MX,es;q=0.9,en;q=0.5"}).text
    assert '<html lang="es">' in page and "Contraseña" in page
    assert "Aquí no hay nada" in nobody.get("/nowhere", headers={"Accept-Language": "es"}).text
    for wish in ("en-US,en;q=0.9", "fr", ""):
        assert '<html lang="en">' in nobody.get("/sign-in", headers={"Accept-Language": wish}).text
