"""Where answers to invitations arrive: a mailbox read by IMAP, or a folder on this machine."""

from __future__ import annotations

import imaplib
import re
import ssl
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from scheduler.config import Settings
from scheduler.domain.errors import InvalidValue, TrellisError
from scheduler.reminders.addresses import mailbox
from scheduler.reminders.channels import Channel
from scheduler.store.answers import note_read, read_up_to
from scheduler.store.work import unit_of_work

MOST_BYTES = 256 * 1024
"""A message with an answer is far smaller; what is larger is not fetched."""

MOST_AT_ONCE = 200
"""So many messages are looked at in one pass; the rest waits for the next."""

_PATIENCE_IN_SECONDS = 20
_HERE = frozenset({"localhost", "127.0.0.1", "::1"})
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")


class Unreadable(TrellisError):
    """The mailbox cannot be read just now; the sentence names no address and no password."""


class Letterbox(Protocol):
    """Where answers arrive. `address` is the one that they are sent to, `None` where REPLIES_URL does not tell."""

    address: str | None

    def letters(self) -> Iterator[bytes | None]:
        """Yield each message that was not read before, `None` for one that is too large.

        One counts as read when the next is asked for. Raises `Unreadable`.
        """


def letterbox_for(url: str) -> Letterbox:
    """Return the mailbox that a REPLIES_URL names. Raises `InvalidValue` for a faulty one, which it does not repeat."""
    parts = urlsplit(url)
    # A plus is a plus here: it may stand in an address, and a space may not.
    options = parse_qs(parts.query.replace("+", "%2B"), keep_blank_values=True)
    if not set(options) <= {"address"}:
        raise InvalidValue("REPLIES_URL has an option that is not known; there is address=ADDRESS")
    user = unquote(parts.username or "")
    address = options.get("address", [user if "@" in user else ""])[-1] or None
    if address is not None:
        try:
            mailbox(address)
        except InvalidValue as error:
            raise InvalidValue(
                "REPLIES_URL names an address that is none; write address=name@host"
            ) from error
    if parts.scheme == "maildir" and parts.path.startswith("/"):
        return FolderLetterbox(Path(unquote(parts.path)), address)
    if parts.scheme in ("imap", "imaps") and parts.hostname:
        return ImapLetterbox(parts, address)
    raise InvalidValue("REPLIES_URL must look like imaps://USER:PASSWORD@HOST/INBOX or maildir:/FOLDER")


def answers_to(settings: Settings, channel: Channel) -> str | None:
    """Return the address at which answers to invitations are read, `None` where none are; as `letterbox_for` raises."""
    if not settings.replies_url:
        return None
    return letterbox_for(settings.replies_url).address or channel.sender


class FolderLetterbox:
    """A folder in the Maildir format; what was read is put among the messages that were seen."""

    def __init__(self, folder: Path, address: str | None) -> None:
        self.address = address
        self._folder = folder

    def letters(self) -> Iterator[bytes | None]:
        """Yield what is new."""
        if not (self._folder / "new").is_dir():
            return
        try:
            for name in sorted(path.name for path in (self._folder / "new").iterdir())[:MOST_AT_ONCE]:
                path = self._folder / "new" / name
                # Gone meanwhile: somebody else has read it.
                with suppress(FileNotFoundError):
                    yield None if path.stat().st_size > MOST_BYTES else path.read_bytes()
                    self._put_away(name)
        except OSError as error:
            raise Unreadable(f"the folder of answers cannot be read: {error.strerror}") from error

    def _put_away(self, name: str) -> None:
        # The S says that it was seen; what stands behind the colon so far is replaced.
        (self._folder / "new" / name).rename(self._folder / "cur" / f"{name.partition(':')[0]}:2,S")


class ImapLetterbox:
    """A mailbox of an IMAP server (RFC 3501), opened to read alone: what people see of it is left as it is.

    Up to where it was read is kept in the database, by the numbers that the server gives its messages.
    """

    def __init__(self, parts: SplitResult, address: str | None) -> None:
        self.address = address
        self._host = parts.hostname or ""
        self._is_secure = parts.scheme == "imaps"
        if not self._is_secure and self._host not in _HERE:
            raise InvalidValue("REPLIES_URL would send its password in the open; write imaps://")
        try:
            self._port = parts.port or (993 if self._is_secure else 143)
        except ValueError as error:
            raise InvalidValue("REPLIES_URL has a port that is no number from 1 to 65535") from error
        self._user, self._password = unquote(parts.username or ""), unquote(parts.password or "")
        self._folder = unquote(parts.path.lstrip("/")) or "INBOX"
        place = repr((self._host, self._port, self._user, self._folder))
        self._hash = sha256(place.encode()).hexdigest()

    def letters(self) -> Iterator[bytes | None]:
        """Yield what came after the last that was read."""
        try:
            connection = self._connected()
            try:
                yield from self._new(connection)
            finally:
                # All was read, or the reason why not is on its way up.
                with suppress(imaplib.IMAP4.error, OSError):
                    connection.logout()
                with suppress(OSError):
                    connection.shutdown()
        except (imaplib.IMAP4.error, OSError, ValueError) as error:
            raise Unreadable(f"the mailbox of answers cannot be read ({type(error).__name__})") from error

    def _connected(self) -> imaplib.IMAP4:
        if not self._is_secure:
            connection = imaplib.IMAP4(self._host, self._port, timeout=_PATIENCE_IN_SECONDS)
        else:
            secure = ssl.create_default_context()
            connection = imaplib.IMAP4_SSL(
                self._host, self._port, ssl_context=secure, timeout=_PATIENCE_IN_SECONDS
            )
        try:
            connection.login(self._user, self._password)
        except (imaplib.IMAP4.error, OSError):
            connection.shutdown()
            raise
        return connection

    def _new(self, connection: imaplib.IMAP4) -> Iterator[bytes | None]:
        folder = self._folder.replace("\\", "\\\\").replace('"', '\\"')
        _checked(connection.select(f'"{folder}"', readonly=True))
        told = connection.response("UIDVALIDITY")[1]
        validity = told[0].decode() if told and isinstance(told[0], bytes) else "?"
        known, last = read_up_to(self._hash)
        # Other numbers count now: all is looked at once more, which changes nothing twice.
        last = last if known == validity else 0
        [found, *_] = _checked(connection.uid("SEARCH", f"UID {last + 1}:*"))
        # A range that ends in a star always holds the last message, also one that was read.
        numbers = sorted(number for number in map(int, (found or b"").split()) if number > last)
        for number in numbers[:MOST_AT_ONCE]:
            yield _fetched(connection, number)
            with unit_of_work():
                note_read(self._hash, validity, number)


def _fetched(connection: imaplib.IMAP4, number: int) -> bytes | None:
    """Return a message, `None` when it is too large; one that has gone meanwhile is empty."""
    [line, *_] = _checked(connection.uid("FETCH", str(number), "(RFC822.SIZE)"))
    size = _SIZE.search(line) if isinstance(line, bytes) else None
    if size is None:
        return b""
    if int(size.group(1)) > MOST_BYTES:
        return None
    [part, *_] = _checked(connection.uid("FETCH", str(number), "(BODY.PEEK[])"))
    return part[1] if isinstance(part, tuple) and isinstance(part[1], bytes) else b""


def _checked(answer: tuple[str, Any]) -> Any:
    kind, data = answer
    if kind != "OK":
        raise imaplib.IMAP4.error("refused")
    return data or [None]
