"""E-mail by an SMTP server."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import parse_qs, unquote, urlsplit

from scheduler.domain.errors import InvalidValue
from scheduler.reminders.addresses import mailbox
from scheduler.reminders.channels import NotSent, Rejected, Unanswered, Unreachable
from scheduler.reminders.messages import Letter, compose

_PATIENCE_IN_SECONDS = 20.0
_DEFAULT_PORTS = {"smtp": 25, "smtps": 465}
_SWITCH = {"": True, "1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
_STRANGE_LETTERS = "the address has letters that the mail server cannot take"
_FAILURES = (smtplib.SMTPException, OSError, UnicodeError)


class SmtpChannel:
    """An SMTP server, over one connection for as many messages as follow each other.

    The URL is `smtp://user:password@host:587?starttls=1` or `smtps://...`; `from=` sets the sender's address, which
    is otherwise the user name when that is one, and `bounces=` the one that mail servers give messages back to, which is
    otherwise the sender's. Raises `InvalidValue` for anything else, lest a slip of the pen send in the open, or under an
    address that no message can leave with.
    """

    name = "email"

    def __init__(self, url: str, sender: str) -> None:
        parts = urlsplit(url)
        # A plus is a plus here: it may stand in an address, and a space may not.
        options = parse_qs(parts.query.replace("+", "%2B"), keep_blank_values=True)
        if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
            raise InvalidValue(
                "SMTP_URL is not an address of a mail server; write smtp://host:25 or smtps://host"
            )
        self._scheme, self._host = parts.scheme, parts.hostname
        self._starttls = _wants_starttls(options)
        try:
            self._port = parts.port or (587 if self._starttls else _DEFAULT_PORTS[parts.scheme])
        except ValueError as error:
            raise InvalidValue("SMTP_URL has a port that is no number from 1 to 65535") from error
        self._user, self._password = unquote(parts.username or ""), unquote(parts.password or "")
        self.sender = options.get("from", [self._user if "@" in self._user else sender])[-1]
        self._given_back_to = options.get("bounces", [self.sender])[-1]
        for option, address in (("from", self.sender), ("bounces", self._given_back_to)):
            try:
                mailbox(address)
            except InvalidValue as error:
                raise InvalidValue(
                    f"SMTP_URL names a sender that is no address; write {option}=name@host"
                ) from error
        self._connection: smtplib.SMTP | None = None

    def send(self, letter: Letter, at: datetime) -> None:
        """Hand the message to the server."""
        message = compose(letter, self.sender, at)
        try:
            connection = self._connection or self._connect()
        except _FAILURES as error:
            raise _failure_of(error) from error
        self._connection = connection
        try:
            connection.send_message(message, from_addr=self._given_back_to)
        except smtplib.SMTPNotSupportedError as error:
            # Only of an address: what SMTP_URL asks for was settled when the connection was made.
            raise Rejected(_STRANGE_LETTERS) from error
        except _FAILURES as error:
            failure = _failure_of(error)
            if not isinstance(failure, Rejected):
                self.close()
            if isinstance(failure, Unreachable):
                raise Unanswered(str(failure)) from error
            raise failure from error

    def close(self) -> None:
        """Say goodbye to the server."""
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.quit()
            except (smtplib.SMTPException, OSError):
                connection.close()

    def _connect(self) -> smtplib.SMTP:
        secure = ssl.create_default_context()
        if self._scheme == "smtps":
            return self._greeted(
                smtplib.SMTP_SSL(self._host, self._port, timeout=_PATIENCE_IN_SECONDS, context=secure)
            )
        connection = smtplib.SMTP(self._host, self._port, timeout=_PATIENCE_IN_SECONDS)
        if self._starttls:
            try:
                connection.starttls(context=secure)
            except (smtplib.SMTPException, OSError):
                # Never in the open when the address asks for TLS.
                connection.close()
                raise
        return self._greeted(connection)

    def _greeted(self, connection: smtplib.SMTP) -> smtplib.SMTP:
        if self._user:
            try:
                connection.login(self._user, self._password)
            except (smtplib.SMTPException, OSError):
                connection.close()
                raise
        return connection


def _wants_starttls(options: Mapping[str, list[str]]) -> bool:
    """Say whether the options of an SMTP_URL ask for TLS. Raises `InvalidValue` for options that it cannot have."""
    wanted = options.get("starttls", ["0"])[-1].lower()
    if wanted not in _SWITCH or not set(options) <= {"starttls", "from", "bounces"}:
        raise InvalidValue(
            "SMTP_URL has an option that is not known; there are starttls=1, from=ADDRESS and bounces=ADDRESS"
        )
    return _SWITCH[wanted]


def _failure_of(error: Exception) -> NotSent:
    """Return what an error of the mail library means for the message; addresses and server texts are left out."""
    match error:
        case smtplib.SMTPRecipientsRefused(recipients=refused):
            code = max((answer[0] for answer in refused.values()), default=0)
            return _by_code(code, "the recipient was refused")
        case smtplib.SMTPAuthenticationError(smtp_code=code):
            return Unreachable(f"the mail server refused the sign-in ({code})")
        case smtplib.SMTPSenderRefused(smtp_code=code):
            return NotSent(f"the mail server refused the sender ({code})")
        case smtplib.SMTPDataError(smtp_code=code):
            return _by_code(code, "the message was refused")
        case smtplib.SMTPNotSupportedError():
            return Unreachable("the mail server lacks what SMTP_URL asks for (STARTTLS or sign-in)")
        case UnicodeError():
            return Rejected(_STRANGE_LETTERS)
        case smtplib.SMTPServerDisconnected():
            return Unreachable("the mail server hung up")
        case _:
            return Unreachable(f"the mail server cannot be reached ({type(error).__name__})")


def _by_code(code: int, what: str) -> NotSent:
    failure = Rejected if 500 <= code < 600 else NotSent
    return failure(f"{what} ({code})")
