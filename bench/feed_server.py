"""The application beside a bare Flask answer on one server, for the benchmark of feeds."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask import Flask

from bench.feed_serving import BARE
from wsgi import app

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

bare = Flask("bare")


@bare.get(BARE)
def hello() -> str:
    """Answer with nearly nothing: what Flask itself costs."""
    return "Hello"


def serve(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Answer a request by the one or the other."""
    return (bare if environ["PATH_INFO"] == BARE else app)(environ, start_response)
