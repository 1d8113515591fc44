"""The application as a real server on this machine, for browsers and for programs that fetch."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import TYPE_CHECKING

from werkzeug.serving import make_server

if TYPE_CHECKING:
    from flask import Flask

LOOK_EVERY = 0.01
"""How often the server looks whether it shall stop, in seconds; by default every test would wait for it half a second."""


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """Serve the application, and give its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever, args=(LOOK_EVERY,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
