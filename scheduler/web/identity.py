"""Who is signed in: an account behind a signed cookie, which ends with disuse, a new password, or after a long day."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Flask, current_app, request, session
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from flask_login import LoginManager, UserMixin, login_user

from scheduler.access.permissions import Actor
from scheduler.domain.clock import Clock
from scheduler.store import accounts
from scheduler.store.accounts import Account
from scheduler.store.work import reading

LONGEST_SESSION = timedelta(hours=14)
"""However busy a session is, it ends: longer than a shift, shorter than until the next morning."""

_SINCE = "since"


@dataclass(frozen=True)
class SignedInUser(UserMixin):  # type: ignore[misc]  # the library ships no types
    """An account that is signed in, as the sign-in library wants to see it."""

    account: Account

    @property
    def actor(self) -> Actor:
        """The account in the words of the use cases."""
        return Actor(self.account.username, self.account.role, self.account.site, self.account.staff)

    def get_id(self) -> str:
        """Return what the cookie keeps: the name and a fingerprint that changes with the password."""
        return f"{self.account.username}\n{_fingerprint(self.account)}"


class _PageSessions(SecureCookieSessionInterface):
    """Sessions in a signed cookie, renewed by pages alone."""

    def should_set_cookie(self, app: Flask, session: SessionMixin) -> bool:
        """Say whether an answer carries the cookie.

        Files that anybody in between may keep must never hold one; and a page that asks by itself shows nobody there.
        """
        return request.endpoint not in {"static", "board.live"} and super().should_set_cookie(app, session)


def register_identity(app: Flask) -> None:
    """Let requests know who is signed in."""
    app.session_interface = _PageSessions()
    manager = LoginManager()
    manager.user_loader(_user)
    manager.init_app(app)


def begin_session(account: Account) -> None:
    """Start a new session for an account; whatever the browser held before is thrown away."""
    session.clear()
    session.permanent = True
    session[_SINCE] = current_clock().now().timestamp()
    login_user(SignedInUser(account))


def end_session() -> None:
    """Forget everything the session held."""
    session.clear()


def current_clock() -> Clock:
    """Return the clock of the application."""
    clock: Clock = current_app.extensions["trellis_clock"]
    return clock


def now() -> datetime:
    """Return the present instant, UTC; read it once per request and pass it on."""
    return current_clock().now()


def _user(kept: str) -> SignedInUser | None:
    username, _, fingerprint = kept.partition("\n")
    since = session.get(_SINCE, 0.0)
    if current_clock().now().timestamp() - since > LONGEST_SESSION.total_seconds():
        return None
    with reading():
        account = accounts.account(username)
    if account is None or not account.active or fingerprint != _fingerprint(account):
        return None
    return SignedInUser(account)


def _fingerprint(account: Account) -> str:
    return hashlib.sha256(account.password_hash.encode()).hexdigest()[:16]
