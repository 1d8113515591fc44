"""Offer a patient other times for one visit, to choose from on their own pages, and see to what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from scheduler.access.permissions import Permission
from scheduler.booking.changed_series import visits_of
from scheduler.booking.offer_times import (
    OfferTimes,
    SettleOffers,
    offer_times,
    open_offer,
    settle_offers,
    times_to_offer,
)
from scheduler.booking.outcomes import NotAllowed, PlannedChange, Refused
from scheduler.booking.preview_move import WantedMove
from scheduler.booking.reach import series_within_reach
from scheduler.booking.see_offers import OfferNews, news_of
from scheduler.domain.appointment import Appointment
from scheduler.domain.errors import NotFound
from scheduler.domain.offers import MOST_OFFERED, OPEN_FOR, Offer
from scheduler.domain.people import Patient
from scheduler.domain.places import Site
from scheduler.store import appointments, clinic
from scheduler.store.offers import latest_offers
from scheduler.store.work import reading
from scheduler.web.form_keys import key_sent
from scheduler.web.guard import actor, needs
from scheduler.web.identity import current_clock
from scheduler.web.sealed_change import Seal, UnusableWay, opened, sealed
from scheduler.web.speech import said
from scheduler.web.words import count_words, moment_in, refused_words

pages = Blueprint("offers", __name__)


@dataclass(frozen=True, slots=True)
class _Subject:
    """The visit that the page is about, with whose it is and where."""

    visit: Appointment
    patient: Patient
    site: Site


@pages.get("/visits/<appointment>/offer")
@needs(Permission.MOVE_APPOINTMENT)
def offer(appointment: str) -> ResponseReturnValue:
    """Show what is offered, what came of it, and the times that could be offered."""
    now = current_clock().now()
    with reading():
        about = _subject(appointment)
        last = latest_offers([about.visit.id]).get(about.visit.id)
        standing = open_offer(about.visit, now)
        found = times_to_offer(about.visit.id, actor(), current_clock())
    if isinstance(found, NotAllowed):
        abort(403)
    zone = about.site.zone
    return render_template(
        "offer.html",
        about=about,
        standing=standing,
        standing_times=[moment_in(one.start, zone) for _, one in standing.left] if standing else (),
        news=_news(last, about, now),
        times=_choices(found, about, now) if isinstance(found, tuple) else (),
        reasons=found.reasons if isinstance(found, Refused) else (),
        most=MOST_OFFERED,
        hours=f"{OPEN_FOR.total_seconds() / 3600:g}",
    )


@pages.post("/visits/<appointment>/offer")
@needs(Permission.MOVE_APPOINTMENT)
def make(appointment: str) -> ResponseReturnValue:
    """Offer the times that were ticked."""
    with reading():
        about = _subject(appointment)
    again = redirect(url_for("offers.offer", appointment=about.visit.id), 303)
    mine = Seal(about.visit.id, actor().id, current_clock().now())
    try:
        chosen = [opened(text, mine) for text in request.form.getlist("way")]
    except UnusableWay as unusable:
        flash(str(unusable), "missing")
        return again
    times = tuple(visit for one in chosen for visit in one.visits)
    outcome = offer_times(OfferTimes(about.visit.id, times, key_sent()), actor(), current_clock())
    if isinstance(outcome, NotAllowed):
        abort(403)
    if isinstance(outcome, Refused):
        flash(Markup("%s %s") % (said("Nothing is offered."), refused_words(outcome)), "bad")
    else:
        number = count_words(len(outcome.times), "time")
        until = moment_in(outcome.expires_at, about.site.zone)
        flash(said("Offered: %(times)s, until %(until)s.", times=number, until=until), "good")
    return again


@pages.post("/visits/<appointment>/offer/settle")
@needs(Permission.MOVE_APPOINTMENT)
def settle(appointment: str) -> ResponseReturnValue:
    """Note that somebody has seen to what came of it, and take back what is offered still."""
    with reading():
        about = _subject(appointment)
    if isinstance(settle_offers(SettleOffers(about.visit.id), actor(), current_clock()), NotAllowed):
        abort(403)
    flash(said("Settled. Nothing is offered for this visit now."), "good")
    return redirect(url_for("visits.visit", appointment=about.visit.id), 303)


def _subject(appointment: str) -> _Subject:
    visit = appointments.appointment(appointment)
    if not visit.series:
        raise NotFound("a visit outside of any series is moved where it came from")
    series, patient = series_within_reach(actor(), visit.series)
    return _Subject(visit, patient, clinic.site(series.site))


def _choices(found: tuple[PlannedChange, ...], about: _Subject, now: datetime) -> list[tuple[str, str]]:
    """Return the times that could be offered: what stands for each in the form, and the time in words."""
    mine = Seal(about.visit.id, actor().id, now)
    return [
        (
            sealed(visits_of(way), mine, WantedMove(about.visit.id)),
            moment_in(way.moves[0].after, about.site.zone),
        )
        for way in found
    ]


def _news(last: Offer | None, about: _Subject, now: datetime) -> str:
    """Return what came of the last offer where nobody has seen to it, in words; else nothing."""
    if last is None or last.settled_at is not None:
        return ""
    news = news_of(last, about.visit, now)
    return news_words(news, last, about.visit, about.site.zone) if news else ""


def news_words(news: OfferNews, one: Offer, visit: Appointment, zone: str) -> str:
    """Return what came of an offer, in a sentence."""
    if news is OfferNews.CHOSEN:
        return said(
            "The patient chose another time for %(visit)s: it is on %(time)s now.",
            visit=visit.step,
            time=moment_in(visit.start, zone),
        )
    if news is OfferNews.MISSED:
        return said(
            "The patient chose a time for %(visit)s that was taken already. Call, and find another.",
            visit=visit.step,
        )
    until = moment_in(one.expires_at, zone)
    return said(
        "The patient chose none of the times offered for %(visit)s until %(until)s; it stands as booked.",
        visit=visit.step,
        until=until,
    )
