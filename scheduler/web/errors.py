"""From failures to calm pages: the one place that knows which failure is which HTTP status."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from scheduler.domain.errors import Conflict, FaultyDocument, InvalidValue, NotFound, StoreNotReady


@dataclass(frozen=True, slots=True)
class Words:
    """What an error page says: what happened, and what to do now."""

    title: str
    what: str
    do: str


WORDS = {
    400: Words(
        "This could not be understood",
        "The request did not have the form that was expected.",
        "Go back, check what you entered, and try again.",
    ),
    403: Words(
        "This page is not for your account",
        "You are signed in, but your role does not include this.",
        "If you need it for your work, ask an administrator.",
    ),
    404: Words(
        "There is nothing here",
        "The page does not exist, or it is not for your account.",
        "Check the address, or start from the first page.",
    ),
    405: Words(
        "This cannot be done that way",
        "The page exists but was called in a way it does not know.",
        "Go back and use the buttons of the page.",
    ),
    409: Words(
        "Somebody else was quicker",
        "What you wanted was taken or changed in the meantime. Nothing of yours was saved.",
        "Go back, look at what is free now, and try again.",
    ),
    413: Words(
        "This is too large",
        "What was sent is larger than what is accepted.",
        "Send less at once.",
    ),
    429: Words(
        "Too many attempts",
        "There were too many attempts in a short time.",
        "Please wait some minutes, then try again.",
    ),
    500: Words(
        "Something went wrong on our side",
        "The failure was recorded. What you were doing was not saved.",
        "Try again. If it happens again, tell an administrator when it happened.",
    ),
    503: Words(
        "The service is not ready",
        "It cannot reach what it needs at the moment.",
        "Try again in a few minutes.",
    ),
}

EXPIRED = Words(
    "This form was open for too long",
    "For your protection a form can only be sent from the sign-in it was opened in. Nothing was saved.",
    "Go back, load the page again, and send the form once more.",
)

STATUS_OF: dict[type[Exception], int] = {
    NotFound: 404,
    Conflict: 409,
    InvalidValue: 400,
    FaultyDocument: 400,
    StoreNotReady: 503,
}

#: Failures whose own sentence is meant for the person at the screen.
TELLING = (Conflict, InvalidValue, StoreNotReady)


def register_errors(app: Flask) -> None:
    """Give every failure its page."""
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(CSRFError, _form_expired)
    for failure in STATUS_OF:
        app.register_error_handler(failure, _known_failure)
    app.register_error_handler(Exception, _surprise)


def error_page(status: int, words: Words | None = None, detail: str = "") -> ResponseReturnValue:
    """Return the page for a status; `detail` is a sentence that helps, empty when there is none."""
    words = words or WORDS.get(status, WORDS[400 if status < 500 else 500])
    return render_template("error.html", status=status, words=words, detail=detail), status


def _http_error(error: HTTPException) -> ResponseReturnValue:
    if error.response is not None or error.code is None or error.code < 400:
        # A redirect, or an answer that was made on purpose.
        return error.get_response()
    page = current_app.make_response(error_page(error.code))
    for name, value in error.get_headers():
        if name.lower() not in {"content-type", "content-length"}:
            page.headers[name] = value
    return page


def _form_expired(_error: CSRFError) -> ResponseReturnValue:
    return error_page(400, EXPIRED)


def _known_failure(error: Exception) -> ResponseReturnValue:
    status = next(code for kind, code in STATUS_OF.items() if isinstance(error, kind))
    return error_page(status, detail=str(error) if isinstance(error, TELLING) else "")


def _surprise(error: Exception) -> ResponseReturnValue:
    # The endpoint and not the address: an address may hold a token.
    current_app.logger.error("unexpected failure in %s", request.endpoint, exc_info=error)
    return error_page(500)
