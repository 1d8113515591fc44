"""A provider of text messages on this machine, as far as its REST API is used: it keeps what it takes, over real HTTP."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from time import sleep
from urllib.parse import parse_qsl

SID, TOKEN, SENDER = "AC0001", "secret/token", "+13035550100"


@dataclass
class SmsServer:
    """What the provider answers to whom, and what it took. `silent` recipients are taken and never answered."""

    port: int = 0
    answers: dict[str, tuple[int, int]] = field(default_factory=dict)
    silent: set[str] = field(default_factory=set)
    taken: list[dict[str, str]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Return the SMS_URL of this provider."""
        return f"twilio+http://{SID}:secret%2Ftoken@127.0.0.1:{self.port}?from={SENDER}"


@contextmanager
def texting(server: SmsServer) -> Iterator[SmsServer]:
    """Run the provider meanwhile."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            form = dict(parse_qsl(self.rfile.read(length).decode()))
            server.asked.append(self.path)
            key = b64decode(self.headers["Authorization"].removeprefix("Basic ")).decode()
            if key != f"{SID}:{TOKEN}":
                self._tell(401, {"code": 20003})
                return
            status, code = server.answers.get(form["To"], (201, 0))
            if status == 201:
                server.taken.append(form)
            if form["To"] in server.silent:
                sleep(0.05)
                return
            self._tell(status, {"sid": "SM1"} if status == 201 else {"code": code, "message": form["To"]})

        def _tell(self, status: int, what: dict[str, object]) -> None:
            body = json.dumps(what).encode()
            # Whoever asked may have been killed meanwhile.
            with suppress(BrokenPipeError, ConnectionResetError):
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", server.port), Handler) as http:
        server.port = http.server_address[1]
        thread = Thread(target=http.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield server
        finally:
            http.shutdown()
            thread.join()
