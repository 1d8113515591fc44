"""The pages of booking, series, patients and the waiting list, for a reader who has chosen Spanish."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import TYPE_CHECKING

import pytest

from scheduler.domain.clock import StandingClock, local_day
from scheduler.domain.manners import Manner
from scheduler.domain.series import Series
from scheduler.planner.preferences import PREFERENCES
from scheduler.web.retelling import as_read
from scheduler.web.speech import speak
from tests.web.small_clinic import NOW, PROTOCOL, ZONE, Visitor, idle_patient, ways_on
from tests.web.waiting import days_shut, one_who_waits, open_again, put_on_the_list, shut

if TYPE_CHECKING:
    from flask import Flask

SEAL = re.compile(r'id="proposal-1" value="([^"]+)"')


@pytest.fixture
def reader(desk: Visitor) -> Visitor:
    """Give the front desk, with Spanish chosen."""
    assert desk.send("/language", {"manner": "es"}, "/language").status_code == 303
    return desk


def _in_spanish(page: str, says: tuple[str, ...], no_more: tuple[str, ...]) -> None:
    """Assert that a page is in Spanish: it says the one, and the English words that stood there no more."""
    assert '<html lang="es">' in page
    told = " ".join(unescape(re.sub(r"<[^>]+>", " ", page.split("<main", 1)[1])).split())
    for words in says:
        assert words in told, words
    for words in no_more:
        assert words not in told, words


@pytest.mark.parametrize(
    ("address", "says", "no_more"),
    [
        ("/patients", ("Pacientes", "Próxima visita"), ("Next visit", "Show all", "Born")),
        ("/new-patient", ("Paciente nuevo", "Nombre", "Zona horaria"), ("Given name", "Time zone", "Save")),
        ("/patients/{patient}", ("Autorizaciones y consentimientos",), ("Clearances", "Born", "Messages")),
        ("/patients/{patient}/details", ("Guardar", "Apellido"), ("Family name", "Back without saving")),
        ("/patients/{patient}/book", ("Reservar una serie para", "Protocolo"), ("Not before", "Monday")),
        ("/series/{series}", ("Visitas", "Más integración"), ("Next:", "End or pause", "Hand-out")),
        ("/series/{series}/extend", ("Más integración", "¿Cuántas?"), ("How many", "See what works")),
        ("/series/{series}/replan", ("Planificar de nuevo el resto",), ("Plan the rest", "Nothing of this")),
        (
            "/visits/{visit}/move",
            ("Cambiar de hora: R1", "Inicios libres el"),
            ("Where to?", "Any day", "starts"),
        ),
        ("/visits/{visit}/offer", ("Ofrecer otras horas para R1",), ("Offer", "Which times?", "now on")),
        ("/waiting", ("Lista de espera", "Nadie espera."), ("Waiting list", "Nobody", "Free again")),
    ],
)
def test_a_page_is_in_spanish(
    reader: Visitor, series: Series, address: str, says: tuple[str, ...], no_more: tuple[str, ...]
) -> None:
    visit = series.appointments[-1].id
    where = address.format(patient=series.patient, series=series.id, visit=visit)
    _in_spanish(reader.text(where), says, no_more)


def test_proposals_and_another_start_are_in_spanish(clinic_app: Flask, reader: Visitor) -> None:
    patient = idle_patient(clinic_app)
    first = (NOW + timedelta(days=3)).date().isoformat()
    wishes = {"protocol": PROTOCOL, "earliest": first}
    page = reader.send(f"/patients/{patient}/proposals", wishes).text
    _in_spanish(
        page, ("Reservar toda la serie", "En total"), ("Book the whole", "earliest finish", "complete series")
    )
    assert 'data-stays="{visit} queda donde está."' in page, "the script says it in Spanish too"
    seal = SEAL.search(page)
    assert seal
    choice = {"choice": seal[1]}
    start = reader.send(f"/patients/{patient}/proposals/start", {**choice, "step": "D3"}).text
    _in_spanish(start, ("Otro inicio para D3", "Inicios libres el"), ("Another start", "nothing else moves"))
    booked = reader.send(f"/patients/{patient}/series", choice)
    _in_spanish(reader.text(booked.headers["Location"]), ("Reservado:", "Deshacer la reserva"), ("Undo",))


def test_every_preference_of_the_planner_has_a_name_in_spanish(clinic_app: Flask) -> None:
    names = [one.name for one in PREFERENCES]
    with clinic_app.test_request_context():
        assert [as_read(name) for name in names] == names
        speak(Manner.SPANISH)
        read = [as_read(name) for name in names]
        assert not set(read) & set(names)
        assert not [name for name in read if "lang=" in name]


def test_what_is_wrong_with_wishes_is_said_in_spanish(reader: Visitor, series: Series) -> None:
    wrong = {"earliest": "someday", "from_time": "12:00", "until_time": "09:00"}
    answer = reader.send(f"/patients/{series.patient}/proposals", wrong)
    assert answer.status_code == 422
    says = ("Hay un problema", "Elija un protocolo", "No es una fecha válida.", "posterior a las 12:00")
    _in_spanish(answer.text, says, ("Choose a protocol", "Not a valid"))


def test_the_ways_to_move_a_visit_are_told_in_spanish_and_reasons_are_marked_as_english(
    reader: Visitor, series: Series
) -> None:
    visit = series.appointments[-1].id
    page = reader.send(f"/visits/{visit}/ways", {"where": "another_day"}).text
    _in_spanish(page, ("El menor número de visitas movidas", "Qué cambia"), ("What changes", "Becomes"))
    way = ways_on(page)[0]
    moved = reader.send(f"/visits/{visit}/move", {"way": way})
    _in_spanish(reader.text(moved.headers["Location"]), ("Cambio hecho: cambi",), ("Moved",))
    reader.send(f"/series/{series.id}/undo", {"deed": "another"})
    _in_spanish(reader.text(f"/series/{series.id}"), ("Ya no hay nada que deshacer",), ("nothing to undo",))


def test_freed_times_are_told_in_spanish(clinic_app: Flask, reader: Visitor, clock: StandingClock) -> None:
    shut(clinic_app, clock)
    put_on_the_list(reader, one_who_waits(clinic_app, clock), local_day(clock.now(), ZONE))
    open_again(clinic_app, clock, days_shut(clock))
    page = reader.text("/waiting")
    _in_spanish(
        page, ("la sede abre al final", "Espera desde el", "Primera dosis"), ("irst dose", "noted", "Leave")
    )


def test_the_hand_out_speaks_to_the_patient_and_its_buttons_to_the_reader(
    reader: Visitor, series: Series
) -> None:
    page = reader.text(f"/series/{series.id}/hand-out")
    assert '<html lang="en">' in page, "the patient's language"
    assert '<nav class="bar" lang="es" aria-label="Esta página">' in page
    assert "Volver" in page and "Back" not in page
