"""A real web server on this machine that misbehaves in every way a calendar's server can."""

from __future__ import annotations

import gzip
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from threading import Event, Thread
from typing import Any

from scheduler.feeds.busy.addresses import IpAddress, Reach
from tests.feeds.busy.calendars import calendar, event

GOOD = calendar(event("DTSTART:20270112T170000Z", "DTEND:20270112T180000Z"))

#: Tests serve on this machine, so for them it lies outside; all else of the local network does not, as ever.
HERE = ip_address("127.0.0.1")


def reach(names: dict[str, list[str]] | None = None) -> Reach:
    """Return a reach in which this machine alone may be asked; `names` are what others resolve to."""

    def resolve(host: str, port: int) -> list[str]:
        if host in (names or {}):
            return (names or {})[host]
        return [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]

    def is_outside(address: IpAddress) -> bool:
        return address == HERE

    return Reach(is_outside, resolve)


@dataclass
class BadServer:
    """The server: what it is asked, where it is, and the calendar at `/good.ics`."""

    text: str = GOOD
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    port: int = 0
    closing: Event = field(default_factory=Event)

    def at(self, path: str) -> str:
        """Return the address of a path."""
        return f"http://127.0.0.1:{self.port}{path}"


@contextmanager
def bad_server() -> Iterator[BadServer]:
    """Serve, and stop."""
    state = BadServer()

    class Handler(_Handler):
        kept = state

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    state.port = server.server_address[1]
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield state
    finally:
        state.closing.set()
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    kept: BadServer

    def do_GET(self) -> None:
        self.kept.asked.append((self.path, dict(self.headers.items())))
        path, _, _ = self.path.partition("?")
        name = path.strip("/").partition(".")[0].partition("/")[0]
        try:
            getattr(self, f"give_{name}")()
        except (BrokenPipeError, ConnectionResetError, ssl.SSLError):
            pass

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    def give_good(self) -> None:
        etag = f'"{hash(self.kept.text)}"'
        if self.headers.get("If-None-Match") == etag:
            self._answer(304, b"", {"ETag": etag})
        else:
            headers = {"ETag": etag, "Last-Modified": "Mon, 04 Jan 2027 10:00:00 GMT"}
            self._answer(200, self.kept.text.encode(), headers)

    def give_packed(self) -> None:
        self._answer(200, gzip.compress(self.kept.text.encode()), {"Content-Encoding": "gzip"})

    def give_bomb(self) -> None:
        packed = gzip.compress(b"BEGIN:VCALENDAR\r\n" + bytes(60 * 1024 * 1024))
        self._answer(200, packed, {"Content-Encoding": "gzip"})

    def give_damaged(self) -> None:
        self._answer(200, b"\x1f\x8bnothing of the kind", {"Content-Encoding": "gzip"})

    def give_half(self) -> None:
        packed = gzip.compress(self.kept.text.encode())
        self._answer(200, packed[: len(packed) // 2], {"Content-Encoding": "gzip"})

    def give_brotli(self) -> None:
        self._answer(200, b"x", {"Content-Encoding": "br"})

    def give_page(self) -> None:
        self._answer(
            200, b"<!DOCTYPE html><html><title>Sign in</title></html>", {"Content-Type": "text/html"}
        )

    def give_malformed(self) -> None:
        self._answer(200, b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:2027", {})

    def give_large(self) -> None:
        self.send_response(200)
        self.end_headers()
        for _ in range(50):
            self.wfile.write(b"X" * 1024 * 1024)

    def give_endless(self) -> None:
        self.send_response(200)
        self.end_headers()
        while not self.kept.closing.wait(0.05):
            self.wfile.write(b"BEGIN:VCALENDAR\r\n")

    def give_slow(self) -> None:
        self.kept.closing.wait(30)

    def give_drip(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while not self.kept.closing.wait(0.05):
            self.wfile.write(b"X-More: x\r\n" if self.path.endswith("x") else b"a")

    def give_short(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "5000")
        self.end_headers()
        self.wfile.write(b"BEGIN:VCALENDAR\r\n")

    def give_noise(self) -> None:
        self.wfile.write(b"SSH-2.0-OpenSSH\r\n")

    def give_loop(self) -> None:
        self._answer(302, b"", {"Location": "/loop"})

    def give_hop(self) -> None:
        self._answer(302, b"", {"Location": "/good.ics?hopped"})

    def give_inside(self) -> None:
        self._answer(302, b"", {"Location": f"http://127.0.0.2:{self.kept.port}/good.ics"})

    def give_metadata(self) -> None:
        self._answer(302, b"", {"Location": "http://169.254.169.254/latest/meta-data/"})

    def give_disk(self) -> None:
        self._answer(302, b"", {"Location": "file:///etc/passwd"})

    def give_nowhere(self) -> None:
        self._answer(302, b"", {})

    def give_status(self) -> None:
        self._answer(int(self.path.partition("?")[0].rpartition("/")[2]), b"no", {})

    def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
