"""The secret by which a program says who it is: made here, shown once, kept only as a hash."""

from __future__ import annotations

import re
import secrets
from hashlib import sha256

PREFIX = "trellis_"
"""Lets programs that look for leaked secrets know one when they see it."""

_BYTES = 32
_SHAPE = re.compile(rf"{PREFIX}[A-Za-z0-9_-]{{43}}")


def new_bearer_token() -> str:
    """Return 256 random bits in letters that need no quoting in a header."""
    return PREFIX + secrets.token_urlsafe(_BYTES)


def has_shape_of_bearer_token(text: str) -> bool:
    """Say whether the text could be a token at all, so that anything else costs no look-up."""
    return _SHAPE.fullmatch(text) is not None


def hash_of_bearer_token(token: str) -> str:
    """Return what is stored of a token: its SHA-256 as 64 hexadecimal digits.

    A plain hash is enough because nobody can try out 256 random bits.
    """
    return sha256(token.encode()).hexdigest()
