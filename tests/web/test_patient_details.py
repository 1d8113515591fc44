"""The pages on which the front desk enters a new patient and corrects a known one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.store import clinic
from tests.web.small_clinic import Visitor, idle_patient, visitor

if TYPE_CHECKING:
    from flask import Flask

    from scheduler.domain.people import Patient

ROBIN = {
    "given_name": "Robin",
    "family_name": "Sage",
    "birth_date": "1984-05-17",
    "phone": "+1 303 555 0142",
    "email": "",
    "language": "",
    "zone": "",
}


def robins(app: Flask) -> tuple[Patient, ...]:
    with app.app_context():
        return clinic.patients(clinic.sites()[0].id, "robin sage")


def test_a_caller_who_is_new_is_entered_and_booked_at_once(clinic_app: Flask, desk: Visitor) -> None:
    assert 'href="/new-patient"' in desk.text("/patients")
    answer = desk.send("/new-patient", {**ROBIN, "then": "book"})
    assert answer.status_code == 303, answer.text
    [made] = robins(clinic_app)
    assert answer.headers["Location"] == f"/patients/{made.id}/book"
    assert "Robin Sage is entered." in desk.text(answer.headers["Location"])


def test_who_may_be_the_same_is_shown_with_all_that_was_entered(clinic_app: Flask, desk: Visitor) -> None:
    assert desk.send("/new-patient", ROBIN).status_code == 303
    answer = desk.send("/new-patient", {**ROBIN, "given_name": "Rob"})
    assert answer.status_code == 409
    assert "Is this the same person?" in answer.text
    assert 'value="Rob"' in answer.text
    [made] = robins(clinic_app)
    assert f'name="seen" value="{made.id}"' in answer.text
    again = desk.send("/new-patient", {**ROBIN, "given_name": "Rob", "seen": made.id})
    assert again.status_code == 303


def test_what_will_not_do_is_said_at_its_field_and_kept(clinic_app: Flask, desk: Visitor) -> None:
    answer = desk.send("/new-patient", {**ROBIN, "email": "nowhere", "birth_date": "2084-05-17"})
    assert answer.status_code == 422
    assert "There is a problem" in answer.text
    assert answer.text.count('class="error"') == 1
    assert 'value="nowhere"' in answer.text
    answer = desk.send("/new-patient", {**ROBIN, "birth_date": "2084-05-17"})
    assert "lies in the future; enter the day of birth" in answer.text.lower()
    answer = desk.send("/new-patient", {**ROBIN, "birth_date": "", "given_name": ""})
    assert "Enter the day of birth" in answer.text
    assert "Enter the given name" in answer.text
    answer = desk.send("/new-patient", {**ROBIN, "birth_date": "yesterday"})
    assert answer.status_code == 422
    assert 'value="yesterday"' in answer.text
    assert not robins(clinic_app)


def test_a_patient_is_corrected_and_who_is_slower_is_told(clinic_app: Flask, desk: Visitor) -> None:
    page = f"/patients/{idle_patient(clinic_app)}/details"
    with clinic_app.app_context():
        known = clinic.patient(idle_patient(clinic_app))
    was = {
        "was_given_name": known.given_name,
        "was_family_name": known.family_name,
        "was_birth_date": str(known.birth_date),
        "was_phone": known.phone,
        "was_email": known.email,
        "was_zone": known.zone or "",
        "was_language": known.language or "",
        "was_referred_on": str(known.referred_on or ""),
    }
    form = {name.removeprefix("was_"): value for name, value in was.items()} | was
    shown = desk.text(page)
    assert all(f'name="{name}" value="{value}"' in shown for name, value in was.items())
    assert desk.send(page, {**form, "phone": "+1 303 555 0100"}).status_code == 303
    with clinic_app.app_context():
        assert clinic.patient(known.id).phone == "+1 303 555 0100"
    other = visitor(clinic_app, "desk")
    answer = other.send(page, {**form, "email": "late@example.org"})
    assert answer.status_code == 303
    assert "Somebody else has changed this patient meanwhile" in other.text(page)
    with clinic_app.app_context():
        assert clinic.patient(known.id).email == known.email
