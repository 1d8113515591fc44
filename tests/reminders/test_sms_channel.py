"""What only a provider of texts can do to a message, and where texts go without one."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from scheduler.config import Settings
from scheduler.domain.errors import InvalidValue
from scheduler.reminders.channel_choice import channels_for, sms_channel_for, texts_folder
from scheduler.reminders.channels import NotSent, OptedOut, Rejected, Unanswered, Unreachable
from scheduler.reminders.phone_numbers import text_number
from scheduler.reminders.sms_channel import SmsChannel
from scheduler.reminders.sms_folder_channel import SmsFolderChannel
from tests.reminders.mail_server import NOW, a_letter
from tests.reminders.sms_server import SENDER, SmsServer, texting

NUMBER = "+13035550142"
LETTER = replace(a_letter(), recipient="+1 (303) 555-0142")


@pytest.fixture
def server() -> Iterator[SmsServer]:
    """Give a provider on this machine."""
    with texting(SmsServer()) as sms:
        yield sms


def test_a_text_is_one_request_that_says_where_to_tell_what_became_of_it(server: SmsServer) -> None:
    SmsChannel(server.url, "https://visits.example.org/m/").send(LETTER, NOW)
    [text] = server.taken
    assert (text["To"], text["From"]) == (NUMBER, SENDER)
    assert text["StatusCallback"] == "https://visits.example.org/m/one"
    assert server.asked == ["/2010-04-01/Accounts/AC0001/Messages.json"]


@pytest.mark.parametrize(
    ("answer", "failure", "words"),
    [
        ((400, 21610), OptedOut, "START"),
        ((400, 21211), Rejected, "another one, or write by e-mail"),
        ((400, 21614), Rejected, "another one, or write by e-mail"),
        ((400, 99999), Rejected, "99999"),
        ((429, 20429), Unreachable, "429"),
        ((500, 0), Unreachable, "500"),
        ((503, 0), Unreachable, "503"),
        ((504, 0), Unanswered, "504"),
        ((401, 20003), Unreachable, "sign-in"),
    ],
)
def test_a_refusal_is_final_or_passing_by_what_the_provider_says(
    server: SmsServer, answer: tuple[int, int], failure: type[NotSent], words: str
) -> None:
    server.answers[NUMBER] = answer
    with pytest.raises(NotSent, match=words) as refusal:
        SmsChannel(server.url).send(LETTER, NOW)
    assert type(refusal.value) is failure
    assert NUMBER not in str(refusal.value)
    assert not server.taken


def test_a_provider_that_falls_silent_leaves_unknown_whether_it_took_the_message(server: SmsServer) -> None:
    server.silent.add(NUMBER)
    with pytest.raises(Unanswered):
        SmsChannel(server.url).send(LETTER, NOW)
    assert len(server.taken) == 1


def test_a_wrong_token_is_told_as_that(server: SmsServer) -> None:
    with pytest.raises(Unreachable, match="sign-in"):
        SmsChannel(server.url.replace("secret", "other")).send(LETTER, NOW)


@pytest.mark.parametrize(
    "url",
    [
        "https://api.twilio.com",
        "twilio://api.twilio.com?from=+13035550100",
        "twilio://AC1@api.twilio.com?from=+13035550100",
        "twilio://AC1:hidden@api.twilio.com",
        "twilio://AC1:hidden@api.twilio.com?from=555-0100",
        "twilio://AC1:hidden@api.twilio.com:port?from=+13035550100",
        "twilio://AC1:hidden@api.twilio.com?from=+13035550100&loud=1",
        "twilio+http://AC1:hidden@api.twilio.com?from=+13035550100",
    ],
)
def test_a_faulty_address_is_told_without_repeating_it(url: str) -> None:
    with pytest.raises(InvalidValue, match="SMS_URL") as fault:
        SmsChannel(url)
    assert "hidden" not in str(fault.value)


def test_without_a_provider_texts_go_to_a_local_folder_for_its_owner_alone(tmp_path: Path) -> None:
    settings = Settings("sqlite:////nowhere", tmp_path / "var", "secret")
    channel = sms_channel_for(settings)
    assert isinstance(channel, SmsFolderChannel)
    channel.send(LETTER, NOW)
    channel.send(LETTER, NOW)
    [text] = texts_folder(settings).iterdir()
    assert stat.S_IMODE(text.stat().st_mode) == 0o600
    assert stat.S_IMODE(texts_folder(settings).stat().st_mode) == 0o700
    assert text.read_text().startswith(f"To: {NUMBER}\n")


@pytest.mark.parametrize(
    ("public_url", "told_at"),
    [("https://visits.example.org", "https://visits.example.org/m/one"), ("http://127.0.0.1:8000", None)],
)
def test_with_a_provider_it_tells_what_became_of_a_text_where_it_can(
    tmp_path: Path, server: SmsServer, public_url: str, told_at: str | None
) -> None:
    settings = Settings("sqlite:////nowhere", tmp_path, "secret", sms_url=server.url, public_url=public_url)
    mail, texts = channels_for(settings)
    assert (mail.name, texts.name) == ("email", "sms")
    texts.send(LETTER, NOW)
    assert server.taken[0].get("StatusCallback") == told_at


@pytest.mark.parametrize("written", ["+1 303 555 0142", "+1 (303) 555-0142", " +1.303.555.0142 "])
def test_a_number_is_read_however_it_is_written(written: str) -> None:
    assert text_number(written) == NUMBER


@pytest.mark.parametrize(
    "written", ["", "555-0142", "303 555 0142", "+1", "+0 303 555 0142", "+1 303 call me"]
)
def test_a_number_is_never_guessed(written: str) -> None:
    with pytest.raises(InvalidValue, match="country code"):
        text_number(written)
