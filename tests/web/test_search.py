"""One box for everything, each role finding what it may see."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from scheduler.domain.series import Series
from scheduler.store import clinic
from scheduler.store.glances import PatientSearch, patient_lines
from tests.web.small_clinic import NOW, Visitor

if TYPE_CHECKING:
    from flask import Flask


def found(one: Visitor, wanted: str) -> str:
    answer = one.send("/search", {"wanted": wanted})
    assert answer.status_code == 200, answer.headers
    return answer.text


def opened(one: Visitor, wanted: str) -> str:
    answer = one.send("/search", {"wanted": wanted})
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def test_the_box_is_on_every_page_and_what_is_asked_is_in_no_address(desk: Visitor) -> None:
    page = desk.text("/rules")
    assert 'method="post" action="/search"' in page
    assert desk.get("/search?wanted=ashdown").status_code == 200
    assert "ashdown" not in desk.text("/search?wanted=ashdown").casefold()


def test_a_patient_is_found_by_name_phone_and_birthday_and_opened_at_once(
    clinic_app: Flask, desk: Visitor
) -> None:
    with clinic_app.app_context():
        one = patient_lines(PatientSearch(clinic.sites()[0].id), NOW)[0]
    digits = "".join(letter for letter in one.phone if letter.isdigit())
    for wanted in (
        f"{one.given_name} {one.family_name}".upper(),
        digits,
        f"{one.birth_date} {one.family_name}",
    ):
        assert opened(desk, wanted) == f"/patients/{one.id}"


@pytest.mark.parametrize(
    ("wanted", "address"),
    [
        ("2026-12-03", "/day/2026-12-03"),
        ("GATE-7", "/rules#GATE-7"),
        ("reports", "/insights"),
    ],
)
def test_days_rules_and_pages_are_found(
    signed_in: Callable[[str], Visitor], wanted: str, address: str
) -> None:
    assert opened(signed_in("admin"), wanted) == address


def test_people_and_rooms_are_found_by_whoever_may_see_them(
    clinic_app: Flask, signed_in: Callable[[str], Visitor]
) -> None:
    with clinic_app.app_context():
        site = clinic.sites()[0].id
        person, room = clinic.staff(site)[0], clinic.rooms(site)[0]
    assert opened(signed_in("desk"), person.name) == f"/staff/{person.id}"
    assert "Nothing matches" in found(signed_in("nurse"), f"{person.name} {room.name}")


def test_a_therapist_finds_own_patients_alone(
    clinic_app: Flask, signed_in: Callable[[str], Visitor], series: Series
) -> None:
    with clinic_app.app_context():
        lines = patient_lines(PatientSearch(clinic.sites()[0].id), NOW)
        own = clinic.patient(series.patient)
    other = next(one for one in lines if one.next_visit is None)
    assert opened(signed_in("therapist"), own.name) == f"/patients/{own.id}"
    assert "Nothing matches" in found(signed_in("therapist"), other.name)


def test_nothing_found_and_nothing_asked_say_so(desk: Visitor) -> None:
    assert "Nothing matches" in found(desk, "zzzz")
    assert "Nothing matches" in found(desk, "  ")
    assert "a further word finds the right one" in found(desk, "a")
    assert desk.send("/search", {"wanted": "x" * 500}).status_code == 422
