"""Choose another start for one visit of a proposal: the rest is planned anew around it, and can be booked at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from scheduler.access.permissions import Permission
from scheduler.booking.book_series import BookSeries
from scheduler.booking.outcomes import NotAllowed, Refused
from scheduler.booking.preview_fixed_visit import StartPreview, WantedStart, preview_fixed_visit
from scheduler.booking.reach import patient_within_reach
from scheduler.domain.clock import instant_at, local_day
from scheduler.domain.people import Patient
from scheduler.domain.places import Site
from scheduler.planner.proposal import Reason
from scheduler.store import clinic
from scheduler.store.work import reading
from scheduler.web.free_starts import chooser
from scheduler.web.guard import actor, needs
from scheduler.web.identity import current_clock
from scheduler.web.sealed_choice import UnusableChoice, opened, sealed
from scheduler.web.ways_of_change import WayPanel, onlooker_at, way_panel
from scheduler.web.words import refused_words

pages = Blueprint("proposals", __name__)


@dataclass(frozen=True, slots=True)
class AskedStart:
    """What was sent: the proposal, the step of the visit, which must stay, and the day and time chosen, if any yet."""

    choice: str
    booking: BookSeries
    step: str
    stay: frozenset[str]
    day: date | None
    at: time | None

    def start(self, zone: str) -> datetime | None:
        """Return the instant that was chosen, `None` while it is not."""
        return instant_at(self.day, self.at, zone) if self.day and self.at else None


# Posted: what is proposed to a patient stays out of every address.
@pages.post("/patients/<patient>/proposals/start")
@needs(Permission.BOOK_SERIES)
def start(patient: str) -> ResponseReturnValue:
    """Show where a visit could go, and with a chosen start how the rest would be."""
    with reading():
        found = patient_within_reach(actor(), patient)
        site = clinic.site(found.site)
    try:
        asked = _asked(found)
    except UnusableChoice as unusable:
        flash(unusable.why, "missing")
        return redirect(url_for("book.book", patient=found.id), 303)
    wanted = WantedStart(asked.booking, asked.step, asked.start(site.zone), asked.stay)
    outcome = preview_fixed_visit(wanted, actor(), current_clock())
    if isinstance(outcome, NotAllowed):
        abort(403)
    if isinstance(outcome, Refused):
        flash(refused_words(outcome), "missing")
        return redirect(url_for("book.book", patient=found.id), 303)
    return _page(found, site, asked, outcome)


def _page(patient: Patient, site: Site, asked: AskedStart, found: StartPreview) -> str:
    with reading():
        panels = _panels(site, asked, found)
    day = asked.day or local_day(found.visit.start, site.zone)
    reasons: tuple[Reason, ...] = found.found.reasons if found.found else ()
    return render_template(
        "proposal_start.html",
        patient=patient,
        site=site,
        visit=found.visit,
        title=found.at_hand.protocol.title,
        chooser=chooser(
            found.days, found.visit.start, site.zone, day, f"{asked.at:%H:%M}" if asked.at else ""
        ),
        sent={"choice": asked.choice, "step": asked.step, "stay": " ".join(sorted(asked.stay))},
        stays=" ".join(sorted(asked.stay | {asked.step})),
        panels=panels,
        reasons=reasons,
    )


def _panels(site: Site, asked: AskedStart, found: StartPreview) -> tuple[WayPanel, ...] | None:
    """Return the ways to have the visit at the chosen start, `None` while none is chosen."""
    if found.found is None:
        return None
    onlooker = onlooker_at(site)
    heard = {(one.rule, one.steps) for one in found.at_hand.findings}
    return tuple(
        way_panel(way, heard, onlooker, sealed(way.after, asked.booking, onlooker.actor, onlooker.now))
        for way in found.found.ways
    )


def _asked(patient: Patient) -> AskedStart:
    """Read what was sent; a day or time that is none counts as not chosen. Raises `UnusableChoice`."""
    form = request.form
    choice = form.get("choice", "")
    booking = opened(choice, patient.id, actor().id, current_clock().now())
    try:
        day = date.fromisoformat(form["day"]) if form.get("day") else None
        at = time.fromisoformat(form["at"]) if form.get("at") else None
    except ValueError:
        day, at = None, None
    return AskedStart(choice, booking, form.get("step", ""), frozenset(form.get("stay", "").split()), day, at)
