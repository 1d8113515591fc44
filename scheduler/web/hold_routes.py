"""Series that are only held: for how long they may be, and the two buttons that end it."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import Blueprint, abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from scheduler.access.permissions import Permission
from scheduler.booking.holds import DecideHold, HoldDecided, book_hold, release_hold
from scheduler.booking.outcomes import NotAllowed, Refused
from scheduler.booking.reach import series_within_reach
from scheduler.store.work import reading
from scheduler.web.form_keys import key_sent
from scheduler.web.guard import actor, needs
from scheduler.web.identity import current_clock
from scheduler.web.speech import mark, said
from scheduler.web.words import refused_words

pages = Blueprint("hold", __name__)

_LENGTHS = {
    "15-minutes": (mark("for 15 minutes"), timedelta(minutes=15)),
    "1-day": (mark("for a day"), timedelta(days=1)),
    "3-days": (mark("for 3 days"), timedelta(days=3)),
}


def hold_choices() -> tuple[tuple[str, str], ...]:
    """Return for how long one may hold, as (value, label): minutes for a telephone call, days for a patient to think."""
    return tuple((value, said(label)) for value, (label, _) in _LENGTHS.items())


def held_until(choice: str, now: datetime) -> datetime:
    """Return until when a choice holds; the shortest for one that is none."""
    return now + _LENGTHS.get(choice, _LENGTHS["15-minutes"])[1]


@pages.post("/series/<series>/hold/book")
@needs(Permission.BOOK_SERIES)
def book(series: str) -> ResponseReturnValue:
    """Book what was held."""
    _must_be_within_reach(series)
    outcome = book_hold(DecideHold(series, key_sent()), actor(), current_clock())
    return _told(series, outcome, said("Booked: the times that were held."))


@pages.post("/series/<series>/hold/release")
@needs(Permission.BOOK_SERIES)
def release(series: str) -> ResponseReturnValue:
    """Let go what was held."""
    _must_be_within_reach(series)
    outcome = release_hold(DecideHold(series, key_sent()), actor(), current_clock())
    return _told(series, outcome, said("Let go: the times are free again."))


def _must_be_within_reach(series: str) -> None:
    with reading():
        series_within_reach(actor(), series)


def _told(series: str, outcome: HoldDecided | Refused | NotAllowed, done: str) -> ResponseReturnValue:
    if isinstance(outcome, NotAllowed):
        abort(403)
    if isinstance(outcome, Refused):
        flash(refused_words(outcome), "bad")
    else:
        flash(done, "good")
    return redirect(url_for("series.series", series=series), 303)
