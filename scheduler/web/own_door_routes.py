"""From the link in a message to the patient's own pages: the birth date is asked for, and a right one opens them.

These pages belong to those of the link: they have its limits, its seal and its words for what went wrong.
"""

from __future__ import annotations

import hmac
from datetime import date

from flask import abort, current_app, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from scheduler.domain.placeholders import filled
from scheduler.reminders.answer_links import open_link
from scheduler.reminders.own_door import GivenBirthDate, Locked, Mismatched, open_own_pages
from scheduler.reminders.words.own_spoken import month_names, own_words
from scheduler.reminders.words.spoken import spoken
from scheduler.store import clinic
from scheduler.web.guard import is_from_elsewhere
from scheduler.web.identity import current_clock
from scheduler.web.link_routes import limits, pages, seal_of
from scheduler.web.link_words import asking_to_call
from scheduler.web.own_session import give_cookie

__all__ = ["pages"]

_PARTS = ("day", "month", "year")


@pages.get("/a/<secret>/own")
def door(secret: str) -> ResponseReturnValue:
    """Ask for the birth date; whoever fetches it changes nothing."""
    return _page(secret, "", 200)


@pages.post("/a/<secret>/own")
def enter(secret: str) -> ResponseReturnValue:
    """Open the pages, or say that they stay closed."""
    if is_from_elsewhere() or not hmac.compare_digest(
        request.form.get("seal", "").encode(), seal_of(secret).encode()
    ):
        abort(400)
    site = open_link(secret, current_clock()).visits[0].visit
    language = spoken(*site.languages)
    words = own_words(language).door
    birth_date = _date_sent()
    if birth_date is None:
        return _page(secret, words.incomplete, 422)
    outcome = open_own_pages(GivenBirthDate(secret, birth_date, _network()), current_clock())
    if isinstance(outcome, Locked):
        until = language.moment(outcome.until, site.site_zone)
        return _page(secret, filled(words.locked, {"time": until}), 429)
    if isinstance(outcome, Mismatched):
        return _page(secret, words.mismatch, 422)
    response = make_response(redirect(url_for("own.plan"), 303))
    give_cookie(response, outcome.opening)
    return response


def _page(secret: str, problem: str, status: int) -> ResponseReturnValue:
    site = open_link(secret, current_clock()).visits[0].visit
    language = spoken(*site.languages)
    page = render_template(
        "own_door.html",
        site=site,
        language=language,
        words=own_words(language).door,
        page_words=language.page,
        months=month_names(language),
        sent={part: request.form.get(part, "")[:9] for part in _PARTS},
        problem=problem,
        seal=seal_of(secret),
        back=url_for("links.link", secret=secret),
        ask=lambda sentence: asking_to_call(sentence, site.phone, language.page),
        urgent=clinic.site(site.site).urgent_help,
        urgent_word=own_words(language).door.urgent,
    )
    return make_response(page, status)


def _date_sent() -> date | None:
    """Return the date of the form, `None` for none that there is."""
    try:
        day, month, year = (int(request.form.get(part, "")) for part in _PARTS)
        return date(year, month, day)
    except ValueError:
        return None


def _network() -> str:
    """Return a hash of the network that asks, by our own key so that nobody tries out all addresses; empty for none."""
    network = limits().network(request.environ)
    key = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.new(key, b"network\n" + network.encode(), "sha256").hexdigest() if network else ""
