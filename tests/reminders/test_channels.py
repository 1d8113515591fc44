"""One contract for every channel, kept against what it really delivers to: a mail server, a mailbox, a provider of texts and
a folder.
"""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from email.message import Message
from mailbox import Maildir
from pathlib import Path

import pytest

from scheduler.config import Settings
from scheduler.domain.errors import InvalidValue
from scheduler.reminders.channel_choice import channel_for, mailbox_folder
from scheduler.reminders.channels import Channel, NotSent, Unreachable
from scheduler.reminders.maildir_channel import MaildirChannel
from scheduler.reminders.messages import Letter
from scheduler.reminders.sms_channel import SmsChannel
from scheduler.reminders.sms_folder_channel import SmsFolderChannel
from scheduler.reminders.smtp_channel import SmtpChannel
from tests.reminders.mail_server import NOW, MailServer, a_letter, free_port, serving
from tests.reminders.sms_server import SmsServer, texting


@dataclass
class Way:
    """A channel, a message for it, what tells the words of all that arrived, and what stands where nobody takes any."""

    channel: Channel
    letter: Letter
    arrived: Callable[[], Sequence[str]]
    nowhere: Channel


def plain_text(message: Message) -> str:
    """Return the words of a mail."""
    part = next(part for part in message.walk() if part.get_content_type() == "text/plain")
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content.decode()


def by_maildir(folder: Path) -> Iterator[Way]:
    """Give the local mailbox."""
    mailbox = folder / "var" / "mailbox"
    (folder / "file").write_text("in the way")
    yield Way(
        MaildirChannel(mailbox, "office@example.org"),
        a_letter(),
        lambda: [plain_text(message) for message in Maildir(mailbox)] if mailbox.exists() else [],
        MaildirChannel(folder / "file" / "mailbox", "office@example.org"),
    )


def by_smtp(_folder: Path) -> Iterator[Way]:
    """Give a mail server."""
    with serving(MailServer(free_port())) as server:
        channel = SmtpChannel(f"smtp://127.0.0.1:{server.port}", "office@example.org")
        nowhere = SmtpChannel(f"smtp://127.0.0.1:{free_port()}", "office@example.org")
        yield Way(channel, a_letter(), lambda: [plain_text(message) for message in server.messages], nowhere)
        channel.close()


def by_provider(_folder: Path) -> Iterator[Way]:
    """Give a provider of texts."""
    with texting(SmsServer()) as server:
        yield Way(
            SmsChannel(server.url),
            replace(a_letter(), recipient="+1 303 555 0142"),
            lambda: [text["Body"] for text in server.taken],
            SmsChannel(SmsServer(port=free_port()).url),
        )


def by_folder(folder: Path) -> Iterator[Way]:
    """Give the local folder of texts."""
    texts = folder / "var" / "texts"
    (folder / "file").write_text("in the way")
    yield Way(
        SmsFolderChannel(texts),
        replace(a_letter(), recipient="+1 303 555 0142"),
        lambda: [text.read_text() for text in texts.iterdir()] if texts.exists() else [],
        SmsFolderChannel(folder / "file" / "texts"),
    )


NAMES = {by_smtp: "email", by_maildir: "email", by_provider: "sms", by_folder: "sms"}


@pytest.fixture(params=NAMES, ids=["smtp", "maildir", "provider", "folder"])
def way(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Way]:
    """Give each way for messages to leave, with what it delivers to."""
    yield from request.param(tmp_path)


def test_a_message_arrives_with_its_name_and_time(way: Way) -> None:
    way.channel.send(way.letter, NOW)
    [words] = way.arrived()
    assert words.count("Maple House") == 1
    assert "Dec" in words and "10:00 AM MST" in words


def test_messages_follow_each_other_also_after_closing(way: Way) -> None:
    way.channel.send(way.letter, NOW)
    way.channel.send(replace(way.letter, reference="two"), NOW)
    way.channel.close()
    way.channel.close()
    way.channel.send(replace(way.letter, reference="three"), NOW)
    assert len(way.arrived()) == 3


def test_what_is_no_address_is_refused_without_repeating_it(way: Way) -> None:
    with pytest.raises(InvalidValue) as refusal:
        way.channel.send(replace(way.letter, recipient="robin.at home"), NOW)
    assert "robin" not in str(refusal.value)
    assert not way.arrived()
    way.channel.send(way.letter, NOW)
    assert len(way.arrived()) == 1, "the next one leaves"


def test_where_nobody_takes_messages_all_fare_alike(way: Way) -> None:
    with pytest.raises(Unreachable) as failure:
        way.nowhere.send(way.letter, NOW)
    assert way.letter.recipient not in str(failure.value)
    assert isinstance(failure.value, NotSent)


def test_the_ledger_knows_two_ways_to_the_same_inbox_by_one_name(
    way: Way, request: pytest.FixtureRequest
) -> None:
    given = request.node.callspec.params["way"]
    assert way.channel.name == NAMES[given]


def test_a_mail_arrives_whole(tmp_path: Path) -> None:
    MaildirChannel(tmp_path / "mailbox", "office@example.org").send(a_letter(), NOW)
    [message] = Maildir(tmp_path / "mailbox", create=False)
    assert message["Message-ID"] == "<one@example.org>"
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]
    assert "Thursday, December 3, 2026 at 10:00 AM MST" in plain_text(message)
    assert "Maple House – Süd" in plain_text(message)


def test_the_local_mailbox_is_for_its_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "var" / "mailbox"
    MaildirChannel(folder, "office@example.org").send(a_letter(), NOW)
    for private in (folder, folder.parent):
        assert stat.S_IMODE(private.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    ("public_url", "sender"),
    [
        ("https://visits.example.org", "appointments@visits.example.org"),
        ("http://127.0.0.1:8000", "appointments@localhost"),
        ("http://[::1]:8000", "appointments@localhost"),
    ],
)
def test_without_a_mail_server_messages_go_to_the_local_mailbox(
    tmp_path: Path, public_url: str, sender: str
) -> None:
    settings = Settings("sqlite:////nowhere", tmp_path, "secret", public_url=public_url)
    channel = channel_for(settings)
    assert isinstance(channel, MaildirChannel)
    assert channel.sender == sender
    channel.send(a_letter(), NOW)
    assert len(Maildir(mailbox_folder(settings))) == 1


def test_with_a_mail_server_the_sender_may_be_named(tmp_path: Path) -> None:
    settings = Settings(
        "sqlite:////nowhere", tmp_path, "secret", smtp_url="smtp://host?from=office+visits@maple.example"
    )
    channel = channel_for(settings)
    assert isinstance(channel, SmtpChannel)
    assert channel.sender == "office+visits@maple.example"
