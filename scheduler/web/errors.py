"""From failures to calm pages: the one place that knows which failure is which HTTP status."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, current_app, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from scheduler.domain.errors import Conflict, FaultyDocument, InvalidValue, NotFound, StoreNotReady
from scheduler.web.speech import mark, said, speak_as_asked


@dataclass(frozen=True, slots=True)
class Words:
    """What an error page says: what happened, and what to do now; marked sentences."""

    title: str
    what: str
    do: str


WORDS = {
    400: Words(
        mark("This could not be understood"),
        mark("The request did not have the form that was expected."),
        mark("Go back, check what you entered, and try again."),
    ),
    403: Words(
        mark("This page is not for your account"),
        mark("You are signed in, but your role does not include this."),
        mark("If you need it for your work, ask an administrator."),
    ),
    404: Words(
        mark("There is nothing here"),
        mark("The page does not exist, or it is not for your account."),
        mark("Check the address, or start from the first page."),
    ),
    405: Words(
        mark("This cannot be done that way"),
        mark("The page exists but was called in a way it does not know."),
        mark("Go back and use the buttons of the page."),
    ),
    409: Words(
        mark("Somebody else was quicker"),
        mark("What you wanted was taken or changed in the meantime. Nothing of yours was saved."),
        mark("Go back, look at what is free now, and try again."),
    ),
    413: Words(
        mark("This is too large"),
        mark("What was sent is larger than what is accepted."),
        mark("Send less at once."),
    ),
    429: Words(
        mark("Too many attempts"),
        mark("There were too many attempts in a short time."),
        mark("Please wait some minutes, then try again."),
    ),
    500: Words(
        mark("Something went wrong on our side"),
        mark("The failure was recorded. What you were doing was not saved."),
        mark("Try again. If it happens again, tell an administrator when it happened."),
    ),
    503: Words(
        mark("The service is not ready"),
        mark("It cannot reach what it needs at the moment."),
        mark("Try again in a few minutes."),
    ),
}

EXPIRED = Words(
    mark("This form was open for too long"),
    mark("For your protection a form can only be sent from the sign-in it was opened in. Nothing was saved."),
    mark("Go back, load the page again, and send the form once more."),
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
    if not g.get("actor"):
        # Nobody is signed in who chose a language.
        speak_as_asked()
    spoken = Words(said(words.title), said(words.what), said(words.do))
    return render_template("error.html", status=status, words=spoken, detail=detail), status


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
