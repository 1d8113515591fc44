"""One contract for every channel, kept against a real mail server and a real mailbox; and what only SMTP can suffer."""

from __future__ import annotations

import socket
import ssl
import stat
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import Message
from mailbox import Maildir
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session

from scheduler.config import Settings
from scheduler.domain.errors import InvalidValue
from scheduler.reminders.channels import (
    Channel,
    MaildirChannel,
    NotSent,
    Rejected,
    SmtpChannel,
    Unanswered,
    Unreachable,
    channel_for,
    mailbox_folder,
)
from scheduler.reminders.messages import Letter, VisitLine, compose
from scheduler.reminders.policy import MessageKind

NOW = datetime(2026, 12, 2, 17, tzinfo=UTC)


def a_message(reference: str = "one", recipient: str = "robin@example.org") -> Any:
    """Compose a reminder."""
    visit = VisitLine(datetime(2026, 12, 3, 17, tzinfo=UTC), "America/Denver", by_phone=False)
    letter = Letter(
        reference, MessageKind.ONE_DAY, recipient, "Maple House – Süd", "555-0100", "12 Elm St", (visit,)
    )
    return compose(letter, "office@example.org", NOW)


@dataclass
class MailServer:
    """A real SMTP server that keeps what it takes. `answers` maps a recipient to what it is answered."""

    port: int
    answers: dict[str, str] = field(default_factory=dict)
    data_answer: str = "250 OK"
    messages: list[Message] = field(default_factory=list)
    sessions: set[int] = field(default_factory=set)

    async def handle_RCPT(
        self, _server: object, _session: Session, envelope: Envelope, address: str, _options: object
    ) -> str:
        """Take or refuse a recipient."""
        answer = self.answers.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, _server: object, session: Session, envelope: Envelope) -> str:
        """Take or refuse a message."""
        self.sessions.add(id(session))
        if self.data_answer.startswith("250"):
            assert isinstance(envelope.content, bytes)
            self.messages.append(message_from_bytes(envelope.content))
        return self.data_answer


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def server() -> Iterator[MailServer]:
    """Give a mail server on this machine."""
    with serving(MailServer(free_port())) as mail:
        yield mail


@contextmanager
def serving(mail: MailServer, **options: Any) -> Iterator[MailServer]:
    """Run the server meanwhile."""
    controller = Controller(mail, hostname="127.0.0.1", port=mail.port, **options)
    controller.start()
    try:
        yield mail
    finally:
        controller.stop()


Mailbox = Callable[[], Sequence[Message]]
"""Tells what has arrived."""


@pytest.fixture(params=["smtp", "maildir"])
def channel_and_mailbox(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Channel, Mailbox]]:
    """Give each channel with what it delivers to."""
    if request.param == "maildir":
        folder = tmp_path / "var" / "mailbox"
        yield (
            MaildirChannel(folder, "office@example.org"),
            lambda: list(Maildir(folder)) if folder.exists() else [],
        )
        return
    mail: MailServer = request.getfixturevalue("server")
    channel = SmtpChannel(f"smtp://127.0.0.1:{mail.port}", "office@example.org")
    yield channel, lambda: list(mail.messages)
    channel.close()


def test_a_message_arrives_whole(channel_and_mailbox: tuple[Channel, Mailbox]) -> None:
    channel, mailbox = channel_and_mailbox
    channel.send(a_message())
    [message] = mailbox()
    assert message["Message-ID"] == "<one@example.org>"
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]
    plain = message.get_payload(0)
    assert isinstance(plain, Message)
    content = plain.get_payload(decode=True)
    assert isinstance(content, bytes)
    assert "Thursday, December 3, 2026 at 10:00 AM MST" in content.decode()
    assert "Maple House – Süd" in content.decode()


def test_messages_follow_each_other_also_after_closing(channel_and_mailbox: tuple[Channel, Mailbox]) -> None:
    channel, mailbox = channel_and_mailbox
    channel.send(a_message("one"))
    channel.send(a_message("two"))
    channel.close()
    channel.close()
    channel.send(a_message("three"))
    assert sorted(str(message["Message-ID"])[1:-13] for message in mailbox()) == ["one", "three", "two"]


def test_every_channel_is_the_same_to_the_ledger(channel_and_mailbox: tuple[Channel, Mailbox]) -> None:
    channel, _mailbox = channel_and_mailbox
    assert (channel.name, channel.sender) == ("email", "office@example.org")


def test_the_local_mailbox_is_for_its_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "var" / "mailbox"
    MaildirChannel(folder, "office@example.org").send(a_message())
    for private in (folder, folder.parent):
        assert stat.S_IMODE(private.stat().st_mode) == 0o700


def test_a_mailbox_that_cannot_be_made_is_out_of_reach(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(Unreachable, match="mailbox"):
        MaildirChannel(tmp_path / "file" / "mailbox", "office@example.org").send(a_message())


def test_messages_of_one_pass_share_a_connection(server: MailServer) -> None:
    channel = SmtpChannel(f"smtp://127.0.0.1:{server.port}", "office@example.org")
    for reference in ("one", "two", "three"):
        channel.send(a_message(reference))
    channel.close()
    assert (len(server.messages), len(server.sessions)) == (3, 1)


@pytest.mark.parametrize(
    ("answer", "failure"),
    [("550 no such user robin@example.org", Rejected), ("450 try later robin@example.org", NotSent)],
)
def test_a_refused_recipient_is_final_or_passing_by_its_code_and_the_next_message_leaves(
    server: MailServer, answer: str, failure: type[NotSent]
) -> None:
    server.answers["robin@example.org"] = answer
    channel = SmtpChannel(f"smtp://127.0.0.1:{server.port}", "office@example.org")
    with pytest.raises(NotSent) as refusal:
        channel.send(a_message())
    assert type(refusal.value) is failure
    assert answer[:3] in str(refusal.value)
    assert "robin" not in str(refusal.value)
    channel.send(a_message(recipient="sam@example.org"))
    channel.close()
    assert [message["To"] for message in server.messages] == ["sam@example.org"]


@pytest.mark.parametrize(("answer", "failure"), [("554 not wanted", Rejected), ("451 later", NotSent)])
def test_a_refused_message_is_final_or_passing_by_its_code(
    server: MailServer, answer: str, failure: type[NotSent]
) -> None:
    server.data_answer = answer
    channel = SmtpChannel(f"smtp://127.0.0.1:{server.port}", "office@example.org")
    with pytest.raises(NotSent) as refusal:
        channel.send(a_message())
    assert type(refusal.value) is failure
    channel.close()


def test_an_address_with_letters_that_the_server_cannot_take_is_refused_for_good_and_the_next_leaves() -> (
    None
):
    mail = MailServer(free_port())
    channel = SmtpChannel(f"smtp://127.0.0.1:{mail.port}", "office@example.org")
    with serving(mail, enable_SMTPUTF8=False):
        with pytest.raises(Rejected, match="letters"):
            channel.send(a_message(recipient="robin@bücher.example"))
        channel.send(a_message(recipient="sam@example.org"))
        channel.close()
    assert [message["To"] for message in mail.messages] == ["sam@example.org"]


def test_a_server_that_is_not_there_is_out_of_reach() -> None:
    with pytest.raises(Unreachable):
        SmtpChannel(f"smtp://127.0.0.1:{free_port()}", "office@example.org").send(a_message())


def test_a_server_that_hangs_up_in_the_middle_leaves_unknown_whether_it_took_the_message(
    server: MailServer,
) -> None:
    channel = SmtpChannel(f"smtp://127.0.0.1:{server.port}", "office@example.org")
    channel.send(a_message("one"))
    assert channel._connection is not None and channel._connection.sock is not None
    channel._connection.sock.shutdown(socket.SHUT_RDWR)
    with pytest.raises(Unanswered):
        channel.send(a_message("two"))
    channel.send(a_message("three"))
    channel.close()
    assert len(server.messages) == 2


def test_a_server_that_was_restarted_is_reached_again() -> None:
    mail = MailServer(free_port())
    channel = SmtpChannel(f"smtp://127.0.0.1:{mail.port}", "office@example.org")
    for reference in ("one", "two"):
        with serving(mail):
            try:
                channel.send(a_message(reference))
            except NotSent:
                # The old connection had gone; the next try opens a new one.
                channel.send(a_message(reference))
    channel.close()
    assert len(mail.messages) == 2


@pytest.mark.parametrize("option", ["starttls=1", "starttls=True", "starttls"])
def test_nothing_is_sent_in_the_open_when_tls_was_asked_for(server: MailServer, option: str) -> None:
    channel = SmtpChannel(f"smtp://127.0.0.1:{server.port}?{option}", "office@example.org")
    with pytest.raises(Unreachable, match="STARTTLS"):
        channel.send(a_message())
    assert not server.messages


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Give a key and a certificate for `localhost` that only the tests trust."""
    folder = tmp_path_factory.mktemp("tls")
    key, proof = folder / "key.pem", folder / "certificate.pem"
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *subject]
    try:
        subprocess.run([*command, "-keyout", key, "-out", proof], check=True, capture_output=True)
    except FileNotFoundError:
        pytest.fail("openssl is missing; install it (Debian: apt-get install openssl)")
    return key, proof


def server_context(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    """Return the TLS of the server."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate[1], certificate[0])
    return context


def sign_in(
    _server: object, _session: object, _envelope: object, _mechanism: object, given: object
) -> AuthResult:
    """Let one account in."""
    wanted = LoginPassword(b"office@maple.example", b"p@ss/word")
    return AuthResult(success=given == wanted, handled=False)


def test_tls_and_sign_in_by_the_address_alone(
    certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[1]))
    mail = MailServer(free_port())
    options = {"tls_context": server_context(certificate), "authenticator": sign_in, "auth_required": True}
    host = f"office%40maple.example:p%40ss%2Fword@localhost:{mail.port}"
    channel = SmtpChannel(f"smtp://{host}?starttls=1", "appointments@localhost")
    stranger = SmtpChannel(f"smtp://{host.replace('word', 'wrong')}?starttls=1", "appointments@localhost")
    assert channel.sender == "office@maple.example"
    with serving(mail, **options):
        channel.send(a_message())
        channel.close()
        with pytest.raises(Unreachable, match="sign-in"):
            stranger.send(a_message())
    assert len(mail.messages) == 1


def test_a_server_whose_certificate_nobody_trusts_gets_nothing(certificate: tuple[Path, Path]) -> None:
    mail = MailServer(free_port())
    channel = SmtpChannel(f"smtp://localhost:{mail.port}?starttls=1", "office@example.org")
    with serving(mail, tls_context=server_context(certificate)), pytest.raises(Unreachable):
        channel.send(a_message())
    assert not mail.messages


@pytest.mark.parametrize(
    "url",
    [
        *("http://example.org", "smtp://", "smtp://host:none", "smtp://host:99999"),
        *(
            "smtp://host?startls=1",
            "smtp://host?starttls=on+top",
            "smtp://host?from=nobody",
            "smtp://host?from=",
        ),
    ],
)
def test_a_faulty_address_is_told_without_repeating_it(url: str) -> None:
    with pytest.raises(InvalidValue, match="SMTP_URL"):
        SmtpChannel(url, "office@example.org")


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
    channel.send(a_message())
    assert len(Maildir(mailbox_folder(settings))) == 1


def test_with_a_mail_server_the_sender_may_be_named(tmp_path: Path) -> None:
    settings = Settings(
        "sqlite:////nowhere", tmp_path, "secret", smtp_url="smtp://host?from=office+visits@maple.example"
    )
    channel = channel_for(settings)
    assert isinstance(channel, SmtpChannel)
    assert channel.sender == "office+visits@maple.example"
