"""The pages of a day in Spanish: the day, a visit, what is to do, conflicts, the search and the rules."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from scheduler.access.permissions import SYSTEM
from scheduler.booking.change_staff import change_staff
from scheduler.booking.changing_facts import ChangeOfFacts, FactsChanged
from scheduler.domain.appointment import Appointment
from scheduler.domain.clock import StandingClock
from scheduler.domain.people import Role
from scheduler.domain.series import Series
from scheduler.domain.staff_changes import TimeOffAdded
from scheduler.store import appointments
from scheduler.store.conflicts import open_conflicts
from tests.web.begun_dose import begun_dose
from tests.web.small_clinic import NOW, Visitor, visitor

if TYPE_CHECKING:
    from flask import Flask

READ = re.compile(r'<script.*?</script>|<[^>]*\blang="en"[^>]*>.*?</(?:span|a)>|<!--.*?-->', re.DOTALL)
"""What is told in English on every page, and marked so."""


@pytest.fixture
def reader(clinic_app: Flask) -> Visitor:
    """Sign in somebody who may see all of these pages, with Spanish chosen."""
    return speaking_spanish(clinic_app, "admin")


def speaking_spanish(app: Flask, who: str) -> Visitor:
    found = visitor(app, who)
    assert found.send("/language", {"manner": "es"}, "/language").status_code == 303
    return found


def looks_spanish(text: str, heading: str, *english: str) -> None:
    assert '<html lang="es">' in text
    heads = re.findall(r"<h[12][^>]*>(.*?)</h[12]>", text, re.DOTALL)
    assert any(heading in one for one in heads), (heading, heads)
    read = READ.sub("", text)
    for words in english:
        assert words not in read, (heading, words)


def test_the_day_and_what_is_to_do(clinic_app: Flask, reader: Visitor, series: Series) -> None:
    dose = _dose(series, "D1")
    day = dose.start.date()
    page = reader.text(f"/day/{day}")
    looks_spanish(
        page, str(day.year), "Day before", "Still needed", "Phases", "Open <", ", therapist<", "visits<"
    )
    assert "Día anterior" in page and "puede salir desde las" in page
    nurse = speaking_spanish(clinic_app, "nurse").text(f"/day/{day}")
    looks_spanish(nurse, str(day.year), "Your day", "My calendar", "Print")
    to_do = reader.text("/to-do")
    looks_spanish(to_do, "Por hacer", "To do", "What waits", "Nothing waits", "Waiting list", "Overdue")
    looks_spanish(reader.text("/open-gates"), "Falta", "Still needed", "Visits of the next", "Within")
    looks_spanish(reader.text("/unconfirmed"), "Sin confirmar", "Not confirmed", "No phone", "Every visit")


def test_a_visit_before_and_during_its_dose(
    clinic_app: Flask, clock: StandingClock, reader: Visitor, series: Series
) -> None:
    ahead = reader.text(f"/visits/{_dose(series, 'D2').id}")
    english = [
        "Next",
        "What this visit needs",
        "Why",
        "Move the visit",
        "Decide",
        "Put on hold",
        "Confirm the",
    ]
    looks_spanish(ahead, "Lo que necesita esta visita", *english)
    dose = begun_dose(clinic_app, clock)
    nurse = speaking_spanish(clinic_app, "nurse")
    page = nurse.text(f"/visits/{dose.id}")
    english = [
        "Vital signs",
        "Overdue",
        "after the dose began",
        "Takes longer",
        "Call for help",
        "What happened",
    ]
    looks_spanish(page, "Signos vitales", *english, "Take back", "Start observation", "With no patient")
    assert "después de comenzar la dosis" in page and "Comenzar la observación" in page
    with clinic_app.app_context():
        version = appointments.appointment(dose.id).version
    form = {"why": "overrun", "minutes": "120", "version": version, "key": "a-key-for-more"}
    stay = nurse.send(f"/visits/{dose.id}/stay", form).text
    looks_spanish(stay, "Choca con", "It runs into", "instead of", "Back to the visit", "What stands")
    refused = nurse.send(f"/visits/{dose.id}/vital-signs", {"due": "", "key": "a-key"})
    assert refused.status_code == 422 and "Pulse el botón de una de las horas." in refused.text


def test_conflicts_and_the_ways_out(clinic_app: Flask, reader: Visitor, series: Series) -> None:
    looks_spanish(reader.text("/conflicts"), "Conflictos", "No conflict is open", "Not confirmed")
    dose = _dose(series, "D2")
    with clinic_app.app_context():
        ill = TimeOffAdded(dose.staff[Role.THERAPIST], dose.interval)
        outcome = change_staff(ChangeOfFacts(series.site, ill), SYSTEM, StandingClock(NOW))
        assert isinstance(outcome, FactsChanged), outcome
        conflict = next(one for one in open_conflicts() if one.steps == ("D2",))
    looks_spanish(reader.text("/conflicts"), "Conflictos", "since somebody", "See ways to mend")
    page = reader.text(f"/conflicts/{conflict.id}")
    looks_spanish(
        page, "¿Cómo se arregla esto?", "Take this way", "Ways that work", "Cannot be booked", "instead of"
    )
    accepted = reader.send(
        f"/conflicts/{conflict.id}/accept", {"reason": "", "seen": conflict.why, "key": "k"}
    )
    looks_spanish(accepted.text, "No se cambió nada", "Nothing was changed", "Accept it")


def test_calling_off_another_therapist_and_a_newer_version(reader: Visitor, series: Series) -> None:
    visit = reader.text(f"/visits/{_dose(series, 'D2').id}/cancel")
    looks_spanish(visit, "¿Cancelar esta visita?", "Who cancels", "Illness", "Keep the visit", "Called off")
    whole = reader.text(f"/series/{series.id}/cancel")
    looks_spanish(whole, "¿Terminar o pausar la serie de", "It ends here", "The patient", "still to come")
    nobody = reader.send(f"/series/{series.id}/therapist", {"from_step": "", "how_many": ""})
    looks_spanish(
        nobody.text, "Otro terapeuta", "Another therapist", "Choose a visit", "Whoever is free", "See who"
    )
    version = reader.text(f"/series/{series.id}/version")
    looks_spanish(version, "El protocolo se queda en la versión", "The protocol", "goes by version")


def test_search_and_rules(reader: Visitor) -> None:
    looks_spanish(reader.text("/search"), "Buscar", "What are you looking for", "A patient by name", "Search")
    found = reader.send("/search", {"wanted": "r"}).text
    looks_spanish(found, "Reglas", "Rules<", "There are more", "Rooms<")
    rules = reader.text("/rules")
    looks_spanish(rules, "Reglas", "What must be true", "Source:", "Stops", "May be overridden", "Take care")
    looks_spanish(rules, "Separación de las dosis", "Doses are spaced", "A dose follows", "what clinics say")
    assert "Las dosis están separadas" in rules
    assert '<span lang="en">FDA, Spravato REMS' in rules, "what a source is called stays as it is"
    assert reader.send("/search", {"wanted": "dosis están separadas"}).headers["Location"] == "/rules#SPACE-1"


def _dose(series: Series, step: str) -> Appointment:
    found = series.visit(step)
    assert found is not None
    return found
