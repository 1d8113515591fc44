"""What only a mail server can do to a message: refuse it, hang up, want TLS and a sign-in."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword

from scheduler.domain.errors import InvalidValue
from scheduler.reminders.channels import NotSent, Rejected, Unanswered, Unreachable
from scheduler.reminders.smtp_channel import SmtpChannel
from tests.reminders.mail_server import NOW, MailServer, a_letter, free_port, serving
from tests.reminders.own_certificate import OwnCertificate, own_certificate


@pytest.fixture
def server() -> Iterator[MailServer]:
    """Give a mail server on this machine."""
    with serving(MailServer(free_port())) as mail:
        yield mail


def test_messages_of_one_pass_share_a_connection(server: MailServer) -> None:
    channel = SmtpChannel(f"smtp://127.0.0.1:{server.port}", "office@example.org")
    for reference in ("one", "two", "three"):
        channel.send(a_letter(reference), NOW)
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
        channel.send(a_letter(), NOW)
    assert type(refusal.value) is failure
    assert answer[:3] in str(refusal.value)
    assert "robin" not in str(refusal.value)
    channel.send(a_letter(recipient="sam@example.org"), NOW)
    channel.close()
    assert [message["To"] for message in server.messages] == ["sam@example.org"]


@pytest.mark.parametrize(("answer", "failure"), [("554 not wanted", Rejected), ("451 later", NotSent)])
def test_a_refused_message_is_final_or_passing_by_its_code(
    server: MailServer, answer: str, failure: type[NotSent]
) -> None:
    server.data_answer = answer
    channel = SmtpChannel(f"smtp://127.0.0.1:{server.port}", "office@example.org")
    with pytest.raises(NotSent) as refusal:
        channel.send(a_letter(), NOW)
    assert type(refusal.value) is failure
    channel.close()


def test_an_address_with_letters_that_the_server_cannot_take_is_refused_for_good_and_the_next_leaves() -> (
    None
):
    mail = MailServer(free_port())
    channel = SmtpChannel(f"smtp://127.0.0.1:{mail.port}", "office@example.org")
    with serving(mail, enable_SMTPUTF8=False):
        with pytest.raises(Rejected, match="letters"):
            channel.send(a_letter(recipient="robin@bücher.example"), NOW)
        channel.send(a_letter(recipient="sam@example.org"), NOW)
        channel.close()
    assert [message["To"] for message in mail.messages] == ["sam@example.org"]


def test_messages_are_given_back_to_the_address_that_is_chosen_for_it_or_to_the_sender(
    server: MailServer,
) -> None:
    for chosen in ("?bounces=returned+mail@example.org", ""):
        channel = SmtpChannel(f"smtp://127.0.0.1:{server.port}{chosen}", "office@example.org")
        channel.send(a_letter(), NOW)
        channel.close()
    assert server.senders == ["returned+mail@example.org", "office@example.org"]
    assert {str(message["From"]).partition("<")[2] for message in server.messages} == {"office@example.org>"}
    with pytest.raises(InvalidValue, match="write bounces=name@host"):
        SmtpChannel("smtp://127.0.0.1?bounces=nowhere", "office@example.org")


def test_a_server_that_is_not_there_is_out_of_reach() -> None:
    with pytest.raises(Unreachable):
        SmtpChannel(f"smtp://127.0.0.1:{free_port()}", "office@example.org").send(a_letter(), NOW)


def test_a_server_that_hangs_up_in_the_middle_leaves_unknown_whether_it_took_the_message(
    server: MailServer,
) -> None:
    channel = SmtpChannel(f"smtp://127.0.0.1:{server.port}", "office@example.org")
    channel.send(a_letter("one"), NOW)
    assert channel._connection is not None and channel._connection.sock is not None
    channel._connection.sock.shutdown(socket.SHUT_RDWR)
    with pytest.raises(Unanswered):
        channel.send(a_letter("two"), NOW)
    channel.send(a_letter("three"), NOW)
    channel.close()
    assert len(server.messages) == 2


def test_a_server_that_was_restarted_is_reached_again() -> None:
    mail = MailServer(free_port())
    channel = SmtpChannel(f"smtp://127.0.0.1:{mail.port}", "office@example.org")
    for reference in ("one", "two"):
        with serving(mail):
            try:
                channel.send(a_letter(reference), NOW)
            except NotSent:
                # The old connection had gone; the next try opens a new one.
                channel.send(a_letter(reference), NOW)
    channel.close()
    assert len(mail.messages) == 2


@pytest.mark.parametrize("option", ["starttls=1", "starttls=True", "starttls"])
def test_nothing_is_sent_in_the_open_when_tls_was_asked_for(server: MailServer, option: str) -> None:
    channel = SmtpChannel(f"smtp://127.0.0.1:{server.port}?{option}", "office@example.org")
    with pytest.raises(Unreachable, match="STARTTLS"):
        channel.send(a_letter(), NOW)
    assert not server.messages


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> OwnCertificate:
    """Give a certificate for `localhost` that only the tests trust."""
    return own_certificate(tmp_path_factory.mktemp("tls"))


def sign_in(
    _server: object, _session: object, _envelope: object, _mechanism: object, given: object
) -> AuthResult:
    """Let one account in."""
    wanted = LoginPassword(b"office@maple.example", b"p@ss/word")
    return AuthResult(success=given == wanted, handled=False)


def test_tls_and_sign_in_by_the_address_alone(
    certificate: OwnCertificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.proof))
    mail = MailServer(free_port())
    options = {"tls_context": certificate.server_context(), "authenticator": sign_in, "auth_required": True}
    host = f"office%40maple.example:p%40ss%2Fword@localhost:{mail.port}"
    channel = SmtpChannel(f"smtp://{host}?starttls=1", "appointments@localhost")
    stranger = SmtpChannel(f"smtp://{host.replace('word', 'wrong')}?starttls=1", "appointments@localhost")
    assert channel.sender == "office@maple.example"
    with serving(mail, **options):
        channel.send(a_letter(), NOW)
        channel.close()
        with pytest.raises(Unreachable, match="sign-in"):
            stranger.send(a_letter(), NOW)
    assert len(mail.messages) == 1


def test_a_server_whose_certificate_nobody_trusts_gets_nothing(certificate: OwnCertificate) -> None:
    mail = MailServer(free_port())
    channel = SmtpChannel(f"smtp://localhost:{mail.port}?starttls=1", "office@example.org")
    with serving(mail, tls_context=certificate.server_context()), pytest.raises(Unreachable):
        channel.send(a_letter(), NOW)
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
