"""The one public page behind a secret address: a calendar feed, read again and again by programs."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, request

from scheduler.domain.clock import Clock
from scheduler.feeds.publication import Publication, publication
from scheduler.web.quiet_logs import keep_tokens_out_of_logs

pages = Blueprint("feeds", __name__)
pages.record_once(lambda _state: keep_tokens_out_of_logs())


@pages.get("/feeds/<token>.ics")
def feed(token: str) -> Response:
    """Answer with the calendar, or that it has not changed. Unknown, revoked and misshapen tokens look the same."""
    clock: Clock = current_app.extensions["trellis_clock"]
    found = publication(token, clock.now())
    response = _nothing_here() if found is None else _answer(found)
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _answer(found: Publication) -> Response:
    """Answer by version first: the calendar is written out only for a program that has not got it yet."""
    response = Response(content_type="text/calendar; charset=utf-8")
    response.set_etag(found.version)
    response.last_modified = found.last_modified
    # A program may keep it, nobody in between may, and it asks before using it again.
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Content-Disposition"] = 'inline; filename="appointments.ics"'
    response.make_conditional(request)
    if response.status_code == 200:
        response.set_data(found.body())
    return response


def _nothing_here() -> Response:
    response = Response(
        "There is no calendar at this address.\n", 404, content_type="text/plain; charset=utf-8"
    )
    response.headers["Cache-Control"] = "private, no-store"
    return response
