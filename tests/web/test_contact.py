"""How a patient wants to be written to, on the patient's page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scheduler.domain.clock import StandingClock
from scheduler.domain.contact import Category, ContactFacts, ContactWay
from scheduler.domain.people import Patient
from scheduler.reminders.addresses import recipient_hash
from scheduler.reminders.ways import address_of
from scheduler.store import clinic
from scheduler.store.audit import history
from scheduler.store.contacts import contacts_of, opt_out
from scheduler.store.work import reading, unit_of_work
from tests.web.small_clinic import NOW, booked_series, visitor

if TYPE_CHECKING:
    from flask import Flask

AS_BEFORE = ["email-appointments", "email-reminders"]


def a_patient_of(app: Flask) -> Patient:
    """Return a patient with visits to come."""
    series = booked_series(app)[0]
    with app.app_context(), reading():
        return clinic.patient(series.patient)


def facts(app: Flask, patient: Patient) -> ContactFacts:
    """Return what is recorded."""
    with app.app_context():
        return contacts_of(patient.id)


@pytest.mark.usefixtures("with_clinic")
def test_the_desk_records_a_consent_with_when_and_by_whom_on_both_databases(
    app: Flask, standing_clock: StandingClock
) -> None:
    patient = a_patient_of(app)
    page = f"/patients/{patient.id}"
    desk = visitor(app, "desk")
    assert 'value="sms-reminders" checked' not in desk.client.get(page).text
    wanted = {"wanted": [*AS_BEFORE, "sms-reminders"], "first": "sms"}
    assert desk.send(f"{page}/contact", wanted).status_code == 303
    found = facts(app, patient)
    [consent] = found.consents
    number = recipient_hash(address_of(ContactWay.SMS, "", patient.phone))
    assert found.first is ContactWay.SMS
    assert (consent.way, consent.category, consent.given) == (ContactWay.SMS, Category.REMINDERS, True)
    assert (consent.recipient_hash, consent.at, consent.by) == (number, standing_clock.now(), "desk")
    shown = desk.client.get(page).text
    assert 'value="sms-reminders" checked' in shown
    assert "Yes, recorded Mon 4 Jan 2027, 09:00 MST by desk" in shown
    with app.app_context():
        [entry] = [one for one in history("patient", patient.id) if one.verb == "record_contact"]
    assert entry.details["given"] == ["sms: reminders"]
    assert patient.phone not in str(entry.details)


@pytest.mark.usefixtures("with_clinic")
def test_what_stands_keeps_its_date_and_what_is_taken_back_is_recorded_as_no(app: Flask) -> None:
    patient = a_patient_of(app)
    desk = visitor(app, "desk")
    for wanted in (["sms-reminders"], ["sms-reminders"], []):
        desk.send(f"/patients/{patient.id}/contact", {"wanted": wanted, "first": "email"})
    assert {(one.way, one.category): one.given for one in facts(app, patient).consents} == {
        (ContactWay.EMAIL, Category.APPOINTMENTS): False,
        (ContactWay.EMAIL, Category.REMINDERS): False,
        (ContactWay.SMS, Category.REMINDERS): False,
    }


@pytest.mark.usefixtures("with_clinic")
def test_what_cannot_be_meant_is_refused(app: Flask) -> None:
    page = f"/patients/{a_patient_of(app).id}/contact"
    desk = visitor(app, "desk")
    for form in ({"wanted": "pigeon-reminders", "first": "sms"}, {"wanted": "sms-reminders"}):
        assert desk.send(page, form).status_code == 400


@pytest.mark.usefixtures("with_clinic")
def test_a_nurse_sees_it_and_cannot_change_it(app: Flask) -> None:
    patient = a_patient_of(app)
    nurse = visitor(app, "nurse")
    shown = nurse.client.get(f"/patients/{patient.id}").text
    assert "First by" in shown and f'/patients/{patient.id}/contact"' not in shown
    assert nurse.send(f"/patients/{patient.id}/contact", {"first": "sms"}).status_code == 403


@pytest.mark.usefixtures("with_clinic")
def test_a_number_that_has_opted_out_is_said_on_the_page(app: Flask) -> None:
    patient = a_patient_of(app)
    with app.app_context(), unit_of_work():
        opt_out("sms", recipient_hash(address_of(ContactWay.SMS, "", patient.phone)), NOW)
    assert (
        "This number has opted out of texts"
        in visitor(app, "desk").client.get(f"/patients/{patient.id}").text
    )


@pytest.mark.usefixtures("with_clinic")
def test_one_press_stops_all_messages_and_the_page_tells_who_recorded_what_when(app: Flask) -> None:
    patient = a_patient_of(app)
    page = f"/patients/{patient.id}"
    desk = visitor(app, "desk")
    assert desk.send(f"{page}/stop-messages", {"about": "reminders"}).status_code == 303
    assert {one.category for one in facts(app, patient).consents} == {Category.REMINDERS}
    assert desk.send(f"{page}/stop-messages", {"about": ""}).status_code == 303
    assert {one.given for one in facts(app, patient).consents} == {False}
    shown = desk.client.get(page).text
    assert "09:00 MST: The patient wants no more messages, by desk" in shown
    assert "09:00 MST: The patient wants no more messages about reminders, by desk" in shown
    assert desk.send(f"{page}/stop-messages", {"about": "pigeons"}).status_code == 400
    assert visitor(app, "nurse").send(f"{page}/stop-messages", {"about": ""}).status_code == 403
