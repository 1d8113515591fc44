"""Keeps the addresses of calendars unreadable in the database: whoever has one can read somebody's whole calendar."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from scheduler.feeds.busy.content import UnusableCalendar

_NONCE_BYTES = 12


@dataclass(frozen=True, slots=True)
class AddressSeal:
    """Seals and opens addresses with a key that is made of the program's secret one."""

    secret_key: str = field(repr=False)

    def sealed(self, address: str, source: str) -> str:
        """Return an address encrypted (AES-256-GCM), to be opened for this source alone."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return base64.b64encode(
            nonce + self._cipher().encrypt(nonce, address.encode(), source.encode())
        ).decode()

    def opened(self, sealed: str, source: str) -> str:
        """Return the address. Raises `UnusableCalendar` when it was sealed with another key or for another source."""
        try:
            whole = base64.b64decode(sealed)
            nonce, text = whole[:_NONCE_BYTES], whole[_NONCE_BYTES:]
            return self._cipher().decrypt(nonce, text, source.encode()).decode()
        except (InvalidTag, ValueError) as fault:
            raise UnusableCalendar(
                "The address was kept under another SECRET_KEY and cannot be read any more. Remove it and add it again."
            ) from fault

    def _cipher(self) -> AESGCM:
        # The other uses of the secret key sign; this one gets a key of its own.
        derived = HKDF(SHA256(), 32, None, b"trellis busy calendars").derive(self.secret_key.encode())
        return AESGCM(derived)
