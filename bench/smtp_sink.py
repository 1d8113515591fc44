"""A mail server that takes everything at once and keeps what each message is called, in a process of its own."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection

PATIENCE = 60.0
"""Seconds after which something must have gone wrong."""

_NAME = re.compile(rb"^Message-ID:\s*(<[^>]+>)", re.IGNORECASE | re.MULTILINE)
_END = b"\r\n.\r\n"


class Sink:
    """The way to the server: its port, and what it has taken."""

    def __init__(self, port: int, wire: Connection) -> None:
        self.port = port
        self._wire = wire

    def taken(self) -> list[tuple[str, str]]:
        """Return the Message-ID and the recipient of every message since this was asked last."""
        self._wire.send("taken")
        if not self._wire.poll(PATIENCE):
            raise RuntimeError("the sink says nothing")
        found: list[tuple[str, str]] = self._wire.recv()
        return found


@contextmanager
def smtp_sink() -> Iterator[Sink]:
    """Run the server meanwhile."""
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs,), daemon=True)
    process.start()
    try:
        if not ours.poll(PATIENCE):
            raise RuntimeError("the sink does not start")
        yield Sink(ours.recv(), ours)
    finally:
        ours.send("end")
        process.join(PATIENCE)


class _Session(asyncio.Protocol):
    """One connection, with as much of RFC 5321 as a client needs that asks for nothing special."""

    def __init__(self, kept: list[tuple[str, str]]) -> None:
        self._kept = kept
        self._buffer = b""
        self._recipient = ""
        self._in_data = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        """Answer every command that is there whole, and keep every message."""
        self._buffer += data
        while True:
            end = _END if self._in_data else b"\r\n"
            line, found, rest = self._buffer.partition(end)
            if not found:
                return
            self._buffer = rest
            self._transport.write(self._taken(line) if self._in_data else self._answered(line))

    def _answered(self, line: bytes) -> bytes:
        match line[:4].upper():
            case b"EHLO":
                return b"250-sink\r\n250 8BITMIME\r\n"
            case b"RCPT":
                self._recipient = line.partition(b"<")[2].partition(b">")[0].decode()
                return b"250 OK\r\n"
            case b"DATA":
                self._in_data = True
                return b"354 go on\r\n"
            case b"QUIT":
                return b"221 bye\r\n"
            case _:
                return b"250 OK\r\n"

    def _taken(self, message: bytes) -> bytes:
        self._in_data = False
        name = _NAME.search(message)
        self._kept.append((name.group(1).decode() if name else "", self._recipient))
        return b"250 taken\r\n"


def _serve(wire: Connection) -> None:
    asyncio.run(_until_told(wire))


async def _until_told(wire: Connection) -> None:
    kept: list[tuple[str, str]] = []
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()

    def heard() -> None:
        try:
            wish = wire.recv()
        except EOFError:  # whoever started it is gone
            wish = "end"
        if wish == "end":
            loop.remove_reader(wire.fileno())
            ended.set()
            return
        wire.send(kept)
        kept.clear()

    loop.add_reader(wire.fileno(), heard)
    async with await loop.create_server(lambda: _Session(kept), "127.0.0.1", 0) as server:
        wire.send(server.sockets[0].getsockname()[1])
        await ended.wait()
