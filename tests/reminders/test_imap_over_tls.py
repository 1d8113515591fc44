"""A mailbox with imaps:// is read when its server proves who it is; the password goes to no other."""

from __future__ import annotations

from pathlib import Path

import pytest

from scheduler.domain.clock import StandingClock
from scheduler.reminders.answers import read_answers
from scheduler.reminders.letterboxes import Unreadable, letterbox_for
from tests.feeds.stored_visits import BOOKED_AT
from tests.reminders.imap_server import Box, serving_imap
from tests.reminders.own_certificate import OwnCertificate, own_certificate

pytestmark = pytest.mark.usefixtures("app_context")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> OwnCertificate:
    """Give a certificate for `localhost`."""
    return own_certificate(tmp_path_factory.mktemp("tls"))


def a_box() -> Box:
    """Return a mailbox with a note that is no answer."""
    box = Box()
    box.take(b"From: rs@example.org\r\nSubject: Away\r\n\r\nI am away.\r\n")
    return box


def test_a_server_that_is_trusted_is_read_over_tls(
    certificate: OwnCertificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.proof))
    box = a_box()
    with serving_imap(box, certificate.server_context()) as url:
        assert url.startswith("imaps://")
        assert read_answers(letterbox_for(url), StandingClock(BOOKED_AT)) == {"no_answer": 1}
        assert read_answers(letterbox_for(url), StandingClock(BOOKED_AT)) == {}
    assert "LOGIN" in box.asked


def test_a_server_that_nobody_vouches_for_is_told_no_password(certificate: OwnCertificate) -> None:
    box = a_box()
    with serving_imap(box, certificate.server_context()) as url, pytest.raises(Unreadable) as told:
        read_answers(letterbox_for(url), StandingClock(BOOKED_AT))
    assert str(told.value) == "the mailbox of answers cannot be read (SSLCertVerificationError)"
    assert box.asked == []


def test_a_trusted_certificate_of_another_host_is_no_proof(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    another = own_certificate(tmp_path, "mail.example.org")
    monkeypatch.setenv("SSL_CERT_FILE", str(another.proof))
    box = a_box()
    with serving_imap(box, another.server_context()) as url, pytest.raises(Unreadable):
        read_answers(letterbox_for(url), StandingClock(BOOKED_AT))
    assert box.asked == []


def test_a_server_without_tls_behind_such_an_address_is_told_no_password() -> None:
    box = a_box()
    with serving_imap(box) as url, pytest.raises(Unreadable):
        read_answers(letterbox_for(url.replace("imap://", "imaps://")), StandingClock(BOOKED_AT))
    assert not [command for command in box.asked if command.startswith("LOGIN")]
