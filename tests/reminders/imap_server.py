"""A real IMAP server on this machine, with as much of RFC 3501 as reading a mailbox takes."""

from __future__ import annotations

import re
import shlex
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread

USER, PASSWORD = "answers@example.org", "to be or not"


@dataclass
class Box:
    """One mailbox: its messages by number. `validity` is raised when the numbers begin anew; `asked` are the commands."""

    messages: dict[int, bytes] = field(default_factory=dict)
    validity: int = 1
    asked: list[str] = field(default_factory=list)
    hangs_up: bool = False

    def take(self, message: bytes) -> None:
        """Let a message arrive."""
        self.messages[max(self.messages, default=0) + 1] = message


@contextmanager
def serving_imap(box: Box, tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """Serve a mailbox meanwhile, over TLS where that is given, and give its REPLIES_URL."""

    class Handler(_Session):
        """Speaks with one reader."""

        kept = box

    class Server(ThreadingTCPServer):
        """Waits for readers."""

        allow_reuse_address = True
        daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as server:
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            user, password = USER.replace("@", "%40"), PASSWORD.replace(" ", "%20")
            where = "imap://{}@127.0.0.1" if tls is None else "imaps://{}@localhost"
            yield f"{where.format(f'{user}:{password}')}:{server.server_address[1]}/INBOX"
        finally:
            server.shutdown()
            thread.join()


class _Session(StreamRequestHandler):
    kept: Box

    def handle(self) -> None:
        """Answer line by line until the reader leaves."""
        self._say("* OK ready")
        while line := self.rfile.readline():
            tag, _, rest = line.decode().strip().partition(" ")
            self.kept.asked.append(rest.split(" ")[0] if rest.startswith("LOGIN") else rest)
            if self.kept.hangs_up and rest.startswith("UID FETCH"):
                return
            self._say(f"{tag} {self._answered(rest)}")
            if rest == "LOGOUT":
                return

    def _answered(self, command: str) -> str:
        match command.split(" ")[0]:
            case "CAPABILITY":
                self._say("* CAPABILITY IMAP4rev1")
            case "LOGIN":
                return "OK in" if shlex.split(command)[1:] == [USER, PASSWORD] else "NO no such sign-in"
            case "EXAMINE":
                self._say(f"* {len(self.kept.messages)} EXISTS")
                self._say(f"* OK [UIDVALIDITY {self.kept.validity}] numbers")
                return "OK [READ-ONLY] opened"
            case "UID":
                self._look(command)
            case "LOGOUT":
                self._say("* BYE")
            case _:
                return "BAD unknown"
        return "OK done"

    def _look(self, command: str) -> None:
        if found := re.fullmatch(r"UID SEARCH UID (\d+):\*", command):
            low = int(found.group(1))
            highest = max(self.kept.messages, default=0)
            # RFC 3501 section 6.4.8: the star is the highest number there is, also below the other end.
            numbers = [n for n in self.kept.messages if n >= low or n == highest]
            self._say(" ".join(["* SEARCH", *map(str, sorted(numbers))]))
        elif found := re.fullmatch(r"UID FETCH (\d+) \((.*)\)", command):
            number, what = int(found.group(1)), found.group(2)
            if (message := self.kept.messages.get(number)) is None:
                return
            if what == "RFC822.SIZE":
                self._say(f"* {number} FETCH (UID {number} RFC822.SIZE {len(message)})")
            else:
                self.wfile.write(f"* {number} FETCH (UID {number} BODY[] {{{len(message)}}}\r\n".encode())
                self.wfile.write(message + b")\r\n")

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())
