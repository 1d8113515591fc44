"""Sign in: the same answer and the same work whether the user exists or not, throttled in the database, audited."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from scheduler.booking.passwords import matches
from scheduler.domain.clock import Clock
from scheduler.store import accounts
from scheduler.store.accounts import Account
from scheduler.store.audit import AuditEntry, record
from scheduler.store.work import unit_of_work

WINDOW = timedelta(minutes=15)
TRIES_PER_USERNAME = 5
TRIES_PER_ADDRESS = 30
"""One clinic often shows one address to the world, so an address gets more tries than a name."""

NOT_RECOGNISED = "The username or the password is not right."
TOO_MANY = "There were too many tries. Wait a while and try again."


@dataclass(frozen=True, slots=True)
class SignIn:
    """What somebody typed, and the network address they come from (empty when there is none)."""

    username: str
    password: str
    address: str

    def __repr__(self) -> str:
        return "SignIn(…)"


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The account behind the name and password."""

    account: Account


@dataclass(frozen=True, slots=True)
class SignInRefused:
    """Why not, in words that do not tell whether the user exists.

    `retry_after` is how long to wait at the most when there were too many tries, `None` otherwise.
    """

    reason: str
    retry_after: timedelta | None = None


def sign_in(command: SignIn, clock: Clock) -> SignedIn | SignInRefused:
    """Check the password once the throttle lets the try through.

    A try is counted before the password is looked at, so that many at once cannot slip past the count; success
    takes the tries under that name back. Passwords are checked outside of any transaction: that work is slow.
    """
    now = clock.now()
    username = command.username.strip().lower()
    by_name, by_address = _key("username", username), _key("address", command.address)
    with unit_of_work():
        if _too_many(by_name, by_address, now):
            record(AuditEntry(now, "anonymous", "sign_in_throttled", "account", ""))
            return SignInRefused(TOO_MANY, WINDOW)
        accounts.note_failure(by_name, now)
        account = accounts.account(username)
    fits = matches(command.password, account.password_hash if account else None)
    with unit_of_work():
        if account is None or not fits or not account.active:
            accounts.note_failure(by_address, now)
            known = account.username if account else ""
            record(AuditEntry(now, "anonymous", "sign_in_refused", "account", known))
            return SignInRefused(NOT_RECOGNISED)
        accounts.clear_failures(by_name)
        record(AuditEntry(now, account.username, "sign_in", "account", account.username, {}, account.site))
    return SignedIn(account)


def _too_many(by_name: str, by_address: str, now: datetime) -> bool:
    since = now - WINDOW
    return (
        accounts.failures_since(by_name, since) >= TRIES_PER_USERNAME
        or accounts.failures_since(by_address, since) >= TRIES_PER_ADDRESS
    )


def _key(kind: str, value: str) -> str:
    """Return a key of fixed length that does not hold what was typed: people type passwords into the wrong field."""
    return f"{kind}:{hashlib.sha256(value.encode()).hexdigest()[:32]}"
