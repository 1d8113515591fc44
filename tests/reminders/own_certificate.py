"""A throw-away certificate for a server on this machine, and the TLS of that server."""

from __future__ import annotations

import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class OwnCertificate:
    """A key, and a certificate that nobody trusts but who is told to (`SSL_CERT_FILE`)."""

    key: Path
    proof: Path

    def server_context(self) -> ssl.SSLContext:
        """Return the TLS of a server that proves by it who it is."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.proof, self.key)
        return context


def own_certificate(folder: Path, host: str = "localhost") -> OwnCertificate:
    """Make a certificate for a host."""
    made = OwnCertificate(folder / f"{host}.key.pem", folder / f"{host}.pem")
    subject = ["-subj", f"/CN={host}", "-addext", f"subjectAltName=DNS:{host}"]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *subject]
    try:
        subprocess.run([*command, "-keyout", made.key, "-out", made.proof], check=True, capture_output=True)
    except FileNotFoundError:
        pytest.fail("openssl is missing; install it (Debian: apt-get install openssl)")
    return made
