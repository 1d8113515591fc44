"""What patients agreed to leaves with the export and comes in again with a clinic file, each consent with its date."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask

from scheduler.access.permissions import SYSTEM
from scheduler.booking.export_clinic import export_clinic
from scheduler.booking.import_clinic import ClinicImported, ImportClinic, ImportRefused, import_clinic
from scheduler.domain.clock import StandingClock
from scheduler.domain.contact import Category, Consent, ContactWay
from scheduler.domain.escort import Escort
from scheduler.reminders.addresses import recipient_hash
from scheduler.store.contacts import contacts_of, has_opted_out, keep_consents
from scheduler.store.escorts import keep_escort
from scheduler.store.work import unit_of_work
from tests.builders import at
from tests.databases import Filling, nothing
from tests.feeds.stored_visits import a_plain_visit, keep_clinic, keep_visits

pytestmark = pytest.mark.usefixtures("app_context")

CLOCK = StandingClock(at("2026-12-01 12:00"))
NUMBER = "+13035550142"
PATIENT: dict[str, Any] = {
    "id": "patient-9",
    "site": "site-9",
    "given_name": "Robin",
    "family_name": "Sample",
    "birth_date": "1990-02-03",
    "email": "patient-9@example.org",
    "phone": "+1 303 555 0142",
}
MESSAGES: dict[str, Any] = {
    "first": "sms",
    "consents": [
        {
            "way": "email",
            "about": "reminders",
            "given": False,
            "at": "2026-11-21T17:30:00Z",
            "by": "desk",
        },
        {"way": "sms", "about": "appointments", "given": True, "at": "2026-11-20T16:00:00Z", "by": "desk"},
    ],
    "texts_opted_out_since": "2026-11-25T19:00:00Z",
}


@pytest.fixture
def filling() -> Filling:
    """Start with nothing."""
    return nothing


def document(messages: object) -> dict[str, object]:
    """Return a clinic file with one patient and what it tells of messages."""
    site = {
        "id": "site-9",
        "name": "Cottonwood Clinic",
        "public_name": "Maple House",
        "zone": "America/Denver",
        "hours": {"mon-fri": "08:00-17:00"},
    }
    return {"format": "clinic-file/1", "sites": [site], "patients": [{**PATIENT, "messages": messages}]}


def taken(messages: object) -> ClinicImported:
    """Import it."""
    outcome = import_clinic(ImportClinic(document(messages)), SYSTEM, CLOCK)
    assert isinstance(outcome, ClinicImported), outcome
    return outcome


def exported() -> dict[str, Any]:
    """Return the export as it comes out of its JSON."""
    found: dict[str, Any] = json.loads(json.dumps(export_clinic(CLOCK)))
    return found


def test_what_a_file_tells_is_kept_and_leaves_as_it_came_in() -> None:
    taken(MESSAGES)
    facts = contacts_of("patient-9")
    number = recipient_hash(NUMBER)
    assert facts.first is ContactWay.SMS
    assert facts.consent(ContactWay.SMS, Category.APPOINTMENTS, number) is not None
    assert has_opted_out(ContactWay.SMS, number)
    assert exported()["messages"] == [{"patient": "patient-9", **MESSAGES}]
    again = taken(MESSAGES).changes
    assert (again.created, again.changed) == (0, 0)


def test_local_times_are_those_of_the_site() -> None:
    consent = {**MESSAGES["consents"][1], "at": "2026-11-20 09:00"}
    taken({"consents": [consent]})
    [kept] = contacts_of("patient-9").consents
    assert kept.at == at("2026-11-20 09:00")


def test_what_was_recorded_here_later_stays() -> None:
    taken(MESSAGES)
    later = Consent(
        "patient-9",
        ContactWay.SMS,
        Category.APPOINTMENTS,
        given=False,
        recipient_hash=recipient_hash(NUMBER),
        at=at("2026-11-30 12:00"),
        by="desk",
    )
    with unit_of_work():
        keep_consents([later], "site-9")
    taken(MESSAGES)
    assert later in contacts_of("patient-9").consents


@pytest.mark.parametrize(
    ("messages", "problem"),
    [
        ({"consents": [{**MESSAGES["consents"][1], "at": "soon"}]}, "is not a moment"),
        ({"consents": [{**MESSAGES["consents"][1], "way": "pigeon"}]}, "pigeon"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_place(messages: object, problem: str) -> None:
    outcome = import_clinic(ImportClinic(document(messages)), SYSTEM, CLOCK)
    assert isinstance(outcome, ImportRefused)
    assert any("patients[0].messages" in str(one) and problem in str(one) for one in outcome.faults)


def test_a_consent_to_no_address_and_an_opt_out_of_no_number_are_refused() -> None:
    for wanted in ({"consents": MESSAGES["consents"]}, {"texts_opted_out_since": "2026-11-25 12:00"}):
        whole = document(wanted)
        whole["patients"] = [{**PATIENT, "phone": "555-0142", "messages": wanted}]
        outcome = import_clinic(ImportClinic(whole), SYSTEM, CLOCK)
        assert isinstance(outcome, ImportRefused)
        assert [one.path for one in outcome.faults] == ["patients[0].messages"]


def test_the_export_says_of_whoever_takes_a_patient_home_by_which_ways_and_never_where(
    app_context: Flask,
) -> None:
    keep_clinic()
    keep_visits(a_plain_visit(at("2026-12-03 14:00")))
    agreed = at("2026-11-24 12:00")
    with unit_of_work():
        keep_escort(Escort("visit-1", "+1 303 555 0177", "neighbour@example.org", agreed, "desk"), "site-1")
    document = exported()
    assert document["escorts"] == [
        {
            "appointment": "visit-1",
            "ways": ["sms", "email"],
            "agreed_at": "2026-11-24T19:00:00Z",
            "agreed_by": "desk",
        }
    ]
    assert "0177" not in json.dumps(document) and "neighbour" not in json.dumps(document)
