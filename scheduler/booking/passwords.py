"""Passwords: argon2id hashes, and what a new one must be like."""

from __future__ import annotations

import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 12
LONGEST = 256

_hasher = PasswordHasher()
"""Argon2id with 64 MiB and three passes, the library's recommendation after RFC 9106."""


def fault_of(password: str, username: str) -> str | None:
    """Return why a new password will not do, or `None`. Length is what counts; no characters are prescribed."""
    if len(password) < SHORTEST:
        return f"A password needs at least {SHORTEST} characters."
    if len(password) > LONGEST:
        return f"A password may have at most {LONGEST} characters."
    if username and username.lower() in password.lower():
        return "A password may not hold the username."
    return None


def hashed(password: str) -> str:
    """Return the argon2id hash to keep."""
    return _hasher.hash(password)


def matches(password: str, kept: str | None) -> bool:
    """Say whether the password is the one behind the hash.

    Without a hash (an unknown user) the same work is done, so that the time taken tells nothing. A password longer
    than any that could have been set does not match.
    """
    try:
        _hasher.verify(kept or _of_nobody(), password[: LONGEST + 1])
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None


def fresh_password() -> str:
    """Return a new random password of 22 characters, for demo sign-ins."""
    return secrets.token_urlsafe(16)


@cache
def _of_nobody() -> str:
    return _hasher.hash(secrets.token_urlsafe(32))
