"""Text messages by a provider that speaks the REST API of Twilio."""

from __future__ import annotations

import json
import ssl
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from types import MappingProxyType
from urllib.parse import parse_qs, quote, unquote, urlencode, urlsplit

from scheduler.domain.errors import InvalidValue
from scheduler.reminders.channels import NotSent, OptedOut, Rejected, Unanswered, Unreachable
from scheduler.reminders.messages import Letter
from scheduler.reminders.phone_numbers import text_number
from scheduler.reminders.short_messages import compose_short

_PATIENCE_IN_SECONDS = 20.0
_MOST_BYTES = 65_536
_THIS_MACHINE = frozenset({"127.0.0.1", "::1", "localhost"})
_PATTERN = "twilio://SID:TOKEN@api.twilio.com?from=%2B13035550100"

_BAD_NUMBER = "the phone number cannot take texts; ask the patient for another one, or write by e-mail"
OPTED_OUT = "this number has opted out of texts; only texting START from it undoes that"

# Of the provider's dictionary of errors: those that say something of the number that was written to.
_BY_CODE: Mapping[int, str] = MappingProxyType(
    {
        21211: _BAD_NUMBER,
        21214: _BAD_NUMBER,
        21217: _BAD_NUMBER,
        21408: "texts to this country are not switched on at the provider of texts",
        21610: OPTED_OUT,
        21612: "the provider of texts finds no way to this number; ask the patient for another one",
        21614: _BAD_NUMBER,
        30003: "the phone could not be reached; call the patient",
        30004: "the phone does not take this message; call the patient",
        30005: _BAD_NUMBER,
        30006: "the number is a landline, or its network takes no texts; ask the patient for another one",
        30007: "the network held the message back; call the patient",
    }
)


@dataclass(frozen=True, slots=True)
class SmsAccount:
    """What an SMS_URL says. `token` also proves that what comes from the provider comes from it."""

    sid: str
    token: str
    host: str
    port: int | None
    in_the_open: bool
    sender: str


def account_in(url: str) -> SmsAccount:
    """Return the account of an SMS_URL. Raises `InvalidValue` for whatever it cannot mean, without repeating it."""
    parts = urlsplit(url)
    # A plus is a plus here: every number begins with one.
    options = parse_qs(parts.query.replace("+", "%2B"), keep_blank_values=True)
    if parts.scheme not in ("twilio", "twilio+http") or not (
        parts.hostname and parts.username and parts.password
    ):
        raise InvalidValue(f"SMS_URL is not the address of a provider; write {_PATTERN}")
    if parts.scheme == "twilio+http" and parts.hostname not in _THIS_MACHINE:
        raise InvalidValue("SMS_URL would send texts in the open; twilio+http:// is for this machine alone")
    if set(options) != {"from"}:
        raise InvalidValue(f"SMS_URL needs from=NUMBER and knows no other option; write {_PATTERN}")
    try:
        sender, port = text_number(options["from"][-1]), parts.port
    except (InvalidValue, ValueError) as error:
        raise InvalidValue(
            f"SMS_URL names a sender that is no number, or a port that is none; write {_PATTERN}"
        ) from error
    sid, token = unquote(parts.username), unquote(parts.password)
    return SmsAccount(sid, token, parts.hostname, port, parts.scheme == "twilio+http", sender)


class SmsChannel:
    """An account at a provider; each message over a connection of its own.

    Should the provider have closed a connection that was used before, it would stay unknown whether the message was taken.
    `told_at` is the address, ending in a slash, below which the provider is to tell what became of a message
    by its reference; `None` where it cannot reach this program.
    """

    name = "sms"

    def __init__(self, url: str, told_at: str | None = None) -> None:
        self._account = account_in(url)
        self.sender = self._account.sender
        self._told_at = told_at

    def send(self, letter: Letter, at: datetime) -> None:
        """Hand the message to the provider."""
        form = {
            "To": text_number(letter.recipient),
            "From": self.sender,
            "Body": compose_short(letter),
        }
        if self._told_at is not None:
            form["StatusCallback"] = f"{self._told_at}{letter.reference}"
        status, answer = self._posted(form)
        if status not in (200, 201):
            raise _failure_of(status, answer)

    def close(self) -> None:
        """Nothing is held open."""

    def _posted(self, form: Mapping[str, str]) -> tuple[int, bytes]:
        account = self._account
        connection = self._connection()
        try:
            connection.connect()
        except OSError as error:
            raise Unreachable(f"the provider of texts cannot be reached ({type(error).__name__})") from error
        try:
            key = b64encode(f"{account.sid}:{account.token}".encode()).decode()
            connection.request(
                "POST",
                f"/2010-04-01/Accounts/{quote(account.sid, safe='')}/Messages.json",
                urlencode(form),
                {"Authorization": f"Basic {key}", "Content-Type": "application/x-www-form-urlencoded"},
            )
            response = connection.getresponse()
            return response.status, response.read(_MOST_BYTES)
        except (OSError, HTTPException) as error:
            raise Unanswered(f"the provider of texts fell silent ({type(error).__name__})") from error
        finally:
            connection.close()

    def _connection(self) -> HTTPConnection:
        host, port = self._account.host, self._account.port
        if self._account.in_the_open:
            return HTTPConnection(host, port, timeout=_PATIENCE_IN_SECONDS)
        secure = ssl.create_default_context()
        return HTTPSConnection(host, port, timeout=_PATIENCE_IN_SECONDS, context=secure)


def reason_of(code: int) -> str:
    """Return what an error of the provider's means for the front desk, with the code by which the provider explains it."""
    return f"{_BY_CODE.get(code, 'the provider of texts refused the message')} ({code})"


def _failure_of(status: int, answer: bytes) -> NotSent:
    """Return what a refusal means for the message; the provider's own text may hold the number, and is left out."""
    match status:
        case 429:
            return Unreachable("the provider of texts takes no more just now (429)")
        case 401 | 403 | 404:
            return Unreachable(f"the provider of texts refused the sign-in ({status})")
        case 502 | 504:
            # Something in between gave up waiting: what is behind it may have taken the message.
            return Unanswered(f"the provider of texts did not answer ({status})")
        case _ if status >= 500 or status < 400:
            return Unreachable(f"the provider of texts is out of order ({status})")
    code = _code_in(answer)
    if code == 21610:
        return OptedOut(reason_of(code))
    return Rejected(reason_of(code or status))


def _code_in(answer: bytes) -> int:
    """Return the provider's own code of an error, 0 where it gives none."""
    try:
        told = json.loads(answer)
    except ValueError:
        return 0
    code = told.get("code") if isinstance(told, dict) else None
    return code if isinstance(code, int) else 0
