"""The cookie of a patient's own pages: signed, of their own path, renewed by use, and worth nothing once they are closed.

Nobody is signed in here. What a browser shows is the name of an opening, which the database knows by its hash, and when it
was last used. A form is heeded only with the seal that its page gave it, and never when the browser says that another site
sent it.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import UTC, datetime

from flask import Blueprint, Response, abort, current_app, g, make_response, render_template, request
from flask.typing import ResponseReturnValue
from itsdangerous import BadData, URLSafeSerializer
from werkzeug.exceptions import HTTPException

from scheduler.domain.errors import NotFound, TrellisError
from scheduler.domain.urgent_help import UrgentHelp
from scheduler.reminders.own_door import site_once_opened, who_opened
from scheduler.reminders.words.language import Language, Note
from scheduler.reminders.words.own_spoken import own_words
from scheduler.reminders.words.spoken import spoken
from scheduler.store import clinic
from scheduler.store.own_door import Opening
from scheduler.store.work import reading
from scheduler.web.errors import STATUS_OF
from scheduler.web.guard import is_from_elsewhere
from scheduler.web.identity import current_clock

COOKIE, PATH = "own", "/own"
CLOSED = 403


@dataclass(frozen=True, slots=True)
class Showing:
    """What a browser shows: the secret name of an opening, which is in no page and no log, and whose it is."""

    name: str
    opening: Opening


def guard_pages(pages: Blueprint) -> None:
    """Let only those in who have the pages open, and let no failure say more than that it is one."""
    pages.before_request(_let_in)
    pages.after_request(_renew)
    pages.register_error_handler(Exception, _failed)


def showing() -> Showing:
    """Return what the present browser shows; for use inside guarded pages alone."""
    found = g.own_showing
    assert isinstance(found, Showing)
    return found


def seal() -> str:
    """Return what a form of these pages carries: nobody makes it without the program's key, or for another opening."""
    key = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.new(key, b"own pages\n" + showing().name.encode(), "sha256").hexdigest()[:32]


def give_cookie(response: Response, name: str) -> None:
    """Let the browser show this opening, as used now."""
    value = _signer().dumps([name, int(current_clock().now().timestamp())])
    secure = bool(current_app.config["SESSION_COOKIE_SECURE"])
    response.set_cookie(COOKIE, value, path=PATH, httponly=True, samesite="Lax", secure=secure)


def take_cookie(response: Response) -> None:
    """Let the browser forget it."""
    secure = bool(current_app.config["SESSION_COOKIE_SECURE"])
    response.delete_cookie(COOKIE, path=PATH, httponly=True, samesite="Lax", secure=secure)


def note_page(note: Note, language: Language, status: int, urgent: tuple[UrgentHelp, ...]) -> Response:
    """Return a page of a few neutral words, with whom to call in urgent need."""
    word = own_words(language).door.urgent
    page = render_template("own_note.html", note=note, language=language, urgent=urgent, urgent_word=word)
    return make_response(page, status)


def urgent_help_at(site: str | None) -> tuple[UrgentHelp, ...]:
    """Return whom patients of a site call; where the site is not known, of the only one there is, else nobody."""
    with reading():
        sites = clinic.sites()
    found = [one for one in sites if one.id == site] if site else sites
    return found[0].urgent_help if len(found) == 1 else ()


def browsers_language() -> Language:
    """Return the language that a browser asks for: of a closed page nobody is to know whose it was."""
    return spoken(*request.accept_languages.values())


def _let_in() -> ResponseReturnValue | None:
    name, used = _shown()
    try:
        opening = who_opened(name, used, current_clock())
    except NotFound:
        language = browsers_language()
        urgent = urgent_help_at(site_once_opened(name) if name else None)
        response = note_page(own_words(language).door.ended, language, CLOSED, urgent)
        if COOKIE in request.cookies:
            take_cookie(response)
        return response
    g.own_showing = Showing(name, opening)
    if request.method == "POST" and (
        is_from_elsewhere() or not hmac.compare_digest(request.form.get("seal", "").encode(), seal().encode())
    ):
        abort(400)
    return None


def _renew(response: Response) -> Response:
    found = g.get("own_showing")
    if found is not None and not g.get("own_is_done"):
        give_cookie(response, found.name)
    return response


def _shown() -> tuple[str, datetime]:
    """Return the opening that the cookie names and when it was last used; an empty name for what we did not sign."""
    try:
        name, used = _signer().loads(request.cookies.get(COOKIE, ""))
        return str(name), datetime.fromtimestamp(int(used), UTC)
    except (BadData, ValueError, TypeError, OverflowError):
        return "", datetime.fromtimestamp(0, UTC)


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.config["SECRET_KEY"]), salt="own pages")


def _failed(error: Exception) -> ResponseReturnValue:
    """Say it in words that give nothing away."""
    if isinstance(error, HTTPException):
        status = error.code or 500
    else:
        status = next((code for kind, code in STATUS_OF.items() if isinstance(error, kind)), 500)
    if status == 500:
        current_app.logger.error("unexpected failure in %s", request.endpoint, exc_info=error)
    language = browsers_language()
    note = language.page.notes.get(status, language.page.other_note)
    return note_page(note, language, status, _urgent_if_known())


def _urgent_if_known() -> tuple[UrgentHelp, ...]:
    try:
        found = g.get("own_showing")
        return urgent_help_at(found.opening.site if found else None)
    except TrellisError:
        return ()  # the database itself may be what failed
