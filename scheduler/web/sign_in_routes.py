"""Sign in and out."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from scheduler.booking.sign_in import SignedIn, SignIn, SignInRefused, sign_in
from scheduler.web.forms import SignInForm, faults
from scheduler.web.identity import begin_session, current_clock, end_session
from scheduler.web.speech import mark, said

#: What the use case says, to be said in other languages.
REFUSALS = (
    mark("The username or the password is not right."),
    mark("There were too many tries. Wait a while and try again."),
)

pages = Blueprint("sign_in", __name__)


@pages.route("/sign-in", methods=["GET", "POST"], endpoint="sign_in")
def sign_in_page() -> ResponseReturnValue:
    """Ask for name and password; sign in and go on to where the person wanted to be."""
    form = SignInForm()
    if request.method == "GET":
        if current_user.is_authenticated:
            return redirect(url_for("home.home"))
        form.next.data = request.args.get("next", "")
        return render_template("sign_in.html", form=form, faults=[])
    if not form.validate():
        return render_template("sign_in.html", form=form, faults=faults(form)), 422
    command = SignIn(form.username.data or "", form.password.data or "", request.remote_addr or "")
    outcome = sign_in(command, current_clock())
    if isinstance(outcome, SignedIn):
        begin_session(outcome.account)
        return redirect(inside_address(form.next.data) or url_for("home.home"), 303)
    return _refused(form, outcome)


@pages.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    """End the session."""
    end_session()
    return redirect(url_for("sign_in.sign_in"), 303)


def inside_address(wanted: str | None) -> str | None:
    """Return the address when it is a page of this site, else `None`: a sign-in must never lead elsewhere."""
    if not wanted or not wanted.startswith("/") or wanted.startswith("//"):
        return None
    if "\\" in wanted or any(ord(character) <= 32 or ord(character) == 127 for character in wanted):
        return None
    try:
        parts = urlsplit(wanted)
    except ValueError:
        return None
    return wanted if not parts.scheme and not parts.netloc else None


def _refused(form: SignInForm, refusal: SignInRefused) -> ResponseReturnValue:
    page = render_template("sign_in.html", form=form, faults=[("username", said(refusal.reason))])
    if refusal.retry_after is None:
        return page, 401
    return page, 429, {"Retry-After": str(int(refusal.retry_after.total_seconds()))}
