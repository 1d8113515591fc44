"""The pages of the administration, the groups and the figures, for a reader who has chosen Spanish."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from html import unescape
from typing import TYPE_CHECKING

import pytest

from scheduler.domain.manners import Manner
from scheduler.domain.telling import (
    told,
    told_date,
    told_day,
    told_list,
    told_moment,
    told_of_number,
    told_time,
    told_whole,
)
from scheduler.store import clinic
from scheduler.web.region_names import named
from scheduler.web.retelling import as_read, retold
from scheduler.web.speech import speak
from tests.web.small_clinic import TODAY, Visitor, visitor

if TYPE_CHECKING:
    from flask import Flask

WORDS = "/site/message-words/es"


@pytest.fixture
def reader(clinic_app: Flask) -> Visitor:
    """Give an administrator, with Spanish chosen."""
    admin = visitor(clinic_app, "admin")
    assert admin.send("/language", {"manner": "es"}, "/language").status_code == 303
    return admin


def _in_spanish(page: str, says: tuple[str, ...], no_more: tuple[str, ...]) -> None:
    assert '<html lang="es">' in page
    heard = " ".join(unescape(re.sub(r"<[^>]+>", " ", page.split("<main", 1)[1])).split())
    for words in says:
        assert words in heard, words
    for words in no_more:
        assert words not in heard, words


PAGES: list[tuple[str, tuple[str, ...], tuple[str, ...]]] = [
    ("/staff", ("Personal", "Credenciales", "Función"), ("Away", "not planned", "Valid ")),
    (
        "/staff/{person}",
        ("La semana", "Horario semanal", "Funciones", "Lunes", "hasta el"),
        ("Weekly hours", "retenida", "Usually", "The usual week", "Week of", "Monday", "through", "Roles"),
    ),
    (
        "/places",
        ("Lugares", "Horario de apertura", "Cierres", "La semana habitual", "abierto"),
        ("Opening hours", "Closures", "Rooms", "First day", "as usual", "open"),
    ),
    ("/places/holidays", ("Días festivos", "Guardar la región"), ("Public holidays", "Save", "Country")),
    (
        "/site/settings",
        ("Ajustes", "Visitas y pausas", "Historial", "normalmente 48", "Iniciales, identificador"),
        ("Settings", "usually", "hours before", "As usual", "built-in", "Code for", "Urgent", "none"),
    ),
    (
        "/site/reminder-times",
        ("Horas de los recordatorios", "Primer recordatorio", "4.4 %", "Como de costumbre"),
        ("First reminder", "Randomised", "usually", "Choose", "Quiet", "o'clock"),
    ),
    (
        "/site/message-words",
        ("Palabras de los mensajes", "Guardar el idioma", "Mensajes en English"),
        ("Words of messages", "Built-in", "Save", "First reminder"),
    ),
    (
        "/site/message-words/es/mail/confirmation",
        ("Elegir las palabras", "Huecos por rellenar", "el enlace para responder", "Vista previa"),
        ("Choose", "Preview", "Places", "needed", "the link to answer by", "Nothing is wrong"),
    ),
    (
        "/site/message-words/es/text/confirmation",
        ("Elegir las palabras", "cómo responder", "segmento", "CANCEL y END"),
        ("segments at most", "how to answer", "about one visit"),
    ),
    (
        "/site/calendar-words",
        ("Palabras en los calendarios", "Lo que sigue al código", "Dosificación", "Contacto"),
        ("Words in calendars", "Dosing", "initials", "Nothing"),
    ),
    (
        "/staff/{person}/calendars",
        ("Calendarios de", "Agregar por dirección", "Dirección iCal"),
        ("Calendars", "What to call it", "Upload"),
    ),
    (
        "/staff/{person}/subscriptions",
        ("Calendario de", "Crear una nueva", "15 minutos antes", "Ninguno"),
        ("Calendar of", "Times only", "Reminder", "None"),
    ),
    ("/site/subscriptions", ("Calendario de", "Suscripciones"), ("Subscriptions", "Make")),
    (
        "/site/urgent-help",
        ("Ayuda urgente", "Guardar la lista", "Nombre en"),
        ("Choose whom", "Name in", "Number"),
    ),
    ("/cohorts", ("Grupos", "Crear un grupo"), ("Groups", "Make a group", "No group yet")),
    (
        "/insights",
        ("Análisis", "Qué fue de las visitas", "Sillones en uso por hora", "Últimas 4 semanas", "Lun"),
        (
            "What became",
            "Last 4 weeks",
            "Load by",
            "Table",
            "visits",
            "no-show",
            "Monday",
            "Nothing",
            "still",
        ),
    ),
]


@pytest.mark.parametrize(("address", "says", "no_more"), PAGES, ids=[address for address, _, _ in PAGES])
def test_a_page_is_in_spanish(
    clinic_app: Flask, reader: Visitor, address: str, says: tuple[str, ...], no_more: tuple[str, ...]
) -> None:
    with clinic_app.app_context():
        person = next(one.id for one in clinic.staff(clinic.sites()[0].id) if one.credentials)
    _in_spanish(reader.text(address.format(person=person)), says, no_more)


def test_figures_with_visits_in_them_are_in_spanish(reader: Visitor) -> None:
    days = f"/insights?from={TODAY}&until={TODAY + timedelta(days=60)}"
    _in_spanish(
        reader.text(days),
        ("aún por venir", "del tiempo está ocupado", "terapeuta", "Semana desde", "visita"),
        ("still to come", "of the time", "therapist", "Week from", "visits"),
    )
    assert reader.get(days.replace("?", "/attendance.csv?")).text.startswith("\ufeffWeek from"), (
        "for programs"
    )


def test_what_is_done_and_what_is_wrong_is_said_in_spanish(clinic_app: Flask, reader: Visitor) -> None:
    with clinic_app.app_context():
        person = clinic.staff(clinic.sites()[0].id)[0]
    away = {"first_day": str(TODAY + timedelta(days=400)), "last_day": str(TODAY + timedelta(days=401))}
    assert reader.send(f"/staff/{person.id}/time-off", away).status_code == 303
    page = reader.text(f"/staff/{person.id}")
    _in_spanish(page, ("Guardado. Ninguna visita reservada",), ("Saved",))
    wrong = reader.send(f"/staff/{person.id}/time-off", {**away, "first_day": "soon"}).text
    _in_spanish(wrong, ("Hay un problema", "No es una fecha válida."), ("Not a valid",))
    hours = reader.send(f"/staff/{person.id}/hours", {"hours-day_0": "9 to 5"}).text
    _in_spanish(hours, ("Escriba horas como",), ("Enter times",))
    number = reader.send("/site/settings", {"dormant_days": "1"}).text
    _in_spanish(number, ("Escriba un número entero de 30 a 180",), ("Enter a whole",))
    codes = dict.fromkeys(("dosing", "preparation", "integration", "screening", "review", "contact"), "X")
    twice = reader.send("/site/calendar-words", {**codes, "patient": "id"}).text
    _in_spanish(twice, ("El código para dosificación debe ser distinto",), ("The code for",))
    words = reader.send(f"{WORDS}/mail/change", {"act": "save", "subject": "", "body": "x"}).text
    assert words.count('<span lang="en">A mail needs a subject') == 2, "what stays English is marked as such"
    made = reader.send("/site/subscriptions", {"act": "make", "name": "Recepción", "alarm": "60"}).text
    _in_spanish(made, ("Nueva dirección para Recepción", "La dirección es una contraseña."), ("Add", "Copy"))
    listed = reader.text("/site/subscriptions")
    _in_spanish(
        listed, ("un recordatorio en el dispositivo una hora antes",), ("Made", "Everything", "Nothing")
    )


def test_countries_are_called_by_their_names_in_spanish(clinic_app: Flask) -> None:
    with clinic_app.test_request_context():
        assert named(["DE", "ES"]) == [("DE", "Germany"), ("ES", "Spain")]
        speak(Manner.SPANISH)
        assert named(["BR", "BE", "ES"]) == [("BE", "Bélgica"), ("BR", "Brasil"), ("ES", "España")]


def test_a_sentence_of_a_pure_room_is_english_until_a_page_says_it(clinic_app: Flask) -> None:
    inner = told_of_number("%(num)s visit", "%(num)s visits", 2)
    whole = told("%(first)s, %(rest)s", first=inner, rest=told_day(date(2026, 12, 3)))
    assert whole == "2 visits, Dec 3"
    assert told("4.4 % missed") == "4.4 % missed"
    with clinic_app.test_request_context():
        assert retold(whole) == "2 visits, Dec 3"
        speak(Manner.SPANISH)
        assert retold(whole) == "2 visitas, 3 dic"
        assert retold("2 visits") == "2 visits", "what does not remember how it was made stays"


def test_what_is_put_together_is_told_anew_in_all_its_parts(clinic_app: Flask) -> None:
    at, zone = datetime(2026, 12, 3, 17, 0, tzinfo=UTC), "America/Denver"
    start = told("start %(step)s at %(time)s or later", step="D2", time=told_moment(at, zone))
    listed = told_list(["D1", told("eligibility"), told_date(date(2026, 12, 3))])
    assert start == "start D2 at Thu 3 Dec 2026 10:00 MST or later"
    assert told_whole(start) == "Start D2 at Thu 3 Dec 2026 10:00 MST or later."
    assert listed == "D1, eligibility and Thu 3 Dec 2026"
    with clinic_app.test_request_context():
        speak(Manner.SPANISH)
        assert retold(told_whole(start)) == "Empezar D2 el jue 3 dic 2026, 10:00 MST o más tarde."
        assert retold(listed) == "D1, admisión y jue 3 dic 2026"
        assert as_read("added by " + start) == f'<span lang="en">added by {start}</span>'
        speak(Manner.AMERICAN)
        assert retold(told_time(at, zone)) == "10:00\N{NO-BREAK SPACE}AM"
        assert as_read("in English anyway") == "in English anyway"
