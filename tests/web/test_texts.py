"""What the provider of texts hands over: heeded when it is signed, and by nobody else."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from scheduler.booking.take_answer import TakeReply, take_reply
from scheduler.domain.answers import Answer
from scheduler.domain.clock import StandingClock
from scheduler.reminders.addresses import recipient_hash
from scheduler.reminders.provider_signature import signature_of
from scheduler.store.contacts import has_opted_out
from tests.web.small_clinic import booked_series, visitor

if TYPE_CHECKING:
    from flask import Flask

TOKEN = "secret/token"
PUBLIC = "https://visits.example.org"
STOP = {"MessageSid": "SM1", "From": "+13035550142", "Body": "STOP"}


@pytest.fixture
def texting(app: Flask, standing_clock: StandingClock) -> Flask:
    """Give the application with a provider of texts."""
    app.extensions["trellis_settings"] = replace(
        app.extensions["trellis_settings"],
        sms_url="twilio://AC1:secret%2Ftoken@api.twilio.com?from=+13035550100",
        public_url=PUBLIC,
    )
    return app


def test_the_signature_is_the_one_that_the_provider_publishes_as_its_example() -> None:
    form = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+14158675309",
        "Digits": "1234",
        "From": "+14158675309",
        "To": "+18005551212",
    }
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    assert signature_of("12345", url, form.items()) == "RSOYDt4T1cUTdK1PDd93/VVr8B8="


def test_a_signed_opt_out_is_heeded_on_both_databases(texting: Flask) -> None:
    signature = signature_of(TOKEN, f"{PUBLIC}/m", STOP.items())
    answer = texting.test_client().post("/m", data=STOP, headers={"X-Twilio-Signature": signature})
    assert (answer.status_code, answer.mimetype) == (200, "text/xml")
    assert "<Message" not in answer.text
    with texting.app_context():
        assert has_opted_out("sms", recipient_hash("+13035550142"))


@pytest.mark.parametrize("path", ["/m", "/m/abc"])
@pytest.mark.parametrize("signature", ["", "RSOYDt4T1cUTdK1PDd93/VVr8B8=", "ü"])
def test_what_is_not_signed_is_refused(texting: Flask, path: str, signature: str) -> None:
    answer = texting.test_client().post(path, data=STOP, headers={"X-Twilio-Signature": signature})
    assert answer.status_code == 403
    with texting.app_context():
        assert not has_opted_out("sms", recipient_hash("+13035550142"))


def test_a_signature_of_another_address_or_form_is_refused(texting: Flask) -> None:
    client = texting.test_client()
    elsewhere = signature_of(TOKEN, f"{PUBLIC}/m/abc", STOP.items())
    otherwise = signature_of(TOKEN, f"{PUBLIC}/m", {**STOP, "Body": "START"}.items())
    for signature in (elsewhere, otherwise):
        assert client.post("/m", data=STOP, headers={"X-Twilio-Signature": signature}).status_code == 403


def test_a_signed_status_is_taken(texting: Flask) -> None:
    form = {"MessageStatus": "undelivered", "ErrorCode": "30003"}
    signature = signature_of(TOKEN, f"{PUBLIC}/m/abc", form.items())
    answer = texting.test_client().post("/m/abc", data=form, headers={"X-Twilio-Signature": signature})
    assert answer.status_code == 204


def test_without_a_provider_there_is_nothing_here(app: Flask) -> None:
    for path in ("/m", "/m/abc"):
        assert app.test_client().post(path, data=STOP).status_code == 404


@pytest.mark.usefixtures("with_clinic")
def test_the_page_of_a_visit_says_that_it_was_confirmed_by_text(
    app: Flask, standing_clock: StandingClock
) -> None:
    visit = next(visit for visit in booked_series(app)[0].standing if visit.start > standing_clock.now())
    with app.app_context():
        take_reply(TakeReply(visit.id, visit.start, 0, Answer.ACCEPTED), standing_clock)
    assert "by the patient, by text" in visitor(app, "desk").client.get(f"/visits/{visit.id}").text
