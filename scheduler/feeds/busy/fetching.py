"""Fetches a calendar from its address, within limits of size and time, and says in words when it cannot be had."""

from __future__ import annotations

import socket
import ssl
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cache
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from threading import Timer
from urllib.parse import urljoin

from scheduler.feeds.busy.addresses import PUBLIC_NET, Reach, Target, checked_address, target_of
from scheduler.feeds.busy.content import UnusableCalendar

MOST_BYTES = 5 * 1024 * 1024
MOST_SECONDS = 20.0
MOST_REDIRECTS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_CHUNK = 64 * 1024


@dataclass(frozen=True, slots=True)
class Version:
    """What a server said of the version that was had last, to be asked whether there is a newer one; empty when nothing."""

    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A calendar as text, and what its server says of its version."""

    text: str
    version: Version


@dataclass(frozen=True, slots=True)
class Limits:
    """How much may come and how long it may take in all, redirects included, in seconds."""

    most_bytes: int = MOST_BYTES
    seconds: float = MOST_SECONDS


def fetch(
    address: str, known: Version, reach: Reach = PUBLIC_NET, limits: Limits = Limits(), public_url: str = ""
) -> Fetched | None:
    """Return the calendar at an address, `None` when it is the version that is known.

    Raises `UnusableCalendar` with what a person can do; it never holds the address.
    """
    deadline = _Deadline(limits.seconds)
    with deadline.running():
        for _ in range(MOST_REDIRECTS + 1):
            target = target_of(address, public_url)
            # The answer keeps the connection to itself, and is closed before it.
            with (
                deadline.watched(target, reach) as connection,
                closing(_asked(connection, target, known)) as response,
            ):
                if response.status not in _REDIRECTS:
                    return _answer(response, limits, deadline)
                address = _onwards(target, response)
    raise UnusableCalendar(
        f"The address redirects more than {MOST_REDIRECTS} times. Use the address it leads to."
    )


class _Deadline:
    """Ends whatever is under way when the time is up, however slowly it trickles in."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.is_over = False
        self._open: socket.socket | None = None

    @contextmanager
    def running(self) -> Iterator[None]:
        timer = Timer(self.seconds, self._end)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    @contextmanager
    def watched(self, target: Target, reach: Reach) -> Iterator[HTTPConnection]:
        """Give a connection to the address that was checked, and turn what goes wrong on it into words."""
        connection: HTTPConnection | None = None
        try:
            plain = socket.create_connection((checked_address(target, reach), target.port), self.seconds)
            self._take(plain)
            connection = HTTPConnection(target.host, target.port)
            if target.scheme == "https":
                connection = HTTPSConnection(target.host, target.port)
                safe = _trust().wrap_socket(plain, server_hostname=target.host, do_handshake_on_connect=False)
                self._take(safe)
                safe.do_handshake()
                plain = safe
            connection.sock = plain
            yield connection
        except UnusableCalendar:
            raise
        except ssl.SSLCertVerificationError as fault:
            raise UnusableCalendar("The server cannot prove that it is the one the address names.") from fault
        except (OSError, HTTPException, ValueError) as fault:
            raise self.in_words(fault) from fault
        finally:
            if self._open is not None:
                self._open.close()
            if connection is not None:
                connection.close()

    def in_words(self, fault: Exception) -> UnusableCalendar:
        if self.is_over or isinstance(fault, TimeoutError):
            return UnusableCalendar(
                f"The server took longer than {self.seconds:g} seconds. It is tried again."
            )
        if isinstance(fault, HTTPException):
            return UnusableCalendar(
                "The server did not answer as a web server does, or broke off. Check the address."
            )
        return UnusableCalendar(
            "The server could not be reached. It is tried again; check the address if it stays so."
        )

    def _take(self, opened: socket.socket) -> None:
        """Watch over a socket; the time may have run out before there was one to end."""
        self._open = opened
        if self.is_over:
            raise TimeoutError

    def _end(self) -> None:
        self.is_over = True
        if self._open is not None:
            try:
                # Of the socket itself: its layer of encryption is in use by the thread that reads.
                socket.socket.shutdown(self._open, socket.SHUT_RDWR)
            except OSError:
                pass


@cache
def _trust() -> ssl.SSLContext:
    return ssl.create_default_context()


def _asked(connection: HTTPConnection, target: Target, known: Version) -> HTTPResponse:
    headers = {
        "Accept": "text/calendar, */*;q=0.1",
        "Accept-Encoding": "gzip",
        "Connection": "close",
        "User-Agent": "Trellis (reads busy times)",
    }
    if known.etag:
        headers["If-None-Match"] = known.etag
    if known.last_modified:
        headers["If-Modified-Since"] = known.last_modified
    connection.request("GET", target.path, headers=headers)
    return connection.getresponse()


def _onwards(target: Target, response: HTTPResponse) -> str:
    port = f":{target.port}"
    address = urljoin(
        f"{target.scheme}://{target.host}{port}{target.path}", response.headers.get("Location", "")
    )
    if target.scheme == "https" and not address.lower().startswith("https:"):
        raise UnusableCalendar("The address redirects from https to an address without it. Use another one.")
    return address


def _answer(response: HTTPResponse, limits: Limits, deadline: _Deadline) -> Fetched | None:
    if response.status == 304:
        return None
    if response.status != 200:
        raise UnusableCalendar(_refusal(response.status))
    body = _unpacked(response, limits.most_bytes)
    if deadline.is_over:
        raise deadline.in_words(TimeoutError())
    version = Version(*(_plain(response.headers.get(name, "")) for name in ("ETag", "Last-Modified")))
    return Fetched(body.decode("utf-8", errors="replace"), version)


def _plain(header: str) -> str:
    """Return a header that can be sent back, empty for one that cannot."""
    return header if len(header) <= 200 and header.isascii() and header.isprintable() else ""


def _refusal(status: int) -> str:
    if status in {401, 403, 407}:
        return (
            f"The address asks for a sign-in ({status}). Use the calendar's secret or public iCal address, "
            "which needs none."
        )
    if status in {404, 410}:
        return f"There is no calendar at this address ({status}). It may have been renewed: add the new one."
    if status == 429 or status >= 500:
        return f"The server cannot answer at present ({status}). It is tried again."
    return f"The server answered with {status} instead of a calendar. Check the address."


def _unpacked(response: HTTPResponse, most: int) -> bytes:
    coding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if coding not in {"identity", "gzip", "x-gzip", ""}:
        raise UnusableCalendar("The server packs the calendar in a way that was not asked for.")
    unpack = zlib.decompressobj(16 + zlib.MAX_WBITS) if "gzip" in coding else None
    pieces: list[bytes] = []
    size = came = 0
    while chunk := response.read1(_CHUNK):
        came += len(chunk)
        try:
            # One byte more than fits tells that there is too much, without unpacking all of it.
            piece = unpack.decompress(chunk, most - size + 1) if unpack else chunk
        except zlib.error as fault:
            raise UnusableCalendar("The calendar came damaged: it cannot be unpacked.") from fault
        size += len(piece)
        if max(size, came) > most:
            raise UnusableCalendar(
                f"The calendar is larger than {most // (1024 * 1024)} MB. Publish one with fewer entries, "
                "or the coming year alone."
            )
        pieces.append(piece)
    if (unpack and not unpack.eof) or response.length:
        raise UnusableCalendar("The calendar breaks off in the middle, so nothing of it was taken.")
    return b"".join(pieces)
