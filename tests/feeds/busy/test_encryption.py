"""An address with https is read when its server proves who it is, and not otherwise."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from scheduler.feeds.busy import fetching
from scheduler.feeds.busy.content import UnusableCalendar
from scheduler.feeds.busy.fetching import Limits, Version, fetch
from tests.feeds.busy.bad_server import GOOD, BadServer, _Handler, reach

NAME = "calendar.example"
HERE = reach({NAME: ["127.0.0.1"], "other.example": ["127.0.0.1"]})


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a file with a certificate for one name, signed by nobody else, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    made = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2120, 1, 1, tzinfo=UTC))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "server.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(made.public_bytes(Encoding.PEM) + private)
    return file


@pytest.fixture
def port(certificate: Path) -> Iterator[int]:
    """Serve with that certificate, and give the port."""

    class Handler(_Handler):
        kept = BadServer()

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_server_that_nobody_vouches_for_is_not_believed(port: int) -> None:
    with pytest.raises(UnusableCalendar, match="cannot prove"):
        fetch(f"https://{NAME}:{port}/good.ics", Version(), HERE, Limits(seconds=5))


def test_a_server_that_is_trusted_is_read_under_its_own_name_alone(
    port: int, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trusted = ssl.create_default_context(cafile=str(certificate))
    monkeypatch.setattr(fetching, "_trust", lambda: trusted)
    came = fetch(f"https://{NAME}:{port}/good.ics", Version(), HERE, Limits(seconds=5))
    assert came is not None
    assert came.text == GOOD
    with pytest.raises(UnusableCalendar, match="cannot prove"):
        fetch(f"https://other.example:{port}/good.ics", Version(), HERE, Limits(seconds=5))
    with pytest.raises(UnusableCalendar, match="from https to an address without it"):
        fetch(f"https://{NAME}:{port}/inside", Version(), HERE, Limits(seconds=5))
    with pytest.raises(UnusableCalendar, match="longer than 1 seconds"):
        fetch(f"https://{NAME}:{port}/drip", Version(), HERE, Limits(seconds=1))
