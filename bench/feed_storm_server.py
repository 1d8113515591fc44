"""The application as it is served, telling how much it asked of its database and how much memory it takes."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from sqlite3 import Connection
from typing import TYPE_CHECKING

from sqlalchemy import event

from bench.feed_server import bare
from bench.feed_serving import BARE, COUNTS
from scheduler.store.database import db
from wsgi import app

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_asked: list[None] = []


def _listen(connection: Connection, _record: object) -> None:
    # The quickest questions pass the toolkit by, so that they are counted where all of them arrive.
    connection.set_trace_callback(lambda _statement: _asked.append(None))


with app.app_context():
    event.listen(db.engine, "connect", _listen)
    db.engine.dispose()


@bare.get(COUNTS)
def counts() -> str:
    """Answer with the statements asked so far, and the kilobytes in use."""
    kept = Path("/proc/self/status").read_text().partition("VmRSS:")[2].split()[0]
    return f"{len(_asked)} {kept}"


def serve(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Answer a request by the one or the other."""
    return (bare if environ["PATH_INFO"] in {BARE, COUNTS} else app)(environ, start_response)
