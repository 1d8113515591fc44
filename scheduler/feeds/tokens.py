"""The secret part of a subscription address: made here, shown once, kept only as a hash."""

from __future__ import annotations

import re
import secrets
from hashlib import sha256

_BYTES = 32
_SHAPE = re.compile(r"[A-Za-z0-9_-]{43}")


def new_token() -> str:
    """Return 256 random bits as 43 characters that are safe in an address."""
    return secrets.token_urlsafe(_BYTES)


def has_shape_of_token(text: str) -> bool:
    """Say whether the text could be a token at all, so that anything else costs no look-up."""
    return _SHAPE.fullmatch(text) is not None


def hash_of(token: str) -> str:
    """Return what is stored of a token: its SHA-256 as 64 hexadecimal digits.

    A plain hash is enough because nobody can try out 256 random bits.
    """
    return sha256(token.encode()).hexdigest()
