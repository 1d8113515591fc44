"""Booking for somebody else than one began with: the wishes stay as they were typed, and nobody is entered twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.store import clinic
from tests.web.small_clinic import PROTOCOL, Visitor, idle_patient, visitor

if TYPE_CHECKING:
    from flask import Flask

WISHES = {
    "protocol": PROTOCOL,
    "earliest": "2026-12-07",
    "weekdays": "1",
    "from_time": "10:00",
    "most": "",
    "bond": "must",
}
ROBIN = {"given_name": "Robin", "family_name": "Sage", "birth_date": "1984-05-17", "phone": "+1 303 555 0142"}


def _keeps_the_wishes(page: str) -> bool:
    return all(
        said in page
        for said in (
            f'value="{PROTOCOL}" checked',
            'value="2026-12-07"',
            'value="10:00"',
            'name="weekdays" value="1" checked',
        )
    )


def _robins(app: Flask) -> int:
    with app.app_context():
        return len(clinic.patients(clinic.sites()[0].id, "robin sage"))


def test_somebody_is_found_by_name_phone_and_birthday_and_the_wishes_stay(
    clinic_app: Flask, desk: Visitor
) -> None:
    patient, other = idle_patient(clinic_app), idle_patient(clinic_app, 1)
    address = f"/patients/{patient}/book/for"
    with clinic_app.app_context():
        known = clinic.patient(other)
    for wanted in (known.family_name, known.phone, known.birth_date.isoformat()):
        page = desk.send(address, {**WISHES, "whose": wanted}).text
        assert f'name="for" value="{other}"' in page, wanted
        assert _keeps_the_wishes(page)
        assert f"wanted={wanted}" not in page
    page = desk.send(address, {**WISHES, "for": other}).text
    assert f"Book a series for {known.name}" in page
    assert f'action="/patients/{other}/proposals"' in page
    assert _keeps_the_wishes(page)


def test_somebody_new_is_entered_beside_the_wishes(clinic_app: Flask, desk: Visitor) -> None:
    address = f"/patients/{idle_patient(clinic_app)}/book/for"
    answer = desk.send(address, {**WISHES, **ROBIN, "act": "enter", "key": "a key of this form"})
    assert answer.status_code == 200
    assert "Robin Sage is entered." in answer.text
    assert "Book a series for Robin Sage" in answer.text
    assert _keeps_the_wishes(answer.text)
    desk.send(address, {**WISHES, **ROBIN, "act": "enter", "key": "a key of this form"})
    assert _robins(clinic_app) == 1


def test_who_may_be_known_and_what_will_not_do_are_shown_with_the_wishes(
    clinic_app: Flask, desk: Visitor
) -> None:
    address = f"/patients/{idle_patient(clinic_app)}/book/for"
    desk.send(address, {**WISHES, **ROBIN, "act": "enter"})
    alike = desk.send(address, {**WISHES, **ROBIN, "given_name": "Rob", "act": "enter"})
    assert alike.status_code == 409
    assert "Is it somebody above?" in alike.text
    assert 'value="Rob"' in alike.text and _keeps_the_wishes(alike.text)
    wrong = desk.send(address, {**WISHES, **ROBIN, "birth_date": "2084-05-17", "act": "enter"})
    assert wrong.status_code == 422
    assert "lies in the future" in wrong.text.lower() and _keeps_the_wishes(wrong.text)
    assert _robins(clinic_app) == 1


def test_who_may_not_keep_patients_enters_nobody(clinic_app: Flask) -> None:
    therapist = visitor(clinic_app, "therapist")
    with clinic_app.app_context():
        own = [one.id for one in clinic.patients(clinic.sites()[0].id)]
    address = next(
        f"/patients/{id}/book" for id in own if therapist.get(f"/patients/{id}/book").status_code == 200
    )
    assert "A new patient" not in therapist.text(address)
    assert therapist.send(f"{address}/for", {**WISHES, **ROBIN, "act": "enter"}).status_code == 403
