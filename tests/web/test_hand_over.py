"""Pages say who takes over in a visit and from when, and whoever takes over has it in the day."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from scheduler.access.permissions import SYSTEM, AccountRole
from scheduler.booking.book_series import Booked, BookSeries, book_series
from scheduler.booking.passwords import hashed
from scheduler.booking.preview_series import PreviewSeries, SeriesPreview, preview_series
from scheduler.booking.request import ChosenVisit
from scheduler.clinic_file import Clinic
from scheduler.domain.appointment import Appointment
from scheduler.domain.clock import StandingClock, local_day
from scheduler.domain.people import Role
from scheduler.domain.series import Series
from scheduler.store import accounts, clinic
from scheduler.store.accounts import Account
from scheduler.store.glances import staff_names
from scheduler.store.work import unit_of_work
from scheduler.web.sealed_choice import opened, sealed
from scheduler.web.words import clock_in
from tests.booking.small_clinic import CHOICE, a_choice
from tests.web.small_clinic import NOW, PASSWORD, ZONE, Visitor, idle_patient, visitor

if TYPE_CHECKING:
    from flask import Flask

MONITOR = Role.MEDICAL_MONITOR
SEGMENTS = (3, 4, 5)


def _chosen(series: Series, person: str) -> tuple[ChosenVisit, ...]:
    visits = tuple(ChosenVisit(v.step, v.start, v.room, v.staff) for v in series.appointments)
    relief = {(MONITOR, number): person for number in SEGMENTS}
    return tuple(replace(visit, relief=relief) if visit.step == "D1" else visit for visit in visits)


def _proposed(patient: str) -> Series:
    preview = preview_series(PreviewSeries(patient, CHOICE, limit=1), SYSTEM, StandingClock(NOW))
    assert isinstance(preview, SeriesPreview)
    return preview.options[0].proposal.series


@pytest.fixture
def relieved(clinic_app: Flask) -> tuple[Appointment, str]:
    """Book a series in whose first dose the monitor is relieved; return the dose and who takes over."""
    with clinic_app.app_context():
        with unit_of_work():
            clinic.save_clinic(Clinic(protocols=(a_choice(),)), NOW)
        patient = idle_patient(clinic_app)
        series = _proposed(patient)
        site = clinic.sites()[0].id
        for person in staff_names(site, MONITOR):
            command = BookSeries(patient, CHOICE, visits=_chosen(series, person))
            outcome = book_series(command, SYSTEM, StandingClock(NOW))
            if isinstance(outcome, Booked) and (dose := outcome.series.visit("D1")) and dose.relief:
                with unit_of_work():
                    account = Account("taker", AccountRole.NURSE, person, site, hashed(PASSWORD))
                    accounts.save_account(account)
                return dose, person
        pytest.fail("nobody of the demo clinic could take over")


def test_the_pages_say_who_takes_over_from_when(
    clinic_app: Flask, desk: Visitor, relieved: tuple[Appointment, str]
) -> None:
    dose, person = relieved
    with clinic_app.app_context():
        name = staff_names(dose.site)[person]
    recovery = dose.phase("recovery")
    assert recovery is not None
    since = f"from {clock_in(recovery.start, ZONE)}"
    on_series = desk.text(f"/series/{dose.series}")
    assert f"{name}, watches {since}" in on_series or f"{name}, {since}" in on_series
    day = f"/day/{local_day(dose.start, ZONE)}"
    card = next(c for c in desk.text(day).split("<li class=") if f"/series/{dose.series}" in c)
    assert f"<li>{name}, nurse {since}</li>" in card
    own = visitor(clinic_app, "taker").text(day)
    assert f"/series/{dose.series}" in own, "it is part of the day of whoever takes over"
    desk.send(f"/visits/{dose.id}/cancel", {"by": "clinic", "reason": "staff_absent"})
    after = visitor(clinic_app, "taker").text(day)
    assert "Cancelled by the clinic" in after
    assert f"{name}, nurse {since}" in after


def test_a_sealed_choice_keeps_who_takes_over(clinic_app: Flask, relieved: tuple[Appointment, str]) -> None:
    dose, _ = relieved
    with clinic_app.test_request_context():
        series = replace(_proposed(idle_patient(clinic_app)), appointments=(dose,))
        seal = sealed(series, PreviewSeries("patient", CHOICE, included=frozenset({"I1b"})), "desk", NOW)
        command = opened(seal, "patient", "desk", NOW)
    assert command.visits is not None
    assert command.visits[0].relief == dose.relief
    assert command.included == {"I1b"}
