"""Extend a series with further integration: how many and how far apart, the ways that work, and the one change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import DateField, IntegerField
from wtforms.validators import InputRequired, NumberRange, Optional

from scheduler.access.permissions import Permission
from scheduler.booking.extend_series import (
    FURTHEST_DAYS,
    MOST_AT_ONCE,
    USUAL_DAYS,
    ExtendSeries,
    WantedExtension,
    extend_series,
    preview_extension,
)
from scheduler.booking.outcomes import NotAllowed, PlannedChange, Refused, SeriesChanged
from scheduler.booking.reach import series_within_reach
from scheduler.domain.appointment import Appointment
from scheduler.domain.people import Patient
from scheduler.domain.places import Site
from scheduler.domain.series import Series
from scheduler.planner.proposal import Reason
from scheduler.store import clinic
from scheduler.store.work import reading
from scheduler.web.forms import faults
from scheduler.web.guard import actor, needs
from scheduler.web.identity import current_clock
from scheduler.web.posted_form import PostedForm
from scheduler.web.sealed_change import Seal, UnusableWay, opened, wanted_extension
from scheduler.web.ways_of_change import WayPanel, onlooker_at, way_panels
from scheduler.web.wishes_form import within_reason
from scheduler.web.words import count_words

pages = Blueprint("extend", __name__)

_DAYS = f"Give 1 to {FURTHEST_DAYS} days"


class ExtensionForm(PostedForm):
    """How many further visits, how far apart, and from which day on."""

    visits = IntegerField(
        "How many?",
        [
            InputRequired("Say how many"),
            NumberRange(1, MOST_AT_ONCE, f"Ask for 1 to {MOST_AT_ONCE} visits at once"),
        ],
        default=1,
    )
    at_least_days = IntegerField(
        "At least so many days apart",
        [InputRequired(_DAYS), NumberRange(1, FURTHEST_DAYS, _DAYS)],
        default=USUAL_DAYS[0],
    )
    at_most_days = IntegerField(
        "At most so many days apart",
        [InputRequired(_DAYS), NumberRange(1, FURTHEST_DAYS, _DAYS)],
        default=USUAL_DAYS[1],
    )
    not_before = DateField("Not before", [Optional(), within_reason])

    def wish(self, series: str) -> WantedExtension:
        """Return what was entered, which must be valid."""
        return WantedExtension(
            series,
            self.visits.data or 0,
            self.at_least_days.data or 0,
            self.at_most_days.data or 0,
            self.not_before.data,
        )


@dataclass(frozen=True, slots=True)
class Counter:
    """What every page of extending is made of: whose series, its last visit (`None` without any), and the form."""

    series: Series
    last: Appointment | None
    patient: Patient
    site: Site
    form: ExtensionForm


@pages.get("/series/<series>/extend")
@needs(Permission.EXTEND_SERIES)
def extend(series: str) -> ResponseReturnValue:
    """Ask how many, and how far apart."""
    with reading():
        return _page(_counter(series))


@pages.post("/series/<series>/extend/ways")
@needs(Permission.EXTEND_SERIES)
def ways(series: str) -> ResponseReturnValue:
    """Show the ways that work, or why there is none."""
    with reading():
        counter = _counter(series)
        if not counter.form.validate():
            return _page(counter), 422
        return _ways_page(counter.form.wish(counter.series.id), counter)


@pages.post("/series/<series>/extend")
@needs(Permission.EXTEND_SERIES)
def extended(series: str) -> ResponseReturnValue:
    """Book exactly the visits that were chosen, or say what is against it and show what works now."""
    with reading():
        counter = _counter(series)
    try:
        chosen = opened(request.form.get("way", ""), Seal(series, actor().id, current_clock().now()))
    except UnusableWay as unusable:
        flash(str(unusable), "missing")
        return redirect(url_for("extend.extend", series=series), 303)
    command = ExtendSeries(wanted_extension(series, chosen.wanted), chosen.visits, chosen.key)
    outcome = extend_series(command, actor(), current_clock())
    if isinstance(outcome, NotAllowed):
        abort(403)
    if isinstance(outcome, SeriesChanged):
        number = len(outcome.change.replaces) if outcome.change else 0
        flash(f"Booked: {count_words(number, 'further visit')}." if number else "Booked already.", "good")
        return redirect(url_for("series.series", series=series), 303)
    with reading():
        page = _ways_page(command.wanted, counter, outcome)
    return page, 409 if outcome.race_lost else 422


def _counter(series: str) -> Counter:
    found, patient = series_within_reach(actor(), series)
    last = max(found.standing, key=lambda visit: visit.start, default=None)
    return Counter(found, last, patient, clinic.site(found.site), ExtensionForm())


def _ways_page(wish: WantedExtension, counter: Counter, refused: Refused | None = None) -> str:
    preview = preview_extension(wish, actor(), current_clock())
    if isinstance(preview, NotAllowed):
        abort(403)
    found: Sequence[PlannedChange] = () if isinstance(preview, Refused) else preview.ways
    panels = way_panels(found, wish, counter.series, onlooker_at(counter.site))
    return _page(counter, panels, preview.reasons, refused)


def _page(
    counter: Counter,
    panels: Sequence[WayPanel] | None = None,
    reasons: Sequence[Reason] = (),
    refused: Refused | None = None,
) -> str:
    """Show the form, and beneath it the ways or the reasons once somebody has asked."""
    return render_template(
        "extend.html",
        series=counter.series,
        last=counter.last,
        patient=counter.patient,
        site=counter.site,
        form=counter.form,
        faults=faults(counter.form),
        panels=panels,
        reasons=reasons,
        refused=refused,
    )
