"""Deny by default: every page needs a sign-in and a permission that it names, or stands on one short list."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from flask import abort, current_app, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from scheduler.access.permissions import Actor, Permission, may
from scheduler.web.speech import said, speak, speak_as_asked

#: Pages for everybody. A token in the address guards the feeds and what links in messages open, a signature what comes from
#: the provider of texts, a cookie of their own and a birth date the patient's own pages; the other ones tell nothing.
PUBLIC_ENDPOINTS = frozenset(
    {
        *("static", "healthz", "readyz", "sign_in.sign_in", "feeds.feed", "links.link", "links.answer"),
        *("links.door", "links.enter", "own.plan", "own.answer", "own.visit_file", "own.done"),
        *("own_choices.choices", "own_choices.keep", "own_choices.calendar"),
        "own_offers.take",
        *("texts.status", "texts.arrived"),
    }
)

#: What guards itself, and knows nobody by a sign-in: the programs' floor asks for a token.
OWN_GUARD_BLUEPRINTS = frozenset({"api"})

#: Pages for whoever is signed in, whatever the role.
SIGNED_IN_ENDPOINTS = frozenset({"home.home", "sign_in.sign_out"})

#: A character that no text of people or ids has, and that databases refuse.
NO_TEXT = "\x00"

Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")

_NEEDED: dict[Callable[..., object], frozenset[Permission]] = {}


def needs(*permissions: Permission) -> Callable[[Callable[Arguments, Answer]], Callable[Arguments, Answer]]:
    """Declare that a page is for accounts with any of these permissions; put it below the route."""

    def mark(view: Callable[Arguments, Answer]) -> Callable[Arguments, Answer]:
        _NEEDED[view] = frozenset(permissions)
        return view

    return mark


def permissions_of(endpoint: str) -> frozenset[Permission]:
    """Return the permissions of which a page asks any one; empty when it declares none, which denies everybody."""
    view = current_app.view_functions.get(endpoint)
    return _NEEDED.get(view, frozenset()) if view else frozenset()


def guard() -> ResponseReturnValue | None:
    """Let a request through, or send it to the sign-in, or refuse it. Runs before every request."""
    endpoint = request.endpoint
    if request.blueprint in OWN_GUARD_BLUEPRINTS:
        return None
    if NO_TEXT in request.path:
        # PostgreSQL keeps no such text, so nothing is called so.
        abort(404)
    if any(NO_TEXT in value for given in (request.args, request.form) for value in given.values()):
        abort(400)
    if endpoint in PUBLIC_ENDPOINTS:
        if endpoint == "sign_in.sign_in":
            speak_as_asked()
        return None
    if endpoint is None:
        # Nothing is there; whoever is signed in is told so with the way back in sight.
        if current_user.is_authenticated:
            _let_in()
        return None
    if not current_user.is_authenticated:
        return _to_sign_in()
    if is_from_elsewhere():
        abort(400)
    _let_in()
    if endpoint not in SIGNED_IN_ENDPOINTS and not any(may(g.actor, p) for p in permissions_of(endpoint)):
        abort(403)
    return None


def actor() -> Actor:
    """Return who is signed in; for use inside guarded pages alone."""
    signed_in = g.actor
    assert isinstance(signed_in, Actor)
    return signed_in


def _let_in() -> None:
    g.actor = current_user.actor
    speak(current_user.account.manner)


def _to_sign_in() -> ResponseReturnValue:
    if request.method == "POST" and request.endpoint != "sign_in.sign_out":
        speak_as_asked()
        flash(said("You were not signed in any more, so nothing was saved."), "missing")
    # Only a page that can be asked for again is worth coming back to.
    rule = request.url_rule
    may_be_asked_for = rule is not None and "GET" in (rule.methods or ()) and request.path != "/"
    wanted = request.full_path.rstrip("?") if may_be_asked_for else None
    return redirect(url_for("sign_in.sign_in", next=wanted), 303)


def is_from_elsewhere() -> bool:
    """Say whether another web site sent this form; browsers tell since 2023, the form's own token tells always."""
    if request.method in {"GET", "HEAD", "OPTIONS"}:
        return False
    return request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}
