"""Answers calendar programs before anything else is woken up, where nothing has changed since they last asked, and keeps
those waiting that ask far too often.

They ask again and again, thousands of them. One look-up says that all is as it was; then it is said so, or what is kept
of the calendar is handed out again. Whatever is not that plain, and every first time, goes the usual way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from werkzeug.http import http_date

from scheduler.domain.clock import Clock
from scheduler.feeds.bodies import kept_body, zipped_body_of
from scheduler.feeds.programs import program_of
from scheduler.feeds.publication import unchanged
from scheduler.feeds.tokens import hash_of
from scheduler.store.feed_glance import Glance, Glances
from scheduler.web.feed_codings import VARIES, coding_for, known_tag, tag_of
from scheduler.web.feed_limits import FeedLimits
from scheduler.web.feed_routes import CACHE_CONTROL, CALENDAR
from scheduler.web.headers import headers_of_all

if TYPE_CHECKING:
    from _typeshed import OptExcInfo
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment
    from flask import Flask


BEFORE, AFTER = "/feeds/", ".ics"

TOO_OFTEN = b"Asked too often. Ask again later.\n"
TOO_OFTEN_HEADERS = {"Content-Type": "text/plain; charset=utf-8", "Cache-Control": "private, no-store"}


class FeedFront:
    """Stands before the application."""

    def __init__(self, app: Flask, behind: WSGIApplication) -> None:
        self._behind = behind
        self._clock: Clock = app.extensions["trellis_clock"]
        self._limits = FeedLimits(app.extensions["trellis_settings"], self._clock)
        self._glances = Glances(app)
        self._of_all = list(headers_of_all(app).items())
        self._headers = [*self._of_all, ("Cache-Control", CACHE_CONTROL), VARIES]

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Let through what is no calendar, and nothing that was asked for too often."""
        path: str = environ.get("PATH_INFO", "")
        if not (path.startswith(BEFORE) and path.endswith(AFTER)):
            return self._behind(environ, start_response)
        token = path[len(BEFORE) : -len(AFTER)]
        token_hash = hash_of(token)
        if wait := self._limits.wait(environ, token_hash):
            told = {"Retry-After": str(wait), "Content-Length": str(len(TOO_OFTEN)), **TOO_OFTEN_HEADERS}
            start_response("429 TOO MANY REQUESTS", [*self._of_all, *told.items()])
            return (TOO_OFTEN,)
        return self._answer(environ, self._counting(environ, start_response, token_hash), token)

    def _counting(self, environ: WSGIEnvironment, told: StartResponse, token_hash: str) -> StartResponse:
        """Return what tells the answer to the program, and counts it."""

        def tell(
            status: str, headers: list[tuple[str, str]], failure: OptExcInfo | None = None, /
        ) -> Callable[[bytes], object]:
            self._limits.count(environ, token_hash, status)
            return told(status, headers, failure)

        return tell

    def _answer(self, environ: WSGIEnvironment, start_response: StartResponse, token: str) -> Iterable[bytes]:
        """Answer where the answer is known at a glance."""
        if environ["REQUEST_METHOD"] != "GET":
            return self._behind(environ, start_response)
        found = self._found(token, environ.get("HTTP_USER_AGENT", ""))
        known = environ.get("HTTP_IF_NONE_MATCH")
        coding = coding_for(environ.get("HTTP_ACCEPT_ENCODING", ""))
        if found is not None and known and (tag := known_tag(found.etag, coding, known)):
            start_response("304 NOT MODIFIED", [*self._headers, ("ETag", f'"{tag}"')])
            return ()
        by_time = "HTTP_IF_MODIFIED_SINCE" in environ and not known
        # Of a calendar with its address in it nothing is kept as it is sent.
        body = None if found is None or by_time or found.carries_address else kept_body(found.etag)
        if found is None or body is None:
            return self._behind(environ, start_response)
        return self._whole(found, body, coding, start_response)

    def _whole(
        self, found: Glance, body: bytes, coding: str, start_response: StartResponse
    ) -> Iterable[bytes]:
        """Hand out what is kept, in the coding that the program takes."""
        sent = zipped_body_of(found.etag, body) if coding else body
        told = {
            "ETag": f'"{tag_of(found.etag, coding)}"',
            "Last-Modified": http_date(found.last_modified),
            "Content-Length": str(len(sent)),
            **({"Content-Encoding": coding} if coding else {}),
            **CALENDAR,
        }
        start_response("200 OK", [*self._headers, *told.items()])
        return (sent,)

    def _found(self, token: str, user_agent: str) -> Glance | None:
        return unchanged(self._glances, token, self._clock.now(), program_of(user_agent))
