"""What patients choose on their own pages: kept as consent of their own, in force at once, and nothing by looking."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from scheduler.domain.clock import StandingClock
from scheduler.domain.contact import Category, ContactWay
from scheduler.domain.urgent_help import UrgentHelp
from scheduler.reminders.addresses import recipient_hash
from scheduler.reminders.own_choices import BY_LINK, MOST_ADDRESSES
from scheduler.store import clinic, contacts
from scheduler.store.audit import history
from scheduler.store.subscriptions import SubscriptionKind, subscriptions_of
from scheduler.store.work import unit_of_work
from tests.builders import a_patient
from tests.feeds.privacy import assert_gives_nothing_away
from tests.feeds.stored_visits import BOOKED_AT, keep_clinic, keep_series
from tests.web.own_visitor import come_in, seal_on
from tests.web.test_links import everything_stored, sent_link

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

PATIENT = a_patient(email="rs@example.org", phone="+1 303 555 0142")
NUMBER = "+13035550142"
KEY = re.compile(r'name="key" value="([0-9a-f]+)"')


@pytest.fixture
def standing_clock() -> StandingClock:
    """Give a clock that stands at the instant of the booking."""
    return StandingClock(BOOKED_AT)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Give a browser that has the patient's pages open."""
    with app.app_context():
        keep_clinic([PATIENT], urgent_help=(UrgentHelp("Help line", "112"),))
        keep_series()
    one = app.test_client()
    come_in(one, sent_link(app))
    return one


def test_consent_is_kept_as_the_patients_own(app: Flask, client: FlaskClient) -> None:
    page = client.get("/own/choices").text
    for said in (
        "By e-mail to rs@example.org",
        f"By text message to {NUMBER}",
        "Help line",
        'value="email-reminders" checked',
    ):
        assert said in page
    assert 'value="sms-appointments" checked' not in page
    wanted = ["email-appointments", "sms-appointments", "sms-reminders"]
    form = {"seal": seal_on(page), "wanted": wanted, "first": "sms", "language": "es"}
    assert client.post("/own/choices", data=form).headers["Location"].startswith("/own/choices?saved")
    with app.app_context():
        facts = contacts.contacts_of(PATIENT.id)
        assert clinic.patient(PATIENT.id).language == "es"
        entries = history("patient", PATIENT.id)
    assert facts.first is ContactWay.SMS
    texts = facts.consent(ContactWay.SMS, Category.REMINDERS, recipient_hash(NUMBER))
    mails = facts.consent(ContactWay.EMAIL, Category.REMINDERS, recipient_hash(PATIENT.email))
    assert texts is not None and (texts.given, texts.by, texts.at) == (True, BY_LINK, BOOKED_AT)
    assert mails is not None and (mails.given, mails.by) == (False, BY_LINK)
    assert (entries[-1].verb, entries[-1].actor) == ("record_contact", BY_LINK)
    saved = client.get("/own/choices?saved=").text
    assert "Hemos guardado su elección." in saved and 'value="sms-reminders" checked' in saved


def test_what_was_stopped_by_text_is_said(app: Flask, client: FlaskClient) -> None:
    with app.app_context(), unit_of_work():
        contacts.opt_out("sms", recipient_hash(NUMBER), BOOKED_AT)
    assert "Text START to us to receive them again." in client.get("/own/choices").text


def test_nonsense_and_forms_without_a_seal_change_nothing(app: Flask, client: FlaskClient) -> None:
    before = everything_stored(app)
    page = client.get("/own/choices").text
    sound = {"seal": seal_on(page), "wanted": ["email-reminders"], "first": "email", "language": "en"}
    for wrong in ({"wanted": ["fax-reminders"]}, {"first": "fax"}, {"language": "xx"}, {"seal": "0" * 32}):
        assert client.post("/own/choices", data={**sound, **wrong}).status_code == 400
    assert client.post("/own/calendar", data={"key": "12345678"}).status_code == 400
    assert everything_stored(app) == before


def test_a_calendar_address_is_shown_once_and_a_few_are_enough(app: Flask, client: FlaskClient) -> None:
    page = client.get("/own/choices").text
    [key] = KEY.findall(page)
    form = {"seal": seal_on(page), "key": key}
    made = client.post("/own/calendar", data=form).text
    found = re.search(r"<code>https?://[^/]+(/feeds/[^<]+\.ics)</code>", made)
    assert found and 'href="webcal://' in made
    feed = client.get(found.group(1))
    assert feed.status_code == 200
    assert_gives_nothing_away(feed.data)
    assert "is shown only once" in client.post("/own/calendar", data=form).text
    for number in range(MOST_ADDRESSES - 1):
        client.post("/own/calendar", data={**form, "key": f"another-{number}"})
    assert (
        "Please call us if you need another."
        in client.post("/own/calendar", data={**form, "key": "one-too-many"}).text
    )
    with app.app_context():
        assert len(subscriptions_of(SubscriptionKind.PATIENT, PATIENT.id)) == MOST_ADDRESSES


def test_without_an_address_nothing_is_offered_by_that_way(app: Flask) -> None:
    with app.app_context():
        keep_clinic([a_patient(email="rs@example.org", phone="555")])
        keep_series()
    client = app.test_client()
    come_in(client, sent_link(app))
    page = client.get("/own/choices").text
    assert "We have no mobile number of yours" in page and 'name="first"' not in page
    form = {"seal": seal_on(page), "wanted": ["email-appointments", "sms-appointments"], "language": "en"}
    assert client.post("/own/choices", data=form).status_code == 303
    with app.app_context():
        facts = contacts.contacts_of(PATIENT.id)
        assert clinic.patient(PATIENT.id).language is None
    assert {(one.way, one.given) for one in facts.consents} == {(ContactWay.EMAIL, False)}
