"""The one public page behind a secret address: a calendar feed, read again and again by programs."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, Response, current_app, request
from werkzeug.http import is_resource_modified

from scheduler.config import Settings
from scheduler.domain.clock import Clock
from scheduler.feeds.bodies import zipped, zipped_body_of
from scheduler.feeds.programs import program_of
from scheduler.feeds.publication import Publication, publication
from scheduler.feeds.render import with_address
from scheduler.web.feed_codings import PLAIN, VARIES, ZIPPED, coding_for, known_tag, tag_of
from scheduler.web.quiet_logs import keep_tokens_out_of_logs

#: A program may keep it, nobody in between may, and it asks before using it again.
CACHE_CONTROL = "private, no-cache"

CALENDAR_TYPE = "text/calendar; charset=utf-8"

CALENDAR = {
    "Content-Type": CALENDAR_TYPE,
    "Content-Disposition": 'inline; filename="appointments.ics"',
}

pages = Blueprint("feeds", __name__)
pages.record_once(lambda _state: keep_tokens_out_of_logs())


@pages.get("/feeds/<token>.ics")
def feed(token: str) -> Response:
    """Answer with the calendar, or that it has not changed. Unknown, revoked and misshapen tokens look the same."""
    clock: Clock = current_app.extensions["trellis_clock"]
    program = program_of(request.headers.get("User-Agent", ""))
    found = publication(token, clock.now(), program, _has)
    if found is None:
        return _nothing_here()
    settings: Settings = current_app.extensions["trellis_settings"]
    return _answer(found, f"{settings.public_url}/feeds/{token}.ics")


def _has(version: str, modified: datetime) -> bool:
    tags = (tag_of(version, coding) for coding in (PLAIN, ZIPPED))
    return any(not is_resource_modified(request.environ, tag, last_modified=modified) for tag in tags)


def _answer(found: Publication, address: str) -> Response:
    """Answer by version first: the calendar is written out only for a program that has not got it yet."""
    coding = coding_for(request.headers.get("Accept-Encoding", ""))
    tag = known_tag(found.version, coding, request.headers.get("If-None-Match", ""))
    response = Response(_sent(found, coding, address), headers=CALENDAR)
    response.headers.add(*VARIES)
    if coding and found.body:
        response.headers["Content-Encoding"] = coding
    response.set_etag(tag or tag_of(found.version, coding))
    response.last_modified = found.last_modified
    response.headers["Cache-Control"] = CACHE_CONTROL
    response.make_conditional(request)
    return response


def _sent(found: Publication, coding: str, address: str) -> bytes:
    """Return what is sent; what has an address in it is put together anew each time, so that none is kept."""
    if found.carries_address and found.body:
        body = with_address(found.body, address)
        return zipped(body) if coding else body
    return zipped_body_of(found.version, found.body) if coding and found.body else found.body


def _nothing_here() -> Response:
    response = Response(
        "There is no calendar at this address.\n", 404, content_type="text/plain; charset=utf-8"
    )
    response.headers["Cache-Control"] = "private, no-store"
    return response
