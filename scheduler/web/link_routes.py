"""The page behind the link in a message: neutral, for whoever holds the link, answered by buttons alone.

Nobody is signed in here and no cookie is read or set, so that another site has nothing to act with: it would have to know
the secret in the address, which is as good as the message itself. What is left are programs that send whatever form they
guess. So a form is heeded only with the seal that its page gave it, made of the link's secret and the program's key, and
never when the browser says that another site sent it.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from hashlib import sha256

from flask import Blueprint, Response, abort, current_app, make_response, redirect, render_template, request
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from scheduler.domain.answers import Answer
from scheduler.reminders.answer_links import (
    AnswerByLink,
    AskedVisit,
    answer_by_link,
    hash_of,
    mark_of,
    open_link,
)
from scheduler.reminders.contents import line_of
from scheduler.reminders.words.language import Language
from scheduler.reminders.words.own_spoken import own_words
from scheduler.reminders.words.spoken import spoken
from scheduler.store import clinic
from scheduler.web.errors import STATUS_OF
from scheduler.web.feed_limits import FeedLimits
from scheduler.web.guard import is_from_elsewhere
from scheduler.web.identity import current_clock
from scheduler.web.link_words import asking_to_call, buttons_for, on_file
from scheduler.web.quiet_logs import keep_tokens_out_of_logs

pages = Blueprint("links", __name__)

_LIMITS = "trellis_link_limits"


@dataclass(frozen=True, slots=True)
class AskedLine:
    """One visit as the page shows it, its time of day not to be broken.

    `buttons` are answers and their words; `key` names the visit on this page alone.
    """

    key: str
    when: str
    stands: bool
    is_open: bool
    said: str
    waits: bool
    seen: str
    buttons: tuple[tuple[str, str], ...]


@pages.record
def _prepare(state: BlueprintSetupState) -> None:
    keep_tokens_out_of_logs()
    known = state.app.extensions
    known[_LIMITS] = FeedLimits(known["trellis_settings"], known["trellis_clock"])


@pages.before_request
def _hold_back() -> ResponseReturnValue | None:
    """Let wait who asks far too often: for one link, or from one network for links that are none."""
    wait = limits().wait(request.environ, hash_of(_secret()))
    if not wait:
        return None
    answer = _note(429)
    answer.headers["Retry-After"] = str(wait)
    return answer


@pages.after_request
def _count(response: Response) -> Response:
    if response.status_code != 429:
        limits().count(request.environ, hash_of(_secret()), response.status)
    return response


@pages.get("/a/<secret>")
def link(secret: str) -> ResponseReturnValue:
    """Show what the message told and what is on file about it; whoever fetches it changes nothing."""
    asked = open_link(secret, current_clock()).visits
    site = asked[0].visit
    language = spoken(*site.languages)
    words = language.page
    lines = [_line(secret, one, language) for one in asked]
    return render_template(
        "link.html",
        lines=lines,
        site=site,
        language=language,
        words=words,
        heading=language.said(words.heading, len(lines)),
        ask=lambda sentence: asking_to_call(sentence, site.phone, words),
        shows_address=any(not line_of(one.visit, one.start).by_phone for one in asked),
        may_confirm_all=sum(any(value == Answer.ACCEPTED for value, _ in one.buttons) for one in lines) > 1,
        seal=seal_of(secret),
        accepted=Answer.ACCEPTED.value,
        urgent=clinic.site(site.site).urgent_help,
        urgent_word=own_words(language).door.urgent,
        own=own_words(language).door,
        secret=secret,
    )


@pages.post("/a/<secret>")
def answer(secret: str) -> ResponseReturnValue:
    """Take an answer to one visit, or to all; then show what is on file."""
    if is_from_elsewhere() or not hmac.compare_digest(
        request.form.get("seal", "").encode(), seal_of(secret).encode()
    ):
        abort(400)
    asked = open_link(secret, current_clock()).visits
    chosen = request.form.get("visit", "")
    keys = [_key(secret, one) for one in asked]
    # What is over since the page was shown is no longer there, and the page says how things are now.
    if not chosen or chosen in keys:
        command = AnswerByLink(
            secret,
            _answer_sent(),
            asked[keys.index(chosen)].visit.appointment if chosen else None,
            request.form.get("seen", ""),
        )
        answer_by_link(command, current_clock())
    anchor = f"#{chosen}" if chosen in keys else ""
    return redirect(f"{request.path}{anchor}", 303)


@pages.errorhandler(Exception)
def _failed(error: Exception) -> ResponseReturnValue:
    """Say it in words that give nothing away; which link, why and whose is nobody's business."""
    if isinstance(error, HTTPException):
        return _note(error.code or 500)
    status = next((code for kind, code in STATUS_OF.items() if isinstance(error, kind)), 500)
    if status == 500:
        current_app.logger.error("unexpected failure in %s", request.endpoint, exc_info=error)
    return _note(status)


def _note(status: int) -> Response:
    # Whose link it was, and what they read, is not to be known any more: the browser says what its owner does.
    language = spoken(*request.accept_languages.values())
    note = language.page.notes.get(status, language.page.other_note)
    return make_response(render_template("link_note.html", note=note, language=language), status)


def _line(secret: str, one: AskedVisit, language: Language) -> AskedLine:
    told, words = line_of(one.visit, one.start), language.page
    given = one.answer
    return AskedLine(
        key=_key(secret, one),
        when=told.sentence(language),
        stands=one.stands,
        is_open=one.is_open,
        said=on_file(one, words),
        waits=given is not None and given.waits,
        seen=mark_of(given),
        buttons=buttons_for(one, words),
    )


def _answer_sent() -> Answer:
    try:
        return Answer(request.form.get("answer", ""))
    except ValueError:
        abort(400)


def seal_of(secret: str) -> str:
    """Return what a form of this link carries: nobody makes it without the program's key, or for another link."""
    key = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.new(key, b"answer by link\n" + secret.encode(), "sha256").hexdigest()[:32]


def _key(secret: str, one: AskedVisit) -> str:
    """Return a name for a visit that means something on this page alone."""
    return "v" + sha256(f"{secret} {one.visit.appointment}".encode()).hexdigest()[:12]


def _secret() -> str:
    return str((request.view_args or {}).get("secret", ""))


def limits() -> FeedLimits:
    """Return how often links may be asked for."""
    limits = current_app.extensions[_LIMITS]
    assert isinstance(limits, FeedLimits)
    return limits
