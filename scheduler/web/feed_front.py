"""Answers programs that have the calendar already before anything else of the program is woken up.

Calendar programs ask again and again, thousands of them, and mostly nothing has changed. One look-up says so. Whatever is
not that plain, and every first time, goes the usual way.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from scheduler.domain.clock import Clock
from scheduler.feeds.programs import program_of
from scheduler.feeds.publication import unchanged
from scheduler.store.feed_glance import Glance, Glances
from scheduler.web.feed_routes import CACHE_CONTROL
from scheduler.web.headers import headers_of_all

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment
    from flask import Flask

BEFORE, AFTER = "/feeds/", ".ics"


class FeedFront:
    """Stands before the application."""

    def __init__(self, app: Flask, behind: WSGIApplication) -> None:
        self._behind = behind
        self._clock: Clock = app.extensions["trellis_clock"]
        self._glances = Glances(app)
        self._headers = [*headers_of_all(app).items(), ("Cache-Control", CACHE_CONTROL)]

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer 304 where that is known at a glance."""
        known = environ.get("HTTP_IF_NONE_MATCH")
        path: str = environ.get("PATH_INFO", "")
        if known and path.startswith(BEFORE) and path.endswith(AFTER) and environ["REQUEST_METHOD"] == "GET":
            found = self._found(path[len(BEFORE) : -len(AFTER)], environ.get("HTTP_USER_AGENT", ""))
            if found is not None and f'"{found.etag}"' in known:
                start_response("304 NOT MODIFIED", [*self._headers, ("ETag", f'"{found.etag}"')])
                return ()
        return self._behind(environ, start_response)

    def _found(self, token: str, user_agent: str) -> Glance | None:
        return unchanged(self._glances, token, self._clock.now(), program_of(user_agent))
